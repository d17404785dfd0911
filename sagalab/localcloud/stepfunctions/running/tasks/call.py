"""What a task calls, and as whom: a function, an optimised integration, or any call of a service (aws-sdk)."""

from dataclasses import dataclass
from typing import Any

from sagalab.asl.engine.commands import CallTask
from sagalab.asl.engine.context import Execution
from sagalab.asl.engine.history import json_text
from sagalab.asl.resource import Resource
from sagalab.localcloud.stepfunctions.running.tasks import functions, integrations, sdk
from sagalab.localcloud.stepfunctions.running.tasks.errors import TaskError
from sagalab.localcloud.stepfunctions.running.tasks.shapes import WrongType


@dataclass(frozen=True, slots=True)
class Caller:
    """Whose task it is; `credentials` is the role of the Task's own Credentials."""

    execution: Execution
    credentials: str | None = None

    @property
    def region(self) -> str:
        """The region in which it calls."""
        return self.execution.region

    @property
    def role_arn(self) -> str:
        """The role in whose name it calls."""
        return self.credentials or self.execution.role_arn


def result(ask: CallTask, caller: Caller) -> Any:
    """Call what a task asks for, wait for its answer, and return it as a JSON value. Raises TaskError.

    Not for activities and executions, which are the driver's own.
    """
    try:
        return _result(ask.resource, ask.parameters, caller)
    except WrongType as wrong:
        words = f"The Parameters '{json_text(ask.parameters)}' could not be used to start the Task: [{wrong}]"
        raise TaskError("States.Runtime", words, terminal=True) from None


def _result(resource: Resource, given: Any, caller: Caller) -> Any:
    if resource.kind == "lambda":
        region = resource.arn.split(":")[3] or caller.region
        return functions.by_arn(resource.arn, given, region, caller.role_arn)
    if resource.pattern in (None, "waitForTaskToken"):
        if resource.kind == "aws-sdk" and sdk.has(resource):
            return sdk.result(resource, given, caller.region, caller.role_arn)
        if resource.kind == "service" and integrations.has(resource):
            return integrations.result(resource, given, caller.execution, caller.role_arn)
    raise not_here(resource)


def not_here(resource: Resource) -> TaskError:
    """Return the end of an execution whose task reaches for what the local cloud does not have."""
    return TaskError(
        "States.Runtime",
        f"The local cloud cannot run {resource.arn}: {_lack(resource)}. Run the machine on AWS, or rehearse it "
        "with a mock of this state.",
        terminal=True,
    )


def _lack(resource: Resource) -> str:
    if resource.service == "states" and resource.kind == "service" and resource.action == "startExecution":
        return "another execution is started only by an execution, not by the test of a state"
    if resource.kind == "http":
        return "it has no HTTPS endpoints (http:invoke)"
    if resource.pattern not in (None, "waitForTaskToken") and integrations.has_service(resource.service):
        return f"it waits for no job of {resource.service} (.{resource.pattern})"
    if resource.kind in ("service", "aws-sdk"):
        return f"it has no {resource.service}:{resource.action}"
    return "this is no resource of a task"
