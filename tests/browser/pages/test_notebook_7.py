"""Notebook 7, with the classic look: the course works there too. It is put into .venv by hand, as docs/using.md says."""

from collections.abc import Iterator

import pytest
from lab_page import Notebook, load, until_open
from lab_server import Server

pytest.importorskip("notebook", reason="Notebook 7 is not here: pip install notebook")

NAMES = ("00_start_here.ipynb", "05_failure_lab.ipynb")


@pytest.fixture(scope="module")
def server(cloud, tmp_path_factory) -> Iterator[Server]:
    started = Server(tmp_path_factory.mktemp("notebook7"), "notebook")
    yield started
    started.stop()


@pytest.fixture(scope="module", params=NAMES)
def notebook(request, browser, server) -> Iterator[Notebook]:
    server.wait()
    page = browser.new_page(viewport={"width": 1366, "height": 900})
    foreign = load(page, server.address(f"notebooks/notebooks/{request.param}"))
    until_open(page, f"notebooks/{request.param}")
    opened = Notebook(page, request.param, foreign)
    opened.run_all()
    yield opened
    page.close()


def test_all_cells_run_and_widgets_show(notebook):
    assert notebook.errors() == []
    assert notebook.page.locator(".jupyter-widgets").count() > 5
    notebook.screenshot(f"{notebook.name[:2]}-notebook-7")
    assert notebook.foreign == []
