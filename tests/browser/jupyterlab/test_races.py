"""Lab 14 in JupyterLab: races, their pictures and tables, the quiz."""

import re
from collections.abc import Iterator

import pytest
from lab_page import Notebook, cells_of
from playwright.sync_api import expect

from sagalab.pictures.drawing import LEAST_PIXELS

LAB = "14_races.ipynb"
# what shows nothing that a browser alone can prove; nbval runs these cells, as all of the lab
WITHOUT = ("my_take", "check.take", "my_lock", "check.lock", "CHECKED = ", "print(versions[")
HEIGHTS = """pictures => pictures.flatMap(svg => [...svg.querySelectorAll('text')]).map(
    text => parseFloat(getComputedStyle(text).fontSize) * Math.hypot(text.getScreenCTM().a, text.getScreenCTM().b))"""


@pytest.fixture(scope="module")
def notebook(lab) -> Iterator[Notebook]:
    with lab.ran("races.ipynb", *cells_of(LAB, without=WITHOUT)) as opened:
        yield opened


def test_the_labs_cells_run_and_ask_no_other_machine(notebook):
    assert notebook.errors() == []
    assert notebook.foreign == []


def test_pictures_of_races_have_words_and_can_be_read(notebook):
    pictures = notebook.page.locator('.jp-OutputArea svg[aria-label^="Race"]')
    expect(pictures).to_have_count(3)
    named = [picture.get_attribute("aria-label") for picture in pictures.all()]
    for label, words in zip(named, ("dirty read", "lost update", "write skew"), strict=True):
        assert words in label
    assert min(pictures.evaluate_all(HEIGHTS)) >= LEAST_PIXELS - 0.01
    pictures.nth(1).scroll_into_view_if_needed()
    notebook.screenshot("14-lost-update")


def test_tables_compare_what_each_design_admits_and_costs(notebook):
    rows = notebook.page.locator(".jp-OutputArea table tr")
    assert rows.filter(has_text="charged in vain").filter(has_text=re.compile("6 of 9")).count() >= 2
    assert rows.filter(has_text="refused after").filter(has_text="3.0").count() >= 2
    rows.last.scroll_into_view_if_needed()
    notebook.screenshot("14-costs")


def test_the_quiz_is_answered_by_keyboard(notebook):
    question = notebook.page.locator(
        ".jp-OutputArea .widget-vbox", has_text="Two orders both read 5 left"
    ).last
    choice = question.get_by_role("button", name=re.compile("a lost update"))
    choice.scroll_into_view_if_needed()
    choice.focus()
    notebook.page.keyboard.press("Space")
    expect(choice).to_have_text(re.compile("^● "))
    expect(question.get_by_role("status").first).to_have_text(re.compile("^✓ Yes: "))
    notebook.screenshot("14-quiz")
