"""A JupyterLab server of the tests' own: notebooks are copies, settings and ports are free ones. lab_page.py has its page."""

import json
import os
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

from sagalab.project import NOTEBOOKS

SECONDS = 180  # a loaded machine is slow; nothing waits longer than it must


class Server:
    """A JupyterLab over copies of the notebooks, without their stored outputs; or Notebook 7 (`program="notebook"`)."""

    def __init__(self, folder: Path, program: str = "jupyterlab"):
        self._token = secrets.token_hex(16)
        self._root = folder / "root"
        self._runtime = folder / "runtime"
        self._port = 0  # known when it answers
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            wished = free.getsockname()[1]
        _copy_notebooks(self._root / "notebooks")
        self._log = open(folder / "jupyterlab.log", "w", encoding="utf-8")
        command = [sys.executable, "-m", program, "--no-browser", f"--ServerApp.root_dir={self._root}"]
        command += [f"--ServerApp.port={wished}"]  # or one beside it, if somebody has taken it meanwhile
        command += [f"--IdentityProvider.token={self._token}", "--Application.log_level=WARN"]
        command += ["--ServerApp.answer_yes=True", "--allow-root"]
        command += ["--LanguageServerManager.autodetect=False"]  # it would look for node and npm
        application = "LabApp" if program == "jupyterlab" else "JupyterNotebookApp"
        command += [
            f"--{application}.expose_app_in_browser=True"
        ]  # `window.jupyterapp`, which lab_page.py asks
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
                self._port = self._listens_on()
                urllib.request.urlopen(self.address("api/status"), timeout=SECONDS).close()
                return
            except (urllib.error.URLError, ConnectionError, LookupError, ValueError):
                time.sleep(0.1)
        raise AssertionError("JupyterLab did not answer")

    def _listens_on(self) -> int:
        """Return the port that the server says to listen on. Raises LookupError or ValueError before it has said so."""
        record = next(self._runtime.glob("jpserver-*.json"), None)
        if record is None:
            raise LookupError("it has not written where it listens")
        return json.loads(record.read_text(encoding="utf-8"))["port"]

    def address(self, path: str) -> str:
        """Return the address of a page, with the token that opens it."""
        return f"http://127.0.0.1:{self._port}/{path}?token={self._token}"

    def add(self, name: str, *cells: str) -> None:
        """Put a notebook with these code cells beside the copies."""
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
        notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
        nbformat.write(notebook, self._root / "notebooks" / name)

    def stop(self) -> None:
        """End the server and its kernels."""
        self._process.terminate()
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(30)
        self._log.close()


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
