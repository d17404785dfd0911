"""A request's parameters are held to botocore's service model, in AWS's words."""

import json

import pytest
from api_asked import PREFIX, ROLE

from sagalab.localcloud.stepfunctions.api.checks import service
from sagalab.localcloud.stepfunctions.api.dispatch import OPERATIONS

MACHINE = f"{PREFIX}:stateMachine:m"


def test_there_is_every_operation_of_the_service_model():
    assert set(OPERATIONS) == set(service().operation_names)


@pytest.mark.parametrize(
    ("operation", "given", "words"),
    [
        ("StartExecution", {"name": "n"}, ["Value null at 'stateMachineArn'", "Member must not be null"]),
        (
            "StartExecution",
            {"stateMachineArn": MACHINE, "name": "x" * 81},
            [f"Value '{'x' * 81}' at 'name'", "Member must have length less than or equal to 80"],
        ),
        (
            "StartExecution",
            {"stateMachineArn": MACHINE, "input": json.dumps("x" * 262_144)},
            [
                "Value at 'input'",
                "Member must have size less than or equal to 262144 bytes in UTF-8 encoding",
            ],
        ),
        (
            "ListStateMachines",
            {"maxResults": 1001},
            ["Value '1001' at 'maxResults'", "Member must have value less than or equal to 1000"],
        ),
        (
            "ListActivities",
            {"nextToken": "x" * 1025},
            [f"Value '{'x' * 1025}' at 'nextToken'", "Member must have length less than or equal to 1024"],
        ),
        (
            "ListExecutions",
            {"stateMachineArn": MACHINE, "statusFilter": "GONE"},
            [
                "Value 'GONE' at 'statusFilter'",
                "Member must satisfy enum value set: "
                "[SUCCEEDED, TIMED_OUT, PENDING_REDRIVE, ABORTED, FAILED, RUNNING]",
            ],
        ),
        (
            "CreateStateMachineAlias",
            {
                "name": "7",
                "routingConfiguration": [{"stateMachineVersionArn": f"{MACHINE}:1", "weight": 100}],
            },
            [
                "Value '7' at 'name'",
                r"Member must satisfy regular expression pattern: ^(?=.*[a-zA-Z_\-\.])[a-zA-Z0-9_\-\.]+$",
            ],
        ),
        (
            "CreateStateMachineAlias",
            {
                "name": "a",
                "routingConfiguration": [{"stateMachineVersionArn": f"{MACHINE}:1", "weight": 101}],
            },
            [
                "Value '101' at 'routingConfiguration.1.member.weight'",
                "Member must have value less than or equal to 100",
            ],
        ),
        (
            "CreateStateMachineAlias",
            {
                "name": "a",
                "routingConfiguration": [{"stateMachineVersionArn": f"{MACHINE}:1", "weight": 30}] * 3,
            },
            [
                "Value '["
                + ", ".join(
                    [f"RoutingConfigurationListItem(stateMachineVersionArn={MACHINE}:1, weight=30)"] * 3
                )
                + "]' at 'routingConfiguration'",
                "Member must have length less than or equal to 2",
            ],
        ),
    ],
)
def test_what_breaks_the_model_is_said_as_aws_says_it(ask, operation, given, words):
    place, constraint = words
    told = f"1 validation error detected: {place} failed to satisfy constraint: {constraint}"
    assert ask.refusal(operation, **given) == ("ValidationException", told)


def test_all_violations_stand_in_one_message(ask):
    code, message = ask.refusal("CreateStateMachine", name="x" * 81, definition="{}", type="QUICK")
    assert code == "ValidationException"
    assert message.startswith("3 validation errors detected: Value 'xxx")
    assert [part.split("'")[-2] for part in message.split(" failed to satisfy")[:-1]] == [
        "name",
        "roleArn",
        "type",
    ]


def test_a_wrong_type_is_no_request(ask):
    assert ask.code("StartExecution", stateMachineArn=5) == "SerializationException"
    assert ask.code("ListStateMachines", maxResults="10") == "SerializationException"
    assert ask.code("TagResource", resourceArn=MACHINE, tags={"key": "a"}) == "SerializationException"


def test_null_is_nothing_and_unknown_parameters_are_not_looked_at(ask):
    arn = ask.machine(loggingConfiguration=None, colour="red")
    assert ask("DescribeStateMachine", stateMachineArn=arn, includedData=None)["name"] == "m"


def test_an_operation_that_is_none(ask):
    assert ask.code("InvokeStateMachine") == "UnknownOperationException"


def test_an_answer_over_http(ask):
    arn = ask.machine()
    target = "AWSStepFunctions.DescribeStateMachine"
    status, headers, body = ask.api.answer(target, json.dumps({"stateMachineArn": arn}).encode(), "us-east-1")
    told = json.loads(body)
    assert (status, told["roleArn"], headers["Content-Type"]) == (200, ROLE, "application/x-amz-json-1.0")
    assert isinstance(told["creationDate"], float)
    status, headers, body = ask.api.answer(target, b'{"stateMachineArn": "abc"}', "us-east-1")
    assert (status, headers["x-amzn-ErrorType"]) == (400, "InvalidArn")
    assert json.loads(body) == {
        "__type": "com.amazonaws.swf.service.v2.model#InvalidArn",
        "message": "Invalid Arn: 'Invalid ARN prefix: abc'",
    }
    assert json.loads(ask.api.answer(target, b"{", "us-east-1")[2])["__type"].endswith(
        "#SerializationException"
    )
