"""A redriven execution: its attempts before and after are told apart, and nobody waited in between."""

from datetime import UTC, datetime, timedelta

import pytest
from history_writer import HistoryWriter

from sagalab.history.execution import Execution
from sagalab.history.visits import gaps

DEFINITION = {
    "StartAt": "T",
    "States": {"T": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": True}},
}
LATER = 3 * 24 * 3600.0


@pytest.fixture
def redriven() -> Execution:
    """A task that was tried three times and then failed; redriven, three days later, it needed two."""
    history = HistoryWriter()
    last = history.enter("T", 0)
    for _ in range(3):
        last = history.fail(history.schedule(last))
    last = history.add("ExecutionFailed", last, error="Oops", cause="because")
    before = len(history.events)
    last = history.add("ExecutionRedriven", last, redriveCount=1)
    last = history.fail(history.schedule(last))
    last = history.succeed(history.schedule(last))
    history.add("ExecutionSucceeded", history.exit("T", last))
    for event in history.events[before:]:
        event["timestamp"] += LATER
    return Execution.from_history(history.events, DEFINITION)


def test_each_redrive_is_told(redriven):
    [one] = redriven.redriven
    assert redriven.redrives == 1 and redriven.status == "SUCCEEDED" and redriven.error is None
    assert (one.number, one.status, one.error) == (1, "FAILED", "Oops")
    assert one.ended == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC) + timedelta(seconds=1.1)
    assert one.idle == pytest.approx(LATER + 0.1)
    assert redriven.events[one.event - 1]["type"] == "ExecutionRedriven"


def test_attempts_before_and_after_are_told_apart(redriven):
    [visit] = redriven.visits
    assert [(each.number, each.redrive) for each in visit.attempts] == [
        (1, 0),
        (2, 0),
        (3, 0),
        (4, 1),
        (5, 1),
    ]
    assert visit.tries == 5 and visit.tries_in_words == "×3, redriven ×2"


def test_the_time_before_a_redrive_is_no_wait_of_a_retrier(redriven):
    assert gaps(redriven.visits[0]) == pytest.approx([0.1, 0.1, 0.1])


def test_what_had_not_failed_says_nothing_of_a_redrive():
    history = HistoryWriter()
    last = history.add("ExecutionFailed", history.enter("T", 0), error="States.Runtime")
    last = history.add("ExecutionRedriven", last, redriveCount=1)
    last = history.exit("T", history.succeed(history.schedule(last)))
    last = history.task("U", last, errors=1)
    history.add("ExecutionSucceeded", last)
    first, second = Execution.from_history(history.events).visits
    assert (first.tries_in_words, second.tries_in_words) == ("", "×2")


def test_an_execution_as_it_was_before_the_redrive_knows_of_none(redriven):
    assert redriven.at(redriven.redriven[0].event - 1).redriven == []
    assert redriven.at(redriven.redriven[0].event).status == "RUNNING"
