"""`sagalab lab` as a participant meets it, in a real browser: copies without answers, quiet, and helpful after a restart."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator

import nbformat
import pytest
from lab_page import load, open_notebook, picture, until_open
from playwright.sync_api import Locator, Page, expect
from project_copy import project_copy

from sagalab import predict, quiz
from sagalab.project import NOTEBOOKS

WIDGET = "application/vnd.jupyter.widget-view+json"
pytestmark = [
    pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGTERM that a program can answer"),
]
COPIES = "my-workshop"
SAVED = "98_saved.ipynb"


def _saved() -> nbformat.NotebookNode:
    """Return a notebook as a participant saves it: a question whose buttons are gone with their kernel."""
    question = predict("How many?", {"one": "because", "two": "no"}, answer="one")
    data = {
        WIDGET: {"version_major": 2, "version_minor": 0, "model_id": "0" * 32},
    }
    cells = [
        nbformat.v4.new_code_cell(
            "question",
            outputs=[
                nbformat.v4.new_output("execute_result", data | {"text/plain": text}, execution_count=1)
            ],
        )
        for text in (repr(question), repr(quiz("12_redrive")))
    ]
    notebook = nbformat.v4.new_notebook(cells=cells)
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return notebook


@pytest.fixture(scope="module")
def address(tmp_path_factory) -> Iterator[str]:
    """The address that `sagalab lab` prints."""
    folder = tmp_path_factory.mktemp("lab")
    project = project_copy(folder / "project")
    (project / COPIES).mkdir()
    nbformat.write(_saved(), project / COPIES / SAVED)
    private = {
        f"JUPYTER{name}_DIR": str(folder / name) for name in ("_CONFIG", "_DATA", "_RUNTIME", "LAB_SETTINGS")
    }
    (folder / "_CONFIG").mkdir()
    (folder / "_CONFIG" / "jupyter_lab_config.json").write_text(
        json.dumps({"LabApp": {"expose_app_in_browser": True}})
    )
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    lab = subprocess.Popen(
        [sys.executable, "-m", "sagalab", "lab", "--no-browser", "--port", str(port)], cwd=project,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        env=os.environ | private | {"SAGALAB_STATE_DIR": str(folder / "state"), "IPYTHONDIR": str(folder / "ipython")},
        stderr=subprocess.STDOUT, encoding="utf-8",
    )  # fmt: skip
    assert lab.stdout is not None
    found = ""
    for line in lab.stdout:
        if match := re.search(rf"http://127\.0\.0\.1:{port}/lab/\S+", line):
            found = match[0]
            break
    assert found, "sagalab lab has printed no address"
    yield found
    lab.send_signal(signal.SIGTERM)
    lab.communicate(timeout=60)


@pytest.fixture(scope="module")
def page(browser, address) -> Iterator[Page]:
    """The page to which the printed address leads."""
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    load(page, address)
    yield page
    page.close()


def shown(page) -> Locator:
    """Return the notebook in front."""
    return page.locator(".jp-NotebookPanel:not(.lm-mod-hidden)")


def test_the_first_notebook_gives_nothing_away_and_has_the_whole_window(page):
    until_open(page, f"{COPIES}/00_start_here.ipynb")
    expect(page.locator(".jp-Notebook .jp-CodeCell").first).to_be_visible()
    assert page.locator(".jp-OutputArea-output").count() == 0
    expect(page.locator("#filebrowser")).to_be_hidden()
    picture(page, "participant-start")


def test_a_machine_is_coloured_and_a_cell_run_too_early_names_the_one_before(page):
    assert (NOTEBOOKS / "02_first_state_machine.ipynb").exists()
    open_notebook(page, f"{COPIES}/02_first_state_machine.ipynb")
    machine = shown(page).locator(".jp-CodeCell", has_text="%%asl").first
    machine.scroll_into_view_if_needed()
    expect(machine.locator(".cm-line span", has_text="QueryLanguage").first).to_be_visible()
    early = shown(page).locator(".jp-CodeCell", has_text="deploy_machine(").nth(1)
    early.scroll_into_view_if_needed()
    early.locator(".cm-content").click()
    page.keyboard.press("Control+Enter")
    expect(early.locator(".jp-OutputArea")).to_contain_text("Run first code cell 1: %load_ext sagalab")
    expect(early.locator(".jp-OutputArea")).not_to_contain_text("Traceback")
    picture(page, "participant-too-early")


def test_a_saved_question_says_how_it_is_answered_and_shows_no_dead_buttons(page):
    open_notebook(page, f"{COPIES}/{SAVED}")
    output = shown(page).locator(".jp-OutputArea").first
    expect(output).to_contain_text("answer with predict.answer(1) or predict.answer(2)")
    expect(output).not_to_contain_text("Error displaying widget")
    assert output.locator("button").count() == 0
    closing = shown(page).locator(".jp-OutputArea").last
    expect(closing).to_contain_text("answer with quiz.answer(1, 1), quiz.answer(1, 2) or quiz.answer(1, 3)")
    expect(closing).not_to_contain_text("Error displaying widget")
    assert closing.locator("button").count() == 0
