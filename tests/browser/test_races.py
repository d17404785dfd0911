"""Lab 14 in JupyterLab: races, their pictures and tables, the quiz; and the small failure lab of 03 and 04 by keyboard."""

import re
from collections.abc import Iterator

import pytest
from lab_server import Notebook, Server
from playwright.sync_api import Browser, expect

from sagalab.pictures.drawing import LEAST_PIXELS

LAB = "14_races.ipynb"
SMALL = "one_fault.ipynb"
HEIGHTS = """pictures => pictures.flatMap(svg => [...svg.querySelectorAll('text')]).map(
    text => parseFloat(getComputedStyle(text).fontSize) * Math.hypot(text.getScreenCTM().a, text.getScreenCTM().b))"""


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[Server]:
    started = Server(tmp_path_factory.mktemp("jupyterlab"))
    started.add(SMALL, "from sagalab import one_fault\none_fault('saga')")
    yield started
    started.stop()


def opened(server: Server, browser: Browser, name: str) -> Notebook:
    notebook = server.open(browser, name)
    notebook.page.set_viewport_size({"width": 1440, "height": 900})
    notebook.page.keyboard.press("Control+b")
    notebook.run_all()
    return notebook


@pytest.fixture(scope="module")
def lab(browser, server) -> Iterator[Notebook]:
    notebook = opened(server, browser, LAB)
    yield notebook
    notebook.page.close()


def test_all_cells_of_the_lab_run_and_ask_no_other_machine(lab):
    assert lab.errors() == []
    assert lab.foreign == []


def test_pictures_of_races_have_words_and_can_be_read(lab):
    pictures = lab.page.locator('.jp-OutputArea svg[aria-label^="Race"]')
    expect(pictures).to_have_count(3)
    named = [picture.get_attribute("aria-label") for picture in pictures.all()]
    for label, words in zip(named, ("dirty read", "lost update", "write skew"), strict=True):
        assert words in label
    assert min(pictures.evaluate_all(HEIGHTS)) >= LEAST_PIXELS - 0.01
    pictures.nth(1).scroll_into_view_if_needed()
    lab.screenshot("14-lost-update")


def test_tables_compare_what_each_design_admits_and_costs(lab):
    rows = lab.page.locator(".jp-OutputArea table tr")
    assert rows.filter(has_text="charged in vain").filter(has_text=re.compile("6 of 9")).count() >= 2
    assert rows.filter(has_text="refused after").filter(has_text="3.0").count() >= 2
    rows.last.scroll_into_view_if_needed()
    lab.screenshot("14-costs")


def test_the_quiz_is_answered_by_keyboard(lab):
    question = lab.page.locator(".jp-OutputArea .widget-vbox", has_text="Two orders both read 5 left").last
    choice = question.get_by_role("button", name=re.compile("a lost update"))
    choice.scroll_into_view_if_needed()
    choice.focus()
    lab.page.keyboard.press("Space")
    expect(choice).to_have_text(re.compile("^● "))
    expect(question.get_by_role("status").first).to_have_text(re.compile("^✓ Yes: "))
    lab.screenshot("14-quiz")


def test_one_fault_is_chosen_and_run_by_keyboard(browser, server):
    notebook = opened(server, browser, SMALL)
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
    expect(page.locator(".jp-OutputArea svg").last).to_be_visible()
    notebook.screenshot("one-fault")
    page.close()
