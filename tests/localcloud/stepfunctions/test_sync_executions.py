"""StartSyncExecution on the local cloud: the end of an express machine is the answer."""

import json
from uuid import uuid4

import pytest
from bare_moto import ROLE, chain, jsonata
from botocore.exceptions import ClientError

PASS = chain(
    (
        "P",
        {"Type": "Pass", "Parameters": {"doubled.$": "States.MathAdd($.n, $.n)", "id.$": "$$.Execution.Id"}},
    )
)
FAIL = chain(("F", {"Type": "Fail", "Error": "NoRoom", "Cause": "The hotel is full"}))


@pytest.fixture
def machine(adapted):
    made = []

    def create(definition, kind="EXPRESS"):
        created = adapted.sfn.create_state_machine(
            name=f"sync-{uuid4().hex[:8]}", definition=json.dumps(definition), roleArn=ROLE, type=kind
        )
        made.append(created["stateMachineArn"])
        return made[-1]

    yield create
    for arn in made:
        adapted.sfn.delete_state_machine(stateMachineArn=arn)


def test_its_output_is_the_answer(adapted, machine):
    arn = machine(PASS)
    given = {"stateMachineArn": arn, "name": "once", "input": '{"n": 3}', "traceHeader": "Root=1"}
    told = adapted.sfn.start_sync_execution(**given)
    assert told["executionArn"].startswith(f"{arn.replace(':stateMachine:', ':express:')}:once:")
    assert json.loads(told["output"]) == {"doubled": 6, "id": told["executionArn"]}
    assert (told["status"], told["name"], told["stateMachineArn"]) == ("SUCCEEDED", "once", arn)
    assert (told["input"], told["traceHeader"]) == ('{"n": 3}', "Root=1")
    assert told["inputDetails"] == told["outputDetails"] == {"included": True}
    assert told["startDate"] <= told["stopDate"]
    billed = told["billingDetails"]
    assert billed["billedMemoryUsedInMB"] == 64 and billed["billedDurationInMilliseconds"] % 100 == 0
    again = adapted.sfn.start_sync_execution(**given)  # a name is used as often as one likes
    assert again["executionArn"] != told["executionArn"]


def test_its_tasks_reach_the_local_cloud(adapted, machine):
    queue = adapted.queue()
    send = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage",
        "Parameters": {"QueueUrl": queue, "MessageBody.$": "$"},
    }
    told = adapted.sfn.start_sync_execution(stateMachineArn=machine(chain(("S", send))), input='{"n": 3}')
    assert json.loads(told["output"])["MessageId"]
    assert adapted.message(queue) == {"n": 3}


def test_metadata_only(adapted, machine):
    told = adapted.sfn.start_sync_execution(
        stateMachineArn=machine(PASS), input='{"n": 1}', includedData="METADATA_ONLY"
    )
    assert "input" not in told and "output" not in told
    assert told["inputDetails"] == told["outputDetails"] == {"included": False}


def test_its_failure_is_the_answer(adapted, machine):
    told = adapted.sfn.start_sync_execution(stateMachineArn=machine(FAIL))
    assert (told["status"], told["error"], told["cause"]) == ("FAILED", "NoRoom", "The hotel is full")
    assert "output" not in told and told["input"] == "{}"


def test_its_timeout_is_the_answer(adapted, machine):
    slow = jsonata(("W", {"Type": "Wait", "Seconds": 100_000}), TimeoutSeconds=1)
    told = adapted.sfn.start_sync_execution(stateMachineArn=machine(slow))
    assert (told["status"], told["error"]) == ("TIMED_OUT", "States.Timeout")


@pytest.mark.parametrize(
    ("kind", "given", "code"),
    [
        ("STANDARD", {}, "StateMachineTypeNotSupported"),
        ("EXPRESS", {"input": "{"}, "InvalidExecutionInput"),
        ("EXPRESS", {"name": "no spaces here"}, "InvalidName"),
    ],
)
def test_what_it_refuses(adapted, machine, kind, given, code):
    with pytest.raises(ClientError) as refused:
        adapted.sfn.start_sync_execution(stateMachineArn=machine(FAIL, kind), **given)
    assert refused.value.response["Error"]["Code"] == code


def test_a_machine_that_is_not_there(adapted, machine):
    with pytest.raises(ClientError, match="StateMachineDoesNotExist"):
        adapted.sfn.start_sync_execution(stateMachineArn=machine(FAIL) + "-not")
