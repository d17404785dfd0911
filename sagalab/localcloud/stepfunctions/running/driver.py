"""The driver of all executions of a local cloud: it starts them, and takes what comes for them from outside.

An execution is a Driven (driven.py). What both share is here: the timers' thread, the threads of tasks, the tokens
and the activities' queues.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Protocol

from sagalab.asl.engine.context import Execution
from sagalab.asl.engine.program import Program
from sagalab.asl.engine.told import Heartbeat, TaskFailed, TaskStarted, TaskSucceeded
from sagalab.localcloud.stepfunctions.running.activities import LONGEST_POLL_SECONDS, Activities
from sagalab.localcloud.stepfunctions.running.clock import now
from sagalab.localcloud.stepfunctions.running.driven import Driven
from sagalab.localcloud.stepfunctions.running.threads import Threads
from sagalab.localcloud.stepfunctions.running.timers import Timers
from sagalab.localcloud.stepfunctions.running.tokens import Tokens


class Machines(Protocol):
    """What the driver asks of who keeps the machines."""

    def start_machine(self, arn: str, name: str | None, text: str, parent: Driven) -> Driven:
        """Start a machine (or a version or alias of it) for a task of `parent`, with JSON text as input.

        What it refuses is an exception with `code` and `message`, as the API words it.
        """

    def has_activity(self, arn: str) -> bool:
        """Tell whether there is an activity."""

    def child_started(self, child: Driven) -> None:
        """Keep a child execution of a Map Run."""


class Driver:
    """Runs executions against the real clock. One serves all regions of a process."""

    def __init__(self, machines: Machines) -> None:
        self.machines = machines
        self.threads = Threads()
        self.timers = Timers()
        self.tokens = Tokens()
        self.activities = Activities()

    def start(
        self,
        program: Program,
        text: str,
        execution: Execution,
        *,
        role_arn: str | None = None,
        on_end: Callable[[Driven], None] | None = None,
    ) -> Driven:
        """Start an execution with JSON text as input; it begins in a thread of its own.

        `execution.seed` must be its own: task tokens are drawn from it. `on_end` is called at each end (again
        after a redrive), in any thread.
        """
        if role_arn is not None:
            execution = replace(execution, role_arn=role_arn)
        driven = Driven(self, program, text, execution, on_end=on_end)
        driven.begin()
        return driven

    def succeed_token(self, token: str, value: Any) -> None:
        """Answer a task token with a JSON value; raise InvalidToken or TaskTimedOut."""
        driven, task = self.tokens.answer(token)
        driven.work.answer(TaskSucceeded(now(), task, value))

    def fail_token(self, token: str, error: str | None = None, cause: str | None = None) -> None:
        """Answer a task token by a failure; raise InvalidToken or TaskTimedOut."""
        driven, task = self.tokens.answer(token)
        driven.work.answer(TaskFailed(now(), task, error, cause))

    def heartbeat(self, token: str) -> None:
        """Say that a token's task is alive; raise InvalidToken or TaskTimedOut."""
        driven, task = self.tokens.find(token)
        driven.tell(Heartbeat(now(), task))

    def take_activity(
        self, arn: str, worker: str | None = None, seconds: float = LONGEST_POLL_SECONDS
    ) -> tuple[str, str] | None:
        """Wait up to so many seconds for a task of an activity; return its token and input, or None."""
        waiting = self.activities.take(arn, seconds)
        if waiting is None:
            return None
        waiting.driven.tell(TaskStarted(now(), waiting.task, worker))
        return waiting.token, waiting.text

    def forget(self, driven: Driven) -> None:
        """Keep nothing of an execution that its keeper has dropped."""
        self.tokens.forget(driven)
