"""Notebooks in JupyterLab in a real browser: all cells run, and questions are answered by keyboard."""

import re
from collections.abc import Iterator

import pytest
from lab_page import Notebook, cells_of
from playwright.sync_api import expect

from sagalab.course.quizzes import quizzes

START, TESTS, REDRIVE = "00_start_here.ipynb", "11_test_it.ipynb", "12_redrive.ipynb"
# Cells that show nothing which a browser alone can prove; nbval runs them, as all of these labs.
WITHOUT = {
    TESTS: (
        "my_runs", "check.cover", "mine = ", "folder = ", "def sagalab_test", "changed = ", "my_mocks", "check.reveal",
        "lost = ", "changed[",
    ),
    REDRIVE: (
        "tries_twice", "timeline(healed)", "wrong = ", "try:", "my_undo", "check.undo", 'deploy_machine(saga, "undo"',
        "refused = ", "def one", "print(half", "NAIVE", "NAME", "MAY_CALL", "lost = ", "my_token", "check.token",
        "crashes", "iam.delete",
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def deployed(cloud) -> None:
    """The saga, as `sagalab lab` deploys it."""
    from sagalab import deploy

    deploy(progress=False)


@pytest.fixture(scope="module", params=(START, TESTS, REDRIVE))
def notebook(request, deployed, lab) -> Iterator[Notebook]:
    """The first notebook as it is; of labs 11 and 12 the cells with pictures, questions and the quiz."""
    name = request.param
    cells = cells_of(name, without=WITHOUT[name]) if name in WITHOUT else []
    with lab.opened(name, *cells) as opened:
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
