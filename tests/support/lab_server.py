"""A JupyterLab server of the tests' own, and its pages: notebooks are copies, settings and ports are free ones."""

import json
import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import nbformat
from playwright.sync_api import Browser, Locator, Page

from sagalab.project import NOTEBOOKS, ROOT

SECONDS = 180  # a loaded machine is slow; nothing waits longer than it must
SCREENSHOTS = ROOT / "screenshots"
_LAUNCH = (
    "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--disable-background-networking",
    "--disable-component-update", "--disable-default-apps", "--disable-sync", "--no-first-run",
)  # fmt: skip


def launch_arguments() -> list[str]:
    """Return the options with which Chromium runs in containers, and asks nobody for updates."""
    return list(_LAUNCH)


class Server:
    """A JupyterLab over copies of the notebooks, without their stored outputs; or Notebook 7 (`program="notebook"`)."""

    def __init__(self, folder: Path, program: str = "jupyterlab"):
        self._token = secrets.token_hex(16)
        self._root = folder / "root"
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = free.getsockname()[1]
        _copy_notebooks(self._root / "notebooks")
        self._log = open(folder / "jupyterlab.log", "w", encoding="utf-8")
        command = [sys.executable, "-m", program, "--no-browser", f"--ServerApp.root_dir={self._root}"]
        command += [f"--ServerApp.port={self._port}", "--ServerApp.port_retries=0"]
        command += [f"--IdentityProvider.token={self._token}", "--Application.log_level=WARN"]
        command += ["--ServerApp.answer_yes=True", "--allow-root"]
        command += ["--LanguageServerManager.autodetect=False"]  # it would look for node and npm
        environment = os.environ | _settings(folder)
        self._process = subprocess.Popen(
            command, env=environment, cwd=self._root, stdout=self._log, stderr=subprocess.STDOUT
        )

    def wait(self) -> None:
        """Wait until it answers. Raises AssertionError with its log if it ends before."""
        until = time.monotonic() + SECONDS
        while time.monotonic() < until:
            assert self._process.poll() is None, Path(self._log.name).read_text(encoding="utf-8")
            try:
                urllib.request.urlopen(self._address("api/status"), timeout=SECONDS).close()
                return
            except (urllib.error.URLError, ConnectionError):
                time.sleep(0.1)
        raise AssertionError("JupyterLab did not answer")

    def _address(self, path: str) -> str:
        return f"http://127.0.0.1:{self._port}/{path}?token={self._token}"

    def add(self, name: str, *cells: str) -> None:
        """Put a notebook with these code cells beside the copies."""
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
        notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
        nbformat.write(notebook, self._root / "notebooks" / name)

    def open(self, browser: Browser, name: str) -> "Notebook":
        """Open a notebook in a page and a workspace of its own, and wait for its kernel.

        In a workspace that it shares, JupyterLab would open the notebooks of earlier pages beside it.
        """
        page = browser.new_page(viewport={"width": 1500, "height": 1000})
        page.set_default_timeout(SECONDS * 1000)
        notebook = Notebook(page, name)
        page.goto(self._address(f"lab/workspaces/{name[:2]}/tree/notebooks/{name}"))
        notebook.wait_until_idle()
        return notebook

    def open_classic(self, browser: Browser, name: str) -> "Notebook":
        """Open a notebook in Notebook 7, and wait for its kernel."""
        page = browser.new_page(viewport={"width": 1366, "height": 900})
        page.set_default_timeout(SECONDS * 1000)
        notebook = ClassicNotebook(page, name)
        page.goto(self._address(f"notebooks/notebooks/{name}"))
        notebook.wait_until_idle()
        return notebook

    def stop(self) -> None:
        """End the server and its kernels."""
        self._process.terminate()
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(30)
        self._log.close()


class Notebook:
    """A notebook in a page. `foreign` lists the requests that went to another machine."""

    def __init__(self, page: Page, name: str):
        self.page, self.name = page, name
        self.foreign: list[str] = []
        page.on("request", self._asked)

    def _asked(self, request) -> None:
        if not re.match(r"(https?|wss?)://127\.0\.0\.1:|data:|blob:|about:", request.url):
            self.foreign.append(request.url)

    def wait_until_idle(self) -> None:
        """Wait until the status bar says that the kernel is idle."""
        self.page.locator("#jp-bottom-panel, .jp-StatusBar-Widget").get_by_text(
            re.compile("Idle")
        ).first.wait_for()

    def run_all(self) -> None:
        """Choose Run, Run All Cells; wait until every cell has run."""
        self.page.locator(".lm-MenuBar-itemLabel", has_text=re.compile("^Run$")).click()
        self.page.locator(".lm-Menu-itemLabel", has_text=re.compile("^Run All Cells$")).click()
        self.page.wait_for_function(
            """() => {
              // the prompt of a question, whose code is hidden, is empty
              const prompts = [...document.querySelectorAll('.jp-CodeCell .jp-InputPrompt')];
              const failed = document.querySelector('[data-mime-type="application/vnd.jupyter.error"]')
                || [...document.querySelectorAll('[data-mime-type="application/vnd.jupyter.stderr"]')]
                     .some(each => each.textContent.startsWith('✗'));  // a SagaLabError, in its two lines
              return failed || (prompts.length && prompts.every(each => /^$|\\[\\d+\\]/.test(each.textContent)));
            }""",
            polling=250,  # milliseconds, and not with every frame: the page then draws only what changes
        )
        self.wait_until_idle()

    def errors(self) -> list[str]:
        """Return the texts of all outputs that are errors, and of widgets that did not show."""
        failed = self.page.locator(
            '.jp-OutputArea [data-mime-type="application/vnd.jupyter.error"], '
            '.jp-OutputArea [data-mime-type="application/vnd.jupyter.stderr"]:has-text("✗")'
        )
        blank = self.page.locator(".jp-OutputArea").get_by_text(
            re.compile("Error displaying widget|Loading widget")
        )
        return failed.all_inner_texts() + blank.all_inner_texts()

    def outputs(self) -> Locator:
        return self.page.locator(".jp-OutputArea")

    def screenshot(self, name: str) -> None:
        """Write screenshots/NAME.png, for people to look at."""
        SCREENSHOTS.mkdir(exist_ok=True)
        self.page.screenshot(path=SCREENSHOTS / f"{name}.png")


class ClassicNotebook(Notebook):
    """A notebook in Notebook 7, which has no status bar."""

    def wait_until_idle(self) -> None:
        """Wait until the circle beside the kernel's name is empty."""
        self.page.locator('.jp-Notebook-ExecutionIndicator[data-status="idle"]').first.wait_for()


def _copy_notebooks(to: Path) -> None:
    shutil.copytree(NOTEBOOKS, to, ignore=shutil.ignore_patterns(".ipynb_checkpoints", "instructor"))
    for path in to.glob("*.ipynb"):
        notebook = nbformat.read(path, as_version=4)
        for cell in notebook.cells:
            if cell.cell_type == "code":
                cell.outputs, cell.execution_count = [], None
        nbformat.write(notebook, path)


def _settings(folder: Path) -> dict[str, str]:
    """Return the environment of a server that shares no settings with its user's. All cells are in the page."""
    config = folder / "config"
    tracker = folder / "settings" / "@jupyterlab" / "notebook-extension" / "tracker.jupyterlab-settings"
    for file, content in {
        config / "labconfig" / "page_config.json": {
            "disabledExtensions": {"@jupyterlab/apputils-extension:announcements": True},
            "buildCheck": False,  # it would start node and npm with each page
        },
        tracker: {"windowingMode": "none"},
    }.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(content), encoding="utf-8")
    return {
        "JUPYTER_CONFIG_DIR": str(config),
        "JUPYTER_DATA_DIR": str(folder / "data"),
        "JUPYTER_RUNTIME_DIR": str(folder / "runtime"),
        "JUPYTERLAB_SETTINGS_DIR": str(folder / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(folder / "workspaces"),
        "IPYTHONDIR": str(folder / "ipython"),
    }
