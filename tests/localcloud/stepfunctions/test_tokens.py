"""Task tokens, heartbeats, retried attempts, activities."""

import json
import threading
from uuid import uuid4

import pytest
from bare_moto import chain
from botocore.exceptions import ClientError

SEND = "arn:aws:states:::sqs:sendMessage.waitForTaskToken"


def waiting(**fields):
    task = {
        "Type": "Task",
        "Resource": SEND,
        "Parameters": {"QueueUrl.$": "$.queue", "MessageBody": {"token.$": "$$.Task.Token"}},
        **fields,
    }
    return chain(("Ask", task))


def asked(side, **fields):
    queue = side.queue()
    arn = side.start(waiting(**fields), {"queue": queue})
    token = side.message(queue)["token"]
    side.until(arn, "TaskSubmitted")
    return arn, token, queue


def code_of(call, **arguments):
    with pytest.raises(ClientError) as error:
        call(**arguments)
    return error.value.response["Error"]["Code"]


def test_a_failure_has_error_and_cause(adapted):
    def failed(side):
        arn, token, _ = asked(side)
        side.sfn.send_task_failure(taskToken=token, error="No", cause="the shop is closed")
        return side.end(arn)

    run = failed(adapted)
    assert run.details("TaskFailed") == {
        "resourceType": "sqs",
        "resource": "sendMessage.waitForTaskToken",
        "error": "No",
        "cause": "the shop is closed",
    }
    assert (run.about["error"], run.about["cause"]) == ("No", "the shop is closed")


def test_a_failure_without_error(adapted):
    arn, token, _ = asked(adapted)
    adapted.sfn.send_task_failure(taskToken=token)
    assert adapted.end(arn).about["status"] == "FAILED"


def test_heartbeats_with_and_without_a_heartbeat_time(adapted):
    for fields in ({}, {"HeartbeatSeconds": 20, "TimeoutSeconds": 60}):
        arn, token, _ = asked(adapted, **fields)
        for _ in range(3):
            adapted.sfn.send_task_heartbeat(taskToken=token)
        adapted.sfn.send_task_success(taskToken=token, output='{"ok": true}')
        assert adapted.end(arn).output == {"ok": True}


def test_a_token_takes_one_answer(adapted):
    arn, token, _ = asked(adapted)
    assert code_of(adapted.sfn.send_task_success, taskToken=token, output="{") == "InvalidOutput"
    adapted.sfn.send_task_success(taskToken=token, output="1")
    assert adapted.end(arn).output == 1
    assert code_of(adapted.sfn.send_task_success, taskToken=token, output="2") == "TaskTimedOut"
    assert code_of(adapted.sfn.send_task_heartbeat, taskToken="none") == "InvalidToken"


def test_a_token_whose_execution_was_stopped_is_closed(adapted):
    arn, token, _ = asked(adapted)
    adapted.sfn.stop_execution(executionArn=arn)
    adapted.end(arn)
    assert code_of(adapted.sfn.send_task_success, taskToken=token, output="1") == "TaskTimedOut"


RETRY = {"Retry": [{"ErrorEquals": ["Again"], "IntervalSeconds": 1, "MaxAttempts": 1}]}


def test_each_attempt_has_a_token_of_its_own(adapted):
    arn, first, queue = asked(adapted, **RETRY)
    adapted.sfn.send_task_failure(taskToken=first, error="Again")
    second = adapted.message(queue)["token"]
    assert second != first
    adapted.sfn.send_task_success(taskToken=second, output='"at last"')
    assert adapted.end(arn).output == "at last"


def test_a_success_from_inside_the_function_with_heartbeats(adapted, function):
    made = function("""
        import boto3
        def handler(event, context):
            boto3.client("stepfunctions").send_task_success(taskToken=event["token"], output='"inside"')
    """)
    task = {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken",
        "HeartbeatSeconds": 4,
        "Parameters": {"FunctionName": made.name, "Payload": {"token.$": "$$.Task.Token"}},
    }
    run = adapted.run(chain(("Ask", task)))
    assert run.about["status"] == "SUCCEEDED" and run.output == "inside"


def test_a_worker_polls_an_activity(adapted):
    def activity_of(side):
        return side.sfn.create_activity(name=f"contract-{uuid4().hex[:8]}")["activityArn"]

    activity = activity_of(adapted)
    polled = []
    poll = threading.Thread(
        target=lambda: polled.append(adapted.sfn.get_activity_task(activityArn=activity, workerName="worker"))
    )
    poll.start()
    arn = adapted.start(chain(("Work", {"Type": "Task", "Resource": activity})), {"n": 1})
    poll.join(20)
    assert json.loads(polled[0]["input"]) == {"n": 1}
    adapted.sfn.send_task_success(taskToken=polled[0]["taskToken"], output='{"n": 2}')
    run = adapted.end(arn)
    assert run.output == {"n": 2}
    assert run.types[2:5] == ["ActivityScheduled", "ActivityStarted", "ActivitySucceeded"]
    assert run.details("ActivityStarted") == {"workerName": "worker"}


def test_an_activity_without_a_worker_times_out(adapted):
    activity = adapted.sfn.create_activity(name=f"contract-{uuid4().hex[:8]}")["activityArn"]
    run = adapted.run(chain(("Work", {"Type": "Task", "Resource": activity, "TimeoutSeconds": 1})))
    assert run.about["error"] == "States.Timeout"
    assert run.types[-2:] == ["ActivityTimedOut", "ExecutionFailed"]
