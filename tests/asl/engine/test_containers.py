"""Parallel and Map: their events, what fails with them, what they tolerate."""

import json

import pytest
from virtual import catch_all, echo, failing, links, output, program, run, task, types

from sagalab.rehearsal.coming import Answer


def scope(**states):
    return {"StartAt": next(iter(states)), "States": states}


def end(kind="Pass", **fields):
    return {"Type": kind, "End": True, **fields}


def test_branches_run_side_by_side_and_their_results_stand_in_order():
    slow, quick = scope(S=task(Parameters={"ms": 50})), scope(Q=task(Parameters={"ms": 10}))
    made = program({"P": end("Parallel", Branches=[slow, quick])})
    ran = run(made, answering=lambda call: Answer(call.ask.state, after_ms=call.ask.parameters["ms"]))
    assert output(ran) == ["S", "Q"]
    assert ran.stopped - ran.started == 50
    assert links(ran)[:4] == [0, 0, 2, 3]
    exits = [event for event in ran.events if event["type"] == "TaskStateExited"]
    assert [event["stateExitedEventDetails"]["name"] for event in exits] == ["Q", "S"]
    succeeded, left = ran.events[-3:-1]
    assert (succeeded["type"], left["type"]) == ("ParallelStateSucceeded", "ParallelStateExited")
    assert succeeded["previousEventId"] == left["previousEventId"] == exits[1]["id"]


def test_a_failing_branch_aborts_the_states_of_the_others():
    waiting = scope(W={"Type": "Wait", "Seconds": 60, "End": True})
    made = program(
        {"P": end("Parallel", Branches=[scope(T=task()), waiting], Catch=catch_all("C")), "C": end()}
    )
    ran = run(made, answering=failing("E"))
    assert output(ran) == {"Error": "E", "Cause": "because"}
    assert types(ran)[7:11] == ["TaskFailed", "TaskStateAborted", "WaitStateAborted", "ParallelStateFailed"]
    assert ran.stopped == ran.started


def test_a_parallel_that_is_tried_again_runs_all_its_branches_again():
    made = program({"P": end("Parallel", Branches=[scope(T=task())] * 2, Retry=[{"ErrorEquals": ["E"]}])})
    ran = run(made, answering=failing(None, "E"))
    assert output(ran) == ["done", "done"]
    assert types(ran).count("ParallelStateStarted") == 2
    assert "ParallelStateFailed" not in types(ran)


def test_the_iterations_of_a_map_keep_to_its_concurrency():
    inner = scope(T=task(Parameters={"n.$": "$"}))
    made = program({"M": end("Map", ItemProcessor=inner, MaxConcurrency=2)})
    ran = run(made, [1, 2, 3, 4, 5], lambda call: Answer(call.ask.parameters["n"], after_ms=100))
    assert output(ran) == [1, 2, 3, 4, 5]
    assert ran.stopped - ran.started == 300


def test_a_map_without_a_limit_runs_forty_at_once():
    made = program({"M": end("Map", ItemProcessor=scope(W={"Type": "Wait", "Seconds": 1, "End": True}))})
    assert run(made, list(range(40))).stopped - run(made, list(range(40))).started == 1000
    ran = run(made, list(range(41)))
    assert ran.stopped - ran.started == 2000


def test_a_map_of_what_is_no_array_says_where_it_looked():
    made = program({"M": end("Map", ItemsPath="$.lines", ItemProcessor=scope(P=end()))})
    ran = run(made, {"lines": {"a": 1}})
    assert (ran.error, types(ran)[-2:]) == ("States.Runtime", ["MapStateEntered", "ExecutionFailed"])
    assert ran.cause.endswith('Reference path "$.lines" must point to array.')


def test_an_iteration_that_fails_aborts_the_others():
    inner = scope(T=task(Parameters={"n.$": "$"}))
    made = program({"M": end("Map", ItemProcessor=inner, Catch=catch_all("C")), "C": end()})
    ran = run(made, [1, 2], lambda call: Answer(error="E", failed=True, after_ms=call.ask.parameters["n"]))
    assert output(ran) == {"Error": "E", "Cause": None}
    assert types(ran)[-9:-3] == [
        *("TaskFailed", "MapIterationFailed", "TaskStateAborted", "MapIterationAborted", "MapStateFailed"),
        "MapStateExited",
    ]


def test_variables_of_a_branch_end_with_it_and_those_around_are_seen():
    inner = scope(B=end(Assign={"mine.$": "$.x"}, Parameters={"seen.$": "$order", "x": 2}))
    states = {
        "A": {"Type": "Pass", "Assign": {"order": 7}, "Next": "P"},
        "P": {"Type": "Parallel", "Branches": [inner], "Next": "C"},
        "C": end(Parameters={"gone.$": "$mine"}),
    }
    ran = run(program(states), {"x": 1})
    assert ran.error == "States.Runtime"
    states["C"] = end(Parameters={"kept.$": "$order", "branch.$": "$[0].seen"})
    assert output(run(program(states), {"x": 1})) == {"kept": 7, "branch": 7}


def test_what_a_state_assigns_counts_from_the_next_state_on():
    states = {
        "A": {"Type": "Pass", "Assign": {"x": 1}, "Next": "B"},
        "B": {"Type": "Pass", "Assign": {"x": 2}, "Output": {"old": "{% $x %}"}, "Next": "C"},
        "C": {"Type": "Pass", "Output": "{% {'new': $x, 'old': $states.input.old} %}", "End": True},
    }
    assert output(run(program(states, QueryLanguage="JSONata"))) == {"new": 2, "old": 1}


def distributed(inner, **fields):
    config = {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, **inner}
    return program({"M": end("Map", ItemProcessor=config, **fields), "C": end()})


def fail_some(call):
    return Answer(error="E", failed=True) if call.ask.parameters["bad"] else Answer(call.ask.parameters)


def bad(*flags):
    return [{"bad": bool(flag)} for flag in flags]


def test_a_map_run_tolerates_nothing_unless_it_is_told_to():
    inner = scope(T=task())
    ran = run(distributed(inner), bad(0, 1, 0), fail_some)
    assert ran.error == "States.ExceedToleratedFailureThreshold"
    assert types(ran)[-3:] == ["MapRunFailed", "MapStateFailed", "ExecutionFailed"]
    assert len(output(run(distributed(inner, ToleratedFailureCount=1), bad(0, 1, 0), fail_some))) == 2
    assert run(distributed(inner, ToleratedFailureCount=1), bad(1, 1, 0), fail_some).status == "FAILED"
    assert (
        run(distributed(inner, ToleratedFailurePercentage=34), bad(0, 1, 0), fail_some).status == "SUCCEEDED"
    )
    assert run(distributed(inner, ToleratedFailurePercentage=33), bad(0, 1, 0), fail_some).status == "FAILED"


def test_a_map_run_that_fails_can_be_caught():
    ran = run(distributed(scope(T=task()), Catch=catch_all("C")), bad(1), fail_some)
    assert output(ran)["Error"] == "States.ExceedToleratedFailureThreshold"


@pytest.mark.parametrize("language", ["JSONPath", "JSONata"])
def test_a_map_run_of_an_object_has_a_child_for_each_pair(language):
    """input-output-itemspath.html: the pair is passed to the iteration."""
    where = {"ItemsPath": "$.lines"} if language == "JSONPath" else {"Items": "{% $states.input.lines %}"}
    made = distributed(scope(P=end()), QueryLanguage=language, **where)
    pairs = [{"Key": "a", "Value": 1}, {"Key": "b", "Value": [2]}]
    assert output(run(made, {"lines": {"a": 1, "b": [2]}})) == pairs
    assert run(made, {"lines": "x"}).status == "FAILED"


def test_items_go_to_children_in_batches():
    made = distributed(scope(P=end()), ItemBatcher={"MaxItemsPerBatch": 2, "BatchInput": {"of": "me"}})
    batches = [{"BatchInput": {"of": "me"}, "Items": items} for items in ([1, 2], [3])]
    assert output(run(made, [1, 2, 3])) == batches
    made = distributed(scope(P=end()), ItemBatcher={"MaxInputBytesPerBatch": 1000})
    sizes = [len(json.dumps(batch)) for batch in output(run(made, ["x" * 90] * 50))]
    assert len(sizes) == 5
    assert max(sizes) < 1010


def test_the_children_of_a_map_run_see_their_item_and_no_variables_of_the_parent():
    inner = scope(P=end(Parameters={"index.$": "$$.Map.Item.Index", "id.$": "$$.Execution.Id"}))
    rows = output(run(distributed(inner, MaxConcurrency=1), ["a", "b"]))
    assert [row["index"] for row in rows] == [0, 1]
    assert rows[0]["id"] != rows[1]["id"]


def test_a_reader_and_a_writer_are_the_driver_s():
    made = distributed(
        scope(P=end()),
        ItemReader={
            "Resource": "arn:aws:states:::s3:getObject",
            "Parameters": {"Bucket": "b", "Key.$": "$.k"},
        },
        ResultWriter={"Resource": "arn:aws:states:::s3:putObject", "Parameters": {"Bucket": "r"}},
    )
    asked = []

    def answer(call):
        asked.append((type(call.ask).__name__, call.ask.parameters))
        return Answer([1, 2] if len(asked) == 1 else {"Bucket": "r", "Key": "manifest.json"})

    made_output = output(run(made, {"k": "items.json"}, answer))
    assert made_output["ResultWriterDetails"] == {"Bucket": "r", "Key": "manifest.json"}
    assert asked == [("ReadItems", {"Bucket": "b", "Key": "items.json"}), ("WriteResults", {"Bucket": "r"})]


def test_a_reader_that_fails_fails_the_map_run():
    reader = {"Resource": "arn:aws:states:::s3:getObject", "Parameters": {}}
    made = distributed(scope(P=end()), ItemReader=reader)
    ran = run(made, answering=lambda call: Answer(cause="no such key", failed=True))
    assert (ran.error, ran.cause) == ("States.ItemReaderFailed", "no such key")


def test_an_inner_map_of_many_items_stays_linear_in_depth():
    made = program({"M": end("Map", ItemProcessor=scope(P=end()), MaxConcurrency=1)})
    assert len(output(run(made, list(range(4000))))) == 4000


def test_the_item_selector_sees_the_map_s_input_and_the_item():
    selector = {"i.$": "$$.Map.Item.Index", "v.$": "$$.Map.Item.Value", "all.$": "$.rate"}
    made = program({"M": end("Map", ItemsPath="$.l", ItemSelector=selector, ItemProcessor=scope(P=end()))})
    assert output(run(made, {"l": ["a"], "rate": 3})) == [{"i": 0, "v": "a", "all": 3}]


def test_echo_in_a_parallel_with_parameters():
    branch = scope(T=task())
    made = program({"P": end("Parallel", Branches=[branch], Parameters={"a.$": "$.x"})})
    assert output(run(made, {"x": 5}, echo)) == [{"a": 5}]


def test_an_item_selector_that_fails_fails_its_iteration_and_not_another_one():
    selector = {"x.$": "$$.Map.Item.Value.x"}
    made = program({"M": end("Map", ItemSelector=selector, ItemProcessor=scope(P=end()), MaxConcurrency=1)})
    ran = run(made, [{"x": 1}, {}])
    assert (ran.status, ran.error) == ("FAILED", "States.Runtime")
    assert "state 'M' (entered at the event id #2)" in ran.cause
    assert types(ran)[-3:] == ["MapIterationFailed", "MapStateFailed", "ExecutionFailed"]


def test_a_map_run_of_a_thousand_children_one_at_a_time():
    made = distributed(scope(P=end()), MaxConcurrency=1)
    assert output(run(made, list(range(1000)))) == list(range(1000))


def test_a_machine_that_cannot_be_run_is_named():
    with pytest.raises(ValueError, match="'A' cannot be run"):
        program({"A": {"Type": "Wait", "End": True}})


def test_a_branch_may_not_assign_to_a_variable_of_an_outer_scope():
    inner = scope(B=end(Assign={"order": 2}))
    states = {
        "A": {"Type": "Pass", "Assign": {"order": 1}, "Next": "P"},
        "P": end("Parallel", Branches=[inner]),
    }
    ran = run(program(states))
    assert ran.error == "States.Runtime"
    assert "'order': it belongs to an outer scope" in ran.cause


@pytest.mark.parametrize("found", [None, 5, {"a": 1}])
def test_what_a_mocked_reader_gives_must_be_a_list(found):
    reader = {"Resource": "arn:aws:states:::s3:getObject", "Parameters": {"Bucket": "b", "Key": "k"}}
    ran = run(distributed(scope(P=end()), ItemReader=reader), {}, lambda call: Answer(found))
    assert (ran.status, ran.error) == ("FAILED", "States.ItemReaderFailed")
