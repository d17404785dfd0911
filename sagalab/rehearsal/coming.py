"""What comes in a world: a task that is to be called, its answer, a function that sleeps."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sagalab.asl.engine.commands import CallTask, ReadItems, WriteResults
from sagalab.asl.engine.told import Told


@dataclass(frozen=True, slots=True)
class Answer:
    """What a task answers after `after_ms`: a result, or with `failed` an error and a cause.

    `submitted` is what the service says at once to a `.sync` or `.waitForTaskToken` request (with a
    failure and without it the request itself failed); `worker` takes an activity's task. With `forever` no
    answer ever comes: a timeout, a heartbeat or a token ends the task. `terminal` ends the execution.
    """

    result: Any = None
    error: str | None = None
    cause: str | None = None
    failed: bool = False
    after_ms: int = 0
    submitted: Any = None
    worker: str | None = None
    forever: bool = False
    terminal: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """A task that is due: of which run, what it asks, and when."""

    run: int
    ask: CallTask | ReadItems | WriteResults
    at: int


@dataclass(frozen=True, slots=True)
class Awake:
    """A function goes on at `due` that a task called and that sleeps: `wake()` of the answering lets it.

    It is nobody's timer: a function goes on though its state has timed out and the execution has ended.
    """

    due: int
    ask: CallTask
    work: Any


Answering = Callable[[Call], Answer | Awake]


@dataclass(frozen=True, slots=True, order=True)
class Pending:
    """Something that comes: at a time, in an order, for a run; a call to make, or what to tell the run."""

    due: int
    order: int
    run: int = field(compare=False)
    what: CallTask | ReadItems | WriteResults | Awake | Told = field(compare=False)

    @property
    def is_call(self) -> bool:
        """Tell whether a task is to be called now, which may change what others see."""
        return isinstance(self.what, (CallTask, ReadItems, WriteResults))
