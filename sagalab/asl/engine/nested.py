"""What `states:startExecution` answers for the execution that it started.

Shapes from the recordings: plain and TaskSubmitted give the ARN and the start; `.sync` the description with
input and output as text, `.sync:2` with both as JSON; a child that did not succeed is States.TaskFailed.
Source: https://docs.aws.amazon.com/step-functions/latest/dg/connect-stepfunctions.html
"""

import json
from typing import Any, Protocol

from sagalab.asl.engine.context import Execution
from sagalab.asl.engine.errors import TASK_FAILED
from sagalab.asl.engine.history import json_text
from sagalab.asl.engine.told import TaskFailed, TaskSucceeded


class Child(Protocol):
    """As much of a Run as is told of it."""

    execution: Execution
    status: str
    started: int
    stopped: int | None
    input: Any
    output: str | None
    error: str | None
    cause: str | None
    redrives: int


def started(arn: str, at: int) -> dict[str, Any]:
    """Return what the request itself answers."""
    return {"ExecutionArn": arn, "StartDate": at}


def ended(child: Child, task: int, at: int, pattern: str) -> TaskSucceeded | TaskFailed:
    """Return what to tell the parent once the child ended; `pattern` is "sync" or "sync:2"."""
    output = child.output
    about: dict[str, Any] = {
        "ExecutionArn": child.execution.arn,
        "StateMachineArn": child.execution.machine_arn,
        "Name": child.execution.name,
        "Status": child.status,
        "StartDate": child.started,
        "StopDate": child.stopped,
        "Input": child.input if pattern == "sync:2" else json_text(child.input),
        "InputDetails": {"Included": True},
    }
    if output is not None:
        about["Output"] = json.loads(output) if pattern == "sync:2" else output
        about["OutputDetails"] = {"Included": True}
    redrivable = child.status != "SUCCEEDED"
    about["RedriveCount"] = child.redrives
    about["RedriveStatus"] = "REDRIVABLE" if redrivable else "NOT_REDRIVABLE"
    if not redrivable:
        about["RedriveStatusReason"] = "Execution is SUCCEEDED and cannot be redriven"
    if child.error is not None:
        about["Error"] = child.error
    if child.cause is not None:
        about["Cause"] = child.cause
    about = {name: about[name] for name in sorted(about)}
    if child.status == "SUCCEEDED":
        return TaskSucceeded(at, task, about)
    return TaskFailed(at, task, TASK_FAILED, json_text(about))
