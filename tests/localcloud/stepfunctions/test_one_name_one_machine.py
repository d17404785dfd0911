"""CreateStateMachine is idempotent for the same machine, and refuses its name to another; nothing leaves the host.

Source: https://docs.aws.amazon.com/step-functions/latest/apireference/API_CreateStateMachine.html
"""

import contextlib
import json
import socket
import threading
from uuid import uuid4

import boto3
import pytest
from botocore.exceptions import BotoCoreError, ClientError

from sagalab import SagaLabError
from sagalab.cloud.connect import LocalSession, local_variables
from sagalab.cloud.local_key import local_key
from sagalab.project import state_dir


def machine(**fields) -> str:
    return json.dumps({"StartAt": "Go", "States": {"Go": {"Type": "Pass", "End": True, **fields}}})


@pytest.fixture
def made(cloud, role):
    """Create machines of one name: `made(definition, **settings)` returns the ARN."""
    client, name = cloud.client("stepfunctions"), f"name-{uuid4().hex[:8]}"
    arns = set()

    def make(definition: str = machine(), **settings) -> str:
        answer = client.create_state_machine(name=name, definition=definition, **{"roleArn": role} | settings)
        arns.add(answer["stateMachineArn"])
        return answer["stateMachineArn"]

    yield make
    for arn in arns:
        client.delete_state_machine(stateMachineArn=arn)


def test_the_same_machine_again_is_the_same_machine(made, role):
    first = made()
    spaced = json.dumps(json.loads(machine()), indent=4)
    assert made() == made(spaced) == made(type="STANDARD", tags=[{"key": "a", "value": "b"}]) == first
    assert made(roleArn=role + "-other") == first  # role and tags do not count


@pytest.mark.parametrize(
    "other",
    [
        {"definition": machine(Result="second")},
        {"type": "EXPRESS"},
        {"tracingConfiguration": {"enabled": True}},
        {"loggingConfiguration": {"includeExecutionData": True}},
    ],
    ids=lambda other: next(iter(other)),
)
def test_another_machine_of_the_name_is_refused_and_the_old_one_stays(cloud, made, other):
    client, arn = cloud.client("stepfunctions"), made()
    with pytest.raises(client.exceptions.StateMachineAlreadyExists) as caught:
        made(**other)
    assert caught.value.response["Error"]["Message"] == f"State Machine Already Exists: '{arn}'"
    assert client.describe_state_machine(stateMachineArn=arn)["definition"] == machine()


def test_operations_of_other_hosts_are_asked_of_the_local_cloud(cloud, made, role):
    """On AWS they have a host beside the service's (sync-states.…); there is no host sync-127.0.0.1."""
    client = cloud.client("stepfunctions")
    told = client.start_sync_execution(stateMachineArn=made(type="EXPRESS"))
    assert told["status"] in ("SUCCEEDED", "FAILED")
    state = {"Type": "Pass", "End": True}
    assert client.test_state(definition=json.dumps(state), roleArn=role)["status"] == "SUCCEEDED"


def test_the_users_own_tools_ask_it_too(cloud, monkeypatch):
    for name, value in local_variables().items():
        monkeypatch.setenv(name, value) if value else monkeypatch.delenv(name, raising=False)
    client = boto3.session.Session().client("stepfunctions")
    with pytest.raises(ClientError):
        client.start_sync_execution(stateMachineArn="arn:aws:states:us-east-1:123456789012:stateMachine:none")


def test_a_call_that_is_cut_off_does_not_say_that_the_cloud_is_gone(cloud):
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(10)

        def accept_and_hang_up() -> None:
            with contextlib.suppress(OSError):
                while True:
                    server.accept()[0].close()

        thread = threading.Thread(target=accept_and_hang_up, daemon=True)
        thread.start()
        endpoint = f"http://127.0.0.1:{server.getsockname()[1]}"
        client = LocalSession(endpoint, local_key(state_dir())).client("sts")
        with pytest.raises(BotoCoreError):  # botocore's own words: the server is there
            client.get_caller_identity()
    with pytest.raises(SagaLabError, match="The local cloud is gone"):
        client.get_caller_identity()
