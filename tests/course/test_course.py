"""The parts of the course that need no cloud: backoff, the storm, predictions, progress, outcomes."""

import json
import os
from datetime import UTC, datetime, timedelta

import ipywidgets
import pytest

from sagalab import SagaLabError, backoff, check, gaps, predict, storm, task_state
from sagalab.asl.backoff import retrier_for
from sagalab.course import completed
from sagalab.course.cells import exercise_cells
from sagalab.course.outcome import Mistake, is_stub, is_stub_source
from sagalab.history.visits import Attempt, Visit


@pytest.fixture
def state(tmp_path, monkeypatch):
    monkeypatch.setenv("SAGALAB_STATE_DIR", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize(
    ("retrier", "waits"),
    [
        ({}, [1, 2, 4]),
        ({"IntervalSeconds": 2, "MaxDelaySeconds": 8, "MaxAttempts": 4}, [2, 4, 8, 8]),
        ({"BackoffRate": 1.5, "MaxAttempts": 2}, [1, 1.5]),
        ({"MaxAttempts": 0}, []),
    ],
)
def test_backoff_follows_the_formula(retrier, waits):
    assert backoff(retrier) == waits


def test_gaps_are_measured_from_an_end_to_the_next_start():
    start = datetime(2026, 1, 1, tzinfo=UTC)
    times = [(0, 1), (3, 4), (8, 9)]
    attempts = [
        Attempt(number, scheduled=start + timedelta(seconds=begin), ended=start + timedelta(seconds=end))
        for number, (begin, end) in enumerate(times, 1)
    ]
    assert gaps(Visit(0, "A", "Task", attempts=attempts)) == [2, 4]


def test_the_first_retrier_that_names_the_error_takes_it():
    named, tasks, everything = (
        {"ErrorEquals": ["A"]},
        {"ErrorEquals": ["States.TaskFailed"]},
        {"ErrorEquals": ["States.ALL"]},
    )
    assert retrier_for([named, tasks, everything], "A") is named
    assert retrier_for([named, tasks, everything], "B") is tasks
    assert retrier_for([named, tasks, everything], "States.Timeout") is everything
    assert retrier_for([named], "B") is None


def test_jitter_flattens_the_storm_and_each_drawing_is_the_same():
    retrier = {"MaxAttempts": 2}
    chart = storm({"none": retrier, "full": {**retrier, "JitterStrategy": "FULL"}}, orders=100)
    assert chart.words.startswith(
        "100 orders call a service that is down. none: 200 retries, at most 100 in 0.25 s; full:"
    )
    for axes in chart.axes:  # the bars and the legend count every call
        first, retries = ([bar for bar in bars if bar.get_height()] for bars in axes.containers)
        assert [sum(bar.get_height() for bar in bars) for bars in (first, retries)] == [100, 200]
        assert all(bar.get_y() == (100 if bar.get_x() == 0 else 0) for bar in retries)
    assert [text.get_text() for text in chart.legends[0].get_texts()] == ["100 first calls", "retries"]
    most = int(chart.words.rsplit("at most ", 1)[1].split()[0])
    assert most < 60
    assert storm({"full": {**retrier, "JitterStrategy": "FULL"}}, orders=100).words.endswith(
        f"at most {most} in 0.25 s"
    )


def widgets_in(widget):
    yield widget
    for child in getattr(widget, "children", ()):
        yield from widgets_in(child)


def test_a_prediction_explains_each_choice():
    asked = predict("How many?", {"one": "because", "two": "it was <not>"}, answer="one")
    assert (asked.chosen, asked.feedback) == (None, "")
    assert repr(asked).splitlines() == [
        "How many?", "  1. one", "  2. two", "  answer with predict.answer(1) or predict.answer(2)",
    ]  # fmt: skip
    assert asked.choose("two") == "✗ No: it was <not>"
    assert not asked.is_right
    assert "&lt;not&gt;" in asked.widget.children[2].value
    buttons = [each for each in widgets_in(asked.widget) if isinstance(each, ipywidgets.Button)]
    assert [each.description for each in buttons] == ["○ one", "● two"]
    buttons[0].click()  # as a click or a key does
    assert [each.description for each in buttons] == ["● one", "○ two"]
    assert asked.is_right and ">✓ Yes: because</div>" in asked.widget.children[2].value
    assert str(predict.answer(2)) == "How many?\n✗ No: it was <not>" and asked.chosen == "two"
    for wrong in ("three", 0, 3):
        with pytest.raises(SagaLabError, match="none of the choices"):
            predict.answer(wrong)
    with pytest.raises(SagaLabError, match="none of the choices"):
        asked.choose("three")
    with pytest.raises(SagaLabError, match="none of the choices"):
        predict("How many?", {"one": ""}, answer="two")


def test_task_state_is_a_task_that_calls_with_the_order():
    task = task_state("CreditPaymentFunction", next="A")
    assert task["Arguments"] == {"FunctionName": "${CreditPaymentFunction}", "Payload": "{% $order %}"}
    assert task["Next"] == "A" and "End" not in task
    assert task_state("X")["End"] is True


def test_done_is_kept_across_kernels(state):
    assert check.waits([1]).remark == ""
    assert completed.completed()["waits"]["done"] is None
    check.waits([3, 6, 12, 20, 20])
    check.waits([1])  # a later mistake does not undo it
    kept = json.loads((state / "progress.json").read_text(encoding="utf-8"))["exercises"]["waits"]
    assert kept["tries"] == 3 and kept["done"]
    assert check.progress().done == ["waits"]
    assert "✓ done" in repr(check.progress()) and "✓ done" in check.progress()._repr_html_()
    assert {path.name for path in state.iterdir()} - {"progress.json.lock"} == {"progress.json"}


def test_a_stub_leaves_no_trace(state):
    check.waits(...)
    assert not list(state.iterdir())


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"exercises": {"waits": 3}}', '{"exercises": {"waits": {"tries": ""}}}', "é"]
)
def test_a_damaged_file_is_set_aside_and_the_answer_stands(state, content):
    (state / "progress.json").write_text(content, encoding="utf-8")
    assert "damaged" in repr(check.progress())
    outcome = check.waits([3, 6, 12, 20, 20])
    assert outcome.is_correct
    assert "set aside" in outcome.remark and "set aside" in str(outcome)
    assert (state / "progress.damaged").read_text(encoding="utf-8") == content
    assert check.progress().done == ["waits"]


def test_a_full_disk_is_said_and_the_answer_stands(state, monkeypatch):
    check.waits([1])

    def full(*_args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    outcome = check.waits([3, 6, 12, 20, 20])
    assert outcome.is_correct
    assert (
        outcome.remark == "The progress could not be kept: No space left on device. The answer above stands."
    )
    assert {path.name for path in state.iterdir()} - {"progress.json.lock"} == {"progress.json"}
    assert completed.completed()["waits"]["tries"] == 1


def test_hints_give_away_more_each_time_and_then_stay(state):
    shown = [str(check.hint("patience")) for _ in range(4)]
    assert [text[:11] for text in shown] == ["Hint 1 of 3", "Hint 2 of 3", "Hint 3 of 3", "Hint 3 of 3"]
    assert completed.completed()["patience"]["hints"] == 3
    assert str(check.solution("waits")) == "my_waits = [3, 6, 12, 20, 20]"
    assert completed.completed()["waits"]["solution"]


def test_references_are_new_each_time():
    first, second = check.reference("assign"), check.reference("assign")
    first["States"].clear()
    assert second["States"]


def test_a_notebook_that_cannot_be_read_names_the_cure(tmp_path):
    (tmp_path / "x.ipynb").write_text("{", encoding="utf-8")
    with pytest.raises(SagaLabError, match="git checkout notebooks/x.ipynb"):
        exercise_cells(tmp_path / "x.ipynb")


def half_done(tables):
    return len(tables) == ...


def test_a_function_or_a_source_with_an_ellipsis_is_a_stub():
    assert is_stub(half_done)
    assert is_stub_source("def debit(order, context):\n    ...\n")
    for text in ('print("...")', "# ...", "def debit(:", 3, "(" * 500):
        assert not is_stub_source(text)


@pytest.mark.parametrize("answer", [{"Comment": "", "States": {}}, [], [0], "text", {"A": None}, repr])
def test_an_answer_without_a_placeholder_is_no_stub(answer):
    assert not is_stub(answer)


def test_a_mistake_shows_in_words_and_html():
    outcome = Mistake("a < b", expected="c", happened="d").outcome("retry")
    assert str(outcome).splitlines()[:3] == ["✗ wrong, because a < b", "  expected: c", "  happened: d"]
    assert "a &lt; b" in outcome._repr_mimebundle_()["text/html"]
