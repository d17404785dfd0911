"""The closing quizzes: a choice says why, the first one counts, the score is kept, and nothing stored tells it."""

import json
from collections import Counter

import ipywidgets
import nbformat
import pytest
from nbconvert import HTMLExporter

from sagalab import SagaLabError, check, quiz
from sagalab.course import completed
from sagalab.course.question import Question
from sagalab.course.quiz import AskQuiz
from sagalab.course.quizzes import quizzes
from sagalab.project import NOTEBOOKS

ONE = "11_test_it"
WIDGET = "application/vnd.jupyter.widget-view+json"
ALL = [(name, each) for name, questions in quizzes().items() for each in questions]
LABS = [path for path in sorted(NOTEBOOKS.glob("*.ipynb")) if path.name < "99"]


@pytest.fixture(autouse=True)
def state(tmp_path, monkeypatch):
    monkeypatch.setenv("SAGALAB_STATE_DIR", str(tmp_path))
    return tmp_path


def places(notebook: str, *, right: bool) -> list[int]:
    """Return for each question the number of a choice that is right, or wrong."""
    return [
        next(place for place, choice in enumerate(each.choices, 1) if (choice == each.answer) is right)
        for each in quizzes()[notebook]
    ]


def buttons_in(widget):
    if isinstance(widget, ipywidgets.Button):
        yield widget
    for child in getattr(widget, "children", ()):
        yield from buttons_in(child)


def test_the_first_choice_counts_and_the_best_score_is_kept():
    asked = quiz(ONE)
    total = len(quizzes()[ONE])
    wrong, right = places(ONE, right=False), places(ONE, right=True)
    assert f"{total} questions" in asked.words
    said = str(quiz.answer(1, wrong[0]))
    assert "✗ No: " in said and f"0 right so far; {total - 1} of {total} to go" in said
    quiz.answer(1, right[0])  # later, for what it says
    assert asked.score == 0 and asked.questions[0].feedback.startswith("✓ Yes: ")
    for number, place in enumerate(right[1:], 2):
        assert not completed.completed()
        said = str(quiz.answer(number, place))
    assert f"Your score: {total - 1} of {total}. For another try" in said
    assert f"quizzes, at best: 11 {total - 1} of {total}" in repr(check.progress())

    again = quiz(ONE)
    assert f"Your best so far: {total - 1}." in again.widget.children[-1].value
    for number, place in enumerate(wrong, 1):
        quiz.answer(number, place)
    kept = completed.completed()[f"quiz {ONE}"]
    assert kept["right"] == total - 1 and kept["tries"] == 2 and kept["done"]
    assert check.progress().quizzes == {ONE: f"{total - 1} of {total}"} and check.progress().done == []


def test_it_is_answered_by_its_buttons():
    asked = quiz(ONE)
    first = quizzes()[ONE][0]
    buttons = list(buttons_in(asked.widget))
    assert len(buttons) == sum(len(each.choices) for each in quizzes()[ONE])
    buttons[list(first.choices).index(first.answer)].click()
    assert asked.score == 1 and "1 right so far" in asked.widget.children[-1].value


def test_what_is_not_there_is_said():
    with pytest.raises(SagaLabError, match=r"There is no quiz '11_test'. Do you mean 11_test_it\?"):
        quiz("11_test")
    with pytest.raises(SagaLabError, match="No quiz was asked yet"):
        AskQuiz().answer(1, 1)
    quiz(ONE)
    for question in (0, 99, "1"):
        with pytest.raises(SagaLabError, match="There is no question"):
            quiz.answer(question, 1)
    with pytest.raises(SagaLabError, match="none of the choices"):
        quiz.answer(1, 9)
    with pytest.raises(ValueError, match="none of the choices"):
        Question("How many?", {"one": ""}, answer="two")


def test_a_progress_that_cannot_be_kept_is_said_and_the_score_stands(monkeypatch, tmp_path):
    (tmp_path / "file").touch()
    monkeypatch.setenv("SAGALAB_STATE_DIR", str(tmp_path / "file" / "state"))
    asked = quiz(ONE)
    for number, place in enumerate(places(ONE, right=True), 1):
        said = str(quiz.answer(number, place))
    assert asked.score == len(asked.questions) and "The progress could not be kept" in said


@pytest.mark.parametrize("name", quizzes())
def test_what_is_stored_says_how_it_is_answered_and_gives_no_answer_away(name):
    stored = repr(quiz(name))
    for number, each in enumerate(quizzes()[name], 1):
        assert f"quiz.answer({number}, 1)" in stored
        assert not any(why in stored for why in each.choices.values())
    assert quiz(name)._repr_mimebundle_()["text/plain"] == stored


def test_a_page_that_nbconvert_makes_says_how_it_is_answered():
    bundle = {
        WIDGET: {"version_major": 2, "version_minor": 0, "model_id": "0" * 32},
        "text/plain": repr(quiz(ONE)),
    }
    output = nbformat.v4.new_output("execute_result", bundle, execution_count=1)
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("quiz", outputs=[output])])
    page, _ = HTMLExporter().from_notebook_node(notebook)
    assert "answer with quiz.answer(1, 1)" in page


@pytest.mark.parametrize("name", quizzes())
def test_a_quiz_has_three_to_five_questions_and_every_choice_says_why(name):
    assert 3 <= len(quizzes()[name]) <= 5
    for each in quizzes()[name]:
        assert 3 <= len(each.choices) <= 4, each.text
        assert all(why.endswith((".", "?")) and len(why) > 20 for why in each.choices.values()), each.text
    places_of_answers = Counter(places(name, right=True))
    assert len(places_of_answers) > 1, "the right choice always stands in the same place"


def test_the_right_choice_is_not_the_longest_more_often_than_chance_has_it():
    longest = sum(max(each.choices, key=len) == each.answer for _, each in ALL)
    assert longest <= 0.5 * len(ALL)


@pytest.mark.parametrize("path", LABS, ids=lambda path: path.stem)
def test_its_cell_stands_above_the_summary_and_hides_its_code(path):
    text, cell, summary = nbformat.read(path, as_version=4).cells[-3:]
    assert text.source.startswith("## Quiz") and "## Summary" in summary.source
    assert cell.source == f'from sagalab import quiz\n\nquiz("{path.stem}")'
    assert cell.metadata.jupyter.source_hidden
    stored = json.dumps(cell.outputs, ensure_ascii=False)
    assert "quiz.answer(1, 1)" in stored
    assert not any(why in stored for each in quizzes()[path.stem] for why in each.choices.values())
