"""Executions that a task starts: `states:startExecution`, `.sync`, `.sync:2` and `.waitForTaskToken`.

Source: https://docs.aws.amazon.com/step-functions/latest/dg/connect-stepfunctions.html
"""

import json
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from sagalab.asl.engine import nested
from sagalab.asl.engine.commands import CallTask
from sagalab.asl.engine.history import json_text
from sagalab.asl.engine.told import TaskFailed, TaskSucceeded
from sagalab.asl.resource import Resource
from sagalab.localcloud.stepfunctions.running.clock import now
from sagalab.localcloud.stepfunctions.running.tasks import access
from sagalab.localcloud.stepfunctions.running.tasks.errors import TaskError, code_of, new_request_id
from sagalab.localcloud.stepfunctions.running.tasks.sdk import error_name

if TYPE_CHECKING:
    from sagalab.localcloud.stepfunctions.running.driven import Driven


def starts_execution(resource: Resource) -> bool:
    """Tell whether a task starts another execution by the optimised integration."""
    return resource.kind == "service" and (resource.service, resource.action) == ("states", "startExecution")


def start(parent: "Driven", ask: CallTask) -> "Driven":
    """Start the execution that a task asks for; raise TaskError when it cannot be started."""
    given = ask.parameters
    value = given.get("Input", {})
    text = value if isinstance(value, str) else json_text(value)
    arn = str(given.get("StateMachineArn"))
    try:
        access.check_start(ask.credentials or parent.role_arn, arn, parent.execution.region)
        return parent.driver.machines.start_machine(arn, given.get("Name"), text, parent)
    except ClientError as denied:
        raise _failed(code_of(denied), denied.response["Error"]["Message"]) from None
    except Exception as refused:
        code = getattr(refused, "code", None)
        if not isinstance(code, str):
            raise
        raise _failed(code, getattr(refused, "message", None) or str(refused)) from None


def _failed(code: str, words: str) -> TaskError:
    name = error_name("stepfunctions", code) or "AWSStepFunctionsException"
    return TaskError(
        f"StepFunctions.{name}",
        f"{words} (Service: AWSStepFunctions; Status Code: 400; Error Code: {code}; "
        f"Request ID: {new_request_id()}; Proxy: null)",
    )


def started(inner: "Driven") -> dict[str, Any]:
    """Return what the request answers."""
    return nested.started(inner.execution.arn, inner.start_ms)


def ended(inner: "Driven", task: int, pattern: str) -> TaskSucceeded | TaskFailed:
    """Return what to tell the parent once the inner execution has ended."""
    return nested.ended(_Ended(inner), task, now(), pattern)


class _Ended:
    """An execution that has ended, as the engine tells of it."""

    def __init__(self, inner: "Driven") -> None:
        self.execution = inner.execution
        self.status = inner.status
        self.started, self.stopped = inner.start_ms, inner.stop_ms
        self.input = json.loads(inner.text)
        self.redrives = inner.redrives
        self.output, self.error, self.cause = inner.output, inner.error, inner.cause
