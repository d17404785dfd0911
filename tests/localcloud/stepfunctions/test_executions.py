"""Start, stop, time out, describe and read the history of executions on the local cloud."""

import json
import uuid

import pytest
from bare_moto import chain, jsonata
from botocore.exceptions import ClientError
from cloud_processes import wait_until

WAIT = chain(("W", {"Type": "Wait", "Seconds": 3600}))
PASSES = chain(*[(f"P{n}", {"Type": "Pass"}) for n in range(4)])


def test_an_execution_without_a_name_gets_a_uuid(adapted):
    def name_at(side):
        started = side.sfn.start_execution(stateMachineArn=side.machine(PASSES))
        return started["executionArn"].rsplit(":", 1)[-1]

    assert uuid.UUID(name_at(adapted))


def stopped(side):
    arn = side.start(WAIT)
    side.until(arn, "WaitStateEntered")
    side.sfn.stop_execution(executionArn=arn, error="Stopped", cause="by the test")
    return side.end(arn)


def test_stop_keeps_error_and_cause(adapted):
    run = stopped(adapted)
    assert run.about["status"] == "ABORTED"
    assert (run.about["error"], run.about["cause"]) == ("Stopped", "by the test")
    assert adapted.sfn.stop_execution(executionArn=run.arn)["stopDate"] == run.about["stopDate"]
    assert run.details("ExecutionAborted") == {"error": "Stopped", "cause": "by the test"}


def test_stopping_what_has_ended_changes_nothing(adapted):
    run = adapted.run(PASSES)
    adapted.sfn.stop_execution(executionArn=run.arn, error="Late")
    assert adapted.end(run.arn).about["status"] == "SUCCEEDED"


def test_a_timed_out_execution_ends_at_once_and_says_when(adapted):
    definition = {**chain(("W", {"Type": "Wait", "Seconds": 600})), "TimeoutSeconds": 1}
    run = adapted.run(definition)
    assert run.about["status"] == "TIMED_OUT" and run.about["stopDate"]
    assert run.types == ["ExecutionStarted", "WaitStateEntered", "ExecutionTimedOut"]


def test_the_history_is_paged_and_reversed(adapted):
    run = adapted.run(PASSES)
    ids = []
    token = {}
    while True:
        page = adapted.sfn.get_execution_history(executionArn=run.arn, maxResults=3, **token)
        assert len(page["events"]) <= 3
        ids += [event["id"] for event in page["events"]]
        if "nextToken" not in page:
            break
        token = {"nextToken": page["nextToken"]}
    assert ids == list(range(1, 11))
    last = adapted.sfn.get_execution_history(executionArn=run.arn, maxResults=1, reverseOrder=True)["events"]
    assert [event["id"] for event in last] == [10]


def test_the_history_without_data(adapted):
    run = adapted.run(PASSES, {"a": 1})
    events = adapted.sfn.get_execution_history(executionArn=run.arn, includeExecutionData=False)["events"]
    assert "input" not in events[0]["executionStartedEventDetails"]
    assert json.loads(run.events[0]["executionStartedEventDetails"]["input"]) == {"a": 1}
    assert run.events[0]["timestamp"].microsecond % 1000 == 0


def test_a_wrong_token_of_a_page_is_refused(adapted):
    run = adapted.run(PASSES)
    with pytest.raises(ClientError) as error:
        adapted.sfn.get_execution_history(executionArn=run.arn, nextToken="nonsense")
    assert error.value.response["Error"]["Code"] == "InvalidToken"


def test_nothing_is_written_after_a_task_that_was_given_up(adapted, function):
    slow = function("import time\ndef handler(event, context):\n    time.sleep(1.5)\n    return 1\n")
    arn = adapted.client("lambda").get_function(FunctionName=slow.name)["Configuration"]["FunctionArn"]
    task = {
        "Type": "Task",
        "Resource": arn,
        "TimeoutSeconds": 1,
        "Catch": [{"ErrorEquals": ["States.Timeout"], "Next": "Wait"}],
    }
    run = adapted.run(chain(("T", task), ("Wait", {"Type": "Wait", "Seconds": 60})))
    assert run.types[3:6] == ["LambdaFunctionStarted", "LambdaFunctionTimedOut", "TaskStateExited"]
    assert "LambdaFunctionSucceeded" not in run.types


def test_an_update_does_not_touch_what_runs(adapted):
    arn = adapted.machine(WAIT)
    started = adapted.sfn.start_execution(stateMachineArn=arn)["executionArn"]
    adapted.until(started, "WaitStateEntered")
    adapted.sfn.update_state_machine(stateMachineArn=arn, definition=json.dumps(PASSES))
    adapted.sfn.stop_execution(executionArn=started)
    assert adapted.end(started).types == ["ExecutionStarted", "WaitStateEntered", "ExecutionAborted"]
    again = adapted.sfn.start_execution(stateMachineArn=arn)["executionArn"]
    assert adapted.end(again).about["status"] == "SUCCEEDED"


def test_a_machine_with_logging_and_tracing_runs_and_logs(adapted):
    group = f"/aws/vendedlogs/states/contract-{uuid.uuid4().hex[:8]}"
    adapted.client("logs").create_log_group(logGroupName=group)
    arn = f"arn:aws:logs:us-east-1:123456789012:log-group:{group}:*"
    created = adapted.sfn.create_state_machine(
        name=f"contract-{uuid.uuid4().hex[:8]}",
        definition=json.dumps(jsonata(("P", {"Type": "Pass"}))),
        roleArn="arn:aws:iam::123456789012:role/contract",
        loggingConfiguration={
            "level": "ALL",
            "includeExecutionData": True,
            "destinations": [{"cloudWatchLogsLogGroup": {"logGroupArn": arn}}],
        },
        tracingConfiguration={"enabled": True},
        tags=[{"key": "a", "value": "b"}],
    )["stateMachineArn"]
    run = adapted.end(adapted.sfn.start_execution(stateMachineArn=created)["executionArn"])
    assert run.about["status"] == "SUCCEEDED"
    logs = adapted.client("logs")
    wait_until(lambda: logs.filter_log_events(logGroupName=group)["events"])  # a moment after the end
    logged = logs.filter_log_events(logGroupName=group)["events"]
    lines = [json.loads(event["message"]) for event in logged]
    assert [(line["id"], line["type"]) for line in lines] == [(str(e["id"]), e["type"]) for e in run.events]
    assert lines[0]["details"]["input"] == "{}" and lines[0]["execution_arn"] == run.arn
    assert adapted.sfn.list_tags_for_resource(resourceArn=created)["tags"] == [{"key": "a", "value": "b"}]


def pages_while_some_end(side):
    """List the running executions page by page; the two between the pages end in between."""
    arn = side.machine(WAIT)
    started = [
        side.sfn.start_execution(stateMachineArn=arn, name=f"run-{n}")["executionArn"] for n in range(4)
    ]
    for execution in started:
        side.until(execution, "WaitStateEntered")
    find = {"stateMachineArn": arn, "statusFilter": "RUNNING", "maxResults": 2}
    first = side.sfn.list_executions(**find)
    for execution in started[1:3]:
        side.sfn.stop_execution(executionArn=execution)
        side.end(execution)
    second = side.sfn.list_executions(**find, nextToken=first["nextToken"])
    for execution in started:
        side.sfn.stop_execution(executionArn=execution)
    return [execution["name"] for page in (first, second) for execution in page["executions"]]


def test_pages_of_executions_hold_while_executions_end(adapted):
    assert pages_while_some_end(adapted) == ["run-3", "run-2", "run-0"]
