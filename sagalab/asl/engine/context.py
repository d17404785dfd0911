"""What stays the same in an execution: its names, and the seed of its chance."""

from dataclasses import dataclass
from typing import Any

from sagalab.asl.engine.history import EVENT_LIMIT


@dataclass(frozen=True, slots=True)
class Execution:
    """The names of an execution, and the seed of all that it draws by chance.

    Two executions with the same seed draw the same jitter, tokens, `$random()` and `$uuid()`.
    `kind` is STANDARD or EXPRESS; `event_limit` is what `history.event_limit()` says of it (None: no limit).
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
