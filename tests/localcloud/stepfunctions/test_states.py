"""States as AWS evaluates them: variables, choices, times, branches, retries."""

import re

from bare_moto import chain, jsonata

ORDER = jsonata(
    ("A", {"Type": "Pass", "Assign": {"n": 1}}),
    ("B", {"Type": "Pass", "Assign": {"n": "{% $n + 1 %}", "m": "{% $n %}"}, "Output": "{% $n %}"}),
    ("C", {"Type": "Pass", "Output": "{% [$states.input, $n, $m] %}"}),
)
ORDER_IN_JSONPATH = chain(
    ("A", {"Type": "Pass", "Assign": {"n": 1}}),
    ("B", {"Type": "Pass", "Assign": {"n": 2}, "OutputPath": "$n"}),
)


def test_variables_count_from_the_next_state_on(adapted):
    assert adapted.run(ORDER).output == [1, 2, 1]
    assert adapted.run(ORDER_IN_JSONPATH).output == 1


CHOICE = chain(
    (
        "C",
        {
            "Type": "Choice",
            "Default": "End",
            "Assign": {"by": "default"},
            "Choices": [{"Variable": "$.n", "NumericEquals": 1, "Assign": {"by": "rule"}, "Next": "End"}],
        },
    ),
    ("End", {"Type": "Pass", "Parameters": {"by.$": "$by"}}),
)


def test_a_rule_that_leads_to_the_default_state_is_not_the_default(adapted):
    assert adapted.run(CHOICE, {"n": 1}).output == {"by": "rule"}
    assert adapted.run(CHOICE, {"n": 2}).output == {"by": "default"}


NO_MATCH = {
    "StartAt": "C",
    "States": {
        "C": {"Type": "Choice", "Choices": [{"Variable": "$.n", "NumericEquals": 1, "Next": "D"}]},
        "D": {"Type": "Succeed"},
    },
}


def test_no_matching_rule(adapted):
    words = (
        "An error occurred while executing the state 'C' (entered at the event id #2). "
        "Failed to transition out of the state. The state does not point to a next state."
    )
    assert adapted.run(NO_MATCH, {"n": 2}).about["cause"] == words


CONTEXT = chain(("A", {"Type": "Pass", "Parameters": {"all.$": "$$"}}))


def test_the_context_object(adapted):
    context = adapted.run(CONTEXT).output["all"]
    assert context["Execution"]["RedriveCount"] == 0
    for moment in (context["Execution"]["StartTime"], context["State"]["EnteredTime"]):
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", moment)
    redrives = chain(("A", {"Type": "Pass", "Parameters": {"count.$": "$$.Execution.RedriveCount"}}))
    assert adapted.run(redrives).output == {"count": 0}


def test_a_wait_until_a_time_that_is_none(adapted):
    run = adapted.run(jsonata(("W", {"Type": "Wait", "Timestamp": "{% 'tomorrow' %}"})))
    assert run.types[-2:] == ["EvaluationFailed", "ExecutionFailed"]
    assert (
        "The Timestamp field cannot be parsed as an ISO-8601 extended offset date-time" in run.about["cause"]
    )


def test_waits_and_retry_intervals_follow_the_time_scale(adapted, function):
    """The fixture's cloud runs with SAGALAB_TIME_SCALE 0.02: these 90 seconds are less than 2."""
    failing = function("def handler(event, context):\n    raise ValueError('no')\n")
    task = {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {"FunctionName": failing.name},
        "Retry": [{"ErrorEquals": ["ValueError"], "IntervalSeconds": 30, "MaxAttempts": 1}],
        "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "W"}],
    }
    run = adapted.run(chain(("T", task), ("W", {"Type": "Wait", "Seconds": 60})))
    assert run.types.count("TaskFailed") == 2 and run.about["status"] == "SUCCEEDED"


def sleeping(seconds):
    return chain(("Sleep", {"Type": "Wait", "Seconds": seconds}))


FAILING_BRANCH = chain(
    (
        "P",
        {
            "Type": "Parallel",
            "Branches": [
                sleeping(3600),
                chain(
                    (
                        "Send",
                        {
                            "Type": "Task",
                            "Resource": "arn:aws:states:::sqs:sendMessage",
                            "Parameters": {"QueueUrl": "http://127.0.0.1/none", "MessageBody": "m"},
                        },
                    )
                ),
            ],
            "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "Caught"}],
        },
    ),
    ("Caught", {"Type": "Pass"}),
)


def test_a_failing_branch_ends_the_others_at_once(adapted):
    run = adapted.run(FAILING_BRANCH)
    assert run.about["status"] == "SUCCEEDED"
    assert {"WaitStateAborted", "TaskStateAborted"} <= set(run.types)
    assert run.types.index("ParallelStateFailed") > run.types.index("WaitStateAborted")


def timing_out(activity):
    task = {"Type": "Task", "Resource": activity, "TimeoutSeconds": 1}
    return chain(
        (
            "M",
            {
                "Type": "Map",
                "ItemProcessor": chain(("T", task)),
                "Catch": [{"ErrorEquals": ["States.Timeout"], "Next": "Caught"}],
            },
        ),
        ("Caught", {"Type": "Pass"}),
    )


def test_a_timeout_in_an_iteration_keeps_its_name(adapted):
    activity = adapted.sfn.create_activity(name="contract-idle")["activityArn"]
    run = adapted.run(timing_out(activity), [1])
    assert run.output["Error"] == "States.Timeout"
    assert "MapStateFailed" in run.types


def test_an_error_that_a_branch_does_not_have_is_null(adapted):
    branch = {"StartAt": "F", "States": {"F": {"Type": "Fail"}}}
    parallel = {
        "Type": "Parallel",
        "Branches": [branch],
        "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "Caught"}],
    }
    run = adapted.run(chain(("P", parallel), ("Caught", {"Type": "Pass"})))
    assert run.output == {"error": {"Error": None, "Cause": None}}
