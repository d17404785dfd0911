"""Notebooks in JupyterLab in a real browser: all cells run, and questions are answered by keyboard."""

import re
from collections.abc import Iterator

import pytest
from lab_page import Notebook
from playwright.sync_api import expect

from sagalab.course.quizzes import quizzes
from sagalab.project import NOTEBOOKS

NAMES = [path.name for number in ("00", "11", "12") for path in sorted(NOTEBOOKS.glob(f"{number}_*.ipynb"))]
REDRIVE = "12_redrive.ipynb"


@pytest.fixture(scope="module")
def deployed(cloud) -> None:
    """The saga, as `sagalab lab` deploys it."""
    from sagalab import deploy

    deploy(progress=False)


@pytest.fixture(scope="module", params=NAMES)
def notebook(request, deployed, lab) -> Iterator[Notebook]:
    with lab.opened(request.param) as opened:
        opened.run_all()
        yield opened


def test_all_cells_run(notebook):
    assert notebook.errors() == []
    notebook.outputs().last.scroll_into_view_if_needed()
    notebook.screenshot(f"{notebook.name[:2]}-run-all")
    assert notebook.outputs().count() > 3


def test_nothing_comes_from_another_machine(notebook):
    assert notebook.foreign == []


def test_a_question_is_answered_by_keyboard_and_explains_itself(notebook):
    outputs = notebook.page.locator(
        ".jp-OutputArea-output", has=notebook.page.locator(".sagalab-choice button")
    )
    outputs = outputs.filter(
        has_not=notebook.page.locator(".sagalab-lab"), has_not_text="Your first choice counts."
    )
    question = outputs.last
    question.scroll_into_view_if_needed()
    choice = question.locator("button").first
    choice.focus()
    notebook.page.keyboard.press("Space")
    expect(choice).to_have_text(re.compile("^● "))
    expect(question.get_by_role("status")).to_have_text(re.compile("^(✓ Yes|✗ No): .{10}"))
    notebook.screenshot(f"{notebook.name[:2]}-question")


@pytest.mark.parametrize("notebook", [REDRIVE], indirect=True)
def test_the_closing_quiz_is_answered_by_keyboard_to_its_end(notebook):
    """Tab goes from choice to choice, and from question to question; the first choice of each counts."""
    questions = quizzes()[REDRIVE.removesuffix(".ipynb")]
    last = notebook.page.get_by_role(
        "button", name=re.compile(rf"^[●○] {re.escape(list(questions[-1].choices)[0])}")
    )
    quiz = notebook.page.locator(".jp-OutputArea-output", has=last)
    quiz.scroll_into_view_if_needed()
    quiz.locator("button").first.focus()
    wrong = next(choice for choice in questions[0].choices if choice != questions[0].answer)
    for number, question in enumerate(questions):
        picked = question.answer if number else wrong
        for choice in question.choices:
            if choice == picked:
                notebook.page.keyboard.press("Space" if number else "Enter")
                expect(quiz).to_contain_text(f"{'✓ Yes' if number else '✗ No'}: {question.choices[choice]}")
            notebook.page.keyboard.press("Tab")
    total = len(questions)
    expect(quiz).to_contain_text(f"Your score: {total - 1} of {total}. For another try, run this cell again.")
    notebook.screenshot("12-quiz")


@pytest.mark.parametrize("notebook", [REDRIVE], indirect=True)
def test_a_redriven_run_is_told_in_its_picture(notebook):
    picture = notebook.page.locator("svg[aria-label*='Redrive 1: it had ended as FAILED']").first
    picture.scroll_into_view_if_needed()
    expect(picture).to_be_visible()
    notebook.screenshot("12-timeline")
