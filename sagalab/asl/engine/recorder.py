"""What a run has written, what it waits for, and what it draws by chance: the part that states call.

How a run goes on is declared here and done in run.py, which knows the program and with it the states.
"""

import hashlib
from abc import ABC, abstractmethod
from typing import Any

from sagalab.asl.engine import history
from sagalab.asl.engine.commands import CancelTask, CancelTimer, Command, SetTimer
from sagalab.asl.engine.context import Execution
from sagalab.asl.engine.errors import StateFailed
from sagalab.asl.engine.frame import Frame
from sagalab.asl.engine.mocks import Single

EXECUTION_TIMER = 0


class HistoryFull(Exception):
    """The history has all the events that it may have."""


class Recorder(ABC):
    """The history, the commands, the tasks, timers and children of a run, and its chance."""

    def __init__(self, execution: Execution) -> None:
        self.execution = execution
        self.status = "RUNNING"
        self.events: list[dict[str, Any]] = []
        self.frames: dict[int, Frame] = {}
        self.tasks: dict[int, int] = {}  # task: frame
        self.timers: dict[int, int] = {}  # timer: frame
        self.children: dict[int, tuple[int, int]] = {}  # child: frame, index
        self.map_runs: dict[str, dict[str, Any]] = {}
        self.root = 0  # number of the scope that runs
        self.serial = EXECUTION_TIMER
        self.draws = 0
        self.now = 0
        self.input: Any = None
        self.output: str | None = None
        self.error: str | None = None
        self.cause: str | None = None
        self.started = 0
        self.stopped: int | None = None
        self.redrives = 0
        self.redriven: int | None = None
        self.given_context: dict[str, Any] | None = None
        self.trace: dict[str, Any] | None = None  # steps of a single state that is tested
        self.single: Single | None = None  # how it is tested
        self._commands: list[Command] = []
        self._text_of: Any = EXECUTION_TIMER
        self._text = "0"

    # how it goes on

    @abstractmethod
    def chose(self, frame: Frame, rule: int | None) -> None:
        """A Choice took a rule, None for its Default."""

    @abstractmethod
    def retriable(self, failure: StateFailed, delay: float) -> None:
        """A single state would be tried again: its test ends here."""

    @abstractmethod
    def caught(self, index: int, failure: StateFailed) -> None:
        """A catcher, by its place in Catch, took a failure."""

    @abstractmethod
    def open(self, outer: Frame, scope: int, index: int, value: Any, previous: int) -> Frame:
        """Start a branch or an iteration inside a frame."""

    @abstractmethod
    def go(self, frame: Frame, target: str | None, output: Any) -> None:
        """Go on to the next state, or end the frame where there is none."""

    @abstractmethod
    def fail_frame(self, frame: Frame, failure: StateFailed) -> None:
        """A frame failed: what is around it decides."""

    @abstractmethod
    def abort(self, frame: Frame) -> None:
        """End a frame from outside; the states that it was in are written as aborted."""

    @abstractmethod
    def drop(self, frame: Frame) -> None:
        """Forget a frame that ended, and what was inside: no redrive will go on there."""

    @abstractmethod
    def ready(self, frame: Frame) -> None:
        """Have a frame enter its state."""

    @abstractmethod
    def state_of(self, frame: Frame) -> Any:
        """Return the state that a frame is in, as the program has it."""

    # what it writes

    def add(
        self, frame: Frame, event_type: str, details: dict[str, Any] | None, *, update: bool = True
    ) -> int:
        """Write an event after the frame's last one; with `update` it becomes the last one. Return its id."""
        number = len(self.events) + 1
        limit = self.execution.event_limit
        if limit is not None and number >= limit:
            raise HistoryFull
        self.events.append(history.event(number, frame.previous, event_type, self.now, details))
        if update:
            frame.previous = number
        return number

    def unsay(self, frame: Frame, event_type: str) -> None:
        """Take the frame's last event back if it is the newest of all: AWS finds that an activity does not
        exist before it schedules the task (recorded)."""
        last = self.events[-1]
        if last["id"] == frame.previous and last["type"] == event_type:
            self.events.pop()
            frame.previous = last["previousEventId"]

    def text(self, value: Any) -> str:
        """Return a value as JSON text (the same value is written several times in a row)."""
        if value is not self._text_of:
            self._text, self._text_of = history.json_text(value), value
        return self._text

    def ask(self, command: Command) -> None:
        """Give the driver a command."""
        self._commands.append(command)

    def random(self) -> float:
        """Draw a number from 0 to below 1, by the execution's seed."""
        return int.from_bytes(self._draw()[:7], "big") / (1 << 56)

    def uuid(self) -> str:
        """Draw a UUID (version 4), by the execution's seed."""
        drawn = bytearray(self._draw()[:16])
        drawn[6], drawn[8] = drawn[6] & 0x0F | 0x40, drawn[8] & 0x3F | 0x80
        text = drawn.hex()
        return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"

    def new_token(self) -> str:
        """Draw a task token."""
        return self._draw().hex()

    def _draw(self) -> bytes:
        self.draws += 1
        return hashlib.blake2b(f"{self.execution.seed}:{self.draws}".encode(), digest_size=32).digest()

    def _next(self) -> int:
        self.serial += 1
        return self.serial

    def new_task(self, frame: Frame) -> int:
        """Return the number of a task that the frame waits for."""
        task = self._next()
        self.tasks[task] = frame.id
        return task

    def new_child(self, frame: Frame, index: int) -> int:
        """Return the number of a child execution that the frame waits for."""
        child = self._next()
        self.children[child] = (frame.id, index)
        return child

    def forget_child(self, child: int) -> None:
        """Wait for a child no more."""
        self.children.pop(child, None)

    def new_timer(self, frame: Frame, due: int) -> int:
        """Set a timer and return its number."""
        timer = self._next()
        self.timers[timer] = frame.id
        self._commands.append(SetTimer(timer, due))
        return timer

    def set_timer(self, frame: Frame, due: int) -> None:
        """Set the timer of a Wait or a retry."""
        frame.timer = self.new_timer(frame, due)

    def cancel_timer(self, timer: int) -> None:
        """Cancel a timer that is set."""
        if self.timers.pop(timer, None) is not None:
            self._commands.append(CancelTimer(timer))

    def map_run(self, arn: str, **changes: Any) -> None:
        """Note something about a Map Run, for DescribeMapRun."""
        self.map_runs[arn] = {**self.map_runs.get(arn, {"counts": {}, "item_counts": {}}), **changes}

    def map_run_counts(self, arn: str, status: str, items: int) -> None:
        """Count a child that ended, with its number of items."""
        about = self.map_runs[arn]
        counts, item_counts = about["counts"], about["item_counts"]
        self.map_run(
            arn,
            counts={**counts, status: counts.get(status, 0) + 1},
            item_counts={**item_counts, status: item_counts.get(status, 0) + items},
        )

    def release(self, frame: Frame) -> None:
        """Wait no more for a frame's task and timers."""
        if frame.task is not None:
            if self.tasks.pop(frame.task, None) is not None:
                self._commands.append(CancelTask(frame.task))
            frame.task = None
        for timer in (frame.timer, frame.timeout_timer, frame.heartbeat_timer):
            if timer is not None:
                self.cancel_timer(timer)
        frame.timer = frame.timeout_timer = frame.heartbeat_timer = None
