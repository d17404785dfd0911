"""One state alone, as TestState runs it: with an input, variables, a context and perhaps a mock.

Source: https://docs.aws.amazon.com/step-functions/latest/dg/test-state-isolation.html and the recordings.
A Wait does not wait; a Task without a mock asks for its call as always, and is answered by `Run.tell()`.
"""

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sagalab.asl.engine.context import Execution
from sagalab.asl.engine.errors import TOLERATED_FAILURES, StateFailed
from sagalab.asl.engine.frame import Frame
from sagalab.asl.engine.program import Program
from sagalab.asl.engine.run import Run

if TYPE_CHECKING:
    from sagalab.asl.engine.commands import Command

# Not of inspectionData.
_OURS = {"nextState", "rule", "caught"}


@dataclass(frozen=True, slots=True)
class Mock:
    """What a Task, Map or Parallel comes to: a result (JSON value), or with `failed` an error and a cause."""

    result: Any = None
    error: str | None = None
    cause: str | None = None
    failed: bool = False


@dataclass(frozen=True, slots=True)
class Single:
    """How a state is tested: its mock, how often it was tried, how many iterations of a Map failed."""

    mock: Mock | None = None
    retries: int = 0
    failures: int = 0

    def mocked(self, run: Run, frame: Frame) -> bool:
        """Give the state its mock; return False when it has none."""
        if self.mock is None:
            return False
        state = run.state_of(frame)
        if self.mock.failed:
            raise StateFailed(self.mock.error, self.mock.cause)
        if frame.map is not None and _intolerable(frame.map, self.failures, len(self.mock.result)):
            raise StateFailed(TOLERATED_FAILURES, "The specified tolerated failure threshold was exceeded")
        state.take_result(run, frame, self.mock.result)
        return True


def _intolerable(about: dict[str, Any], failures: int, total: int) -> bool:
    count, percentage = about["count"], about["percentage"]
    if count is not None and failures > count:
        return True
    return percentage is not None and failures * 100 > percentage * total


@dataclass(frozen=True, slots=True)
class Tested:
    """What the test of a state came to: `status` SUCCEEDED, FAILED, RETRIABLE, CAUGHT_ERROR or RUNNING.

    `output` is JSON text; `inspection` is TestState's inspectionData, as JSON values.
    """

    status: str
    output: str | None
    error: str | None
    cause: str | None
    next_state: str | None
    inspection: dict[str, Any]


def begin(
    program: Program,
    state: str,
    text: str,
    at: int,
    *,
    execution: Execution | None = None,
    variables: dict[str, Any] | None = None,
    context: dict[str, Any] | None = None,
    how: Single | None = None,
) -> "tuple[Run, list[Command]]":
    """Start one state of a program with an input (JSON text); return the run and its first commands.

    `context` stands for the whole context object. KeyError: the machine has no such state.
    """
    scope = next(
        (number for number, scope in enumerate(program.scopes) if state in scope.states),
        None,
    )
    if scope is None:
        raise KeyError(state)
    run = Run(program, execution or Execution())
    run.root = scope
    run.trace = {}
    run.single = how or Single()
    run.given_context = context
    return run, run.begin_at(state, json.loads(text), at, variables or {})


def outcome(run: Run) -> Tested:
    """Return what the test of a state came to so far."""
    trace = run.trace or {}
    caught = trace.get("caught")
    status = "CAUGHT_ERROR" if caught is not None and run.status == "SUCCEEDED" else run.status
    return Tested(
        status,
        run.output,
        run.error if caught is None else caught.error,
        run.cause if caught is None else caught.cause,
        trace.get("nextState"),
        {"input": run.input} | {key: value for key, value in trace.items() if key not in _OURS},
    )
