"""The small failure lab of notebooks 03 and 04 in JupyterLab, by keyboard."""

import re
from collections.abc import Iterator

import pytest
from lab_page import Notebook
from playwright.sync_api import expect


@pytest.fixture(scope="module")
def notebook(lab) -> Iterator[Notebook]:
    with lab.ran("one_fault.ipynb", "from sagalab import one_fault\none_fault('saga')") as opened:
        yield opened


def test_one_fault_is_chosen_and_run_by_keyboard(notebook):
    page = notebook.page
    assert notebook.errors() == []
    task = page.get_by_role("button", name=re.compile("^[●○] ReserveInventory"))
    task.focus()
    page.keyboard.press("Space")
    for _ in range(6):  # past "no fault" and four others, to the last one
        page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name=re.compile("^● the process exits"))).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    said = page.locator(".jp-OutputArea [role=status]").first
    expect(said).to_contain_text("FAILED with Runtime.ExitError")
    expect(said).to_contain_text("leaked: 29.99 not refunded")
    expect(
        page.get_by_role("img", name=re.compile("^Execution. FAILED with Runtime.ExitError"))
    ).to_be_visible()
    notebook.screenshot("one-fault")
