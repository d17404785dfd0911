"""Executions read from recorded histories: the project's own, and AWS's where they are beside this clone.

The expectations of single recordings were derived by reading their events, not from what the reader said.
"""

import re
from collections import Counter

import pytest
from recorded import FILES, OF_AWS, needs_aws, recording

from sagalab.history.execution import Execution
from sagalab.history.visits import OUTCOMES, VISIT_STATUSES

TERMINAL = {
    "ExecutionSucceeded": "SUCCEEDED",
    "ExecutionFailed": "FAILED",
    "ExecutionTimedOut": "TIMED_OUT",
    "ExecutionAborted": "ABORTED",
}
GROWING = ["nested_maps", "hardened_33", "parallel_retried", "map_caught", "by_hand_stopped_inside"]


def read(number: str) -> Execution:
    return Execution.from_history(recording(number))


_FAILED = ("Failed", "ScheduleFailed", "StartFailed", "SubmitFailed")


@pytest.mark.parametrize("number", [path.stem for path in FILES])
def test_what_holds_for_every_recording(number):
    events = recording(number)["events"]
    execution = read(number)
    types = Counter(event["type"] for event in events)
    visits = execution.visits

    assert execution.warnings == []
    assert execution.status == TERMINAL.get(events[-1]["type"], "RUNNING")
    entered = [event for event in events if event["type"].endswith("StateEntered")]
    assert execution.path == [event["stateEnteredEventDetails"]["name"] for event in entered]
    assert [v.entered_event for v in visits] == [event["id"] for event in entered]
    assert [f"{v.type}StateEntered" for v in visits] == [event["type"] for event in entered]
    exited = {event["id"]: event for event in events if event["type"].endswith("StateExited")}
    assert sorted(v.exited_event for v in visits if v.exited_event) == sorted(exited)
    for visit in visits:
        assert visit.status in VISIT_STATUSES
        if visit.exited_event:
            event = exited[visit.exited_event]
            assert event["type"] == f"{visit.type}StateExited"
            assert event["stateExitedEventDetails"]["name"] == visit.name
            assert visit.status in ("succeeded", "caught")
        else:
            assert visit.status not in ("succeeded", "caught")
        assert (visit.parent is None) == (visit.branch is None and visit.iteration is None)
        if visit.parent:
            assert visit.parent.entered_event < visit.entered_event
            assert visit.parent.exited_event is None or visit.parent.exited_event > visit.entered_event
        assert [a.number for a in visit.attempts] == list(range(1, len(visit.attempts) + 1))
        assert all(a.outcome in OUTCOMES and a.scheduled for a in visit.attempts)
    assert sum(len(v.attempts) for v in visits) == sum(n for t, n in types.items() if t.endswith("Scheduled"))
    outcomes = Counter(a.outcome for v in visits for a in v.attempts)
    ways = {"succeeded": ("Succeeded",), "timed_out": ("TimedOut",), "failed": _FAILED}
    for outcome, endings in ways.items():
        kinds = [kind + ending for kind in ("Task", "LambdaFunction", "Activity") for ending in endings]
        assert outcomes[outcome] == sum(types[kind] for kind in kinds)
    assert ("running" in {v.status for v in visits}) <= (execution.status == "RUNNING")
    if execution.status == "FAILED":
        assert any(v.status in ("failed", "timed_out") and v.parent is None for v in visits)
    if execution.status == "SUCCEEDED":
        assert all(v.status in ("succeeded", "caught") for v in visits if v.parent is None)
    iterations = Counter(i.status for v in visits for i in v.iterations)
    assert iterations["succeeded"] == types["MapIterationSucceeded"]
    assert iterations["failed"] == types["MapIterationFailed"]


@pytest.mark.parametrize(
    "number", GROWING + (["018", "087", "309", "366", "399", "570"] if OF_AWS.is_dir() else [])
)
def test_a_growing_history_never_takes_anything_back(number):
    whole = read(number)
    for k in range(len(whole.events) + 1):
        part = whole.at(k)
        assert part.path == whole.path[: len(part.visits)]
        assert part.warnings == []
        for then, now in zip(part.visits, whole.visits, strict=False):
            assert then.status in ("running", now.status)
            assert (then.branch, then.iteration, then.index) == (now.branch, now.iteration, now.index)
            assert len(then.attempts) <= len(now.attempts)


def rows(execution: Execution) -> list[tuple]:
    """Return (name, status, caught error or error, outcomes of the attempts) of each visit."""
    return [
        (v.name, v.status, v.caught_error or v.error, [a.outcome for a in v.attempts])
        for v in execution.visits
    ]


OWN = {
    "by_hand_activity_without_heartbeat": [
        ("Work", "caught", "Broken", ["timed_out", "failed"]),
        ("Mend", "succeeded", None, []),
    ],
    "by_hand_evaluation_failed": [("Sum", "failed", "States.QueryEvaluationError", [])],
    "by_hand_function_not_scheduled": [("Call", "failed", "Lambda.ResourceNotFoundException", ["failed"])],
    "by_hand_job_not_submitted": [
        ("Job", "caught", "Batch.ClientException", ["failed"]),
        ("No", "failed", "NoJob", []),
    ],
    "by_hand_map_run_redriven": [("Orders", "succeeded", None, [])],
    "by_hand_stopped_inside": [
        ("Both", "aborted", None, []),
        ("Each", "aborted", None, []),
        ("Pause", "aborted", None, []),
        ("Call", "aborted", None, ["aborted"]),
    ],
    "by_hand_task_redriven": [("Call", "succeeded", None, ["failed", "succeeded"])],
    "hardened_11": [
        ("ProcessOrder", "caught", "ErrProcessOrder", ["failed"]),
        ("UpdateOrderStatus", "caught", "ErrUpdateOrderStatus", ["failed"] * 5),
        ("AnythingOwed", "succeeded", None, []),
        ("sns:NotifyOwed", "running", None, ["running"]),
    ],
    "jsonata_fails": [("Add", "failed", "States.QueryEvaluationError", [])],
    "lambda_by_arn_fails": [("Call", "failed", "Declined", ["failed"])],
    "machine_times_out": [("Pause", "timed_out", None, [])],
    "map_caught": [
        ("Each", "caught", "Declined", []),
        ("Item", "failed", "Declined", ["failed"]),
        ("Handled", "succeeded", None, []),
    ],
    "map_fails": [
        ("Each", "failed", "Declined", []),
        ("Item", "succeeded", None, ["succeeded"]),
        ("Item", "failed", "Declined", ["failed"]),
    ],
    "parallel_caught": [
        ("Both", "caught", "Declined", []),
        ("A", "failed", "Declined", ["failed"]),
        ("Handled", "succeeded", None, []),
    ],
    "parallel_retried": [("Both", "failed", "Busy", []), *[("A", "failed", "Busy", ["failed"])] * 3],
    "path_is_missing": [("Read", "failed", "States.Runtime", [])],
    "row_refused": [("Write", "failed", "DynamoDB.ResourceNotFoundException", ["failed"])],
    "stopped_in_a_branch": [("Both", "aborted", None, []), ("A", "aborted", None, ["aborted"])],
    "task_retried_and_caught": [
        ("Call", "caught", "Busy", ["failed"] * 3),
        ("Handled", "succeeded", None, []),
    ],
    "task_times_out": [
        ("Call", "caught", "States.Timeout", ["timed_out"]),
        ("Handled", "succeeded", None, []),
    ],
    "token_times_out": [("Ask", "timed_out", "States.Timeout", ["timed_out"])],
}

EXPECTED = {
    "000": [("ActivityTask", "succeeded", None, ["succeeded"])],
    "003": [("ActivityTask", "failed", "States.Runtime", [])],
    "015": [("ChoiceState", "succeeded", None, []), ("DefaultState", "failed", None, [])],
    "042": [("State0", "failed", "States.QueryEvaluationError", [])],
    "060": [("State_1", "running", None, [])],
    "087": [
        ("ParallelJob", "caught", None, []),
        ("SendMessageWithWait", "failed", None, ["failed"]),
        ("CaughtStatesALL", "succeeded", None, []),
    ],
    "111": [
        ("InvokeLambda", "caught", "States.DataLimitExceeded", ["failed"]),
        ("HandleGeneralError", "succeeded", None, []),
    ],
    "114": [("State_1", "failed", "States.DataLimitExceeded", [])],
    "129": [("Start", "caught", "States.Timeout", ["timed_out"]), ("EndWithHandler", "succeeded", None, [])],
    "351": [
        ("StartState", "succeeded", None, []),
        ("MapState", "failed", None, []),
        ("HandleItemFail", "failed", None, []),
    ],
    "363": [("MapState", "failed", "States.ItemReaderFailed", [])],
    "366": [
        ("InvokeLambdaWithRetry", "caught", "Exception", ["failed"] * 4),
        ("HandleError", "succeeded", None, []),
    ],
    "375": [
        ("ParallelState", "caught", "FailureType", []),
        ("Branch1", "failed", "FailureType", []),
        ("FinalCaught", "succeeded", None, []),
    ],
    "381": [("LambdaTask", "failed", "Exception", ["failed"] * 3)],
    "393": [("MapState", "failed", "States.Runtime", [])],
    "396": [],
    "435": [
        ("Start", "succeeded", None, []),
        ("MapIterateState", "failed", "States.QueryEvaluationError", []),
    ],
    "462": [("pass", "succeeded", None, []), ("fail", "failed", "States.Runtime", [])],
    "570": [
        ("ProcessItems", "failed", "States.QueryEvaluationError", []),
        ("ProcessItem", "caught", "Exception", ["failed", "failed"]),
        ("Fallback", "failed", "States.QueryEvaluationError", []),
    ],
    "573": [("SendMessageWithWait", "timed_out", "States.Timeout", ["timed_out"])],
    "576": [("Start", "timed_out", "States.Timeout", ["timed_out"])],
}


@pytest.mark.parametrize("number", [*OWN, *(EXPECTED if OF_AWS.is_dir() else ())])
def test_what_was_read_by_hand(number):
    assert rows(read(number)) == (OWN | EXPECTED)[number]


def test_maps_in_a_map():
    """nested_maps: the rows [[1, 2], [3]], and a Map over the cells of each."""
    execution = read("nested_maps")
    rows_, first, *_ = execution.visits
    assert execution.path == ["Rows", "Cells", "Cell", "Cell", "Cells", "Cell"]
    second = execution.visits[4]
    assert rows_.length == 2 and [each.status for each in rows_.iterations] == ["succeeded"] * 2
    assert [visit.iteration for visit in (first, second)] == [0, 1] and {first.parent, second.parent} == {
        rows_
    }
    cells = [visit for visit in execution.visits if visit.name == "Cell"]
    assert [visit.parent for visit in cells] == [first, first, second]
    assert [(visit.iteration, visit.input, visit.depth) for visit in cells] == [
        (0, 1, 2),
        (1, 2, 2),
        (0, 3, 2),
    ]


def test_each_retry_of_a_parallel_is_a_round_of_its_branches():
    both, *inside = read("parallel_retried").visits
    assert [each.outcome for each in both.rounds] == ["failed"] * 3
    assert [visit.parent for visit in inside] == [both] * 3 and [visit.branch for visit in inside] == [0] * 3


def test_a_map_run_that_was_redriven():
    execution = read("by_hand_map_run_redriven")
    [orders] = execution.visits
    assert execution.status == "SUCCEEDED" and orders.length == 3 and orders.iterations == []
    assert orders.map_run_arn.endswith("mapRun:m/Orders:<uuid:1>")


def test_the_own_recordings_hold_no_account_and_no_machine():
    for path in FILES:
        if path.parent != OF_AWS:
            text = path.read_text(encoding="utf-8")
            assert not re.search(r"(?<!\d)\d{12}(?!\d)|127\.0\.0\.1|/tmp/|/home/", text), path.name


@needs_aws
def test_nested_iterators():
    """018: an outer Map of three vectors, each with an inner Map over its three numbers."""
    execution = read("018")
    names = ["Input", "IterateLevels"] + 3 * (["AssignCurrentVector", "Calculate"] + 3 * ["Summate"])
    assert execution.path == names
    outer = execution.visits[1]
    assert outer.length == 3 and [i.status for i in outer.iterations] == ["succeeded"] * 3
    inner = [v for v in execution.visits if v.name == "Calculate"]
    assert [v.iteration for v in inner] == [0, 1, 2] and all(v.parent is outer for v in inner)
    sums = [v for v in execution.visits if v.name == "Summate"]
    assert [v.parent for v in sums] == [inner[0]] * 3 + [inner[1]] * 3 + [inner[2]] * 3
    assert [v.iteration for v in sums] == [0, 1, 2] * 3
    assert [v.assigned for v in sums] == [{"Sum": 63}] * 3 + [{"Sum": 187}] * 3 + [{"Sum": 66}] * 3
    assert [v.input for v in sums] == [9, 44, 6, 82, 25, 76, 18, 42, 2]
    assert outer.exited_event == 67 and inner[2].exited_event == 64 and sums[-1].depth == 2


@needs_aws
def test_a_failed_task_in_a_branch_stays_failed_though_aws_says_aborted():
    """087: TaskFailed (8), then TaskStateAborted (9) and ParallelStateFailed (10), both after 8."""
    parallel, task, handler = read("087").visits
    assert task.parent is parallel and task.branch == 0 and task.exited is None
    assert [a.outcome for a in parallel.rounds] == ["failed"] and parallel.exited_event == 11
    assert handler.parent is None and parallel.next is handler
    assert task.events == [4, 5, 6, 7, 8, 9]
    assert (task.attempts[0].service, task.attempts[0].resource) == ("sqs", "sendMessage.waitForTaskToken")
    assert task.attempts[0].events == [5, 6, 7, 8]


@needs_aws
def test_a_loop_around_a_distributed_map():
    """399: BeforeIteration, a distributed Map and a Choice, twice round; the Map Run's items are not here."""
    execution = read("399")
    loop = ["BeforeIteration", "IterationBody", "CheckIteration"]
    assert execution.path == ["StartState", *loop, *loop, "Terminate"]
    maps = [v for v in execution.visits if v.type == "Map"]
    assert [v.map_run_arn for v in maps] == ["map_run_arn"] * 2
    assert [(v.length, v.iterations, v.status) for v in maps] == [(1, [], "succeeded")] * 2


@needs_aws
def test_the_error_of_a_failed_iteration():
    """570: a caught Lambda error in iteration 0, then an expression of its fallback that fails the Map."""
    execution = read("570")
    outer, task, fallback = execution.visits
    assert (task.iteration, fallback.iteration) == (0, 0) and task.next is fallback
    assert [(i.index, i.status) for i in outer.iterations] == [(0, "failed")] and outer.length == 3
    assert execution.error == "States.QueryEvaluationError" and "Fallback" in execution.cause


@needs_aws
def test_the_data_of_the_execution():
    execution = read("570")
    assert execution.input == {"items": [1, 2, 3]} and execution.output is None
    assert execution.duration == pytest.approx(0.16)
    assert execution.visits[1].attempts[0].duration == pytest.approx(0.02)
    assert read("015").cause == "Condition is false" and read("015").error is None
