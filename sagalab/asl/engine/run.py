"""A run: one execution as a value, that is told what happened and says what to do next."""

import json
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sagalab.asl.engine import history, redrive
from sagalab.asl.engine.commands import CancelTimer, Command, End, SetTimer, StartChild
from sagalab.asl.engine.context import Execution
from sagalab.asl.engine.errors import RUNTIME, StateFailed
from sagalab.asl.engine.frame import DONE, FAILED, INNER, READING, READY, RETRY, WAITING, WRITING, Frame
from sagalab.asl.engine.program import Program
from sagalab.asl.engine.recorder import EXECUTION_TIMER, HistoryFull, Recorder
from sagalab.asl.engine.states.map_run import MapRun
from sagalab.asl.engine.states.parallel import Container
from sagalab.asl.engine.states.task import Task
from sagalab.asl.engine.states.wait import Wait
from sagalab.asl.engine.told import (
    ChildEnded,
    Heartbeat,
    Redriven,
    Stopped,
    TaskFailed,
    TaskStarted,
    TaskSubmitted,
    TaskSucceeded,
    TimerDue,
    Told,
)

if TYPE_CHECKING:
    from sagalab.asl.engine.catch import Catcher

_ABORTED = {"Task": "TaskStateAborted", "Wait": "WaitStateAborted"} | {
    kind: f"{kind}StateAborted" for kind in ("Parallel", "Map")
}


class Run(Recorder):
    """An execution. `tell()` is all that changes it; `copy()` forks it; `stored.as_json()` keeps it.

    Read: status, events, output (JSON text), error, cause, started, stopped, redrives, map_runs.
    """

    def __init__(self, program: Program, execution: Execution) -> None:
        super().__init__(program, execution)
        self._ready: deque[Frame] = deque()
        self._halted = False

    # driving

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
            redrive.redrive(self)
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

    # what states tell the test of a single one

    def chose(self, frame: Frame, rule: int | None) -> None:
        """A Choice took a rule, None for its Default."""
        if self.trace is not None:
            self.trace["rule"] = rule

    def retriable(self, failure: StateFailed, delay: float) -> None:
        """A single state would be tried again: its test ends here."""
        assert self.trace is not None
        self.trace["errorDetails"]["retryBackoffIntervalSeconds"] = round(delay)
        self._end("RETRIABLE", None, failure.error, failure.cause)

    def caught(self, frame: Frame, catcher: "Catcher", failure: StateFailed) -> None:
        """A catcher took a failure."""
        if self.trace is not None:
            self.trace["errorDetails"] = {"catchIndex": catcher.index}
            self.trace["caught"] = failure

    # frames

    def open(self, outer: Frame, scope: int, index: int, value: Any, previous: int) -> Frame:
        """Start a branch or an iteration inside a frame."""
        start_at = self.program.scopes[scope].start_at
        frame = Frame(self._next(), outer.id, scope, index, start_at, value, outer.variables, previous)
        frame.item = outer.item
        frame.outer = outer.variables
        self.frames[frame.id] = frame
        self._ready.append(frame)
        return frame

    def go(self, frame: Frame, target: str | None, output: Any) -> None:
        """Go on to the next state, or end the frame where there is none."""
        if self.trace is not None:
            self.trace["nextState"] = target
            target = None
        if target is not None:
            frame.state = target
            frame.input = output
            if frame.phase != READY:
                frame.phase = READY
                self._ready.append(frame)
            return
        frame.phase = DONE
        if frame.parent is None:
            self._end("SUCCEEDED", self.text(output), None, None)
            return
        del self.frames[frame.id]
        outer = self.frames[frame.parent]
        state = self.state_of(outer)
        assert isinstance(state, Container)
        self._guard(outer, lambda: state.inner_done(self, outer, frame, output))

    def fail_frame(self, frame: Frame, failure: StateFailed) -> None:
        """A frame failed: what is around it decides."""
        frame.phase = FAILED
        if frame.parent is None:
            self._end("FAILED", None, failure.error, failure.cause)
            return
        outer = self.frames[frame.parent]
        state = self.state_of(outer)
        assert isinstance(state, Container)
        self._guard(outer, lambda: state.inner_failed(self, outer, frame, failure))

    def abort(self, frame: Frame) -> None:
        """End a frame from outside; the states that it was in are written as aborted."""
        state = self.state_of(frame)
        if isinstance(state, MapRun):
            state.abort_run(self, frame)
        elif isinstance(state, Container) and frame.phase == INNER:
            state.end_inner(self, frame)
        event_type = _ABORTED.get(state.kind)
        if event_type is not None and frame.entered:
            self.add(frame, event_type, None, update=False)
        self.release(frame)
        frame.phase = FAILED

    def drop(self, frame: Frame) -> None:
        """Forget a frame that ended, and what was inside: no redrive will go on there."""
        for number in frame.inner:
            inner = self.frames.get(number)
            if inner is not None:
                self.drop(inner)
        self.frames.pop(frame.id, None)

    def ready(self, frame: Frame) -> None:
        """Have a frame enter its state."""
        self._ready.append(frame)

    def state_of(self, frame: Frame) -> Any:
        """Return the state that a frame is in, as the program has it."""
        return self.program.scopes[frame.scope].states[frame.state]

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
            self.release(frame)
            self._guard(frame, lambda: state.timed_out(self, frame))
            return
        frame.timer = None
        if frame.phase == RETRY:
            self._guard(frame, lambda: state.work(self, frame))
        elif frame.phase == WAITING:
            assert isinstance(state, Wait)
            self._guard(frame, lambda: state.resume(self, frame))

    def _child_ended(self, told: ChildEnded) -> None:
        place = self.children.pop(told.child, None)
        if place is None:
            return
        number, index = place
        frame = self.frames[number]
        state = self.state_of(frame)
        self._guard(frame, lambda: state.child_ended(self, frame, index, told))

    # going on

    def _go(self) -> list[Command]:
        """Run every frame that can go on until it has to wait; return the commands."""
        ready = self._ready
        try:
            while ready and self.status == "RUNNING":
                frame = ready.popleft()
                scope = self.program.scopes[frame.scope]
                while frame.phase == READY and not self._halted:
                    state = scope.states[frame.state]
                    try:
                        state.enter(self, frame)
                    except StateFailed as failure:
                        self._failed(frame, failure)
        except HistoryFull:
            self._end_full()
        ready.clear()
        commands, self._commands = self._commands, []
        return commands

    def _guard(self, frame: Frame, act: Callable[[], None]) -> None:
        """Do something in a frame; a failure of its state is the state's to handle."""
        try:
            act()
        except StateFailed as failure:
            self._failed(frame, failure)

    def _failed(self, frame: Frame, failure: StateFailed) -> None:
        state = self.state_of(frame)
        try:
            state.fail(self, frame, failure)
        except StateFailed as second:  # a catcher's own expressions
            state.place(frame, second)
            if second.evaluation:
                state.tell_evaluation(self, frame, second)
            self.fail_frame(frame, second)

    # ending

    def _end_full(self) -> None:
        """End with the last event that a history may have."""
        self._end("FAILED", None, RUNTIME, history.TOO_MANY_EVENTS)

    def _end(self, status: str, output: str | None, error: str | None, cause: str | None) -> None:
        root = next(frame for frame in self.frames.values() if frame.parent is None)
        self.status, self.output, self.error, self.cause = status, output, error, cause
        self.stopped = self.now
        self._halted = False
        previous = 0 if status == "ABORTED" else root.previous
        event_type = "Execution" + {"TIMED_OUT": "TimedOut"}.get(status, status.capitalize())
        details: dict[str, Any] = {}
        if output is not None:
            details = {"output": output, "outputDetails": history.NOT_TRUNCATED}
        if error is not None:
            details["error"] = error
        if cause is not None:
            details["cause"] = cause
        self.events.append(history.event(len(self.events) + 1, previous, event_type, self.now, details))
        if self.program.scopes[self.root].timeout_seconds is not None:
            self.ask(CancelTimer(EXECUTION_TIMER))
        for frame in self.frames.values():
            state = self.state_of(frame)
            if isinstance(state, MapRun):
                state.abort_run(self, frame)
            self.release(frame)
        self.ask(End(status, output, error, cause))
