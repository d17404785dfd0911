"""An execution that runs: an engine's run, served by one thread at a time against the real clock.

Whoever has something to tell puts it into the execution's inbox, and serves the inbox if nobody does. So no
thread ever waits for a run, and none holds a lock while it obeys what the run asks.
"""

import threading
import traceback
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sagalab.asl.engine import history, redrive
from sagalab.asl.engine.commands import (
    CallTask,
    CancelTask,
    CancelTimer,
    Command,
    End,
    ReadItems,
    SetTimer,
    StartChild,
    StopChild,
    WriteResults,
)
from sagalab.asl.engine.context import Execution
from sagalab.asl.engine.program import Program
from sagalab.asl.engine.run import Run
from sagalab.asl.engine.told import Faulted, Redriven, Stopped, TimerDue, Told
from sagalab.localcloud.stepfunctions.running.children import Children
from sagalab.localcloud.stepfunctions.running.clock import now
from sagalab.localcloud.stepfunctions.running.packed import Packed
from sagalab.localcloud.stepfunctions.running.timers import Alarm
from sagalab.localcloud.stepfunctions.running.work import Works
from sagalab.settings import time_scale

if TYPE_CHECKING:
    from sagalab.localcloud.stepfunctions.running.driver import Driver

_STOP_SECONDS = 0.8  # until a stopped execution has ended, even if its own thread is still at something
_LATER_SECONDS = 0.05  # until a timer is looked at again whose task waits for its turn


class Driven:
    """One execution. What it shows may be read in any thread at any time; times are ms since 1970."""

    def __init__(
        self,
        driver: "Driver",
        program: Program,
        text: str,
        execution: Execution,
        *,
        on_end: "Callable[[Driven], None] | None" = None,
        parent: "Driven | None" = None,
        map_run: str | None = None,
        asked: StartChild | None = None,
    ) -> None:
        self.driver = driver
        self.program = program
        self.text = text
        self.execution = execution
        self.parent = parent
        self.map_run = map_run
        self.on_end = on_end
        self.status = "RUNNING"
        self.output: str | None = None
        self.error: str | None = None
        self.cause: str | None = None
        self.start_ms = now()
        self.stop_ms: int | None = None
        self.redrives = 0
        self.redriven_ms: int | None = None
        self.tokens: list[str] = []
        self.work = Works(self)
        self.inner = Children(self)
        self._run: Run | None = None
        self._packed: Packed | None = None  # an ended run
        self._kept: list[dict[str, Any]] | None = None  # the events of an execution that was given up
        self._map_runs: dict[str, dict[str, Any]] = {}
        self._asked = asked  # by a Map Run, of which it is a child
        self._inbox: deque[Told | None] = deque()  # None: begin
        self._serving = False
        self._lock = threading.Lock()
        self._alarms: dict[int, Alarm] = {}
        self._watchers: list[Callable[[Driven], None]] = []
        self._over = threading.Event()

    # what it shows

    @property
    def role_arn(self) -> str:
        """The role in whose name it calls."""
        return self.execution.role_arn

    @property
    def run(self) -> Run:
        """The engine's run: itself while it runs, a copy once it has ended. KeyError: it has not begun."""
        run = self._run
        if run is not None:
            return run
        if self._packed is None:
            raise KeyError("The execution has not begun.")
        return self._packed.run(self.program)

    @property
    def map_runs(self) -> dict[str, dict[str, Any]]:
        """What is known of its Map Runs, by their ARNs."""
        run = self._run
        return dict(self._map_runs if run is None else run.map_runs)

    def events(self) -> list[dict[str, Any]]:
        """Return the events so far, as the engine writes them. They never change; do not change them."""
        if self._kept is not None:
            return list(self._kept)
        run = self._run
        if run is not None:
            return run.events[:]
        return [] if self._packed is None else self._packed.events()

    def children(self, map_run: str | None = None) -> "list[Driven]":
        """Return the child executions of its Map Runs, or of one of them."""
        return self.inner.of(map_run)

    def waits_for(self, task: int) -> bool:
        """Tell whether a task's answer is still awaited."""
        run = self._run
        return (
            run is not None and self.status == "RUNNING" and run.waits_for(task) and not self.work.held(task)
        )

    def wait(self, seconds: float | None = None) -> bool:
        """Wait until it has ended, at most so many seconds; tell whether it has."""
        return self._over.wait(seconds)

    def refusal(self) -> str | None:
        """Return why it cannot be redriven now, in AWS's words; None when it can."""
        if self.status == "RUNNING":
            return "Execution is RUNNING and cannot be redriven"
        if self._kept is not None:
            return "Execution was stopped in the middle of a state and cannot be redriven"
        if self.status == "SUCCEEDED":
            return "Execution is SUCCEEDED and cannot be redriven"
        return redrive.refusal(self.run, now())

    # what is done with it

    def begin(self) -> None:
        """Begin it, in a thread of its own."""
        self._put(None, lambda: self.driver.threads.do(self._serve))

    def tell(self, told: Told) -> None:
        """Tell the run something, and do what it asks, in this thread; if another one does, that one does it."""
        self._put(told, self._serve)

    def tell_elsewhere(self, told: Told) -> None:
        """Tell the run something, and do what it asks, in another thread."""
        self._put(told, lambda: self.driver.threads.do(self._serve))

    def stop(self, error: str | None = None, cause: str | None = None) -> None:
        """End it, whatever it does; return when it has ended. What has ended stays as it is."""
        if self._over.is_set():
            return
        with self._lock:
            self._inbox.appendleft(Stopped(now(), error, cause))
            serve, self._serving = not self._serving, True
            if self._run is not None and not serve:
                self._run.halt()
        if serve:
            self._serve()
        if not self._over.wait(_STOP_SECONDS):
            self._give_up("ABORTED", error, cause)

    def redrive(self) -> None:
        """Go on where it failed. Ask refusal() before."""
        run = self.run
        run.map_runs = {arn: dict(about) for arn, about in run.map_runs.items()}
        with self._lock:
            self._run, self._packed = run, None
            self._over.clear()
            self.status, self.output, self.error, self.cause, self.stop_ms = "RUNNING", None, None, None, None
            self.redrives += 1
            self.redriven_ms = now()
        self.tell_elsewhere(Redriven(self.redriven_ms))

    def when_ended(self, act: "Callable[[Driven], None]") -> None:
        """Do something, once, when it ends: at once if it has."""
        with self._lock:
            if not self._over.is_set():
                self._watchers.append(act)
                return
        act(self)

    # serving

    def _put(self, told: Told | None, serve: Callable[[], None]) -> None:
        with self._lock:
            self._inbox.append(told)
            if self._serving:
                return
            self._serving = True
        serve()

    def _serve(self) -> None:
        while True:
            with self._lock:
                if not self._inbox:
                    self._serving = False
                    return
                told = self._inbox.popleft()
            try:
                self._obey(self._told(told))
            except Exception as fault:
                self._fault(fault)

    def _told(self, told: Told | None) -> list[Command]:
        run = self._run
        if self._kept is not None or (self.status != "RUNNING" and not isinstance(told, Redriven)):
            return []
        if told is None or run is None:
            run = self._run = Run(self.program, self.execution)
            commands = run.begin(self.text, self.start_ms, self._asked)
            if told is not None:
                self._inbox.appendleft(told)  # stopped before it began
            return commands
        if isinstance(told, TimerDue) and self._is_early(run, told.timer):
            return []
        return run.tell(told)

    def _is_early(self, run: Run, timer: int) -> bool:
        """Tell whether a timeout is not due yet, as its task waited for its turn; then it is set anew."""
        number = run.timers.get(timer)
        task = None if number is None else run.frames[number].task
        if task is None or timer == run.frames[run.timers[timer]].timer:
            return False
        left = self.work.seconds_waited(task, timer, _LATER_SECONDS)
        if left > 0:
            self._set(timer, left)
        return left > 0

    def _fault(self, fault: Exception) -> None:
        """Our own code failed: say so in the log and in the execution, which ends."""
        traceback.print_exc()
        cause = f"The local cloud itself failed, which its log tells: {type(fault).__name__}: {fault}"
        try:
            assert self._run is not None
            self._obey(self._run.tell(Faulted(now(), cause)))
        except Exception:
            traceback.print_exc()
        if not self._over.is_set():
            self._give_up("FAILED", "States.Runtime", cause)

    def fault(self, fault: Exception) -> None:
        """End it, as our own code failed in one of its tasks."""
        traceback.print_exception(fault)
        cause = f"The local cloud itself failed, which its log tells: {type(fault).__name__}: {fault}"
        self.tell(Faulted(now(), cause))

    # obeying

    def _obey(self, commands: list[Command]) -> None:
        for command in commands:
            if self._kept is not None:
                return
            if isinstance(command, (CallTask, ReadItems, WriteResults)):
                self.work.begin(command)
            elif isinstance(command, SetTimer):
                self._set(command.timer, self._seconds_until(command))
            elif isinstance(command, CancelTimer):
                self._forget_alarm(command.timer)
            elif isinstance(command, CancelTask):
                self.work.cancel(command.task)
            elif isinstance(command, StartChild):
                self.inner.start(command)
            elif isinstance(command, StopChild):
                self.inner.stop(command.child)
            else:
                self._end(command)

    def _seconds_until(self, command: SetTimer) -> float:
        """Return how long a timer runs here: Waits and the waits of retries are scaled, timeouts are not."""
        assert self._run is not None
        seconds = max(0, command.due - now()) / 1000
        number = self._run.timers.get(command.timer)
        waits = number is not None and self._run.frames[number].timer == command.timer
        return seconds * time_scale() if waits else seconds

    def _set(self, timer: int, seconds: float) -> None:
        self._forget_alarm(timer)

        def due() -> None:
            self._alarms.pop(timer, None)
            self.tell_elsewhere(TimerDue(now(), timer))

        self._alarms[timer] = self.driver.timers.after(seconds, due)

    def _forget_alarm(self, timer: int) -> None:
        alarm = self._alarms.pop(timer, None)
        if alarm is not None:
            alarm.cancel()

    # ending

    def _end(self, end: End) -> None:
        run = self._run
        assert run is not None
        self.output, self.error, self.cause = end.output, end.error, end.cause
        self.stop_ms = run.stopped
        self._map_runs = dict(run.map_runs)
        self.status = end.status
        self._tell_end()
        self._pack(run)

    def _pack(self, run: Run) -> None:
        packed = Packed(run)
        with self._lock:
            if self.status != "RUNNING":
                self._packed, self._run = packed, None

    def _give_up(self, status: str, error: str | None, cause: str | None) -> None:
        """End it though its own thread is still at something: what that comes to counts no more."""
        run = self._run
        events = [] if run is None else run.events[:]
        details = {key: value for key, value in (("error", error), ("cause", cause)) if value is not None}
        event_type = f"Execution{status.capitalize()}"
        events.append(history.event(len(events) + 1, 0, event_type, now(), details))
        with self._lock:
            if self._over.is_set():
                return
            self._kept = events
            self.error, self.cause, self.stop_ms, self.status = error, cause, now(), status
        for timer in list(self._alarms):
            self._forget_alarm(timer)
        self.work.cancel_all()
        self.inner.stop_all()
        self._tell_end()

    def _tell_end(self) -> None:
        with self._lock:
            self._over.set()
            watchers, self._watchers = self._watchers, []
        for act in watchers:
            act(self)
        if self.on_end is not None:
            self.on_end(self)
