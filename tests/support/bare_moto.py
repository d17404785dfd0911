"""Two Step Functions side by side: the local cloud's, and moto's own without any adaptation.

Each contract of an adaptation asserts AWS's behaviour of the first, and that the second still lacks it: when
a newer moto makes that fail, the adaptation can go.
"""

import atexit
import functools
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import boto3
import pytest
from botocore.config import Config

ROLE = "arn:aws:iam::123456789012:role/contract"
_SERVER = """
import os, sys
from moto.core.config import default_user_config
default_user_config["stepfunctions"] = {"execute_state_machine": True}
from moto.server import ThreadedMotoServer
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
port = server.get_host_and_port()[1]
os.environ["MOTO_PORT"] = str(port)
print(port, flush=True)
sys.stdin.read()
os._exit(0)
"""


@dataclass
class Run:
    """An execution that came to its end."""

    arn: str
    about: dict
    events: list[dict]

    @property
    def output(self) -> Any:
        """The parsed output."""
        return json.loads(self.about["output"])

    @property
    def types(self) -> list[str]:
        """The types of its events."""
        return [event["type"] for event in self.events]

    def details(self, event_type: str) -> dict:
        """Return the details of the last event of a type."""
        event = [event for event in self.events if event["type"] == event_type][-1]
        return next(value for key, value in event.items() if key.endswith("EventDetails"))


@dataclass
class Side:
    """One of the two: its clients, and state machines from a few lines."""

    client: Callable[[str], Any]

    @property
    def sfn(self) -> Any:
        """The Step Functions client."""
        return self.client("stepfunctions")

    def machine(self, definition: dict) -> str:
        """Create a state machine."""
        name = f"contract-{uuid4().hex[:8]}"
        created = self.sfn.create_state_machine(name=name, definition=json.dumps(definition), roleArn=ROLE)
        return created["stateMachineArn"]

    def start(self, definition: dict, given: Any = None) -> str:
        """Start an execution of a new machine."""
        text = json.dumps({} if given is None else given)
        started = self.sfn.start_execution(
            stateMachineArn=self.machine(definition), name=uuid4().hex, input=text
        )
        return started["executionArn"]

    def end(self, arn: str) -> Run:
        """Wait for the end of an execution."""
        deadline = time.monotonic() + 30
        while (about := self.sfn.describe_execution(executionArn=arn))["status"] == "RUNNING":
            assert time.monotonic() < deadline, f"{arn} does not end"
            time.sleep(0.02)
        return Run(arn, about, self.sfn.get_execution_history(executionArn=arn, maxResults=1000)["events"])

    def run(self, definition: dict, given: Any = None) -> Run:
        """Run a definition to its end."""
        return self.end(self.start(definition, given))

    def until(self, arn: str, event_type: str) -> None:
        """Wait until the history has an event of a type."""
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            if event_type in [
                e["type"] for e in self.sfn.get_execution_history(executionArn=arn, maxResults=1000)["events"]
            ]:
                return
            time.sleep(0.02)
        raise AssertionError(f"no {event_type} in {arn}")

    def queue(self) -> str:
        """Create a queue and return its URL."""
        return self.client("sqs").create_queue(QueueName=f"contract-{uuid4().hex[:8]}")["QueueUrl"]

    def message(self, queue: str) -> Any:
        """Receive one message of a queue, parsed, and delete it."""
        sqs = self.client("sqs")
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            for message in sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=1).get("Messages", []):
                sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
                return json.loads(message["Body"])
        raise AssertionError("no message")


def chain(*states: tuple[str, dict], **top: Any) -> dict:
    """Return a definition of states one after another."""
    names = [name for name, _ in states]
    made = {}
    for name, follower in zip(names, [*names[1:], None], strict=False):
        state = dict(states)[name]
        ends = state["Type"] in ("Choice", "Succeed", "Fail") or "Next" in state
        made[name] = state if ends else {**state, **({"Next": follower} if follower else {"End": True})}
    return {**top, "StartAt": names[0], "States": made}


def jsonata(*states: tuple[str, dict], **top: Any) -> dict:
    """Return a chain in JSONata."""
    return chain(*states, QueryLanguage="JSONata", **top)


@pytest.fixture(scope="session")
def adapted(cloud) -> Side:
    """Step Functions of the local cloud."""
    return Side(cloud.client)


@functools.cache
def _start_bare() -> Side:
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "MOTO_"))
    }
    server = subprocess.Popen(
        [sys.executable, "-c", _SERVER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=environment,
    )
    atexit.register(server.stdin.close)  # the server ends with its input
    endpoint = f"http://127.0.0.1:{int(server.stdout.readline())}"
    options = Config(retries={"total_max_attempts": 1}, read_timeout=20, proxies={})

    @functools.cache
    def client(service: str) -> Any:
        return boto3.session.Session().client(
            service,
            endpoint_url=endpoint,
            region_name="us-east-1",
            config=options,
            aws_access_key_id="bare",
            aws_secret_access_key="bare",
        )

    return Side(client)


@pytest.fixture(scope="session")
def bare() -> Side:
    """Step Functions of moto as it is, in one process of its own for the whole session."""
    return _start_bare()
