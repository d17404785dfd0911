"""The context object: what `$$` and `$states.context` see.

Source: https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sagalab.asl.engine.history import EVENT_LIMIT, time_text

if TYPE_CHECKING:
    from sagalab.asl.engine.frame import Frame
    from sagalab.asl.engine.run import Run


@dataclass(frozen=True, slots=True)
class Execution:
    """What stays the same in an execution: names, and the seed of all that it draws by chance.

    Two executions with the same seed draw the same jitter, tokens, `$random()` and `$uuid()`.
    `kind` is STANDARD or EXPRESS; `event_limit` is None for an express execution.
    """

    arn: str = "arn:aws:states:us-east-1:123456789012:execution:machine:run"
    name: str = "run"
    machine_arn: str = "arn:aws:states:us-east-1:123456789012:stateMachine:machine"
    machine_name: str = "machine"
    role_arn: str = "arn:aws:iam::123456789012:role/machine"
    region: str = "us-east-1"
    kind: str = "STANDARD"
    seed: str = "0"
    event_limit: int | None = EVENT_LIMIT
    started_event: dict[str, Any] | None = None  # more members for executionStartedEventDetails


def context_object(run: "Run", frame: "Frame", kind: str) -> dict[str, Any]:
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
