"""Service integrations: parameters in their case, child executions, errors in AWS's names and words."""

import json
import re
from uuid import uuid4

from bare_moto import chain

CHILD = chain(("P", {"Type": "Pass", "Parameters": {"from": "child"}}))
BROKEN = chain(("F", {"Type": "Fail", "Error": "Broken", "Cause": "by design"}))


def calling(resource, **parameters):
    return chain(
        ("Call", {"Type": "Task", "Resource": f"arn:aws:states:::{resource}", "Parameters": parameters})
    )


def test_a_child_execution_is_waited_for(adapted):
    def run(side, resource, child=CHILD):
        return side.run(calling(resource, StateMachineArn=side.machine(child), Input={"n": 1}))

    output = run(adapted, "states:startExecution.sync").output
    assert output["Status"] == "SUCCEEDED" and json.loads(output["Output"]) == {"from": "child"}
    assert list(output) == sorted(output)
    assert 1.7e12 < output["StartDate"] <= output["StopDate"]  # milliseconds
    assert run(adapted, "states:startExecution.sync:2").output["Output"] == {"from": "child"}
    failed = run(adapted, "states:startExecution.sync", BROKEN)
    assert failed.about["error"] == "States.TaskFailed"
    assert json.loads(failed.about["cause"])["Error"] == "Broken"


def test_the_sdk_integration_of_step_functions(adapted):
    def run(side):
        return side.run(
            calling("aws-sdk:sfn:startExecution", StateMachineArn=side.machine(CHILD), Input={"n": 1})
        )

    assert set(run(adapted).output) == {"ExecutionArn", "StartDate"}


def test_errors_of_sqs(adapted):
    def run(side, **parameters):
        return side.run(calling("sqs:sendMessage", **parameters))

    run_without_body = run(adapted, QueueUrl=adapted.queue(), MessageBody=None)
    assert run_without_body.about["error"] == "SQS.AmazonSQSException"
    assert re.fullmatch(
        r"The request must contain the parameter MessageBody\. \(Service: AmazonSQS; Status Code: 400; "
        r"Error Code: MissingParameter; Request ID: .+; Proxy: null\)",
        run_without_body.about["cause"],
    )
    url = adapted.queue() + "-gone"
    assert run(adapted, QueueUrl=url, MessageBody="m").about["error"] == "SQS.QueueDoesNotExistException"


def test_errors_of_dynamodb(adapted):
    def run(side):
        table = f"contract-{uuid4().hex[:8]}"
        side.client("dynamodb").create_table(
            TableName=table,
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        )
        return side.run(calling("dynamodb:putItem", TableName=table, Item={"x": {"S": "no key"}}))

    failed = run(adapted)
    assert failed.about["error"] == "DynamoDB.AmazonDynamoDBException"
    assert (
        "(Service: AmazonDynamoDBv2; Status Code: 400; Error Code: ValidationException; "
        in failed.about["cause"]
    )
    gone = adapted.run(calling("dynamodb:putItem", TableName="gone", Item={"id": {"S": "1"}}))
    assert gone.about["error"] == "DynamoDB.ResourceNotFoundException"


def test_errors_of_sns(adapted):
    def run(side):
        topic = side.client("sns").create_topic(
            Name=f"contract-{uuid4().hex[:8]}.fifo", Attributes={"FifoTopic": "true"}
        )
        return side.run(calling("sns:publish", TopicArn=topic["TopicArn"], Message="m"))

    assert run(adapted).about["error"] == "SNS.InvalidParameterException"


def test_errors_of_lambda(adapted, function):
    made = function("def handler(event, context):\n    return event\n")
    adapted.client("lambda").put_function_concurrency(FunctionName=made.name, ReservedConcurrentExecutions=0)
    arn = adapted.client("lambda").get_function(FunctionName=made.name)["Configuration"]["FunctionArn"]
    throttled = adapted.run(calling("lambda:invoke", FunctionName=made.name))
    assert throttled.about["error"] == "Lambda.TooManyRequestsException"
    assert (
        "(Service: AWSLambda; Status Code: 429; Error Code: TooManyRequestsException; "
        in throttled.about["cause"]
    )
    direct = adapted.run(chain(("Call", {"Type": "Task", "Resource": arn})))
    assert direct.about["error"] == "Lambda.TooManyRequestsException"
    gone = adapted.run(calling("lambda:invoke", FunctionName="contract-gone"))
    assert gone.about["error"] == "Lambda.ResourceNotFoundException"


def test_the_result_of_a_function_has_its_version(adapted, function):
    made = function("def handler(event, context):\n    return event\n")
    run = adapted.run(calling("lambda:invoke", FunctionName=made.name, Payload={"text": "ü"}))
    assert run.output == {"ExecutedVersion": "$LATEST", "Payload": {"text": "ü"}, "StatusCode": 200}
    assert run.details("TaskSucceeded")["output"] == json.dumps(
        run.output, separators=(",", ":"), ensure_ascii=False
    )
