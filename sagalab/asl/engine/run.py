"""A run: one execution as a value, that is told what happened and says what to do next."""

import json
from collections import deque
from collections.abc import Callable
from functools import partial
from typing import Any

from sagalab.asl.engine import history, redrive
from sagalab.asl.engine.commands import Command, SetTimer, StartChild
from sagalab.asl.engine.context import Execution
from sagalab.asl.engine.errors import RUNTIME, StateFailed
from sagalab.asl.engine.flow import Flow
from sagalab.asl.engine.frame import READING, RETRY, WAITING, WRITING, Frame
from sagalab.asl.engine.program import Program
from sagalab.asl.engine.recorder import EXECUTION_TIMER, HistoryFull
from sagalab.asl.engine.states.task import Task
from sagalab.asl.engine.states.wait import Wait
from sagalab.asl.engine.told import (
    ChildEnded,
    Heartbeat,
    MapRunChanged,
    Redriven,
    Stopped,
    TaskFailed,
    TaskStarted,
    TaskSubmitted,
    TaskSucceeded,
    TimerDue,
    Told,
)


class Run(Flow):
    """An execution. `tell()` is all that changes it; `copy()` forks it; `stored.as_json()` keeps it.

    Read: status, events, output (JSON text), error, cause, started, stopped, redrives, map_runs.
    """

    @classmethod
    def start(
        cls, program: Program, text: str, at: int, execution: Execution | None = None
    ) -> "tuple[Run, list[Command]]":
        """Start an execution with an input (JSON text) at a time; return it and its first commands."""
        run = cls(program, execution or Execution())
        return run, run.begin(text, at)

    def child(self, command: StartChild, at: int, execution: Execution) -> "tuple[Run, list[Command]]":
        """Start the child execution that a Map Run asks for; it sees no variables of its parent."""
        run = Run(self.program, execution)
        return run, run.begin(history.json_text(command.input), at, command)

    def begin(self, text: str, at: int, child: StartChild | None = None) -> list[Command]:
        """Begin a run that was only made, with an input (JSON text): what start() and child() do.

        For a driver whose other threads must reach the run (to halt it) while it begins.
        """
        item = None
        if child is not None:
            self.root, item = child.scope, child.item
        value = json.loads(text)
        scope = self.program.scopes[self.root]
        frame = self._root_frame(scope.start_at, value, {}, at)
        frame.item = item
        details = {"input": text, "inputDetails": history.NOT_TRUNCATED, "roleArn": self.execution.role_arn}
        if self.execution.started_event:
            details |= self.execution.started_event
        self.add(frame, "ExecutionStarted", details, update=False)
        if scope.timeout_seconds is not None:
            self.ask(SetTimer(EXECUTION_TIMER, at + scope.timeout_seconds * 1000))
        self._ready.append(frame)
        return self._go()

    def begin_at(self, state: str, value: Any, at: int, variables: dict[str, Any]) -> list[Command]:
        """Start in a state of the root scope, with variables (for the test of a single state)."""
        self._ready.append(self._root_frame(state, value, variables, at))
        return self._go()

    def _root_frame(self, state: str, value: Any, variables: dict[str, Any], at: int) -> Frame:
        self.now = self.started = at
        self.input = value
        frame = Frame(self._next(), None, self.root, 0, state, value, variables, 0)
        self.frames[frame.id] = frame
        return frame

    def tell(self, told: Told) -> list[Command]:
        """Take one thing that happened; return what to do next.

        What comes too late (an answer to a task that timed out, anything after the end) does nothing.
        """
        if self.status != "RUNNING" and not isinstance(told, Redriven):
            return []
        self.now = max(self.now, told.at)
        try:
            self._take(told)
        except HistoryFull:
            self._end_full()
        return self._go()

    def _take(self, told: Told) -> None:
        if isinstance(told, (TaskSucceeded, TaskFailed)):
            frame = self._frame_of(told.task)
            if frame is not None:
                self._answered(frame, told)
        elif isinstance(told, TimerDue):
            self._due(told.timer)
        elif isinstance(told, TaskSubmitted):
            self._with_task(told.task, lambda state, frame: state.submitted(self, frame, told.output))
        elif isinstance(told, TaskStarted):
            self._with_task(told.task, lambda state, frame: state.started(self, frame, told.worker))
        elif isinstance(told, Heartbeat):
            self._with_task(told.task, lambda state, frame: state.beat(self, frame))
        elif isinstance(told, ChildEnded):
            self._child_ended(told)
        elif isinstance(told, Stopped):
            self._end("ABORTED", None, told.error, told.cause)
        elif isinstance(told, Redriven):
            redrive.redrive(self, self.program.scopes[self.root].timeout_seconds)
        elif isinstance(told, MapRunChanged):
            self._map_run_changed(told)
        else:
            self._end("FAILED", None, RUNTIME, told.cause)

    def halt(self) -> None:
        """Have a tell() that is under way in another thread return soon. Only Stopped may be told then."""
        self._halted = True

    def waits_for(self, task: int) -> bool:
        """Tell whether a task is still awaited."""
        return task in self.tasks

    def copy(self) -> "Run":
        """Return a run that can go its own way; values and past events are shared, and never change."""
        other = Run.__new__(Run)
        other.__dict__.update(self.__dict__)
        other.events = self.events[:]
        other.frames = {number: frame.copy() for number, frame in self.frames.items()}
        other.tasks = self.tasks.copy()
        other.timers = self.timers.copy()
        other.children = self.children.copy()
        other.map_runs = self.map_runs.copy()
        other._ready = deque()
        other._commands = []
        return other

    # what is told

    def _frame_of(self, task: int) -> Frame | None:
        number = self.tasks.get(task)
        return None if number is None else self.frames[number]

    def _with_task(self, task: int, act: Callable[[Task, Frame], None]) -> None:
        frame = self._frame_of(task)
        if frame is not None:
            state = self.state_of(frame)
            self._guard(frame, lambda: act(state, frame))

    def _answered(self, frame: Frame, told: TaskSucceeded | TaskFailed) -> None:
        del self.tasks[told.task]
        frame.task = None
        state, phase = self.state_of(frame), frame.phase
        self.release(frame)
        if isinstance(told, TaskFailed):
            failure = StateFailed(told.error, told.cause, terminal=told.terminal, said=not told.terminal)
            fail = state.request_failed if phase in (READING, WRITING) else state.failed
            self._guard(frame, lambda: fail(self, frame, failure))
        else:
            take = {READING: "read", WRITING: "written"}.get(phase, "succeeded")
            self._guard(frame, lambda: getattr(state, take)(self, frame, told.output))

    def _due(self, timer: int) -> None:
        if timer == EXECUTION_TIMER:
            self._end("TIMED_OUT", None, None, None)
            return
        number = self.timers.pop(timer, None)
        if number is None:
            return
        frame = self.frames[number]
        state = self.state_of(frame)
        if timer != frame.timer:  # TimeoutSeconds or HeartbeatSeconds
            heartbeat = timer == frame.heartbeat_timer
            self.release(frame)
            self._guard(frame, lambda: state.timed_out(self, frame, heartbeat))
            return
        frame.timer = None
        if frame.phase == RETRY:
            self._guard(frame, lambda: state.work(self, frame))
        elif frame.phase == WAITING:
            assert isinstance(state, Wait)
            self._guard(frame, lambda: state.resume(self, frame))

    def _map_run_changed(self, told: MapRunChanged) -> None:
        numbers = {"concurrency": told.concurrency, "count": told.count, "percentage": told.percentage}
        changes = {key: value for key, value in numbers.items() if value is not None}
        for frame in list(self.frames.values()):
            if frame.map is not None and frame.map["arn"] == told.map_run:
                change = partial(self.state_of(frame).change, self, frame, changes)
                self._guard(frame, change)
                return

    def _child_ended(self, told: ChildEnded) -> None:
        place = self.children.pop(told.child, None)
        if place is None:
            return
        number, index = place
        frame = self.frames[number]
        state = self.state_of(frame)
        self._guard(frame, lambda: state.child_ended(self, frame, index, told))
