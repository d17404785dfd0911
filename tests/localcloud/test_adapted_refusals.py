"""What DynamoDB, SNS, SQS and EventBridge refuse is refused here, and bare moto still takes it."""

import json
import os
import subprocess
import sys
import uuid

import pytest
from botocore.exceptions import ClientError

# Each request: service, operation, its parameters, and what AWS answers: an error code and words, or fields of the answer.
# {table}, {topic}, {queue}: what is made before.
KEY = {"id": {"S": "1"}}
REFUSED = {
    "value without a type": (
        "dynamodb", "put_item", {"TableName": "{table}", "Item": {"id": {}}},
        ("ValidationException", "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"),
    ),
    "value of two types": (
        "dynamodb", "put_item", {"TableName": "{table}", "Item": {**KEY, "list": {"L": [{"S": "1", "N": "1"}]}}},
        ("ValidationException", "Supplied AttributeValue has more than one datatypes set, must contain exactly one of"),
    ),
    "key of another type": (
        "dynamodb", "get_item", {"TableName": "{table}", "Key": {"id": {"N": "1"}}},
        ("ValidationException", "The provided key element does not match the schema"),
    ),
    "key of another type in a transaction": (
        "dynamodb", "transact_write_items",
        {"TransactItems": [{"Delete": {"TableName": "{table}", "Key": {"id": {"N": "1"}}}}]},
        ("ValidationException", "The provided key element does not match the schema"),
    ),
    "key of another type in a batch": (
        "dynamodb", "batch_get_item", {"RequestItems": {"{table}": {"Keys": [{"id": {"N": "1"}}]}}},
        ("ValidationException", "The provided key element does not match the schema"),
    ),
    "value without a type in a batch": (
        "dynamodb", "batch_write_item", {"RequestItems": {"{table}": [{"PutRequest": {"Item": {**KEY, "n": {}}}}]}},
        ("ValidationException", "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"),
    ),
    "empty message": (
        "sns", "publish", {"TopicArn": "{topic}", "Message": ""}, ("InvalidParameter", "Invalid parameter: Empty message"),
    ),
    "no topic": (
        "sns", "publish", {"Message": "m"},
        ("InvalidParameter", "Invalid parameter: TopicArn or TargetArn Reason: no value for required parameter"),
    ),
    "topic that is no ARN": (
        "sns", "publish", {"TopicArn": "orders", "Message": "m"},
        ("InvalidParameter", "Invalid parameter: TopicArn Reason: An ARN must have at least 6 elements, not 1"),
    ),
    "subject of 101 characters": (
        "sns", "publish", {"TopicArn": "{topic}", "Message": "m", "Subject": "s" * 101},
        ("InvalidParameter", "Invalid parameter: Subject"),
    ),
    "structure that is no JSON": (
        "sns", "publish", {"TopicArn": "{topic}", "Message": "m", "MessageStructure": "json"},
        ("InvalidParameter", "Invalid parameter: Message Structure - JSON message body failed to parse"),
    ),
    "structure without a default": (
        "sns", "publish", {"TopicArn": "{topic}", "Message": "{}", "MessageStructure": "json"},
        ("InvalidParameter", "Invalid parameter: Message Structure - No default entry in JSON message body"),
    ),
    "character that no message has": (
        "sqs", "send_message", {"QueueUrl": "{queue}", "MessageBody": "a\x00"},
        ("InvalidMessageContents", "Invalid characters found."),
    ),
}  # fmt: skip
_MADE = """
import json, sys
import boto3
from botocore.exceptions import ClientError
from moto import mock_aws

with mock_aws():
    table = boto3.client("dynamodb", "us-east-1").create_table(
        TableName="t", KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}], BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}])
    made = {"table": "t", "topic": boto3.client("sns", "us-east-1").create_topic(Name="t")["TopicArn"],
            "queue": boto3.client("sqs", "us-east-1").create_queue(QueueName="q")["QueueUrl"]}
    said = {}
    for name, (service, operation, given, _) in json.load(sys.stdin).items():
        text = json.dumps(given)
        for key, value in made.items():
            text = text.replace("{" + key + "}", value)
        try:
            getattr(boto3.client(service, "us-east-1"), operation)(**json.loads(text))
            said[name] = "taken"
        except ClientError as error:
            said[name] = error.response["Error"]["Message"]
        except Exception as error:
            said[name] = repr(error)
    print(json.dumps(said))
"""


@pytest.fixture(scope="module")
def made(cloud):
    name = f"t-{uuid.uuid4()}"
    cloud.client("dynamodb").create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    topic = cloud.client("sns").create_topic(Name=name)["TopicArn"]
    return {
        "table": name,
        "topic": topic,
        "queue": cloud.client("sqs").create_queue(QueueName=name)["QueueUrl"],
    }


@pytest.fixture(scope="module")
def bare_moto():
    """What moto itself says to each request."""
    environment = {"AWS_ACCESS_KEY_ID": "k", "AWS_SECRET_ACCESS_KEY": "s"}
    asked = [sys.executable, "-c", _MADE]
    ran = subprocess.run(
        asked, input=json.dumps(REFUSED), capture_output=True, text=True, timeout=120, check=True,
        env={**os.environ, **environment},
    )  # fmt: skip
    return json.loads(ran.stdout)


@pytest.mark.parametrize("name", REFUSED)
def test_what_aws_refuses_is_refused_in_its_words(cloud, made, bare_moto, name):
    service, operation, given, (code, words) = REFUSED[name]
    text = json.dumps(given)
    for key, value in made.items():
        text = text.replace("{" + key + "}", value)
    with pytest.raises(ClientError) as refused:
        getattr(cloud.client(service), operation)(**json.loads(text))
    error = refused.value.response["Error"]
    assert error["Code"] == code and error["Message"].startswith(words)
    assert words not in bare_moto[name], "moto does it by itself: the adaptation can go"


def test_a_batch_and_a_transaction_tell_of_capacity_when_they_are_asked(cloud, made):
    client, keys = cloud.client("dynamodb"), {made["table"]: {"Keys": [KEY]}}
    answers = [
        client.batch_get_item(RequestItems=keys),
        client.transact_write_items(TransactItems=[{"Put": {"TableName": made["table"], "Item": KEY}}]),
    ]
    assert all(not {"ConsumedCapacity", "ItemCollectionMetrics"} & set(answer) for answer in answers)
    assert client.batch_get_item(RequestItems=keys, ReturnConsumedCapacity="TOTAL")["ConsumedCapacity"]
    assert client.scan(TableName=made["table"], ReturnConsumedCapacity="TOTAL")["ConsumedCapacity"]


def test_nobody_sends_events_in_the_name_of_aws(cloud):
    own = {"Source": "my.orders", "DetailType": "placed", "Detail": "{}"}
    answered = cloud.client("events").put_events(Entries=[own, {**own, "Source": "aws.s3"}, own])
    refused = {
        "ErrorCode": "NotAuthorizedForSourceException",
        "ErrorMessage": "Not authorized for the source.",
    }
    assert [entry.get("ErrorCode") for entry in answered["Entries"]] == [None, refused["ErrorCode"], None]
    assert answered["Entries"][1] == refused and answered["FailedEntryCount"] == 1


def test_a_client_error_of_a_json_service_is_a_400_to_a_task(cloud):
    state = {
        "Type": "Task", "Resource": "arn:aws:states:::aws-sdk:secretsmanager:getSecretValue",
        "Parameters": {"SecretId": "none"}, "End": True,
    }  # fmt: skip
    role = "arn:aws:iam::123456789012:role/recorded"
    ended = cloud.client("stepfunctions").test_state(definition=json.dumps(state), roleArn=role)
    assert ended["error"] == "SecretsManager.ResourceNotFoundException"
    assert "(Service: SecretsManager, Status Code: 400, " in ended["cause"]
