"""Short ways to run a machine in virtual time."""

import json
from collections.abc import Callable
from typing import Any

from sagalab.asl import document
from sagalab.asl.engine.context import Execution
from sagalab.asl.engine.program import Program
from sagalab.asl.engine.run import Run
from sagalab.rehearsal.coming import Answer, Call
from sagalab.rehearsal.world import World


def program(states: dict[str, Any], **fields: Any) -> Program:
    """Return the program of states, the first being the start."""
    return Program(document.read({"StartAt": next(iter(states)), "States": states, **fields}))


def never(call: Call) -> Answer:
    """Say that no task is expected."""
    raise AssertionError(f"a task was called: {call}")


def world(
    made: Program, value: Any = None, answering: Callable[[Call], Answer] = never, seed: str = "0"
) -> World:
    """Return a world in which an execution has just started."""
    made_world = World(answering)
    made_world.start(made, json.dumps({} if value is None else value), Execution(seed=seed))
    return made_world


def run(
    made: Program, value: Any = None, answering: Callable[[Call], Answer] = never, seed: str = "0"
) -> Run:
    """Run a program to its end, or until it waits for a token."""
    return world(made, value, answering, seed).finish()


def echo(call: Call) -> Answer:
    """Answer a task with its parameters."""
    return Answer(call.ask.parameters)


def failing(*errors: str | None, then: Any = "done") -> Callable[[Call], Answer]:
    """Return tasks that fail with these errors in turn (None: succeed), and then succeed with `then`."""
    left = list(errors)

    def answer(call: Call) -> Answer:
        error = left.pop(0) if left else None
        return Answer(then) if error is None else Answer(error=error, cause="because", failed=True)

    return answer


def types(ran: Run) -> list[str]:
    """Return the types of a history's events."""
    return [event["type"] for event in ran.events]


def links(ran: Run) -> list[int]:
    """Return the previousEventIds of a history's events."""
    return [event["previousEventId"] for event in ran.events]


def output(ran: Run) -> Any:
    """Return the output of a run that succeeded."""
    assert ran.status == "SUCCEEDED", (ran.error, ran.cause)
    assert ran.output is not None
    return json.loads(ran.output)


def task(**fields: Any) -> dict[str, Any]:
    """Return a Task that calls a function by the ARN of its integration."""
    end = {} if "Next" in fields else {"End": True}
    return {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", **end, **fields}


def catch_all(target: str, **fields: Any) -> list[dict[str, Any]]:
    """Return a Catch for everything."""
    return [{"ErrorEquals": ["States.ALL"], "Next": target, **fields}]
