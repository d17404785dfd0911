"""Invoke on the local cloud answers as AWS does: results, context, environment, versions, kinds."""

import base64
import json
import os

import psutil
import pytest
from botocore.exceptions import ClientError
from cloud_processes import wait_until

ECHO = "def handler(event, context):\n    return event\n"


def test_the_event_comes_back_with_the_version_that_ran(function):
    answer = function(ECHO).invoke({"text": "ü €", "list": [1, 2.5, None]})
    assert answer["Payload"] == {"text": "ü €", "list": [1, 2.5, None]}
    assert answer["StatusCode"] == 200
    assert answer["ExecutedVersion"] == "$LATEST"
    assert "FunctionError" not in answer


def test_a_function_is_invoked_by_its_arn_too(function):
    made = function(ECHO)
    arn = made.client.get_function(FunctionName=made.name)["Configuration"]["FunctionArn"]
    for name in (arn, f"{arn}:$LATEST"):
        assert json.load(made.client.invoke(FunctionName=name, Payload=b"[1]")["Payload"]) == [1]


def test_the_context_has_the_documented_attributes(function, cloud):
    made = function(
        """
        def handler(event, context):
            return {
                "name": context.function_name, "version": context.function_version,
                "arn": context.invoked_function_arn, "memory": context.memory_limit_in_mb,
                "request": context.aws_request_id, "group": context.log_group_name,
                "stream": context.log_stream_name, "identity": context.identity.cognito_identity_id,
                "client": context.client_context and context.client_context.custom,
                "left": context.get_remaining_time_in_millis(),
            }
    """,
        Timeout=20,
        MemorySize=256,
    )
    sent = base64.b64encode(json.dumps({"custom": {"a": 1}}).encode()).decode()
    answer = made.invoke(ClientContext=sent)
    seen = answer["Payload"]
    assert seen["name"] == made.name and seen["version"] == "$LATEST"
    assert seen["arn"].endswith(f":function:{made.name}") and seen["memory"] == "256"
    assert seen["request"] == answer["ResponseMetadata"]["RequestId"]
    assert seen["group"] == f"/aws/lambda/{made.name}" and "[$LATEST]" in seen["stream"]
    assert seen["identity"] is None and seen["client"] == {"a": 1}
    assert 15_000 < seen["left"] <= 20_000


def test_the_environment_is_what_aws_gives_and_nothing_of_the_users(function, cloud):
    environment = function(
        "import os\ndef handler(event, context):\n    return dict(os.environ)\n",
        Environment={"Variables": {"ORDERS_TABLE": "orders"}},
    ).invoke()["Payload"]
    assert environment["ORDERS_TABLE"] == "orders"
    assert environment["AWS_REGION"] == cloud.region
    assert environment["AWS_ENDPOINT_URL"] == cloud.endpoint
    assert environment["LAMBDA_TASK_ROOT"]
    users = (
        "HOME",
        "USER",
        "AWS_PROFILE",
        "HTTP_PROXY",
        "NO_PROXY",
        "VIRTUAL_ENV",
        "PYTHONPATH",
        "SAGALAB_TIME_SCALE",
    )
    assert not [name for name in users if name in environment]
    assert environment["PATH"] != os.environ["PATH"]


def test_boto3_in_a_function_reaches_the_local_cloud(function, cloud):
    cloud.client("sqs").create_queue(QueueName="from-a-function")
    names = function(
        """
        import boto3
        def handler(event, context):
            return boto3.client("sqs").list_queues()["QueueUrls"]
    """,
        Timeout=30,
    ).invoke()["Payload"]
    assert any(name.endswith("from-a-function") for name in names)


def test_sagalab_is_out_of_a_functions_reach(function):
    answer = function("import sagalab\ndef handler(event, context):\n    return 1\n").invoke()
    assert answer["Payload"]["errorType"] == "Runtime.ImportModuleError"


def test_a_worker_is_kept_and_replaced_when_code_or_settings_change(function):
    source = "import os\nDATA = {'calls': 0}\ndef handler(event, context):\n    DATA['calls'] += 1\n"
    made = function(source + "    return [os.getpid(), DATA['calls'], os.environ.get('X')]\n")
    first, calls, _ = made.invoke()["Payload"]
    assert made.invoke()["Payload"] == [first, calls + 1, None]
    made.client.update_function_configuration(FunctionName=made.name, Environment={"Variables": {"X": "1"}})
    second, calls, x = made.invoke()["Payload"]
    assert second != first and calls == 1 and x == "1"
    wait_until(lambda: not psutil.pid_exists(first))
    made.update("import os\ndef handler(event, context):\n    return os.getpid()\n")
    assert made.invoke()["Payload"] not in (first, second)


def test_versions_and_aliases_run_their_own_code(function):
    made = function("def handler(event, context):\n    return context.function_version, 'old'\n")
    made.client.publish_version(FunctionName=made.name)
    made.client.create_alias(FunctionName=made.name, Name="live", FunctionVersion="1")
    made.update("def handler(event, context):\n    return context.function_version, 'new'\n")
    assert made.invoke(Qualifier="live")["Payload"] == ["1", "old"]
    assert made.invoke(Qualifier="1")["ExecutedVersion"] == "1"
    assert made.invoke()["Payload"] == ["$LATEST", "new"]


def test_an_event_is_taken_at_once_and_runs(function, cloud):
    queue = cloud.client("sqs").create_queue(QueueName="events")["QueueUrl"]
    made = function(
        """
        import boto3, json
        def handler(event, context):
            boto3.client("sqs").send_message(QueueUrl=event, MessageBody=json.dumps(event))
    """,
        Timeout=30,
    )
    answer = made.invoke(queue, InvocationType="Event")
    assert answer["StatusCode"] == 202 and answer["Payload"] is None
    assert cloud.client("sqs").receive_message(QueueUrl=queue, WaitTimeSeconds=20)["Messages"]


def test_a_dry_run_runs_nothing(function):
    answer = function("raise SystemExit(1)").invoke(InvocationType="DryRun")
    assert answer["StatusCode"] == 204 and answer["Payload"] is None


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        ("{", "InvalidRequestContentException"),
        ('"' + 6_291_456 * "x" + '"', "RequestTooLargeException"),
    ],
    ids=["no JSON", "too large"],
)
def test_a_bad_payload_is_refused(function, payload, code):
    made = function(ECHO)
    with pytest.raises(ClientError) as caught:
        made.client.invoke(FunctionName=made.name, Payload=payload)
    assert caught.value.response["Error"]["Code"] == code


def test_decimals_and_text_come_back_as_json(function):
    made = function("""
        from decimal import Decimal
        def handler(event, context):
            return {"whole": Decimal("3"), "part": Decimal("12.50"), "text": "é"}
    """)
    assert made.invoke()["Payload"] == {"whole": 3, "part": 12.5, "text": "é"}


def test_five_megabytes_come_back(function):
    made = function("def handler(event, context):\n    return 'x' * event\n")
    assert len(made.invoke(6_200_000)["Payload"]) == 6_200_000
