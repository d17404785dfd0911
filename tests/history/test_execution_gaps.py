"""Histories with gaps: events that do not say what they follow, or whose beginning or end was lost.

Where a chain is missing an event goes to the oldest open visit that it fits; what it means is not changed by that.
"""

import pytest
from history_gaps import loose, read, two_items, two_tasks, warned
from history_writer import HistoryWriter

from sagalab.history.events import kind_of
from sagalab.history.execution import Execution
from sagalab.history.visits import gaps


def attempts(execution: Execution) -> dict[str, list[str]]:
    return {visit.name: [each.outcome for each in visit.attempts] for visit in execution.visits[1:]}


# Calls of tasks


def test_the_end_of_a_call_goes_to_the_task_that_is_left_next():
    history = two_tasks("12")
    loose(history, "TaskSucceeded", output="{}")
    loose(history, "TaskStateExited", name="Two", output="{}")
    execution = read(history)
    assert attempts(execution) == {"One": ["running"], "Two": ["succeeded"]}
    assert not warned(execution, "not seen")


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
    assert execution.visits[2].attempts[0].started is not None and not warned(execution, "not seen")


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


@pytest.mark.parametrize("says", [True, False])
def test_a_task_that_worked_was_not_left_by_a_catcher_whatever_its_exit_follows(says):
    """A Task that is left right after its entry was caught: its input could not be made. This one worked."""
    history = HistoryWriter()
    entered = history.enter("T", 1)
    if says:
        history.succeed(history.schedule(entered))
        history.exit("T", entered)
    else:  # nothing is known of a call, nor that there was none
        loose(history, "TaskStateExited", name="T", output="{}")
    assert [visit.status for visit in read(history).visits] == ["succeeded"]


# States that are left, entered, cut off


def test_a_state_that_was_passed_is_over():
    history = HistoryWriter()
    history.enter("B", history.enter("A", 1, "Wait"), "Wait")
    execution = read(history)
    assert [visit.status for visit in execution.visits] == ["succeeded", "running"]
    assert warned(execution, "without an event that says it was left")


def test_a_parallel_that_is_left_though_nothing_says_that_it_failed_was_caught():
    history = two_tasks("12")
    failed = history.fail(6, "Declined")
    history.exit("Both", failed, "Parallel")
    both, one, two = read(history).visits
    assert [visit.status for visit in (both, one, two)] == ["caught", "failed", "succeeded"]
    assert (both.caught_error, one.error) == ("Declined", "Declined")


def test_an_exit_leaves_the_oldest_of_its_name():
    history, _ = two_items("T", "T")
    loose(history, "TaskStateExited", name="T", output="{}")
    assert [visit.status for visit in read(history).visits] == ["running", "succeeded", "running"]


def test_an_exit_of_a_state_that_was_not_entered_leaves_no_other():
    history = HistoryWriter()
    history.enter("T", 1)
    loose(history, "TaskStateExited", name="Another", output="{}")
    execution = read(history)
    assert execution.visits[0].status == "running" and warned(execution, "leaves a state that was not seen")


@pytest.mark.parametrize("kind", ["Task", "Parallel", "Map"])
def test_a_state_that_is_left_right_after_its_entry_was_caught(kind):
    history = HistoryWriter()
    history.exit("S", history.enter("S", 1, kind), kind, {"order": 4})
    assert [visit.status for visit in read(history).visits] == ["caught"]


@pytest.mark.parametrize(
    ("output", "status"),
    [
        ({"Error": "States.ResultPathMatchFailure", "Cause": "c"}, "caught"),
        ({"Error": "States.ResultPathMatchFailure", "Cause": "c", "order": 4}, "succeeded"),
        ({"Error": "Mine", "Cause": 'after "States.Timeout"'}, "succeeded"),
        (["States.Timeout"], "succeeded"),
    ],
)
def test_what_a_catcher_puts_out_is_an_error_and_nothing_else(output, status):
    history = HistoryWriter()
    history.exit("T", history.succeed(history.schedule(history.enter("T", 1))), output=output)
    assert [visit.status for visit in read(history).visits] == [status]


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


def test_a_state_without_a_chain_follows_one_of_the_execution_that_goes_on():
    history = HistoryWriter()
    history.enter("First", 1, "Wait")
    loose(history, "PassStateEntered", name="Second")
    execution = read(history)
    assert places(execution) == [("First", None, None, None), ("Second", None, None, None)]
    assert [visit.status for visit in execution.visits] == ["succeeded", "running"]


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


def test_a_state_of_the_definition_goes_on_in_its_branch():
    branches = [
        {"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "B"}, "B": {"Type": "Pass", "End": True}}},
        {"StartAt": "C", "States": {"C": {"Type": "Pass", "End": True}}},
    ]
    history = HistoryWriter()
    history.add("ParallelStateStarted", history.enter("P", 1, "Parallel"))
    for name in ("A", "C", "B"):
        loose(history, "PassStateEntered", name=name)
        loose(history, "PassStateExited", name=name, output="{}")
    machine = {"StartAt": "P", "States": {"P": {"Type": "Parallel", "End": True, "Branches": branches}}}
    _, a, c, b = read(history, machine).visits
    assert (a.branch, c.branch, b.branch) == (0, 1, 0) and a.next is b


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


# Times


def test_an_execution_started_when_its_first_event_with_a_time_happened():
    history = HistoryWriter()
    history.enter("T", 1)
    assert read(history).started == read(history).history[0].at
    del history.events[0]["timestamp"]
    execution = read(history)
    assert execution.started == execution.visits[0].entered is not None


def test_the_waits_before_retries_are_those_whose_both_ends_are_known():
    history = HistoryWriter()
    history.task("T", 1, errors=2)
    assert gaps(read(history).visits[0]) == pytest.approx([0.1, 0.1])
    failed = next(event for event in history.events if event["type"] == "TaskFailed")
    del failed["timestamp"]
    assert gaps(read(history).visits[0]) == pytest.approx([0.1])
