"""Histories with gaps: events that do not say what they follow, or whose beginning or end was lost.

Where a chain is missing an event goes to the oldest open visit that it fits; what it means is not changed by that.
"""

import pytest
from history_writer import HistoryWriter

from sagalab.history.events import kind_of
from sagalab.history.execution import Execution


def loose(history: HistoryWriter, event_type: str, **details) -> int:
    """Write an event that does not say which one it follows."""
    written = history.add(event_type, 0, **details)
    del history.events[-1]["previousEventId"]
    return written


def read(history: HistoryWriter, machine: dict | None = None) -> Execution:
    return Execution.from_history(history.events, machine)


def warned(execution: Execution, words: str) -> bool:
    return any(words in warning for warning in execution.warnings)


def two_tasks(schedule: str = "") -> HistoryWriter:
    """Return a Parallel with the Tasks One and Two, entered in this order; those of `schedule` have a call at work."""
    history = HistoryWriter()
    started = history.add("ParallelStateStarted", history.enter("Both", 1, "Parallel"))
    entered = {"1": history.enter("One", started), "2": history.enter("Two", started)}
    for each in schedule:
        history.schedule(entered[each])
    return history


def attempts(execution: Execution) -> dict[str, list[str]]:
    return {visit.name: [each.outcome for each in visit.attempts] for visit in execution.visits[1:]}


# Calls of tasks


def test_the_end_of_a_call_goes_to_the_task_that_is_left_next():
    history = two_tasks("12")
    loose(history, "TaskSucceeded", output="{}")
    loose(history, "TaskStateExited", name="Two", output="{}")
    assert attempts(read(history)) == {"One": ["running"], "Two": ["succeeded"]}


def test_the_end_of_a_call_goes_to_the_oldest_call_when_the_task_that_is_left_next_has_none():
    history = two_tasks("1")
    loose(history, "TaskSucceeded", output="{}")
    loose(history, "TaskStateExited", name="Two", output="{}")
    assert attempts(read(history)) == {"One": ["succeeded"], "Two": []}


def test_a_schedule_and_a_start_belong_to_the_task_before_them():
    history = two_tasks()
    loose(history, "TaskScheduled", resource="invoke", parameters="{}")
    loose(history, "TaskStarted", resource="invoke")
    execution = read(history)
    assert attempts(execution) == {"One": [], "Two": ["running"]}
    assert execution.visits[2].attempts[0].started is not None


def test_a_schedule_is_for_a_task_without_a_call_and_an_end_for_one_with():
    history = two_tasks("1")
    loose(history, "TaskScheduled", resource="other", parameters="{}")
    assert attempts(read(history)) == {"One": ["running"], "Two": ["running"]}
    history = two_tasks("2")
    loose(history, "TaskFailed", error="Oops")
    assert attempts(read(history)) == {"One": [], "Two": ["failed"]}


def test_a_start_is_for_a_call_that_has_not_begun():
    history = two_tasks()
    history.add("TaskScheduled", 5, resource="second", parameters="{}")
    history.schedule(4)
    loose(history, "TaskStarted")
    one, two = read(history).visits[1:]
    assert [each.started is not None for each in (one.attempts[0], two.attempts[0])] == [True, True]
    assert len(one.attempts) == 1


def test_a_second_end_of_a_call_stays_with_its_task():
    history = HistoryWriter()
    history.fail(history.schedule(history.enter("T", 1)))
    loose(history, "TaskTimedOut", error="States.Timeout")
    (visit,) = read(history).visits
    assert visit.error == "States.Timeout" and len(visit.attempts) == 1


@pytest.mark.parametrize("before", ["nothing", "a state that is no task", "a task that was left"])
def test_an_end_of_a_call_without_a_task_is_warned_of(before):
    history = HistoryWriter()
    if before == "a state that is no task":
        history.enter("P", 1, "Pass")
    elif before == "a task that was left":
        history.task("T", 1)
    loose(history, "TaskFailed", error="Oops")
    execution = read(history)
    assert warned(execution, "belongs to a task that was not seen to be entered")
    assert [visit.error for visit in execution.visits] == [None] * len(execution.visits)


# States that are left, entered, cut off


def two_items(*states: str) -> tuple[HistoryWriter, list[int]]:
    """Return a Map of two items, both in their first state; and the ids of these states' entries."""
    history = HistoryWriter()
    started = history.add("MapStateStarted", history.enter("M", 1, "Map"), length=2)
    items = [history.add("MapIterationStarted", started, name="M", index=index) for index in range(2)]
    return history, [history.enter(state, item) for state, item in zip(states, items, strict=False)]


def test_an_exit_leaves_the_oldest_of_its_name():
    history, _ = two_items("T", "T")
    loose(history, "TaskStateExited", name="T", output="{}")
    assert [visit.status for visit in read(history).visits] == ["running", "succeeded", "running"]


def test_an_exit_without_a_name_leaves_the_state_before_it():
    history = HistoryWriter()
    history.enter("First", 1, "Pass")
    loose(history, "PassStateExited", output="{}")
    loose(history, "PassStateExited", output='{"second": true}')
    execution = read(history)
    assert execution.visits[0].output == {} and warned(execution, "leaves a state that was not seen")


def test_a_state_that_was_cut_off_and_is_left_all_the_same_was_left():
    history = HistoryWriter()
    history.add("TaskStateAborted", history.enter("T", 1))
    loose(history, "TaskStateExited", name="T", output="{}")
    execution = read(history)
    assert execution.visits[0].status == "succeeded" and not warned(execution, "not seen")


def test_an_exit_belongs_to_the_parallel_that_is_left_and_closes_what_is_in_it():
    history = HistoryWriter()
    started = history.add("ParallelStateStarted", history.enter("P", 1, "Parallel"))
    inside = history.enter("Inside", started, "Wait")
    left = history.exit("P", inside, "Parallel")
    execution = read(history)
    parallel, inside = execution.visits
    assert execution.visit_of(left) is parallel and (parallel.status, inside.status) == ("succeeded",) * 2
    assert warned(execution, "without an event that says it was left")


@pytest.mark.parametrize("name", ["", None])
def test_a_state_without_a_name_is_shown_as_such(name):
    history = HistoryWriter()
    history.add("PassStateEntered", 1, **({} if name is None else {"name": name}))
    execution = read(history)
    assert [visit.name for visit in execution.visits] == ["(unnamed)"]
    assert warned(execution, "does not name its state")


def test_an_abort_of_a_state_that_was_not_entered_is_warned_of():
    history = HistoryWriter()
    history.add("WaitStateAborted", history.enter("T", 1))
    execution = read(history)
    assert warned(execution, "cuts off a state that was not seen") and execution.visits[0].status == "running"


def test_an_expression_that_fails_is_its_own_items():
    """AWS: EvaluationFailed follows what its state followed, here the start of the second item."""
    history, entered = two_items("T", "T")
    history.add("EvaluationFailed", entered[1] - 1 - 1, error="States.QueryEvaluationError", state="T")
    _, first, second = read(history).visits
    assert (first.error, second.error) == (None, "States.QueryEvaluationError")


def test_an_expression_of_a_state_that_was_not_entered_is_warned_of():
    history = HistoryWriter()
    history.add("EvaluationFailed", 1, error="States.QueryEvaluationError", state="Nowhere")
    assert warned(read(history), "is an error of a state that was not seen to be entered")


def test_a_type_that_is_newer_than_the_catalogue_tells_its_kind():
    kinds = {"Entered": "entered", "Exited": "exited", "Aborted": "state_aborted"}
    assert {end: kind_of(f"NovelState{end}") for end in kinds} == kinds
    assert kind_of("NovelThing") == "unknown"


# Where a state is entered


def places(execution: Execution) -> list[tuple]:
    return [
        (visit.name, visit.parent and visit.parent.name, visit.branch, visit.iteration)
        for visit in execution.visits
    ]


def test_a_state_without_a_chain_begins_a_branch_goes_on_in_it_or_begins_another():
    history = HistoryWriter()
    history.add("ParallelStateStarted", history.enter("P", 1, "Parallel"))
    loose(history, "PassStateEntered", name="A")
    loose(history, "PassStateEntered", name="B")  # A goes on: this is another branch
    loose(history, "PassStateExited", name="B", output="{}")
    loose(history, "PassStateEntered", name="C")  # B was left: this follows it
    execution = read(history)
    assert places(execution)[1:] == [("A", "P", 0, None), ("B", "P", 1, None), ("C", "P", 1, None)]
    assert execution.visits[2].next is execution.visits[3]


def test_a_state_without_a_chain_is_in_the_item_that_has_just_begun():
    history, _ = two_items()
    loose(history, "PassStateEntered", name="U")
    assert places(read(history))[1:] == [("U", "M", None, 1)]


def test_a_state_without_a_chain_after_all_others_is_of_the_execution():
    history = HistoryWriter(False)
    loose(history, "PassStateEntered", name="First")
    loose(history, "PassStateExited", name="First", output="{}")
    loose(history, "PassStateEntered", name="Second")
    execution = read(history)
    assert places(execution) == [("First", None, None, None), ("Second", None, None, None)]
    assert execution.visits[0].next is execution.visits[1]


IN_ITEMS = {
    "StartAt": "M",
    "States": {
        "M": {
            "Type": "Map",
            "End": True,
            "ItemProcessor": {
                "StartAt": "T",
                "States": {"T": {"Type": "Pass", "Next": "U"}, "U": {"Type": "Pass", "End": True}},
            },
        }
    },
}


@pytest.mark.parametrize("last", [0, 1])
def test_a_state_of_the_definition_goes_on_in_the_item_before_it(last):
    history, entered = two_items("T", "T")
    for index in (1 - last, last):
        history.exit("T", entered[index])
    loose(history, "PassStateEntered", name="U")
    assert places(read(history, IN_ITEMS))[-1] == ("U", "M", None, last)


def test_a_state_of_the_definition_goes_to_an_item_that_waits_for_one():
    history, entered = two_items("T", "T")
    history.exit("T", entered[0])
    history.schedule(entered[1])
    loose(history, "PassStateEntered", name="U")
    assert places(read(history, IN_ITEMS))[-1] == ("U", "M", None, 0)


def test_a_state_of_the_definition_for_which_no_item_waits_is_in_one_of_its_own():
    history, entered = two_items("T", "T")
    history.schedule(entered[1])
    loose(history, "PassStateEntered", name="U")
    first, second, other = read(history, IN_ITEMS).visits[1:]
    assert other.parent.name == "M" and other.iteration not in (first.iteration, second.iteration)
    assert (first.next, second.next, first.status, second.status) == (None, None, "running", "running")


def test_a_state_of_a_map_that_was_entered_outside_of_any_item_is_warned_of():
    history = HistoryWriter()
    started = history.add("MapStateStarted", history.enter("M", 1, "Map"), length=1)
    history.enter("T", started, "Pass")
    execution = read(history)
    assert places(execution)[1] == ("T", "M", None, None)
    assert warned(execution, "enters a state of a Map outside of any iteration")


# Parallel and Map


def test_a_parallel_that_starts_is_at_work_and_one_that_succeeds_is_not():
    history = HistoryWriter()
    started = history.add("ParallelStateStarted", history.enter("P", 1, "Parallel"))
    (parallel,) = read(history).visits
    assert [each.outcome for each in parallel.rounds] == ["running"]
    assert parallel.rounds[0].started > parallel.entered
    done = history.add("ParallelStateSucceeded", history.task("T", started))
    execution = read(history)
    parallel = execution.visits[0]
    assert [each.outcome for each in parallel.rounds] == ["succeeded"] and parallel.rounds[
        0
    ].ended is not None
    assert parallel.status == "running" and execution.visit_of(done) is parallel


@pytest.mark.parametrize("kind", ["Parallel", "Map"])
def test_an_event_of_a_container_that_was_not_entered_is_warned_of(kind):
    history = HistoryWriter()
    history.add(f"{kind}StateSucceeded", history.enter("T", 1))
    execution = read(history)
    assert warned(execution, "belongs to a Parallel or Map that was not seen to be entered")
    assert execution.visits[0].status == "running"


def test_an_item_of_a_map_that_was_not_entered_and_one_that_was_not_begun_are_warned_of():
    history = HistoryWriter()
    history.add("MapIterationStarted", 1, name="M", index=0)
    assert warned(read(history), "belongs to a Parallel or Map that was not seen to be entered")
    history = HistoryWriter()
    started = history.add("MapStateStarted", history.enter("M", 1, "Map"), length=1)
    ended = history.add("MapIterationSucceeded", started, name="M", index=0)
    execution = read(history)
    assert warned(execution, "ends an iteration that was not seen to start")
    assert execution.visit_of(ended) is execution.visits[0]


def test_an_end_without_a_chain_goes_to_the_map_that_has_the_item():
    """An inner Map runs for two items of an outer one, and only the second has an item 1."""
    history, entered = two_items()
    inner = [history.enter("Inner", item, "Map") for item in (4, 5)]
    for each, items in zip(inner, (1, 2), strict=True):
        started = history.add("MapStateStarted", each, length=items)
        for index in range(items):
            history.add("MapIterationStarted", started, name="Inner", index=index)
    loose(history, "MapIterationSucceeded", name="Inner", index=1)
    first, second = [visit for visit in read(history).visits if visit.name == "Inner"]
    assert [each.status for each in first.iterations] == ["running"]
    assert [each.status for each in second.iterations] == ["running", "succeeded"]


def test_the_end_of_an_item_tells_the_end_of_its_state():
    """Its exit was lost; or the item failed, or was cut off, and no event of the state says so."""
    for end, status in (("Succeeded", "succeeded"), ("Failed", "failed"), ("Aborted", "aborted")):
        history, _ = two_items("T", "T")
        history.add(f"MapIteration{end}", 3, name="M", index=1)
        execution = read(history)
        assert [visit.status for visit in execution.visits] == ["running", "running", status]
        assert [each.status for each in execution.visits[0].iterations] == ["running", status]
        assert warned(execution, "without an event that says it was left") == (end == "Succeeded")


def test_a_failed_map_cuts_off_its_other_items():
    history, entered = two_items("T", "F")
    failed = history.fail(history.schedule(entered[1]))
    history.add("MapIterationFailed", failed, name="M", index=1)
    history.add("MapStateFailed", failed)
    execution = read(history)
    assert [each.status for each in execution.visits[0].iterations] == ["aborted", "failed"]
    assert [visit.status for visit in execution.visits] == ["running", "aborted", "failed"]


def test_a_time_out_inside_stays_one_when_it_fails_the_parallel():
    history = HistoryWriter()
    started = history.add("ParallelStateStarted", history.enter("P", 1, "Parallel"))
    scheduled = history.schedule(history.enter("T", started))
    timed_out = history.add("TaskTimedOut", scheduled, error="States.Timeout", cause="late")
    history.exit("P", history.add("ParallelStateFailed", timed_out), "Parallel")
    parallel, task = read(history).visits
    assert (task.status, parallel.status, parallel.caught_error) == ("timed_out", "caught", "States.Timeout")


def test_a_round_that_begins_where_the_last_one_failed_is_a_new_one():
    """No event tells of the failure of the first; the branch B had not begun in it."""
    history = HistoryWriter()
    started = history.add("ParallelStateStarted", history.enter("P", 1, "Parallel"))
    failed = history.fail(history.schedule(history.enter("A", started)))
    history.enter("B", failed, "Pass")
    execution = read(history)
    assert [(visit.name, visit.round) for visit in execution.visits[1:]] == [("A", 1), ("B", 2)]
    assert [each.outcome for each in execution.visits[0].rounds] == ["failed", "running"]


def test_a_redriven_item_goes_on_as_the_same_item():
    history, entered = two_items("T")
    failed = history.fail(history.schedule(entered[0]))
    history.add("MapIterationFailed", failed, name="M", index=0)
    last = history.add("ExecutionFailed", history.add("MapStateFailed", failed), error="Oops")
    last = history.add("ExecutionRedriven", last, redriveCount=1)
    again = history.add("MapIterationStarted", last, name="M", index=0)
    done = history.task("T", again)
    history.add("MapIterationSucceeded", done, name="M", index=0)
    execution = read(history)
    assert [(each.index, each.status) for each in execution.visits[0].iterations][0] == (0, "succeeded")
    assert execution.visits[0].status == "running"
