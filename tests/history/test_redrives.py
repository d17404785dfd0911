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


def scheduled(history: HistoryWriter, previous: int, parameters: str) -> int:
    resource = {"resourceType": "lambda", "resource": "invoke"}
    begun = history.add("TaskScheduled", previous, **resource, region="eu", parameters=parameters)
    return history.add("TaskStarted", begun, **resource)


def test_branches_that_are_scheduled_by_the_redrive_itself_are_found_by_what_they_call():
    history = HistoryWriter()
    started = history.add("ParallelStateStarted", history.enter("P", 0, "Parallel"))
    a = scheduled(history, history.enter("A", started), '{"a": 1}')
    b = scheduled(history, history.enter("B", started), '{"b": 1}')
    done = history.task("C", started)
    last = history.add("ParallelStateFailed", history.fail(b))
    last = history.add("ExecutionFailed", last, error="Oops")
    redriven = history.add("ExecutionRedriven", last, redriveCount=1)
    b = scheduled(history, redriven, '{"b": 1}')
    a = scheduled(history, redriven, '{"a": 1}')
    b = history.exit("B", history.succeed(b))
    a = history.exit("A", history.succeed(a))
    last = history.exit("P", history.add("ParallelStateSucceeded", a), "Parallel")
    history.add("ExecutionSucceeded", last)
    execution = Execution.from_history(history.events)
    assert execution.warnings == [] and done and b
    assert [(each.name, each.status, each.tries_in_words) for each in execution.visits] == [
        ("P", "succeeded", ""), ("A", "succeeded", "×1, redriven ×1"), ("B", "succeeded", "×1, redriven ×1"),
        ("C", "succeeded", ""),
    ]  # fmt: skip
    assert [each.outcome for each in execution.visits[1].attempts] == ["aborted", "succeeded"]
