"""Retry and Catch: what they take, how long they wait, and what they leave."""

import pytest
import virtual
from virtual import catch_all, failing, never, output, program, run, task, types

from sagalab.asl.engine import history
from sagalab.asl.engine.commands import SetTimer
from sagalab.asl.engine.context import Execution
from sagalab.asl.engine.run import Run
from sagalab.asl.engine.told import TaskFailed
from sagalab.rehearsal.coming import Answer
from sagalab.rehearsal.world import BEGINNING, World

SAVED = {"Type": "Pass", "End": True}


def retry(**fields):
    return [{"ErrorEquals": ["States.ALL"], **fields}]


def scheduled(ran):
    return [
        (event["timestamp"] - BEGINNING) / 1000 for event in ran.events if event["type"] == "TaskScheduled"
    ]


def test_a_retrier_waits_longer_each_time_up_to_its_longest_delay():
    state = task(Retry=retry(IntervalSeconds=2, BackoffRate=3, MaxAttempts=4, MaxDelaySeconds=10))
    ran = run(program({"A": state}), answering=failing("E", "E", "E", "E"))
    assert output(ran) == "done"
    assert scheduled(ran) == [0, 2, 8, 18, 28]


def test_full_jitter_is_drawn_by_the_seed_between_nothing_and_the_delay():
    made = program({"A": task(Retry=retry(IntervalSeconds=100, MaxAttempts=1, JitterStrategy="FULL"))})
    waits = {scheduled(run(made, answering=failing("E"), seed=str(seed)))[1] for seed in range(8)}
    assert len(waits) == 8
    assert all(0 <= wait <= 100 for wait in waits)
    again = scheduled(run(made, answering=failing("E"), seed="3"))[1]
    assert again in waits


def test_each_retrier_counts_its_own_attempts_and_the_context_counts_all():
    retriers = [
        {"ErrorEquals": ["E"], "MaxAttempts": 1, "IntervalSeconds": 1},
        {"ErrorEquals": ["F"], "MaxAttempts": 1, "IntervalSeconds": 1},
    ]
    state = task(Retry=retriers, ResultSelector={"count.$": "$$.State.RetryCount"})
    assert output(run(program({"A": state}), answering=failing("E", "F"))) == {"count": 2}
    assert run(program({"A": state}), answering=failing("E", "F", "E")).error == "E"


def test_a_retrier_with_no_attempts_passes_the_error_on_to_the_catchers():
    state = task(Retry=retry(MaxAttempts=0), Catch=catch_all("Saved"))
    ran = run(program({"A": state, "Saved": SAVED}), answering=failing("E"))
    assert output(ran) == {"Error": "E", "Cause": "because"}


def test_a_catcher_whose_next_is_its_own_state_runs_it_again():
    state = task(Catch=catch_all("A", ResultPath="$.e"))
    ran = run(program({"A": state}), {"x": 1}, failing("E", "F"))
    assert output(ran) == "done"
    assert types(ran).count("TaskStateEntered") == 3


def test_states_task_failed_takes_all_but_a_timeout():
    state = task(Catch=[{"ErrorEquals": ["States.TaskFailed"], "Next": "Saved"}], TimeoutSeconds=3)
    made = program({"A": state, "Saved": SAVED})
    assert run(made, answering=failing("E")).status == "SUCCEEDED"
    assert run(made, answering=failing("States.Permissions")).status == "SUCCEEDED"
    late = run(made, answering=lambda call: Answer(forever=True))
    assert (late.status, late.error) == ("FAILED", "States.Timeout")
    assert late.stopped - late.started == 3000


def test_a_runtime_error_is_neither_retried_nor_caught():
    state = task(Parameters={"x.$": "$.nothing"}, Retry=retry(), Catch=catch_all("Saved"))
    ran = run(program({"A": state, "Saved": SAVED}))
    assert (ran.status, ran.error) == ("FAILED", "States.Runtime")
    assert ran.cause == (
        "An error occurred while executing the state 'A' (entered at the event id #2). The JSONPath "
        "'$.nothing' specified for the field 'x.$' could not be found in the input '{}'"
    )
    assert types(ran) == ["ExecutionStarted", "TaskStateEntered", "ExecutionFailed"]
    assert ran.stopped == ran.started


@pytest.mark.parametrize(
    ("call", "words"),
    [
        ("States.MathAdd($.x, 1)", "Invalid arguments in States.MathAdd"),
        (
            "States.Format('{}', $.nothing)",
            "The JsonPath argument for the field '$.nothing' could not be found in the input '{\"x\":\"a\"}'",
        ),
    ],
)
def test_what_a_function_cannot_do_is_a_runtime_error(call, words):
    state = {"Type": "Pass", "Parameters": {"v.$": call}, "End": True}
    ran = run(program({"A": state}), {"x": "a"})
    assert (ran.status, ran.error) == ("FAILED", "States.Runtime")
    assert ran.cause == (
        "An error occurred while executing the state 'A' (entered at the event id #2). "
        f"The function '{call}' had the following error: {words}"
    )


def test_a_runtime_error_in_a_branch_ends_the_execution_past_the_catcher_around_it():
    inner = {"StartAt": "B", "States": {"B": {"Type": "Pass", "InputPath": "$.no", "End": True}}}
    around = {"Type": "Parallel", "Branches": [inner], "Catch": catch_all("Saved"), "End": True}
    ran = run(program({"A": around, "Saved": SAVED}))
    assert (ran.status, ran.error) == ("FAILED", "States.Runtime")
    assert "state 'B'" in ran.cause


def test_a_result_selector_that_finds_nothing_is_a_runtime_error():
    state = task(ResultSelector={"x.$": "$.nothing"}, Catch=catch_all("Saved"))
    ran = run(program({"A": state, "Saved": SAVED}), answering=virtual.echo)
    assert (ran.status, ran.error) == ("FAILED", "States.Runtime")


def test_a_result_path_into_a_number_has_a_name_of_its_own_and_is_caught():
    state = task(ResultPath="$.n.x", Catch=catch_all("Saved", ResultPath="$.e"))
    ran = run(program({"A": state, "Saved": SAVED}), {"n": 3}, virtual.echo)
    assert output(ran)["e"]["Error"] == "States.ResultPathMatchFailure"
    assert output(ran)["n"] == 3


def test_an_output_that_is_too_large_ends_the_execution():
    state = {"Type": "Pass", "Parameters": {"a.$": "$.x", "b.$": "$.x"}, "End": True}
    ran = run(program({"A": state}), {"x": "a" * 140_000})
    assert (ran.status, ran.error) == ("FAILED", "States.DataLimitExceeded")
    assert run(program({"A": state}), {"x": "a" * 130_000}).status == "SUCCEEDED"


@pytest.mark.parametrize("letters", [200_000, 300_000])
def test_what_is_too_large_to_be_given_to_a_task_is_not_sent(letters):
    asked = []

    def answer(ask):
        asked.append(ask)
        return Answer({})

    given = {"Payload": {"x": "a" * letters}, "FunctionName": "f"}
    state = task(Resource="arn:aws:states:::lambda:invoke", Parameters=given, Catch=catch_all("Saved"))
    ran = run(program({"A": state, "Saved": SAVED}), {}, answer)
    if letters == 200_000:
        assert (ran.status, len(asked)) == ("SUCCEEDED", 1)
    else:
        assert (ran.status, ran.error, asked) == ("FAILED", "States.DataLimitExceeded", [])
        assert "'A' provided parameters with a size exceeding" in ran.cause


def test_the_limit_counts_bytes_not_letters():
    state = {"Type": "Pass", "End": True, "Parameters": {"a.$": "$.x", "b.$": "$.x"}}
    assert run(program({"A": state}), {"x": "ü" * 70_000}).error == "States.DataLimitExceeded"
    assert run(program({"A": state}), {"x": "ü" * 65_000}).status == "SUCCEEDED"


def test_the_history_ends_with_its_twenty_five_thousandth_event():
    states = {"A": {"Type": "Pass", "Next": "B"}, "B": {"Type": "Pass", "Next": "A"}}
    ran = run(program(states))
    assert (ran.status, ran.error) == ("FAILED", "States.Runtime")
    assert ran.cause == "The execution reached the maximum number of history events (25000)."
    assert [event["id"] for event in ran.events] == list(range(1, 25_001))
    assert ran.events[-1]["type"] == "ExecutionFailed"


def test_an_express_execution_ends_before_it_takes_all_memory():
    """On AWS it may write any number of events in its five minutes: some twenty million of a loop, here gigabytes."""
    assert (history.event_limit("STANDARD"), history.event_limit("EXPRESS")) == (25_000, 200_000)
    states = {"A": {"Type": "Pass", "Next": "B"}, "B": {"Type": "Pass", "Next": "A"}}
    ended = World(never)
    ended.start(program(states), "{}", Execution(kind="EXPRESS", event_limit=300))
    ran = ended.finish()
    assert (ran.status, ran.error, len(ran.events)) == ("FAILED", "States.Runtime", 300)
    assert "until five minutes are over" in ran.cause


def test_a_fail_state_with_a_cause_path_that_is_no_text_is_a_runtime_error():
    state = {"Type": "Fail", "Error": "Declined", "CausePath": "$.e"}
    ran = run(program({"A": state}), {"e": {"Cause": "no money"}})
    assert (ran.status, ran.error) == ("FAILED", "States.Runtime")
    assert run(program({"A": state}), {"e": "no money"}).cause == "no money"


def test_a_retry_asks_for_a_timer_and_nothing_else():
    started, (call,) = Run.start(program({"A": task(Retry=retry(IntervalSeconds=7))}), "{}", BEGINNING)
    asked = started.tell(TaskFailed(BEGINNING, call.task, "E", "because"))
    assert asked == [SetTimer(asked[0].timer, BEGINNING + 7000)]


def test_jsonata_errors_are_told_caught_and_retried():
    state = task(
        Arguments={"x": "{% $nothing %}"},
        QueryLanguage="JSONata",
        Catch=catch_all("Saved", Output="{% $states.errorOutput.Error %}"),
    )
    ran = run(program({"A": state, "Saved": SAVED}), {"n": 1})
    assert output(ran) == "States.QueryEvaluationError"
    failed = next(event for event in ran.events if event["type"] == "EvaluationFailed")
    details = failed["evaluationFailedEventDetails"]
    assert (details["location"], details["state"]) == ("Arguments/x", "A")
    assert failed["previousEventId"] == 0


def test_an_output_of_jsonata_that_fails_can_be_caught_too():
    state = task(Arguments={}, Output="{% $nothing %}", QueryLanguage="JSONata", Catch=catch_all("Saved"))
    ran = run(program({"A": state, "Saved": SAVED}), answering=virtual.echo)
    assert output(ran)["Error"] == "States.QueryEvaluationError"


def test_an_expression_of_a_catcher_that_fails_fails_the_state():
    state = task(Arguments={}, QueryLanguage="JSONata", Catch=catch_all("Saved", Output="{% $nothing %}"))
    ran = run(program({"A": state, "Saved": SAVED}), answering=failing("E"))
    assert (ran.status, ran.error) == ("FAILED", "States.QueryEvaluationError")
    assert types(ran)[-2:] == ["EvaluationFailed", "ExecutionFailed"]


@pytest.mark.parametrize("computed", ["{% 1 %}", "{% 'x' %}", "{% [1] %}"])
def test_what_assign_computes_must_be_an_object(computed):
    ran = run(program({"A": {"Type": "Pass", "Assign": computed, "End": True}}, QueryLanguage="JSONata"))
    assert (ran.status, ran.error) == ("FAILED", "States.QueryEvaluationError")
    assert (
        "specified for the field 'Assign' returned an unexpected result type. Expected 'object'" in ran.cause
    )
    taken = program(
        {
            "A": {"Type": "Pass", "Assign": "{% {'x': 2} %}", "Next": "B"},
            "B": {"Type": "Pass", "Output": "{% $x %}", "End": True},
        },
        QueryLanguage="JSONata",
    )
    assert output(run(taken)) == 2
