"""Step Functions' API in this process, without a server: requests as dicts."""

import json
import time
from typing import Any

import pytest

from sagalab.localcloud.stepfunctions.api.dispatch import Api
from sagalab.localcloud.stepfunctions.api.errors import ApiError

ACCOUNT = "123456789012"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/any"
PREFIX = f"arn:aws:states:us-east-1:{ACCOUNT}"
PASS = {"StartAt": "P", "States": {"P": {"Type": "Pass", "End": True}}}
WAIT = {"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 3600, "End": True}}}
FAIL = {"StartAt": "F", "States": {"F": {"Type": "Fail", "Error": "NoRoom", "Cause": "The hotel is full"}}}


class Asked:
    """One API of its own, and the machines that a test needs."""

    def __init__(self) -> None:
        self.api = Api(ACCOUNT)

    def __call__(self, operation: str, **given: Any) -> dict[str, Any]:
        """Ask for an operation; raise ApiError."""
        return self.api.handle(operation, given, "us-east-1")

    def refusal(self, operation: str, **given: Any) -> tuple[str, str]:
        """Return code and message of a request that must be refused."""
        with pytest.raises(ApiError) as refused:
            self(operation, **given)
        return refused.value.code, refused.value.message

    def code(self, operation: str, **given: Any) -> str:
        """Return the code alone."""
        return self.refusal(operation, **given)[0]

    def machine(self, definition: Any = None, name: str = "m", **given: Any) -> str:
        """Create a machine; return its ARN."""
        text = json.dumps(PASS if definition is None else definition)
        made = self("CreateStateMachine", name=name, definition=text, roleArn=ROLE, **given)
        return made["stateMachineArn"]

    def start(self, machine: str, **given: Any) -> str:
        """Start an execution; return its ARN."""
        return self("StartExecution", stateMachineArn=machine, **given)["executionArn"]

    def end(self, execution: str) -> dict[str, Any]:
        """Wait for the end of an execution; return its description."""
        deadline = time.monotonic() + 20
        while (about := self("DescribeExecution", executionArn=execution))["status"] == "RUNNING":
            assert time.monotonic() < deadline, f"{execution} does not end"
            time.sleep(0.005)
        return about

    def run(self, machine: str, **given: Any) -> dict[str, Any]:
        """Run a machine to its end; return the description of the execution."""
        return self.end(self.start(machine, **given))


def changed(**fields: Any) -> str:
    """Return the text of a machine that is PASS with other fields."""
    return json.dumps({**PASS, **fields})
