"""JupyterLab's page: one for all files of a worker, in which a notebook is opened, run, looked at and closed.

What is asked of JupyterLab itself goes by its commands (`window.jupyterapp`), and what has happened is read in its
models: a menu closes when a late notebook takes the focus, and a status bar is idle between two cells too.
"""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager

import nbformat
from lab_server import SECONDS, Server
from playwright.sync_api import Browser, Error, Locator, Page, Request

from sagalab.project import NOTEBOOKS, ROOT

SCREENSHOTS = ROOT / "screenshots"
SIZE = {"width": 1500, "height": 1000}
LIGHT = "JupyterLab Light"
_POLL = 100  # milliseconds, and not with every frame: the page then draws only what changes

_BEGIN = """theme => {
  jupyterapp.shell.expandLeft();
  if (document.body.dataset.jpThemeLight !== 'true')
    void jupyterapp.commands.execute('apputils:change-theme', {theme});
}"""
_OPEN = "path => void jupyterapp.commands.execute('docmanager:open', {path, factory: 'Notebook'})"
_IS_OPEN = """path => {
  const panel = jupyterapp.shell.currentWidget;
  return panel?.context?.path === path && panel.context.isReady && panel.isVisible
    && panel.sessionContext?.session?.kernel?.status === 'idle';
}"""
_CLOSE = """async () => {
  for (const each of [...jupyterapp.shell.widgets('main')]) each.dispose();
  await jupyterapp.serviceManager.sessions.shutdownAll();
  return document.querySelector('.jp-Dialog, .lm-Menu') === null;
}"""
_ASK_KERNEL = (
    "async () => { await jupyterapp.shell.currentWidget.sessionContext.session.kernel.requestKernelInfo(); }"
)
_RUN_ALL = "() => void jupyterapp.commands.execute('notebook:run-all-cells')"
_HAS_RUN = """() => {
  const panel = jupyterapp.shell.currentWidget;
  const cells = panel.content.widgets.map(each => each.model).filter(each => each.type === 'code');
  const failed = panel.node.querySelector('[data-mime-type="application/vnd.jupyter.error"]')
    || [...panel.node.querySelectorAll('[data-mime-type="application/vnd.jupyter.stderr"]')]
         .some(each => each.textContent.startsWith('✗'));  // a SagaLabError, in its two lines
  const done = cells.length && cells.every(each => each.executionState === 'idle' && each.executionCount !== null);
  return (failed || done) && panel.sessionContext.session?.kernel?.status === 'idle';
}"""


def cells_of(name: str, *, without: tuple[str, ...]) -> list[str]:
    """Return the code cells of a notebook but those that begin with one of the words; each of these must be there once."""
    cells = [
        cell.source
        for cell in nbformat.read(NOTEBOOKS / name, as_version=4).cells
        if cell.cell_type == "code"
    ]
    for words in without:
        assert len([cell for cell in cells if cell.startswith(words)]) == 1, words
    return [cell for cell in cells if not cell.startswith(without)]


def load(page: Page, address: str) -> list[str]:
    """Load JupyterLab, or Notebook 7; return the list to which a request to another machine is added.

    JupyterLab has put back by then what its workspace holds.
    """
    foreign: list[str] = []

    def asked(request: Request) -> None:
        if not re.match(r"(https?|wss?)://127\.0\.0\.1:|data:|blob:|about:", request.url):
            foreign.append(request.url)

    page.set_default_timeout(SECONDS * 1000)
    page.on("request", asked)
    page.goto(address)
    page.wait_for_function("() => window.jupyterapp !== undefined", polling=_POLL)
    page.evaluate("async () => { await jupyterapp.restored; }")
    return foreign


def open_notebook(page: Page, path: str) -> None:
    """Open a notebook by its path; wait until it is in front, and its kernel idle."""
    page.evaluate(_OPEN, path)
    until_open(page, path)


def until_open(page: Page, path: str) -> None:
    """Wait until a notebook is in front, and its kernel idle."""
    page.wait_for_function(_IS_OPEN, arg=path, polling=_POLL)


class Lab:
    """JupyterLab in a browser. Its page is loaded once, and anew after a notebook has left something open in it."""

    def __init__(self, server: Server, browser: Browser):
        self._server, self._browser = server, browser
        self._page: Page | None = None
        self._foreign: list[str] = []
        self._open = False

    @contextmanager
    def opened(self, name: str, *cells: str) -> Iterator["Notebook"]:
        """Open a notebook, whose kernel is idle then, and close it afterwards; with `cells`, it is made of them."""
        assert not self._open, "one notebook at a time: a page's locators would find both"
        if cells:
            self._server.add(name, *cells)
        page = self._ready_page()
        page.set_viewport_size(SIZE)  # type: ignore[arg-type]
        page.evaluate(_BEGIN, LIGHT)
        page.wait_for_function("() => document.body.dataset.jpThemeLight === 'true'", polling=_POLL)
        open_notebook(page, f"notebooks/{name}")
        self._open = True
        try:
            yield Notebook(page, name, self._foreign)
        finally:
            self._open = False
            self._close_notebook()

    @contextmanager
    def ran(self, name: str, *cells: str) -> Iterator["Notebook"]:
        """Open a notebook as `opened` does, at 1440 pixels and without the file browser, and run all its cells."""
        with self.opened(name, *cells) as notebook:
            notebook.page.set_viewport_size({"width": 1440, "height": 900})
            notebook.close_file_browser()
            notebook.run_all()
            yield notebook

    def _ready_page(self) -> Page:
        if self._page is None:
            self._page = self._browser.new_page(viewport=SIZE, reduced_motion="reduce")  # type: ignore[arg-type]
            self._foreign = load(self._page, self._server.address("lab"))
            self._page.locator("#filebrowser").wait_for()
        return self._page

    def _close_notebook(self) -> None:
        assert self._page is not None
        try:
            clean = self._page.evaluate(_CLOSE)
        except Error:  # the page is gone, or what is in it no longer answers
            clean = False
        if not clean:
            self._page.close()
            self._page = None


class Notebook:
    """A notebook in a page. `foreign` lists the page's requests that went to another machine."""

    def __init__(self, page: Page, name: str, foreign: list[str]):
        self.page, self.name, self.foreign = page, name, foreign

    def close_file_browser(self) -> None:
        """Close it by its key: as `run.py lab` begins."""
        self.page.keyboard.press("Control+b")
        self.page.locator("#filebrowser").wait_for(state="hidden")

    def run_all(self) -> None:
        """Run all cells; wait until every cell has run, or one has failed."""
        self.page.evaluate(_RUN_ALL)
        self.page.wait_for_function(_HAS_RUN, polling=_POLL)

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

    def choose_theme(self, name: str) -> None:
        """Choose JupyterLab's theme, `JupyterLab Light` or `JupyterLab Dark`."""
        self.page.evaluate(
            "theme => void jupyterapp.commands.execute('apputils:change-theme', {theme})", name
        )
        self.page.wait_for_function(
            "theme => document.body.dataset.jpThemeName === theme", arg=name, polling=_POLL
        )

    def settle(self) -> None:
        """Wait until the kernel has done what it was told before: it answers in order."""
        self.page.evaluate(_ASK_KERNEL)

    def screenshot(self, name: str) -> None:
        """Write screenshots/NAME.png, for people to look at, where SAGALAB_SCREENSHOTS is set."""
        picture(self.page, name)


def takes_screenshots() -> bool:
    """Tell whether `picture` writes files: what is shown for them alone is not worth its time otherwise."""
    return bool(os.environ.get("SAGALAB_SCREENSHOTS"))


def picture(page: Page, name: str) -> None:
    """Write screenshots/NAME.png of a page, for people to look at, where SAGALAB_SCREENSHOTS is set."""
    if takes_screenshots():
        SCREENSHOTS.mkdir(exist_ok=True)
        page.screenshot(path=SCREENSHOTS / f"{name}.png")
