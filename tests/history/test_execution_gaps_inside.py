"""Histories with gaps, in Parallel and Map: rounds, branches and items whose beginning or end was lost."""

import pytest
from history_gaps import loose, read, two_items, warned
from history_writer import HistoryWriter


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
    assert started == 3
    ended = history.add("MapIterationSucceeded", 1, name="M", index=0)
    execution = read(history)
    assert warned(execution, "ends an iteration that was not seen to start")
    assert execution.visit_of(ended) is execution.visits[0]


def test_the_events_of_items_and_of_a_map_run_are_the_maps():
    history, _ = two_items("T")
    inside = history.add("MapIterationSucceeded", 6, name="M", index=0)
    empty = history.add("MapIterationSucceeded", 1, name="M", index=1)
    run = history.add("MapRunStarted", 1, mapRunArn="arn:run")
    execution = read(history)
    assert {execution.visit_of(each) for each in (inside, empty, run)} == {execution.visits[0]}


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


def test_a_start_without_a_chain_goes_to_what_has_not_begun():
    history = HistoryWriter()
    started = history.add("ParallelStateStarted", history.enter("Outer", 1, "Parallel"))
    waiting = history.enter("Waiting", started, "Parallel")
    begun = history.add("ParallelStateStarted", history.enter("Begun", started, "Parallel"))
    history.enter("T", begun)
    loose(history, "ParallelStateStarted")
    rounds = {visit.name: len(visit.rounds) for visit in read(history).visits}
    assert waiting and rounds == {"Outer": 1, "Waiting": 1, "Begun": 1, "T": 0}


def test_a_success_belongs_to_the_parallel_that_is_at_work():
    """The inner one was entered, and its start was lost: it has no round that could succeed."""
    history = HistoryWriter()
    started = history.add("ParallelStateStarted", history.enter("Outer", 1, "Parallel"))
    history.add("ParallelStateSucceeded", history.enter("Inner", started, "Parallel"))
    outer, inner = read(history).visits
    assert ([each.outcome for each in outer.rounds], inner.rounds) == (["succeeded"], [])


def test_an_item_without_a_chain_begins_in_the_map_that_has_not_got_it():
    history, _ = two_items()
    for item in (4, 5):
        started = history.add("MapStateStarted", history.enter("Inner", item, "Map"), length=1)
        if item == 4:
            history.add("MapIterationStarted", started, name="Inner", index=0)
    loose(history, "MapIterationStarted", name="Inner", index=0)
    first, second = [visit for visit in read(history).visits if visit.name == "Inner"]
    assert (len(first.rounds), len(first.iterations), len(second.iterations)) == (1, 1, 1)


def test_an_error_goes_out_through_a_parallel_of_which_nothing_says_that_it_failed():
    history = HistoryWriter()
    outer = history.add("MapStateStarted", history.enter("Outer", 1, "Map"), length=1)
    item = history.add("MapIterationStarted", outer, name="Outer", index=0)
    inner = history.add("ParallelStateStarted", history.enter("Inner", item, "Parallel"))
    failed = history.fail(history.schedule(history.enter("T", inner)))
    history.add("MapStateFailed", failed)
    assert [(visit.name, visit.error) for visit in read(history).visits] == [
        ("Outer", "Oops"), ("Inner", "Oops"), ("T", "Oops"),
    ]  # fmt: skip


@pytest.mark.parametrize("follows", [0, 3])
def test_the_end_of_an_item_tells_the_end_of_its_state(follows):
    """Its exit was lost; or the item failed, or was cut off, and no event of the state says so."""
    for end, status in (("Succeeded", "succeeded"), ("Failed", "failed"), ("Aborted", "aborted")):
        history, _ = two_items("T", "T")
        history.add(f"MapIteration{end}", follows, name="M", index=1)
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
    assert read(history).visits[0].status == "running"
    done = history.task("T", again)
    history.add("MapIterationSucceeded", done, name="M", index=0)
    execution = read(history)
    assert [(each.index, each.status) for each in execution.visits[0].iterations][0] == (0, "succeeded")
    assert execution.visits[0].status == "running"
