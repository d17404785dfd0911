"""StartSyncExecution: an express machine's end is the answer."""

import json

import pytest
from api_asked import FAIL, PREFIX, WAIT

from sagalab.localcloud.stepfunctions.api import sync_executions


def test_its_output_is_the_answer(ask):
    arn = ask.machine(type="EXPRESS")
    told = ask("StartSyncExecution", stateMachineArn=arn, name="once", input='{"n": 3}', traceHeader="Root=1")
    assert told["executionArn"].startswith(f"{PREFIX}:express:m:once:")
    assert (told["status"], told["name"], told["stateMachineArn"]) == ("SUCCEEDED", "once", arn)
    assert (told["input"], told["output"], told["traceHeader"]) == ('{"n": 3}', '{"n":3}', "Root=1")
    assert told["inputDetails"] == told["outputDetails"] == {"included": True}
    assert told["startDate"] <= told["stopDate"]
    assert told["billingDetails"] == {"billedMemoryUsedInMB": 64, "billedDurationInMilliseconds": 100}


def test_metadata_only(ask):
    told = ask(
        "StartSyncExecution", stateMachineArn=ask.machine(type="EXPRESS"), includedData="METADATA_ONLY"
    )
    assert "input" not in told and "output" not in told
    assert told["inputDetails"] == told["outputDetails"] == {"included": False}


def test_a_failure_and_a_timeout_are_the_answer(ask, monkeypatch):
    told = ask("StartSyncExecution", stateMachineArn=ask.machine(FAIL, type="EXPRESS"))
    assert (told["status"], told["error"], told["cause"]) == ("FAILED", "NoRoom", "The hotel is full")
    assert "output" not in told and told["input"] == "{}"
    monkeypatch.setattr(sync_executions, "LONGEST_SECONDS", 0.2)
    told = ask("StartSyncExecution", stateMachineArn=ask.machine(WAIT, "slow", type="EXPRESS"))
    assert (told["status"], told["error"]) == ("TIMED_OUT", "States.Timeout")


@pytest.mark.parametrize(
    ("kind", "given", "code"),
    [
        ("STANDARD", {}, "StateMachineTypeNotSupported"),
        ("EXPRESS", {"input": "{"}, "InvalidExecutionInput"),
        ("EXPRESS", {"name": "no spaces here"}, "InvalidName"),
        ("EXPRESS", {"includedData": "SOME"}, "ValidationException"),
    ],
)
def test_what_it_refuses(ask, kind, given, code):
    assert ask.code("StartSyncExecution", stateMachineArn=ask.machine(type=kind), **given) == code
    assert (
        ask.code("StartSyncExecution", stateMachineArn=f"{PREFIX}:stateMachine:none")
        == "StateMachineDoesNotExist"
    )


def test_what_an_express_machine_cannot_have_is_refused_at_its_creation(ask):
    wait = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "Parameters": {"QueueUrl": "q", "MessageBody": "b"},
        "End": True,
    }
    given = {"name": "m", "definition": json.dumps({"StartAt": "T", "States": {"T": wait}})}
    role = "arn:aws:iam::123456789012:role/any"
    code, words = ask.refusal("CreateStateMachine", **given, roleArn=role, type="EXPRESS")
    assert code == "InvalidDefinition" and "Express state machine does not support" in words
    assert ask("CreateStateMachine", **given, roleArn=role)
