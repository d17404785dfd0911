"""The tasks of an execution that are under way, each in a thread while it is called."""

import threading
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from sagalab.asl.engine.commands import CallTask, ReadItems, WriteResults
from sagalab.asl.engine.history import json_text
from sagalab.asl.engine.told import TaskFailed, TaskSubmitted, TaskSucceeded, Told
from sagalab.localcloud.functions.fair_turns import Stopwatch
from sagalab.localcloud.stepfunctions.running import nesting
from sagalab.localcloud.stepfunctions.running.activities import Waiting
from sagalab.localcloud.stepfunctions.running.clock import now
from sagalab.localcloud.stepfunctions.running.tasks import call, items
from sagalab.localcloud.stepfunctions.running.tasks.errors import TaskError

if TYPE_CHECKING:
    from sagalab.localcloud.stepfunctions.running.driven import Driven

Ask = CallTask | ReadItems | WriteResults
Answer = TaskSucceeded | TaskFailed


@dataclass(slots=True)
class _Call:
    """A call under way: its own time, what of it is granted to which timer, a token's answer that came early."""

    stopwatch: Stopwatch = field(default_factory=Stopwatch)
    granted: dict[int, float] = field(default_factory=dict)
    held: Answer | None = None


class Works:
    """What an execution waits for outside itself: calls, owners of tokens, executions that it started."""

    def __init__(self, driven: "Driven") -> None:
        self._driven = driven
        self._calls: dict[int, _Call] = {}
        self._inner: dict[int, Driven] = {}
        self._lock = threading.Lock()

    def begin(self, ask: Ask) -> None:
        """Begin a task, in a thread of its own."""
        made = self._calls[ask.task] = _Call()
        self._driven.driver.threads.do_next(lambda: self._do(ask, made))

    def answer(self, answer: Answer) -> None:
        """Take a token's answer. One that comes before the call is over waits for its end, as on AWS."""
        with self._lock:
            made = self._calls.get(answer.task)
            if made is not None:
                made.held = answer
                return
        self._driven.tell(answer)

    def held(self, task: int) -> bool:
        """Tell whether a task has its answer already."""
        made = self._calls.get(task)
        return made is not None and made.held is not None

    def seconds_waited(self, task: int, timer: int, later: float) -> float:
        """Return how much later a timeout is due, as the call waited for its turn; 0 when it is due.

        `later` is when to look again while it waits, or while a token's early answer is held.
        """
        made = self._calls.get(task)
        if made is None:
            return 0
        if made.held is not None:
            return later
        waited = made.stopwatch.waited()
        left = waited - made.granted.get(timer, 0)
        made.granted[timer] = waited
        return max(left, later) if made.stopwatch.waits else left

    def cancel(self, task: int) -> None:
        """Wait for a task no more: an execution that it started is stopped; a call goes on and tells nobody."""
        inner = self._inner.pop(task, None)
        if inner is not None:
            self._driven.driver.threads.do(inner.stop)

    def cancel_all(self) -> None:
        """Wait for nothing any more."""
        for task in list(self._inner):
            self.cancel(task)

    def _do(self, ask: Ask, made: _Call) -> None:
        driven = self._driven
        if driven.waits_for(ask.task):
            made.stopwatch.hold()
            told: Told | None
            try:
                told = self._told(ask)
            except TaskError as failed:
                told = TaskFailed(now(), ask.task, failed.error, failed.cause, failed.terminal)
            except Exception as fault:
                driven.fault(fault)
                told = None
            if told is not None:
                driven.tell(told)
        with self._lock:
            del self._calls[ask.task]
        if made.held is not None:
            driven.tell(replace(made.held, at=now()))

    def _told(self, ask: Ask) -> Told | None:
        """Do the task; return what to tell of it, None for nothing yet. Raises TaskError."""
        driven = self._driven
        caller = call.Caller(driven.execution)
        if isinstance(ask, ReadItems):
            return TaskSucceeded(now(), ask.task, items.read(ask, caller))
        if isinstance(ask, WriteResults):
            return TaskSucceeded(now(), ask.task, items.write(ask, driven.inner.results(ask.map_run), caller))
        caller = call.Caller(driven.execution, ask.credentials)
        if ask.resource.kind == "activity":
            self._wait_for_worker(ask)
            return None
        if ask.token is not None:
            driven.driver.tokens.give(ask.token, driven, ask.task)
        if nesting.starts_execution(ask.resource):
            return self._start(ask)
        result = call.result(ask, caller)
        if ask.resource.waits_for_token:
            return TaskSubmitted(now(), ask.task, result)
        return TaskSucceeded(now(), ask.task, result)

    def _wait_for_worker(self, ask: CallTask) -> None:
        driven, arn = self._driven, ask.resource.arn
        if not driven.driver.machines.has_activity(arn):
            raise TaskError("States.Runtime", f"The activity {arn} does not exist.", terminal=True)
        assert ask.token is not None
        driven.driver.tokens.give(ask.token, driven, ask.task)
        waiting = Waiting(driven, ask.task, ask.token, json_text(ask.parameters))
        driven.driver.activities.put(arn, waiting)

    def _start(self, ask: CallTask) -> Told | None:
        """Start another execution; `.sync` waits for its end."""
        driven = self._driven
        inner = nesting.start(driven, ask)
        started = nesting.started(inner)
        pattern = ask.resource.pattern
        if pattern is None:
            return TaskSucceeded(now(), ask.task, started)
        driven.tell(TaskSubmitted(now(), ask.task, started))
        if ask.resource.waits_for_token:
            return None
        self._inner[ask.task] = inner

        def ended(child: "Driven") -> None:
            self._inner.pop(ask.task, None)
            driven.tell_elsewhere(nesting.ended(child, ask.task, pattern))

        inner.when_ended(ended)
        if not driven.waits_for(ask.task):  # cancelled meanwhile
            self.cancel(ask.task)
        return None
