"""TestState: what AWS answered to recorded calls, and what it says to calls that it refuses."""

import json

import aws_runs
import pytest
import teststate
from botocore.exceptions import ClientError

from sagalab.localcloud.stepfunctions.api import single_states
from sagalab.localcloud.stepfunctions.api.errors import ApiError

PASS = {"Type": "Pass", "Parameters": {"x.$": "$.n"}, "End": True}
PUT = {
    "Type": "Task",
    "Resource": "arn:aws:states:::aws-sdk:sfn:startExecution",
    "Parameters": {"StateMachineArn": "a"},
    "End": True,
}


def answered(request):
    try:
        return single_states.answer(request)
    except ApiError as error:
        return {"exception": {"code": error.code, "message": error.message}}


@teststate.needs_calls
@pytest.mark.parametrize("number", teststate.NUMBERS)
def test_a_recorded_call_has_aws_s_answer(number):
    call = teststate.recorded_call(number)
    assert list(aws_runs.unlike(call["answer"], answered(call["request"]), "")) == []


@pytest.mark.parametrize(
    ("result", "mode", "words"),
    [
        ({}, "STRICT", "Required field 'ExecutionArn' is missing"),
        ({}, "PRESENT", None),
        ({"ExecutionArn": 5}, "NONE", None),
        ({"ExecutionArn": 5, "StartDate": "x"}, "STRICT", "Field 'ExecutionArn' must be a string"),
        ({"ExecutionArn": "a", "StartDate": "x", "More": 1}, "STRICT", None),
        ([], "PRESENT", "Mocked result must be a JSON object."),
    ],
)
def test_a_mock_is_held_to_the_service_s_api(result, mode, words):
    mock = {"result": json.dumps(result), "fieldValidationMode": mode}
    told = answered({"definition": json.dumps(PUT), "mock": mock})
    assert told.get("exception", {}).get("message", "").endswith(words or "")
    assert ("exception" in told) is (words is not None)


@pytest.mark.parametrize(
    ("assign", "after"),
    [({}, {"kept": 1, "n": 2}), ({"n.$": "$.x", "new": [1]}, {"kept": 1, "n": 3, "new": [1]})],
)
def test_the_variables_after_the_state_are_told(assign, after):
    """API_InspectionData: those that the state assigned, and those that were given."""
    state = {**PASS, **({"Assign": assign} if assign else {})}
    given = {"definition": json.dumps(state), "input": '{"n": 3}', "variables": '{"kept": 1, "n": 2}'}
    told = answered({**given, "inspectionLevel": "DEBUG"})["inspectionData"]
    assert json.loads(told["variables"]) == after


def test_a_definition_that_is_no_json_is_told_as_at_creation():
    assert "was expecting double-quote to start field name" in str(answered({"definition": "{a}"}))


def test_a_state_is_tested_through_the_api(adapted):
    role = "arn:aws:iam::123456789012:role/any"
    given = {"definition": json.dumps(PASS), "input": '{"n": 3}', "roleArn": role, "inspectionLevel": "DEBUG"}
    told = adapted.sfn.test_state(**given)
    assert (told["status"], told["output"]) == ("SUCCEEDED", '{"x":3}')
    assert told["inspectionData"]["afterParameters"] == '{"x":3}'
    with pytest.raises(ClientError) as refused:
        adapted.sfn.test_state(definition=json.dumps({"Type": "Map"}), roleArn=role)
    assert refused.value.response["Error"]["Code"] == "InvalidDefinition"


@teststate.needs_calls
@pytest.mark.parametrize("number", teststate.NUMBERS)
def test_a_recorded_call_is_answered_through_the_api(adapted, number):
    call = teststate.recorded_call(number)
    try:
        told = adapted.sfn.test_state(**call["request"])
        told.pop("ResponseMetadata")
    except ClientError as error:
        refused = error.response["Error"]
        told = {"exception": {"code": refused["Code"], "message": refused["Message"]}}
    assert list(aws_runs.unlike(call["answer"], told, "")) == []


def told_by(adapted, resource, parameters, **more):
    task = {"Type": "Task", "Resource": resource, "Parameters": parameters, "End": True, **more}
    role = "arn:aws:iam::123456789012:role/any"
    return adapted.sfn.test_state(definition=json.dumps(task), roleArn=role, input='{"n": 3}')


def test_a_task_without_a_mock_reaches_its_service(adapted):
    queue = adapted.queue()
    told = told_by(
        adapted, "arn:aws:states:::sqs:sendMessage", {"QueueUrl": queue, "MessageBody": {"given.$": "$.n"}}
    )
    assert told["status"] == "SUCCEEDED" and json.loads(told["output"])["MessageId"]
    assert adapted.message(queue) == {"given": 3}


def test_the_failure_of_a_service_is_its_own(adapted):
    given = {"TableName": "not-there", "Key": {"id": {"S": "1"}}}
    told = told_by(adapted, "arn:aws:states:::dynamodb:getItem", given)
    assert told["status"] == "FAILED" and told["error"].startswith("DynamoDB.")
    catch = [{"ErrorEquals": ["States.TaskFailed"], "Next": "Undo"}]
    caught = told_by(adapted, "arn:aws:states:::dynamodb:getItem", given, Catch=catch)
    assert (caught["status"], caught["nextState"], caught["error"]) == ("CAUGHT_ERROR", "Undo", told["error"])
    assert caught["cause"].split("Request ID")[0] == told["cause"].split("Request ID")[0]


def test_a_task_that_waits_needs_a_mock(adapted):
    with pytest.raises(ClientError, match="give it a mock"):
        told_by(
            adapted,
            "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
            {"QueueUrl": "q", "MessageBody": {"token.$": "$$.Task.Token"}},
        )
