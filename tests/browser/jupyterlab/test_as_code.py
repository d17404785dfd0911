"""Lab 13 in JupyterLab: the durable function's pictures beside the machine's, the table of leaks, the costs."""

from collections.abc import Iterator

import pytest
from lab_page import Notebook, cells_of
from playwright.sync_api import expect

LAB = "13_the_same_saga_as_code.ipynb"
# what shows nothing that a browser alone can prove; nbval runs these cells, as all of the lab
WITHOUT = (
    "my_strategy",
    "check.tries",
    "my_parts",
    "check.survive",
    "survived = ",
    "pair = ",
)


@pytest.fixture(scope="module")
def notebook(lab) -> Iterator[Notebook]:
    with lab.ran("as_code.ipynb", *cells_of(LAB, without=WITHOUT)) as opened:
        yield opened


def test_the_labs_cells_run_and_ask_no_other_machine(notebook):
    assert notebook.errors() == []
    assert notebook.foreign == []


def test_machine_and_code_show_what_the_process_left(notebook):
    pictures = notebook.page.locator('.jp-OutputArea svg[aria-label*="Runtime.ExitError"]')
    expect(pictures).to_have_count(2)
    code, machine = (each.get_attribute("aria-label") for each in pictures.all())
    assert "ProcessOrder" in code and "ReserveInventory" not in code
    assert "ProcessPayment (failed: Runtime.ExitError)" in machine
    pictures.last.scroll_into_view_if_needed()
    notebook.screenshot("13-what-is-shown")


def test_tables_say_who_leaks_and_what_it_costs(notebook):
    table = notebook.page.locator(".jp-OutputArea table", has_text="durable-hardened").last
    assert [cell.inner_text() for cell in table.locator("tbody tr td:last-child").all()] == [
        "41",
        "12",
        "0",
        "0",
    ]
    table.scroll_into_view_if_needed()
    notebook.screenshot("13-leaks")
    costs = notebook.page.locator(".jp-OutputArea table", has_text="durable operations").last
    assert costs.locator("thead th").all_inner_texts()[1:] == [
        "machine, done",
        "code, done",
        "machine, refused",
        "code, refused",
    ]
    costs.scroll_into_view_if_needed()
    notebook.screenshot("13-costs")
