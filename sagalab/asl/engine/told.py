"""What a run is told: each with `at`, the time in milliseconds since 1970 (UTC) that its events bear."""

from dataclasses import dataclass
from typing import Any


@dataclass(slots=True)
class TaskStarted:
    """A worker took an activity's task (`worker`: its name, if it gave one)."""

    at: int
    task: int
    worker: str | None = None


@dataclass(slots=True)
class TaskSubmitted:
    """The service accepted a `.sync` or `.waitForTaskToken` request, and answered `output`."""

    at: int
    task: int
    output: Any


@dataclass(slots=True)
class TaskSucceeded:
    """A task's result, a JSON value: of a service, a function, an activity, a token, or of ReadItems and
    WriteResults. The engine keeps the value: do not change it afterwards."""

    at: int
    task: int
    output: Any


@dataclass(slots=True)
class TaskFailed:
    """A task failed. `terminal` ends the execution with the cause after the state's name (an activity
    that does not exist)."""

    at: int
    task: int
    error: str | None
    cause: str | None
    terminal: bool = False


@dataclass(slots=True)
class Heartbeat:
    """The task is alive: its heartbeat's timer begins anew."""

    at: int
    task: int


@dataclass(slots=True)
class TimerDue:
    """The time of a SetTimer has come."""

    at: int
    timer: int


@dataclass(slots=True)
class ChildEnded:
    """A child execution of a Map Run ended: SUCCEEDED with `output` (a JSON value), or otherwise."""

    at: int
    child: int
    status: str
    output: Any = None
    error: str | None = None
    cause: str | None = None


@dataclass(slots=True)
class Stopped:
    """Somebody stopped the execution."""

    at: int
    error: str | None = None
    cause: str | None = None


@dataclass(slots=True)
class Redriven:
    """Somebody redrove the execution, which had ended without success."""

    at: int


@dataclass(slots=True)
class MapRunChanged:
    """Somebody changed a Map Run that is under way (UpdateMapRun); None leaves a number as it is."""

    at: int
    map_run: str
    concurrency: int | None = None
    count: int | None = None
    percentage: float | None = None


@dataclass(slots=True)
class Faulted:
    """Our own code failed while it served this run: it ends as States.Runtime with this cause."""

    at: int
    cause: str


Told = (
    TaskStarted
    | TaskSubmitted
    | TaskSucceeded
    | TaskFailed
    | Heartbeat
    | TimerDue
    | ChildEnded
    | Stopped
    | Redriven
    | MapRunChanged
    | Faulted
)
