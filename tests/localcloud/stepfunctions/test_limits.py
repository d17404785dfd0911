"""AWS's limits of Step Functions' requests: size, depth, and JSON that only Python reads."""

import json
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError

PASS = {"StartAt": "Go", "States": {"Go": {"Type": "Succeed"}}}


@pytest.fixture(scope="module")
def machine(cloud, role):
    client = cloud.client("stepfunctions")
    made = client.create_state_machine(name=f"m-{uuid4().hex[:8]}", definition=json.dumps(PASS), roleArn=role)
    yield made["stateMachineArn"]
    client.delete_state_machine(stateMachineArn=made["stateMachineArn"])


def refused(call, **given) -> tuple[str, str]:
    with pytest.raises(ClientError) as caught:
        call(**given)
    return caught.value.response["Error"]["Code"], caught.value.response["Error"]["Message"]


def text_of(size: int) -> str:
    return json.dumps("x" * (size - 2))


def test_an_input_has_262144_bytes_at_most(cloud, machine):
    start = cloud.client("stepfunctions").start_execution
    assert start(stateMachineArn=machine, input=text_of(262_144))["executionArn"]
    for text in (text_of(262_145), json.dumps("ü" * 131_072, ensure_ascii=False)):
        code, words = refused(start, stateMachineArn=machine, input=text)
        assert code == "ValidationException" and "less than or equal to 262144" in words


@pytest.mark.parametrize(
    "text", ['{"a": NaN}', "[Infinity]", "-Infinity", "[" * 1001 + "]" * 1001, "[" * 100_000]
)
def test_an_input_that_only_python_would_read_is_refused(cloud, machine, text):
    code, words = refused(cloud.client("stepfunctions").start_execution, stateMachineArn=machine, input=text)
    assert code == "InvalidExecutionInput" and words.startswith("Invalid State Machine Execution Input: '")


@pytest.mark.parametrize(
    "text", ['{"NaN": "Infinity [[["}', '"NaN \\" NaN"', "[" * 1000 + "]" * 1000, json.dumps(["{"] * 2000)]
)
def test_what_looks_like_it_and_is_none_is_taken(cloud, machine, text):
    assert cloud.client("stepfunctions").start_execution(stateMachineArn=machine, input=text)["executionArn"]


def test_a_definition_has_1_mb_at_most(cloud, role):
    create = cloud.client("stepfunctions").create_state_machine
    text = json.dumps(PASS | {"Comment": "x" * 1_048_576})
    code, words = refused(create, name="m-large", definition=text, roleArn=role)
    assert code == "ValidationException" and "less than or equal to 1048576" in words
    for wrong in ('{"StartAt": NaN}', '{"States": ' + "[" * 5000):
        assert refused(create, name="m-wrong", definition=wrong, roleArn=role)[0] == "InvalidDefinition"


def test_a_function_gets_no_nan(function):
    made = function("def handler(event, context):\n    return event\n")
    for text in ('{"a": NaN}', "[" * 100_000):
        with pytest.raises(ClientError, match="InvalidRequestContentException"):
            made.client.invoke(FunctionName=made.name, Payload=text)
    assert made.invoke({"a": 1})["Payload"] == {"a": 1}
