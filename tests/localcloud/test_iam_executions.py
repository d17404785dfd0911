"""With --iam, each task acts as the role of its execution: also where no request is sent."""

import json
from uuid import uuid4

import pytest
from bare_moto import Side, chain

PASS = chain(("P", {"Type": "Pass"}))


@pytest.fixture
def side(iam_cloud):
    return Side(iam_cloud.client)


def run(side, role, definition):
    made = side.sfn.create_state_machine(
        name=f"m-{uuid4().hex[:8]}", definition=json.dumps(definition), roleArn=role
    )
    return side.end(side.sfn.start_execution(stateMachineArn=made["stateMachineArn"])["executionArn"])


def role(side, *statements):
    name = f"r-{uuid4().hex[:8]}"
    iam = side.client("iam")
    arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    if statements:
        document = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
        iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=document)
    return arn


def task(resource, **parameters):
    return chain(
        ("T", {"Type": "Task", "Resource": f"arn:aws:states:::{resource}", "Parameters": parameters})
    )


def test_another_execution_is_started_only_if_the_role_may(side):
    inner = side.machine(PASS)
    start = task("states:startExecution.sync", StateMachineArn=inner)
    denied = run(side, role(side), start)
    assert denied.about["error"] == "StepFunctions.AWSStepFunctionsException"
    assert (
        f"is not authorized to perform: states:StartExecution on resource: {inner}" in denied.about["cause"]
    )
    allowed = {"Effect": "Allow", "Action": "states:StartExecution", "Resource": inner}
    assert run(side, role(side, allowed), start).about["status"] == "SUCCEEDED"


ITEM = {"TableName": "t", "Key": {"id": {"S": "1"}}}
MESSAGE = {"QueueUrl": "http://127.0.0.1/1/q", "MessageBody": "m"}
OBJECT = {"Bucket": "b", "Key": "k", "Body": "x"}


@pytest.mark.parametrize(
    ("resource", "parameters", "error", "words"),
    [
        ("lambda:invoke", {"FunctionName": "f"}, "Lambda.AWSLambdaException", "lambda:InvokeFunction on"),
        ("dynamodb:getItem", ITEM, "DynamoDB.AmazonDynamoDBException", "dynamodb:GetItem"),
        ("aws-sdk:dynamodb:getItem", ITEM, "DynamoDb.DynamoDbException", "dynamodb:GetItem"),
        ("sqs:sendMessage", MESSAGE, "SQS.AmazonSQSException", "sqs:SendMessage"),
        ("aws-sdk:s3:putObject", OBJECT, "S3.S3Exception", "s3:PutObject"),
    ],
)
def test_a_task_is_denied_what_its_role_may_not(side, resource, parameters, error, words):
    run_denied = run(side, role(side), task(resource, **parameters))
    assert run_denied.about["error"] == error
    assert words in run_denied.about["cause"]
