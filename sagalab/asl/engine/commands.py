"""What a run asks of whoever drives it. Times are milliseconds since 1970 (UTC)."""

from dataclasses import dataclass
from typing import Any

from sagalab.asl.resource import Resource


@dataclass(slots=True)
class CallTask:
    """Call `resource` with `parameters`; answer by TaskSucceeded or TaskFailed with this `task`.

    `token` is set for `.waitForTaskToken` and activities: its owner answers the task. `.sync`,
    `.sync:2` and `.waitForTaskToken` are told TaskSubmitted first, an activity TaskStarted. The engine
    watches `timeout_seconds` and `heartbeat_seconds` itself. `attempt` counts from 0 in one visit.
    """

    task: int
    state: str
    resource: Resource
    parameters: Any
    token: str | None
    timeout_seconds: int | None
    heartbeat_seconds: int | None
    credentials: str | None
    attempt: int
    frame: int


@dataclass(slots=True)
class SetTimer:
    """Tell TimerDue with this `timer` at `due`, unless it is cancelled."""

    timer: int
    due: int


@dataclass(slots=True)
class CancelTimer:
    """Forget a timer. A TimerDue that comes all the same does nothing."""

    timer: int


@dataclass(slots=True)
class CancelTask:
    """Nobody waits for this task any more (timed out, its branch failed, the execution ended)."""

    task: int


@dataclass(slots=True)
class ReadItems:
    """Read the items of a distributed Map by its ItemReader: `resource` (s3:getObject, s3:listObjectsV2),
    `parameters`, and `config` (ReaderConfig with MaxItems filled in); answer by TaskSucceeded with what
    reader.items() makes of the object, or by TaskFailed."""

    task: int
    state: str
    resource: Resource
    parameters: Any
    config: dict[str, Any]


@dataclass(slots=True)
class WriteResults:
    """Write the results of a Map Run by its ResultWriter; answer by TaskSucceeded with the object of
    `ResultWriterDetails` ({"Bucket": …, "Key": …}), or by TaskFailed. `results` hold one object a child:
    Output, Status, Input, Name and so on, as in the files that AWS writes."""

    task: int
    state: str
    resource: Resource
    parameters: Any
    config: dict[str, Any]
    map_run: str
    results: list[dict[str, Any]]


@dataclass(slots=True)
class StartChild:
    """Start a child execution of a Map Run: `Run.child(command)` makes its run; tell ChildEnded.

    `scope` is the Map's processor in the program, `item` the context's Map.Item, `execution_type` STANDARD
    or EXPRESS.
    """

    child: int
    state: str
    map_run: str
    scope: int
    name: str
    input: Any
    item: dict[str, Any]
    execution_type: str


@dataclass(slots=True)
class StopChild:
    """Stop a child execution: its Map Run or its execution ended."""

    child: int


@dataclass(slots=True)
class End:
    """The run ended: the status of DescribeExecution; `output` (JSON text) or error and cause."""

    status: str
    output: str | None = None
    error: str | None = None
    cause: str | None = None


Command = (
    CallTask | SetTimer | CancelTimer | CancelTask | ReadItems | WriteResults | StartChild | StopChild | End
)
