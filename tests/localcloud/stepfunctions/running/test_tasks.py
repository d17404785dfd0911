"""What tasks answer, and the names and words of their errors."""

import json
import re
from urllib.parse import urlsplit
from uuid import uuid4

import driven_runs
import pytest
from driven_runs import machine, task
from moto.core import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import dynamodb_backends
from moto.sns.models import sns_backends
from moto.sqs.models import sqs_backends

from sagalab.localcloud.stepfunctions.running.tasks import shapes

REGION = "us-east-1"
_NO_QUEUE = "The specified queue does not exist"


@pytest.fixture(scope="module")
def keeper():
    return driven_runs.keeper()


@pytest.fixture(scope="module")
def table():
    name = f"t-{uuid4().hex}"
    dynamodb_backends[DEFAULT_ACCOUNT_ID][REGION].create_table(
        name=name,
        schema=[{"AttributeName": "id", "KeyType": "HASH"}],
        attr=[{"AttributeName": "id", "AttributeType": "S"}],
        throughput=None,
        global_indexes=[],
        indexes=[],
        streams=None,
        billing_mode="PAY_PER_REQUEST",
        sse_specification=None,
        tags=[],
        deletion_protection_enabled=False,
        warm_throughput=None,
    )
    return name


def failed(keeper, resource, parameters):
    driven = keeper.run(machine(Call=task(resource, parameters)))
    assert driven.status == "FAILED", driven.output
    return driven.error, driven.cause


def answered(keeper, resource, parameters):
    driven = keeper.run(machine(Call=task(resource, parameters)))
    assert driven.status == "SUCCEEDED", driven.cause
    return json.loads(driven.output)


OPTIMISED = (
    r" \(Service: AmazonDynamoDBv2; Status Code: 400; Error Code: (\w+); Request ID: \S+; Proxy: null\)"
)
SDK = r" \(Service: DynamoDb, Status Code: 400, Request ID: [^,]+\)"
NULL = "Value null at '{}' failed to satisfy constraint: Member must not be null"


@pytest.mark.parametrize(
    ("prefix", "named", "pattern"),
    [("dynamodb", "DynamoDB.{}", OPTIMISED), ("aws-sdk:dynamodb", "DynamoDb.{}", SDK)],
)
def test_errors_of_dynamodb(keeper, table, prefix, named, pattern):
    none = "AmazonDynamoDBException" if prefix == "dynamodb" else "DynamoDbException"
    item = {"id": {"S": "1"}}
    for given, name, words in (
        ({"TableName": "gone", "Item": item}, "ResourceNotFoundException", "Requested resource not found"),
        (
            {"TableName": table, "Item": item, "ConditionExpression": "attribute_exists(id)"},
            "ConditionalCheckFailedException",
            "The conditional request failed",
        ),
        ({"TableName": table}, none, f"1 validation error detected: {NULL.format('item')}"),
        ({"TableName": "gone", "Item": None}, none, f"1 validation error detected: {NULL.format('item')}"),
        ({}, none, f"2 validation errors detected: {NULL.format('tableName')}; {NULL.format('item')}"),
        (
            {"TableName": table, "Item": item, "ReturnValues": "SOME"},
            none,
            "1 validation error detected: Value 'SOME' at 'returnValues' failed to satisfy constraint: Member must "
            "satisfy enum value set: [NONE, ALL_OLD, UPDATED_OLD, ALL_NEW, UPDATED_NEW]",
        ),
    ):  # fmt: skip
        error, cause = failed(keeper, f"{prefix}:putItem", given)
        assert error == named.format(name)
        assert cause.startswith(words) and re.fullmatch(pattern, cause[len(words) :])


def test_what_dynamodb_answers(keeper, table):
    put = {"TableName": table, "Item": {"id": {"S": "a"}, "n": {"N": "1"}}}
    assert answered(keeper, "dynamodb:putItem", put) == {}
    assert answered(keeper, "dynamodb:getItem", {"TableName": table, "Key": {"id": {"S": "a"}}}) == {
        "Item": put["Item"]
    }
    query = {
        "TableName": table,
        "KeyConditionExpression": "id = :id",
        "ExpressionAttributeValues": {":id": {"S": "a"}},
    }
    found = answered(keeper, "aws-sdk:dynamodb:query", query)
    assert found == {"Count": 1, "Items": [put["Item"]], "ScannedCount": 1}


def test_a_parameter_of_the_wrong_kind_ends_the_execution(keeper, table):
    error, cause = failed(keeper, "dynamodb:putItem", {"TableName": table, "Item": {"id": "a"}})
    assert error == "States.Runtime"
    assert "could not be used to start the Task: [The value for the field 'id' must be an object]" in cause


@pytest.mark.parametrize(
    ("resource", "given", "words"),
    [
        ("dynamodb:putItem", {"Item": {"id": {"S": 1}}}, "[The value for the field 'S' must be a STRING]"),
        ("dynamodb:putItem", {"Item": {"id": {"N": 1}}}, "[The value for the field 'N' must be a STRING]"),
        (
            "dynamodb:putItem",
            {"Item": {}, "Note": 1},
            '[The field "Note" is not supported by Step Functions]',
        ),
        ("aws-sdk:dynamodb:putItem", {"item": {}}, '[The field "item" is not supported by Step Functions]'),
    ],
)
def test_parameters_that_the_api_has_not_end_the_execution(keeper, table, resource, given, words):
    error, cause = failed(keeper, resource, {"TableName": table, **given})
    assert error == "States.Runtime" and f"could not be used to start the Task: {words}" in cause


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"FunctionName": "a b"}, "Value 'a b' at 'functionName' failed to satisfy"),
        ({"FunctionName": "none", "InvocationType": "Maybe"}, "Value 'Maybe' at 'invocationType' failed"),
    ],
)
def test_an_invocation_that_lambda_cannot_take(keeper, given, words):
    error, cause = failed(keeper, "lambda:invoke", given)
    assert error == "Lambda.AWSLambdaException"
    assert cause.startswith(f"1 validation error detected: {words}")


def test_binary_values_come_back_as_they_were_given(keeper, table):
    item = {"id": {"S": "binary"}, "picture": {"B": "aGk="}, "parts": {"L": [{"B": "aG8="}]}}
    answered(keeper, "dynamodb:putItem", {"TableName": table, "Item": item})
    found = answered(keeper, "dynamodb:getItem", {"TableName": table, "Key": {"id": item["id"]}})
    assert found["Item"] == item


def test_errors_of_queues_and_topics(keeper):
    queue = (
        sqs_backends[DEFAULT_ACCOUNT_ID][REGION]
        .create_queue(f"q-{uuid4().hex}", {})
        .url(urlsplit("http://127.0.0.1"))
    )
    topic = sns_backends[DEFAULT_ACCOUNT_ID][REGION].create_topic(f"t-{uuid4().hex}").arn
    gone = {"QueueUrl": queue + "-gone", "MessageBody": "m"}
    notice = {"TopicArn": topic + "-gone", "Message": "m"}
    for resource, given, error, words, details in (
        (
            "sqs:sendMessage",
            {"QueueUrl": queue},
            "SQS.AmazonSQSException",
            "The request must contain the parameter MessageBody.",
            "(Service: AmazonSQS; Status Code: 400; Error Code: MissingParameter;",
        ),
        ("sqs:sendMessage", gone, "SQS.QueueDoesNotExistException", _NO_QUEUE, "(Service: AmazonSQS;"),
        ("aws-sdk:sqs:sendMessage", gone, "Sqs.QueueDoesNotExistException", _NO_QUEUE, "(Service: Sqs,"),
        ("sns:publish", notice, "SNS.NotFoundException", "Topic does not exist", "(Service: AmazonSNS; "),
        ("aws-sdk:sns:publish", notice, "Sns.NotFoundException", "Topic does not exist", "(Service: Sns, "),
    ):
        found, cause = failed(keeper, resource, given)
        assert found == error
        assert cause.startswith(words) and details in cause


def test_a_message_that_is_no_text_is_sent_as_json(keeper):
    queue = sqs_backends[DEFAULT_ACCOUNT_ID][REGION].create_queue(f"q-{uuid4().hex}", {})
    given = {"QueueUrl": queue.url(urlsplit("http://127.0.0.1")), "MessageBody": {"größe": [1, None]}}
    assert set(answered(keeper, "sqs:sendMessage", given)) == {"MD5OfMessageBody", "MessageId"}
    assert set(answered(keeper, "aws-sdk:sqs:sendMessage", given)) == {"Md5OfMessageBody", "MessageId"}
    assert [json.loads(message.body) for message in queue.messages] == [{"größe": [1, None]}] * 2


@pytest.mark.parametrize(
    ("given", "version"),
    [
        ({"FunctionName": "none"}, "none:$LATEST"),
        ({"FunctionName": "none", "Qualifier": "live"}, "none:live"),
        ({"FunctionName": "arn:aws:lambda:us-east-1:123456789012:function:none:7"}, "none:7"),
        ({"FunctionName": "123456789012:function:none:7"}, "none:7"),
        ({"FunctionName": "function:none"}, "none:$LATEST"),
    ],
)
def test_a_function_that_is_not_there_is_told_with_its_version(keeper, given, version):
    error, cause = failed(keeper, "lambda:invoke", given)
    arn = f"arn:aws:lambda:us-east-1:123456789012:function:{version}"
    assert error == "Lambda.ResourceNotFoundException"
    assert cause.startswith(f"Function not found: {arn} (Service: AWSLambda; Status Code: 404; Error Code: ")


def test_a_function_that_is_the_resource_and_is_not_there(keeper):
    driven = keeper.run(machine(Call=task("arn:aws:lambda:us-east-1:123456789012:function:none")))
    assert driven.error == "Lambda.ResourceNotFoundException"
    assert "function:none:$LATEST (Service: AWSLambda;" in driven.cause


@pytest.mark.parametrize(
    ("resource", "named"),
    [
        ("http:invoke", "HTTPS"),
        ("glue:startJobRun.sync", "glue:startJobRun"),
        ("aws-sdk:ec2:describeInstances", "ec2:describeInstances"),
        ("aws-sdk:dynamodb:nothing", "dynamodb:nothing"),
    ],
)
def test_what_a_task_cannot_reach_is_named(keeper, resource, named):
    error, cause = failed(keeper, resource, {})
    assert error == "States.Runtime" and f"The local cloud cannot run arn:aws:states:::{resource}: " in cause
    assert named in cause


def test_a_gap_in_a_service_is_its_error_and_is_logged(keeper, monkeypatch, capsys):
    def gap(self):
        raise AttributeError("no such thing")

    monkeypatch.setattr("moto.dynamodb.responses.DynamoHandler.call_action", gap)
    error, cause = failed(keeper, "dynamodb:getItem", {"TableName": "t", "Key": {"id": {"S": "1"}}})
    assert error == "DynamoDB.InternalServerErrorException"
    assert cause.startswith(
        "The local cloud's dynamodb cannot do this request (AttributeError: no such thing)"
    )
    assert "AttributeError: no such thing" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("api", "state"),
    [
        ("stateMachineArn", "StateMachineArn"),
        ("MD5OfMessageBody", "Md5OfMessageBody"),
        ("ETag", "ETag"),
        ("ChecksumCRC32", "ChecksumCRC32"),
        ("SSEKMSKeyId", "SsekmsKeyId"),
        ("ARN", "Arn"),
        ("Key", "Key"),
    ],
)
def test_names_of_members_are_those_of_the_sdk_for_java(api, state):
    assert shapes.written(api) == state


def test_every_member_of_every_service_here_can_be_written_back():
    from sagalab.localcloud.stepfunctions.running.tasks.sdk import SERVICES

    for service, _ in SERVICES.values():
        model = shapes.model_of(service)
        for name in model.operation_names:
            shape = model.operation_model(name).input_shape
            for member in shape.members if shape else ():
                value = shape.members[member]
                if value.type_name == "string":
                    assert shapes.request({shapes.written(member): "x"}, shape) == {member: "x"}
