"""One state alone, as TestState runs it: with an input, variables, a context and perhaps a mock.

Source: https://docs.aws.amazon.com/step-functions/latest/dg/test-state-isolation.html and the recordings.
A Wait does not wait; a Task without a mock asks for its call as always, and is answered by `Run.tell()`.
"""

import json
from dataclasses import dataclass
from typing import Any

from sagalab.asl.engine.commands import Command
from sagalab.asl.engine.context import Execution
from sagalab.asl.engine.mocks import Mock, Single
from sagalab.asl.engine.program import Program
from sagalab.asl.engine.run import Run

__all__ = ["Mock", "Single", "Tested", "begin", "outcome"]

# Not of inspectionData.
_OURS = {"nextState", "rule", "caught"}


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
) -> tuple[Run, list[Command]]:
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
