"""Executions read from histories that follow the documented meaning of the events."""

import gzip
import json
from pathlib import Path

import botocore
import pytest
from history_writer import HistoryWriter

from sagalab.history.events import EVENT_TYPES, whole_number
from sagalab.history.execution import Execution


def read(writer: HistoryWriter, definition: dict | None = None) -> Execution:
    execution = Execution.from_history(writer.events, definition)
    assert execution.warnings == []
    return execution


def statuses(execution: Execution) -> dict[str, str]:
    return {visit.name: visit.status for visit in execution.visits}


def test_the_catalogue_holds_every_type_of_the_service():
    model = Path(botocore.__file__).parent / "data" / "stepfunctions" / "2016-11-23" / "service-2.json.gz"
    types = json.loads(gzip.decompress(model.read_bytes()))["shapes"]["HistoryEventType"]["enum"]
    assert sorted(types) == sorted(EVENT_TYPES)


@pytest.mark.parametrize(
    ("events", "outcome", "error"),
    [
        (["LambdaFunctionScheduled", "LambdaFunctionStarted", "LambdaFunctionFailed"], "failed", "E"),
        (["LambdaFunctionScheduled", "LambdaFunctionScheduleFailed"], "failed", "E"),
        (["LambdaFunctionScheduled", "LambdaFunctionStartFailed"], "failed", "E"),
        (["LambdaFunctionScheduled", "LambdaFunctionStarted", "LambdaFunctionTimedOut"], "timed_out", "E"),
        (["ActivityScheduled", "ActivityStarted", "ActivityFailed"], "failed", "E"),
        (["ActivityScheduleFailed"], "failed", "E"),
        (["ActivityScheduled", "ActivityTimedOut"], "timed_out", "E"),
        (["TaskScheduled", "TaskStartFailed"], "failed", "E"),
        (["TaskScheduled", "TaskStarted", "TaskSubmitFailed"], "failed", "E"),
        (["TaskScheduled", "TaskStarted", "TaskSubmitted", "TaskTimedOut"], "timed_out", "E"),
        (["TaskScheduled", "TaskStarted", "TaskSubmitted", "TaskFailed"], "failed", "E"),
    ],
)
def test_every_way_an_attempt_can_fail(events, outcome, error):
    for caught in (False, True):
        history = HistoryWriter()
        last = history.enter("T", 0)
        for event_type in events:
            details = {"error": error} if event_type == events[-1] else {"resource": "r"}
            last = history.add(event_type, last, **details)
        if caught:
            last = history.exit("T", last, output={"Error": error, "Cause": ""})
            history.exit("Next", history.enter("Next", last, "Pass"), "Pass")
        else:
            history.add("ExecutionFailed", last, error=error)
        visit = read(history).visits[0]
        assert [(a.outcome, a.error) for a in visit.attempts] == [(outcome, error)]
        assert visit.status == ("caught" if caught else outcome)
        assert visit.caught_error == (error if caught else None)


def test_a_retried_task_that_succeeds_has_no_error():
    history = HistoryWriter()
    history.add("ExecutionSucceeded", history.task("T", 0, errors=2), output='{"ok": true}')
    execution = read(history)
    (visit,) = execution.visits
    assert [a.outcome for a in visit.attempts] == ["failed", "failed", "succeeded"]
    assert [a.error for a in visit.attempts] == ["Oops", "Oops", None]
    assert (visit.status, visit.error, visit.tries) == ("succeeded", None, 3)
    assert visit.attempts[0].label == "lambda:invoke"
    assert execution.output == {"ok": True} and execution.status == "SUCCEEDED"


def test_between_two_attempts_a_task_is_running():
    history = HistoryWriter()
    failed = history.fail(history.schedule(history.enter("T", 0)))
    (visit,) = read(history).visits
    assert visit.status == "running" and visit.attempts[0].outcome == "failed" and visit.error == "Oops"
    history.add("TaskStateAborted", history.schedule(failed))
    (visit,) = read(history).visits
    assert [a.outcome for a in visit.attempts] == ["failed", "aborted"]
    assert (visit.status, visit.error) == ("aborted", None)


def two_branches(history: HistoryWriter) -> tuple[int, int]:
    """Begin a Parallel P with tasks A and B, interleaved; return the last event of each."""
    started = history.add("ParallelStateStarted", history.enter("P", 0, "Parallel"))
    a, b = history.enter("A", started), history.enter("B", started)
    return history.schedule(a), history.schedule(b)


@pytest.mark.parametrize("says_aborted", [True, False])
def test_branches_come_apart_and_a_sibling_of_a_failure_is_aborted(says_aborted):
    history = HistoryWriter()
    a, b = two_branches(history)
    failed = history.fail(b)
    if says_aborted:
        history.add("TaskStateAborted", a)
    failed = history.add("ParallelStateFailed", failed)
    left = history.exit("P", failed, "Parallel")
    history.exit("C", history.enter("C", left, "Pass"), "Pass")
    execution = read(history)
    assert statuses(execution) == {"P": "caught", "A": "aborted", "B": "failed", "C": "succeeded"}
    p, a, b, _ = execution.visits
    assert (a.branch, b.branch, a.parent, b.parent) == (0, 1, p, p)
    assert [x.outcome for x in a.attempts] == ["aborted"] and p.caught_error == "Oops" == b.error


@pytest.mark.parametrize(
    ("end", "status", "visit_status"),
    [("ExecutionTimedOut", "TIMED_OUT", "timed_out"), ("ExecutionAborted", "ABORTED", "aborted")],
)
def test_the_end_of_the_execution_cuts_off_what_is_open(end, status, visit_status):
    history = HistoryWriter()
    two_branches(history)
    history.add(end, 0, error="E", cause="somebody")
    execution = read(history)
    assert (execution.status, execution.error, execution.cause) == (status, "E", "somebody")
    assert set(statuses(execution).values()) == {visit_status}
    assert {a.outcome for v in execution.visits for a in v.attempts} == {visit_status}
    assert execution.stopped is not None


def test_a_failure_that_skips_the_parallel_still_fails_it():
    history = HistoryWriter()
    a, b = two_branches(history)
    history.add("ExecutionFailed", a, error="States.Runtime", cause="no path")
    execution = read(history)
    assert statuses(execution) == {"P": "failed", "A": "failed", "B": "aborted"}
    assert execution.visits[0].error == "States.Runtime"


def test_nested_containers_fail_from_inside_out():
    history = HistoryWriter()
    outer = history.add("ParallelStateStarted", history.enter("Outer", 0, "Parallel"))
    wait = history.enter("W", outer, "Wait")
    inner = history.add("MapStateStarted", history.enter("Inner", outer, "Map"), length=2)
    item = history.add("MapIterationStarted", inner, name="Inner", index=0)
    fail = history.enter("F", item, "Fail")
    history.add("MapIterationFailed", fail, name="Inner", index=0)
    failed = history.add("MapStateFailed", fail)
    history.add("WaitStateAborted", wait)
    failed = history.add("ParallelStateFailed", failed)
    history.add("ExecutionFailed", failed, error="Bad", cause="very")
    execution = read(history)
    assert statuses(execution) == {"Outer": "failed", "W": "aborted", "Inner": "failed", "F": "failed"}
    assert [v.error for v in execution.visits] == ["Bad", None, "Bad", "Bad"]
    assert [v.depth for v in execution.visits] == [0, 1, 1, 2]


def test_iterations_that_run_at_once_come_apart():
    """Two items at once; the third starts where the second has made room for it."""
    history = HistoryWriter()
    started = history.add("MapStateStarted", history.enter("M", 0, "Map"), length=3)
    first = history.add("MapIterationStarted", started, name="M", index=0)
    second = history.add("MapIterationStarted", started, name="M", index=1)
    first, second = history.enter("T", first), history.enter("T", second)
    second = history.exit("T", history.succeed(history.schedule(second)))
    first = history.schedule(first)
    history.add("MapIterationSucceeded", second, name="M", index=1)
    third = history.add("MapIterationStarted", second, name="M", index=2)
    third = history.task("T", third, errors=1)
    history.add("MapIterationSucceeded", third, name="M", index=2)
    first = history.exit("T", history.succeed(first))
    history.add("MapIterationSucceeded", first, name="M", index=0)
    history.add("MapStateSucceeded", first)
    history.add("ExecutionSucceeded", history.exit("M", first, "Map"))
    execution = read(history)
    assert [(v.name, v.iteration, len(v.attempts)) for v in execution.visits] == [
        ("M", None, 0), ("T", 0, 1), ("T", 1, 1), ("T", 2, 2),
    ]  # fmt: skip
    iterations = execution.visits[0].iterations
    assert [(i.index, i.status) for i in iterations] == [(i, "succeeded") for i in range(3)]
    assert execution.visits[1].exited > execution.visits[3].exited


def test_an_item_of_no_possible_number_is_warned_of_and_the_table_holds():
    """No column holds so large a number; hypothesis found it."""
    history = HistoryWriter()
    started = history.add("MapStateStarted", history.enter("M", 0, "Map"), length=1)
    history.task("T", history.add("MapIterationStarted", started, name="M", index=10**30))
    execution = Execution.from_history(history.events)
    assert "Event 4 does not say which item it is about." in execution.warnings
    assert list(execution.table()["state"]) == ["M", "T"]


@pytest.mark.parametrize("says_failed", [True, False])
@pytest.mark.parametrize("says_started", [True, False])
def test_a_retried_parallel_is_one_visit_of_two_rounds(says_failed, says_started):
    """The children are entered again; events of the Parallel itself may stand between, or not."""
    history = HistoryWriter()
    a, b = two_branches(history)
    last = history.fail(a)
    last = history.add("ParallelStateFailed", last) if says_failed else last
    last = history.add("ParallelStateStarted", last) if says_started else last
    again = [history.enter("A", last), history.enter("B", last if says_started or says_failed else 3)]
    again = [history.exit(n, history.succeed(history.schedule(i))) for n, i in zip("AB", again, strict=True)]
    history.add("ParallelStateSucceeded", again[1])
    history.add("ExecutionSucceeded", history.exit("P", again[1], "Parallel"))
    execution = read(history)
    parallel = execution.visits[0]
    assert [r.outcome for r in parallel.rounds] == ["failed", "succeeded"]
    assert (parallel.status, parallel.error, parallel.tries, parallel.attempts) == ("succeeded", None, 2, [])
    children = [(v.name, v.status, v.round, v.branch) for v in execution.visits[1:]]
    assert children == [
        ("A", "failed", 1, 0), ("B", "aborted", 1, 1), ("A", "succeeded", 2, 0), ("B", "succeeded", 2, 1),
    ]  # fmt: skip


def test_a_new_round_that_begins_with_another_branch_or_with_the_same_one():
    history = HistoryWriter()
    started = history.add("ParallelStateStarted", history.enter("P", 0, "Parallel"))
    failed = history.add("ParallelStateFailed", history.enter("A", started, "Fail"))
    history.enter("B", failed)
    assert [(v.name, v.round) for v in read(history).visits[1:]] == [("A", 1), ("B", 2)]
    history = HistoryWriter()
    started = history.add("ParallelStateStarted", history.enter("P", 0, "Parallel"))
    history.enter("A", started, "Fail"), history.enter("A", started, "Fail")
    assert [(v.name, v.round) for v in read(history).visits[1:]] == [("A", 1), ("A", 2)]


@pytest.mark.parametrize("says_failed", [True, False])
def test_a_map_in_a_map_that_could_not_start(says_failed):
    history = HistoryWriter()
    started = history.add("MapStateStarted", history.enter("Outer", 0, "Map"), length=1)
    item = history.add("MapIterationStarted", started, name="Outer", index=0)
    history.enter("Inner", item, "Map")
    details = {"error": "States.QueryEvaluationError", "location": "Items", "state": "Inner"}
    failed = history.add("MapStateFailed", history.add("EvaluationFailed", item, **details))
    if says_failed:
        history.add("MapIterationFailed", failed, name="Outer", index=0)
    failed = history.add("MapStateFailed", failed)
    history.exit("Undo", history.enter("Undo", history.exit("Outer", failed, "Map"), "Pass"), "Pass")
    execution = read(history)
    assert statuses(execution) == {"Outer": "caught", "Inner": "failed", "Undo": "succeeded"}
    assert execution.visits[0].caught_error == "States.QueryEvaluationError"
    assert [r.outcome for r in execution.visits[0].rounds] == ["failed"]


@pytest.mark.parametrize("says_started", [True, False])
def test_a_retried_map_is_one_visit_of_two_rounds(says_started):
    history = HistoryWriter()
    last = history.add("MapStateStarted", history.enter("M", 0, "Map"), length=1)
    for number in (1, 2):
        fail = history.enter("F", history.add("MapIterationStarted", last, name="M", index=0), "Fail")
        history.add("MapIterationFailed", fail, name="M", index=0)
        last = history.add("MapStateStarted", fail, length=1) if says_started and number == 1 else fail
    last = history.add("MapStateFailed", last)
    history.add("ExecutionFailed", last, error="Bad")
    execution = read(history)
    visit = execution.visits[0]
    assert [(r.number, r.outcome) for r in visit.rounds] == [(1, "failed"), (2, "failed")]
    assert [(v.name, v.iteration, v.round, v.status) for v in execution.visits[1:]] == [
        ("F", 0, 1, "failed"), ("F", 0, 2, "failed"),
    ]  # fmt: skip
    assert [(i.index, i.status) for i in visit.iterations] == [(0, "failed")]


def test_an_error_without_an_event_of_its_own_that_was_caught():
    """A Task left without a schedule; one whose result could not be placed; one by the definition."""
    history = HistoryWriter()
    error = {"Error": "States.ParameterPathFailure", "Cause": "no such path"}
    last = history.exit("A", history.enter("A", 0), output=error)
    last = history.succeed(history.schedule(history.enter("B", last)))
    last = history.exit("B", last, output={"Error": "States.ResultPathMatchFailure", "Cause": "x"})
    last = history.succeed(history.schedule(history.enter("C", last)))
    last = history.exit("C", last, output={"order": 1, "why": {"Error": "Own", "Cause": "y"}})
    history.enter("Undo", last, "Pass")
    catch = [{"ErrorEquals": ["States.ALL"], "Next": "Undo"}]
    states = {"C": {"Type": "Task", "Next": "D", "Catch": catch}, "Undo": {"Type": "Pass", "End": True}}
    execution = read(history, {"StartAt": "A", "States": states})
    assert [v.caught_error for v in execution.visits] == [
        "States.ParameterPathFailure", "States.ResultPathMatchFailure", "Own", None,
    ]  # fmt: skip
    assert [v.status for v in execution.visits] == ["caught"] * 3 + ["running"]
    assert [v.status for v in read(history).visits] == ["caught", "caught", "succeeded", "running"]


@pytest.mark.parametrize("follows", ["the state's entry", "what the state followed"])
def test_an_expression_that_fails_is_caught_or_retried(follows):
    """AWS lets EvaluationFailed follow what the state followed; others let it follow the state's entry."""
    details = {"error": "States.QueryEvaluationError", "cause": "c", "location": "Arguments", "state": "T"}
    history = HistoryWriter()
    before = history.exit("S", history.enter("S", 0, "Pass"), "Pass")
    entered = history.enter("T", before)
    previous = entered if follows == "the state's entry" else before
    failed = history.add("EvaluationFailed", previous, **details)
    last = history.exit("T", history.succeed(history.schedule(failed)))
    entered = history.enter("T", last)
    failed = history.add("EvaluationFailed", entered if previous != before else last, **details)
    history.enter("Undo", history.exit("T", failed), "Pass")
    execution = read(history)
    assert [v.status for v in execution.visits] == ["succeeded", "succeeded", "caught", "running"]
    assert execution.visits[2].caught_error == "States.QueryEvaluationError"
    assert [len(v.attempts) for v in execution.visits] == [0, 1, 0, 0]


def test_a_fail_state_in_a_parallel_that_is_caught_tells_its_error_by_the_catchers_output():
    history = HistoryWriter()
    started = history.add("ParallelStateStarted", history.enter("P", 0, "Parallel"))
    failed = history.add("ParallelStateFailed", history.enter("F", started, "Fail"))
    output = {"order": 1, "error": {"Error": "Mine", "Cause": "broken"}}
    history.enter("Undo", history.exit("P", failed, "Parallel", output), "Pass")
    execution = read(history)
    assert [(v.status, v.error, v.cause) for v in execution.visits[:2]] == [
        ("caught", "Mine", "broken"), ("failed", "Mine", "broken"),
    ]  # fmt: skip


@pytest.mark.parametrize("enters_again", [False, True])
def test_a_redriven_execution_goes_on_where_it_had_failed(enters_again):
    history = HistoryWriter()
    a, b = two_branches(history)
    a = history.fail(a)
    history.add("TaskStateAborted", b)
    last = history.add("ExecutionFailed", history.add("ParallelStateFailed", a), error="Oops")
    last = history.add("ExecutionRedriven", last, redriveCount=1)
    assert Execution.from_history(history.events).status == "RUNNING"
    if enters_again:
        started = history.add("ParallelStateStarted", history.enter("P", last, "Parallel"))
        ends = [history.task(name, started) for name in "AB"]
    else:
        ends = [history.exit(n, history.succeed(history.schedule(i))) for n, i in (("A", a), ("B", b))]
    history.add("ExecutionSucceeded", history.exit("P", ends[1], "Parallel"))
    execution = Execution.from_history(history.events)
    assert execution.status == "SUCCEEDED" and execution.redrives == 1 and execution.error is None
    if enters_again:
        assert [v.status for v in execution.visits] == ["failed", "failed", "aborted"] + ["succeeded"] * 3
        assert execution.visits[3].parent is None
    else:
        assert statuses(execution) == dict.fromkeys("PAB", "succeeded")
        assert [len(v.attempts) for v in execution.visits] == [0, 2, 2]


def test_a_redriven_task_has_a_further_attempt():
    history = HistoryWriter()
    failed = history.fail(history.schedule(history.enter("T", 0)))
    last = history.add("ExecutionFailed", failed, error="Oops")
    last = history.add("ExecutionRedriven", last, redriveCount=1)
    history.add("ExecutionSucceeded", history.exit("T", history.succeed(history.schedule(last))))
    (visit,) = read(history).visits
    assert visit.status == "succeeded" and [a.outcome for a in visit.attempts] == ["failed", "succeeded"]


def test_a_failed_and_a_redriven_map_run():
    history = HistoryWriter()
    started = history.add("MapStateStarted", history.enter("M", 0, "Map"), length=9)
    run = history.add("MapRunStarted", started, mapRunArn="arn:run")
    failed = history.add("MapRunFailed", run, error="States.ExceedToleratedFailureThreshold", cause="5 of 9")
    last = history.add("ExecutionFailed", history.add("MapStateFailed", failed), error="E")
    (visit,) = read(history).visits
    assert (visit.status, visit.error) == ("failed", "States.ExceedToleratedFailureThreshold")
    assert (visit.map_run_arn, visit.length) == ("arn:run", 9)
    last = history.add("ExecutionRedriven", last, redriveCount=1)
    run = history.add("MapRunRedriven", last, mapRunArn="arn:run", redriveCount=1)
    history.add("MapRunSucceeded", run)
    history.add("ExecutionSucceeded", history.exit("M", run, "Map"))
    (visit,) = read(history).visits
    assert (visit.status, visit.error) == ("succeeded", None)


def test_branches_are_numbered_by_the_definition():
    def branch(name: str) -> dict:
        return {"StartAt": name, "States": {name: {"Type": "Task", "End": True}}}

    history = HistoryWriter()
    started = history.add("ParallelStateStarted", history.enter("P", 0, "Parallel"))
    history.enter("B", started), history.enter("A", started)
    definition = {
        "StartAt": "P",
        "States": {"P": {"Type": "Parallel", "Branches": [branch("A"), branch("B")], "End": True}},
    }
    assert [v.branch for v in read(history, definition).visits] == [None, 1, 0]
    assert [v.branch for v in read(history, json.dumps(definition)).visits] == [None, 1, 0]
    assert [v.branch for v in read(history).visits] == [None, 0, 1]


def test_tables():
    history = HistoryWriter()
    last = history.task("B", 0, errors=1)
    last = history.task("A", last)
    history.task("B", last)
    execution = read(history)
    table = execution.table()
    assert table.index.name == "visit" and list(table["state"]) == ["B", "A", "B"]
    assert table["state"].cat.ordered and list(table["state"].cat.categories) == ["B", "A"]
    assert list(table["attempts"]) == [2, 1, 1] and table["attempts"].dtype == "int64"
    assert table["entered_s"].tolist() == pytest.approx([0.1, 0.9, 1.4])
    assert table["duration_s"].dtype == "float64" and str(table["status"].dtype) == "category"
    events = execution.events_table()
    assert list(events.index) == [e["id"] for e in history.events]
    assert events["at_s"].iloc[3] == pytest.approx(0.3)
    assert events["state"].iloc[0] is not events["state"].iloc[1] and events["state"].iloc[1] == "B"
    assert events["details"].str.contains("error=Oops").sum() == 1
    assert execution.visit_of(2) is execution.visits[0] and execution.visit_of(1) is None
    empty = execution.at(0)
    assert (empty.status, len(empty.table()), len(empty.events_table())) == ("RUNNING", 0, 0)
    with pytest.raises(ValueError, match="negative"):
        execution.at(-1)


def test_a_state_that_was_passed_without_being_left_was_caught_if_an_error_had_struck_it():
    """A log that lost the exits: what follows tells that the execution went on."""
    history = HistoryWriter()
    failed = history.fail(history.schedule(history.enter("Pay", 1)), "Declined")
    passed = history.enter("Undo", failed, "Pass")
    last = history.enter("Tell", passed, "Pass")
    history.add("ExecutionSucceeded", history.exit("Tell", last, "Pass"), output="{}")
    execution = Execution.from_history(history.events)
    pay, undo, tell = execution.visits
    assert (pay.status, pay.caught_error, pay.error) == ("caught", "Declined", "Declined")
    assert (undo.status, undo.caught_error) == ("succeeded", None) and tell.status == "succeeded"
    assert pay.next is undo and undo.next is tell
    assert any("without an event that says it was left" in warning for warning in execution.warnings)


def test_a_fail_state_that_was_passed_is_caught_by_nobody():
    history = HistoryWriter()
    both = history.add("ParallelStateStarted", history.enter("Both", 1, "Parallel"))
    no = history.enter("No", both, "Fail")
    after = history.enter("After", history.exit("Both", no, "Parallel", {"Error": "X", "Cause": "c"}), "Pass")
    history.add("ExecutionSucceeded", history.exit("After", after, "Pass"), output="{}")
    both, no, after = Execution.from_history(history.events).visits
    assert (both.status, no.status, no.caught_error) == ("caught", "failed", None)


def test_events_without_a_chain_go_to_the_oldest_visit_that_they_fit():
    """Two branches with a task each; the ends of their calls lost previousEventId."""
    history = HistoryWriter()
    both = history.add("ParallelStateStarted", history.enter("Both", 1, "Parallel"))
    one, two = history.enter("One", both), history.enter("Two", both)
    history.schedule(one, "first")
    history.schedule(two, "second")
    for resource, kind in (("second", "TaskFailed"), ("first", "TaskSucceeded")):
        history.add(kind, 0, resourceType="lambda", resource=resource, error="Oops", output="{}")
    for event in history.events[-2:]:
        event.pop("previousEventId")
    _, one, two = Execution.from_history(history.events).visits
    assert [(a.resource, a.outcome) for a in one.attempts] == [("first", "succeeded")]
    assert [(a.resource, a.outcome) for a in two.attempts] == [("second", "failed")]


def test_an_exit_without_a_chain_leaves_the_visit_of_its_name():
    """The oldest that is open; of what is not open, the one around the place before."""
    history = HistoryWriter()
    both = history.add("ParallelStateStarted", history.enter("Both", 1, "Parallel"))
    for name in ("One", "Two"):
        history.enter(name, both, "Wait")
    for name, kind in (("Two", "Wait"), ("One", "Wait"), ("Both", "Parallel")):
        history.exit(name, 0, kind, name)
        history.events[-1].pop("previousEventId")
    execution = Execution.from_history(history.events)
    assert [(visit.name, visit.status, visit.output) for visit in execution.visits] == [
        ("Both", "succeeded", "Both"), ("One", "succeeded", "One"), ("Two", "succeeded", "Two"),
    ]  # fmt: skip


def test_a_state_without_a_chain_is_entered_where_the_definition_has_it():
    machine = {
        "StartAt": "Both",
        "States": {
            "Both": {
                "Type": "Parallel",
                "Next": "After",
                "Branches": [
                    {"StartAt": name, "States": {name: {"Type": "Pass", "End": True}}}
                    for name in ("One", "Two")
                ],
            },
            "After": {"Type": "Pass", "End": True},
        },
    }
    history = HistoryWriter()
    history.enter("Both", 1, "Parallel")  # its start was lost, and with it the first round
    for name in ("Two", "One", "After"):
        history.enter(name, 0, "Pass")
        history.events[-1].pop("previousEventId")
    both, two, one, after = Execution.from_history(history.events, machine).visits
    assert [(visit.parent, visit.branch) for visit in (two, one, after)] == [
        (both, 1),
        (both, 0),
        (None, None),
    ]
    assert both.next is after and len(both.rounds) == 1


def test_a_state_in_an_aborted_iteration_is_aborted():
    writer = HistoryWriter()
    entered = writer.enter("Each", 1, "Map")
    started = writer.add("MapStateStarted", entered, length=1)
    iteration = writer.add("MapIterationStarted", started, name="Each", index=0)
    scheduled = writer.schedule(writer.enter("Inside", iteration))
    aborted = writer.add("MapIterationAborted", scheduled, name="Each", index=0)
    writer.add("MapStateAborted", aborted)
    assert statuses(read(writer))["Inside"] == "aborted"


@pytest.mark.parametrize(
    ("value", "number"), [(2**63 - 1, 2**63 - 1), (2**63, None), (-1, None), (True, None)]
)
def test_an_id_is_a_number_that_tables_can_hold(value, number):
    assert whole_number(value) == number
