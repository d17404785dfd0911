"""Executions on a driver in the test's own process: a few machines by name, and one activity."""

import time
from collections.abc import Callable
from itertools import count
from typing import Any
from uuid import uuid4

from sagalab.asl import document
from sagalab.asl.engine.context import Execution
from sagalab.asl.engine.program import Program
from sagalab.cloud.local_key import LocalKey
from sagalab.localcloud.services import clients
from sagalab.localcloud.stepfunctions.running.driven import Driven
from sagalab.localcloud.stepfunctions.running.driver import Driver

ACTIVITY = "arn:aws:states:us-east-1:123456789012:activity:work"
MACHINE = "arn:aws:states:us-east-1:123456789012:stateMachine:"
_numbers = count()


class Gone(Exception):
    """There is no such machine."""

    code = "StateMachineDoesNotExist"
    message = "State Machine Does Not Exist: 'gone'"


class Keeper:
    """Keeps machines for a driver, and what it is told of children."""

    def __init__(self) -> None:
        self.driver = Driver(self)
        self.machines: dict[str, dict[str, Any]] = {}
        self.children: list[Driven] = []
        self.started: list[Driven] = []

    def start(self, definition: dict[str, Any], text: str = "{}", **names: Any) -> Driven:
        """Start an execution of a definition."""
        name = f"run-{next(_numbers)}"
        arn = f"arn:aws:states:us-east-1:123456789012:execution:machine:{name}"
        execution = Execution(arn=arn, name=name, seed=uuid4().hex, **names)
        return self.driver.start(Program(document.read(definition)), text, execution)

    def run(self, definition: dict[str, Any], text: str = "{}", **names: Any) -> Driven:
        """Run a definition to its end."""
        driven = self.start(definition, text, **names)
        assert driven.wait(20), "it does not end"
        return driven

    def start_machine(self, arn: str, name: str | None, text: str, parent: Driven) -> Driven:
        """Start a machine by its ARN."""
        if arn.rpartition(":")[2] not in self.machines:
            raise Gone
        self.started.append(self.start(self.machines[arn.rpartition(":")[2]], text))
        return self.started[-1]

    def has_activity(self, arn: str) -> bool:
        """Tell whether it is the one activity."""
        return arn == ACTIVITY

    def child_started(self, child: Driven) -> None:
        """Keep a child."""
        self.children.append(child)


def keeper() -> Keeper:
    """Return a keeper whose tasks act with a key of nobody."""
    clients.use(LocalKey("TEST", "secret"))
    return Keeper()


def until(true: Callable[[], Any], seconds: float = 10) -> Any:
    """Wait until something is true, and return it."""
    end = time.monotonic() + seconds
    while not (found := true()):
        assert time.monotonic() < end, "it does not come to it"
        time.sleep(0.002)
    return found


def types(driven: Driven) -> list[str]:
    """Return the types of an execution's events."""
    return [event["type"] for event in driven.events()]


def machine(**states: dict[str, Any]) -> dict[str, Any]:
    """Return a definition that starts at its first state."""
    return {"StartAt": next(iter(states)), "States": states}


def task(resource: str, parameters: Any = None, **fields: Any) -> dict[str, Any]:
    """Return a Task that ends; `resource` is what stands after arn:aws:states:::, or an ARN."""
    arn = resource if resource.startswith("arn:") else f"arn:aws:states:::{resource}"
    given = {} if parameters is None else {"Parameters": parameters}
    return {"Type": "Task", "Resource": arn, "End": True, **given, **fields}
