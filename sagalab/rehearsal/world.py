"""A world in which machines run in virtual time: a clock that is turned, and a queue of what comes next.

It drives the engine (sagalab/asl/engine) without threads, sleeping or a cloud. Nothing in it is left to
chance: what is due at the same time goes in the order in which it came. `copy()` forks the world, and
`pending()` and `take()` let a caller choose who goes next.
"""

import heapq
import json
from collections.abc import Mapping
from dataclasses import replace

from sagalab.asl.engine import nested
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
from sagalab.asl.engine.told import (
    ChildEnded,
    Stopped,
    TaskFailed,
    TaskStarted,
    TaskSubmitted,
    TaskSucceeded,
    TimerDue,
    Told,
)
from sagalab.rehearsal.coming import Answer, Answering, Awake, Call, Pending

# 2026-01-01T00:00:00Z, in milliseconds since 1970: a world begins then unless it is told otherwise.
BEGINNING = 1_767_225_600_000


class World:
    """Runs, a clock in milliseconds since 1970, and what is to come.

    `answering` answers each task when it is its turn; one that has a `copy()` is forked with the world.
    `machines` are programs by ARN, which `states:startExecution` and its `.sync` forms start in this world.
    """

    def __init__(
        self, answering: Answering, machines: Mapping[str, Program] | None = None, now: int = BEGINNING
    ) -> None:
        self.answering = answering
        self.machines = dict(machines or {})
        self.now = now
        self.runs: list[Run] = []
        self.tokens: dict[str, tuple[int, int]] = {}  # token: run, task
        self._queue: list[Pending] = []
        self._gone: set[tuple[int, str, int]] = set()  # cancelled: run, kind, number
        self._order = 0
        self._around: dict[int, tuple[int, int, str]] = {}  # run: parent, its child or task, pattern

    def copy(self, answering: Answering | None = None) -> "World":
        """Return a world that can go its own way, with other tasks where they are given."""
        fork = getattr(self.answering, "copy", None)
        answering = answering or (self.answering if fork is None else fork())
        other = World(answering, self.machines, self.now)
        other.runs = [run.copy() for run in self.runs]
        other.tokens = self.tokens.copy()
        other._queue = self._queue[:]
        other._gone = self._gone.copy()
        other._order = self._order
        other._around = self._around.copy()
        return other

    # going on

    def start(self, program: Program, text: str, execution: Execution | None = None) -> int:
        """Start an execution with an input (JSON text); return the number of its run."""
        run, commands = Run.start(program, text, self.now, execution)
        self.runs.append(run)
        number = len(self.runs) - 1
        self._obey(number, commands)
        return number

    def finish(self, number: int = 0, *, events: int | None = None, until: int | None = None) -> Run:
        """Go on until a run has ended, or nothing is to come (it waits for a token); return it.

        `events`: stop when its history has so many; `until`: stop at this time (milliseconds since 1970).
        """
        run = self.runs[number]
        while run.status == "RUNNING":
            if events is not None and len(run.events) >= events:
                break
            coming = self.next() if until is not None else None
            if until is not None and coming is not None and coming.due > until:
                break
            if not self.step():
                break
        return run

    def settle(self) -> None:
        """Let the functions end that still sleep: late commits land. Timers stay as they are."""
        while asleep := self.asleep():
            self.take(asleep[0])

    def next(self) -> Pending | None:
        """Return what comes next, and leave it there."""
        while self._queue and self._is_gone(self._queue[0]):
            heapq.heappop(self._queue)
        return self._queue[0] if self._queue else None

    def asleep(self) -> list[Pending]:
        """Return the functions that sleep, in the order in which they go on."""
        return sorted(pending for pending in self._queue if isinstance(pending.what, Awake))

    def is_orphan(self, pending: Pending) -> bool:
        """Tell whether nobody waits any more for a function that sleeps: what it does now comes late."""
        return isinstance(pending.what, Awake) and not self.runs[pending.run].waits_for(pending.what.ask.task)

    def hold(self, pending: Pending) -> None:
        """Take one of pending() out; nothing happens until `let()`."""
        self._queue.remove(pending)
        heapq.heapify(self._queue)

    def let(self, pending: Pending) -> None:
        """Let happen what was held."""
        self._do(pending)

    def step(self) -> bool:
        """Take what comes next; return False when nothing does."""
        while self._queue:
            pending = heapq.heappop(self._queue)
            if not self._is_gone(pending):
                self._do(pending)
                return True
        return False

    def pending(self) -> list[Pending]:
        """Return what is to come, in order."""
        return sorted(pending for pending in self._queue if not self._is_gone(pending, forget=False))

    def take(self, pending: Pending) -> None:
        """Take one of pending(), before its turn if need be; the clock goes on to when it is due."""
        self.hold(pending)
        self._do(pending)

    def tell(self, number: int, told: Told) -> None:
        """Tell a run something from outside: that it was stopped, that it is redriven."""
        self._obey(number, self.runs[number].tell(told))

    def answer_token(self, token: str, answer: Answer) -> bool:
        """Answer a task token; return False when nobody waits for it."""
        number, task = self.tokens.get(token, (-1, -1))
        if number < 0 or not self.runs[number].waits_for(task):
            return False
        self._later(number, task, answer)
        return True

    # what happens

    def _do(self, pending: Pending) -> None:
        self.now = max(self.now, pending.due)
        if isinstance(pending.what, (CallTask, ReadItems, WriteResults)):
            self._call(pending.run, pending.what)
        elif isinstance(pending.what, Awake):
            self._answered(pending.run, pending.what.ask, self.answering.wake(pending.what, self.now))  # type: ignore[attr-defined]
        else:
            self.tell(pending.run, replace(pending.what, at=self.now))

    def _is_gone(self, pending: Pending, forget: bool = True) -> bool:
        what = pending.what
        if isinstance(what, TimerDue):
            key = (pending.run, "timer", what.timer)
        elif isinstance(what, (CallTask, ReadItems, WriteResults)):
            key = (pending.run, "task", what.task)
        else:
            return False
        if key not in self._gone:
            return False
        if forget:
            self._gone.discard(key)
        return True

    def _put(self, number: int, due: int, what: CallTask | ReadItems | WriteResults | Awake | Told) -> None:
        self._order += 1
        heapq.heappush(self._queue, Pending(due, self._order, number, what))

    def _obey(self, number: int, commands: list[Command]) -> None:
        for command in commands:
            if isinstance(command, (CallTask, ReadItems, WriteResults)):
                self._put(number, self.now, command)
            elif isinstance(command, SetTimer):
                self._gone.discard((number, "timer", command.timer))
                self._put(number, command.due, TimerDue(command.due, command.timer))
            elif isinstance(command, CancelTimer):
                self._gone.add((number, "timer", command.timer))
            elif isinstance(command, CancelTask):
                self._gone.add((number, "task", command.task))
                self._stop_inside(number, command.task)
            elif isinstance(command, StartChild):
                self._start_child(number, command)
            elif isinstance(command, StopChild):
                self._stop_inside(number, command.child)
            else:
                self._ended(number, command)

    def _stop_inside(self, number: int, waiting: int) -> None:
        """Stop the executions that a task or a Map Run started and waits for no more."""
        for inner, around in list(self._around.items()):
            if around[:2] == (number, waiting):
                self.tell(inner, Stopped(self.now))

    # tasks

    def _call(self, number: int, ask: CallTask | ReadItems | WriteResults) -> None:
        if isinstance(ask, CallTask):
            resource = ask.resource
            if ask.token is not None:
                self.tokens[ask.token] = (number, ask.task)
            if resource.service == "states" and resource.action == "startExecution":
                given = ask.parameters if isinstance(ask.parameters, dict) else {}
                program = self.machines.get(str(given.get("StateMachineArn")))
                if program is not None:
                    self._start_nested(number, ask, program)
                    return
        self._answered(number, ask, self.answering(Call(number, ask, self.now)))

    def _answered(
        self, number: int, ask: CallTask | ReadItems | WriteResults, answer: Answer | Awake
    ) -> None:
        if isinstance(answer, Awake):
            self._put(number, answer.due, answer)
            return
        if isinstance(ask, CallTask):
            if ask.resource.kind == "activity":
                if not answer.terminal:
                    self.tell(number, TaskStarted(self.now, ask.task, answer.worker))
            elif ask.resource.pattern is not None and (answer.submitted is not None or not answer.failed):
                self.tell(number, TaskSubmitted(self.now, ask.task, answer.submitted or {}))
        if not answer.forever:
            self._later(number, ask.task, answer)

    def _later(self, number: int, task: int, answer: Answer) -> None:
        due = self.now + answer.after_ms
        told: Told = (
            TaskFailed(due, task, answer.error, answer.cause, answer.terminal)
            if answer.failed
            else TaskSucceeded(due, task, answer.result)
        )
        if answer.after_ms:
            self._put(number, due, told)
        else:
            self.tell(number, told)

    # other executions

    def _start_nested(self, number: int, ask: CallTask, program: Program) -> None:
        outer = self.runs[number].execution
        given = ask.parameters
        machine_arn = given["StateMachineArn"]
        name = given.get("Name") or f"{outer.name}-{ask.task}"
        machine_name = machine_arn.rpartition(":")[2]
        execution = replace(
            outer,
            arn=machine_arn.replace(":stateMachine:", ":execution:") + f":{name}",
            name=name,
            machine_arn=machine_arn,
            machine_name=machine_name,
            seed=f"{outer.seed}/{ask.task}",
        )
        value = given.get("Input", {})
        text = value if isinstance(value, str) else json.dumps(value)
        run, commands = Run.start(program, text, self.now, execution)
        self.runs.append(run)
        child = len(self.runs) - 1
        pattern = ask.resource.pattern
        if pattern is None:
            self.tell(number, TaskSucceeded(self.now, ask.task, nested.started(execution.arn, self.now)))
        else:
            self._around[child] = (number, ask.task, pattern)
            self.tell(number, TaskSubmitted(self.now, ask.task, nested.started(execution.arn, self.now)))
        self._obey(child, commands)

    def _start_child(self, number: int, command: StartChild) -> None:
        outer = self.runs[number]
        execution = replace(
            outer.execution,
            arn=f"{outer.execution.arn}/{command.name}",
            name=command.name,
            seed=f"{outer.execution.seed}/{command.name}",
            kind=command.execution_type,
        )
        run, commands = outer.child(command, self.now, execution)
        self.runs.append(run)
        child = len(self.runs) - 1
        self._around[child] = (number, command.child, "child")
        self._obey(child, commands)

    def _ended(self, number: int, end: End) -> None:
        around = self._around.pop(number, None)
        if around is None:
            return
        outer, waiting, pattern = around
        if pattern == "child":
            output = None if end.output is None else json.loads(end.output)
            told: Told = ChildEnded(self.now, waiting, end.status, output, end.error, end.cause)
        else:
            told = nested.ended(self.runs[number], waiting, self.now, pattern)
        self._put(outer, self.now, told)  # not told at once: a thousand children would call each other
