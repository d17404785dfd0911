"""A redriven execution: its attempts before and after are told apart, and nobody waited in between."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from history_writer import HistoryWriter

from sagalab.asl.engine.history import as_boto
from sagalab.asl.engine.told import Redriven
from sagalab.history.execution import Execution
from sagalab.history.visits import gaps
from sagalab.rehearsal.rehearse import Script, fails, ready
from sagalab.rehearsal.world import World

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


def task(name: str, **more) -> dict:
    arguments = {"FunctionName": name.lower(), "Payload": "{% $states.input %}"}
    return {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Arguments": arguments, **more}


AB = {"StartAt": "A", "States": {"A": task("A", Next="B"), "B": task("B", End=True)}}
C_WAIT_D = {
    "StartAt": "C",
    "States": {
        "C": task("C", Next="W"), "W": {"Type": "Wait", "Seconds": 5, "Next": "D"}, "D": task("D", End=True),
    },
}  # fmt: skip
EACH = {"Type": "Map", "Items": "{% [1, 2, 3] %}", "ItemProcessor": AB, "End": True}
BOTH = {"Type": "Parallel", "Branches": [AB, C_WAIT_D], "End": True}
AGAIN = [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 1}]
OOPS = fails("Oops")
MANY_KINDS = {
    "a Map, one item after the other": (EACH | {"MaxConcurrency": 1}, [1, OOPS, 1], 1),
    "a Map, all items at once": (EACH, [1, OOPS, 1], 1),
    "a Map, redriven twice": (EACH, [1, OOPS, 1, OOPS, 1], 2),
    "a Parallel whose other branch waited": (BOTH, [OOPS, 1], 1),
    "a Parallel that is tried again, before the redrive and after it": (BOTH | {"Retry": AGAIN}, [OOPS, OOPS, OOPS, 1], 1),
    "a Map in a Parallel": (
        {"Type": "Parallel", "Branches": [{"StartAt": "Each", "States": {"Each": EACH}}, C_WAIT_D], "End": True}, [1, OOPS, 1], 1,
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", MANY_KINDS)
def test_what_our_interpreter_redrives_is_read_without_a_doubt(kind):
    state, answers, redrives = MANY_KINDS[kind]
    machine = {"QueryLanguage": "JSONata", "StartAt": "S", "States": {"S": state}}
    tree, program = ready(machine, filled=False)
    world = World(Script(tree, {"B": answers}, {}))
    world.start(program, json.dumps({}))
    for _ in range(redrives):
        assert world.finish().status == "FAILED"
        world.tell(0, Redriven(world.now))
    run = world.finish()
    execution = Execution.from_history(as_boto(run.events), machine)
    assert (execution.status, execution.redrives, execution.warnings) == ("SUCCEEDED", redrives, [])
    if "Retry" not in state:
        assert {visit.status for visit in execution.visits} == {"succeeded"}
    assert any("redriven" in visit.tries_in_words for visit in execution.visits if visit.name == "B")
