"""How a run goes on: from state to state, into branches and iterations and out of them, to its end."""

from collections import deque
from collections.abc import Callable
from typing import Any

from sagalab.asl.engine import history
from sagalab.asl.engine.commands import CancelTimer, Command, End
from sagalab.asl.engine.context import Execution
from sagalab.asl.engine.errors import RUNTIME, StateFailed
from sagalab.asl.engine.frame import DONE, FAILED, INNER, READY, Frame
from sagalab.asl.engine.program import Program
from sagalab.asl.engine.recorder import EXECUTION_TIMER, HistoryFull, Recorder
from sagalab.asl.engine.states.map_run import MapRun
from sagalab.asl.engine.states.parallel import Container

_ABORTED = {"Task": "TaskStateAborted", "Wait": "WaitStateAborted"} | {
    kind: f"{kind}StateAborted" for kind in ("Parallel", "Map")
}


class Flow(Recorder):
    """The frames of a run of a program, and how they move. What moves them is told to a Run."""

    def __init__(self, program: Program, execution: Execution) -> None:
        super().__init__(execution)
        self.program = program
        self._ready: deque[Frame] = deque()
        self._halted = False

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

    def caught(self, index: int, failure: StateFailed) -> None:
        if self.trace is not None:
            self.trace["errorDetails"] = {"catchIndex": index}
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
        express = self.execution.kind == "EXPRESS"
        told = history.TOO_MANY_EXPRESS_EVENTS if express else history.TOO_MANY_EVENTS
        self._end("FAILED", None, RUNTIME, told)

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
