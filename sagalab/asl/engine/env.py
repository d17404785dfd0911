"""What the expressions of a state see: its data, the variables, and the context object (`$$`, `$states.context`).

Source: https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html
"""

from typing import Any

from sagalab.asl.engine.frame import Frame
from sagalab.asl.engine.history import time_text
from sagalab.asl.engine.recorder import Recorder


class Env:
    """What expressions of a state see: `data` is the `$` of JSONPath, `states` the `$states` of JSONata."""

    __slots__ = ("data", "frame", "kind", "run", "states")

    def __init__(self, run: Recorder, frame: Frame, kind: str) -> None:
        self.run = run
        self.frame = frame
        self.kind = kind
        self.data: Any = frame.input
        self.states: dict[str, Any] = {"input": frame.input}

    def context(self) -> dict[str, Any]:
        """Return the context object as it is now."""
        return context_object(self.run, self.frame, self.kind)

    def bindings(self, with_context: bool) -> dict[str, Any]:
        """Return the variables of a JSONata expression, by name."""
        states = {**self.states, "context": self.context()} if with_context else self.states
        return {**self.frame.variables, "states": states}


def context_object(run: Recorder, frame: Frame, kind: str) -> dict[str, Any]:
    """Return the context object in a state of a type `kind` (RetryCount is only where there are retriers)."""
    if run.given_context is not None:
        return run.given_context
    execution = run.execution
    about: dict[str, Any] = {
        "Id": execution.arn,
        "Input": run.input,
        "Name": execution.name,
        "RoleArn": execution.role_arn,
        "StartTime": time_text(run.started),
    }
    if run.trace is None:
        about["RedriveCount"] = run.redrives
    if run.redriven is not None:
        about["RedriveTime"] = time_text(run.redriven)
    state: dict[str, Any] = {"EnteredTime": time_text(frame.entered_at), "Name": frame.state}
    if kind in ("Task", "Parallel", "Map"):
        state["RetryCount"] = frame.retry_count
    context: dict[str, Any] = {
        "Execution": about,
        "StateMachine": {"Id": execution.machine_arn, "Name": execution.machine_name},
        "State": state,
    }
    if frame.token is not None:
        context["Task"] = {"Token": frame.token}
    if frame.item is not None:
        context["Map"] = {"Item": frame.item}
    return context
