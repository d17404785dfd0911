"""The child executions of an execution's Map Runs."""

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sagalab.asl.engine.commands import StartChild
from sagalab.asl.engine.history import event_limit, json_text, time_text
from sagalab.asl.engine.told import ChildEnded
from sagalab.localcloud.stepfunctions.running.clock import now

if TYPE_CHECKING:
    from sagalab.localcloud.stepfunctions.running.driven import Driven


class Children:
    """All children that an execution ever started, and those that run."""

    def __init__(self, driven: "Driven") -> None:
        self._driven = driven
        self._all: list[Driven] = []
        self._running: dict[int, Driven] = {}
        self._index: dict[str, int] = {}  # of the item, by the child's ARN

    def of(self, map_run: str | None) -> "list[Driven]":
        """Return the children of one Map Run, or of all."""
        return [child for child in self._all if map_run in (None, child.map_run)]

    def results(self, map_run: str) -> list[dict[str, Any]]:
        """Return what the children of a Map Run came to, in the order of its items, as its files have it."""
        newest = {self._index[child.execution.arn]: child for child in self.of(map_run)}
        return [_told(newest[index]) for index in sorted(newest)]

    def start(self, command: StartChild) -> None:
        """Start a child."""
        parent = self._driven
        outer = parent.execution
        # …:mapRun:machine/label:uuid; source: API_DescribeMapRun, and the ARNs of its children
        labelled = command.map_run.rpartition(":")[0].replace(":mapRun:", ":stateMachine:", 1)
        arn = labelled.replace(":stateMachine:", ":execution:", 1) + f":{command.name}"
        execution = replace(
            outer,
            arn=arn,
            name=command.name,
            machine_arn=labelled,
            seed=f"{outer.seed}/{command.name}",
            kind=command.execution_type,
            event_limit=event_limit(command.execution_type),
            started_event=None,
        )
        child = type(parent)(
            parent.driver,
            parent.program,
            json_text(command.input),
            execution,
            parent=parent,
            map_run=command.map_run,
            asked=command,
        )
        self._all.append(child)
        self._index[arn] = command.item["Index"]
        self._running[command.child] = child
        child.when_ended(lambda ended: self._ended(command.child, ended))
        parent.driver.machines.child_started(child)
        child.begin()

    def _ended(self, number: int, child: "Driven") -> None:
        if self._running.pop(number, None) is None:
            return
        output = None if child.output is None else json.loads(child.output)
        self._driven.tell_elsewhere(ChildEnded(now(), number, child.status, output, child.error, child.cause))

    def stop(self, number: int) -> None:
        """Stop a child that the run waits for no more."""
        child = self._running.pop(number, None)
        if child is not None:
            self._driven.driver.threads.do(child.stop)

    def stop_all(self) -> None:
        """Stop all children."""
        for number in list(self._running):
            self.stop(number)


def _told(child: "Driven") -> dict[str, Any]:
    redrivable = child.status != "SUCCEEDED"
    told: dict[str, Any] = {
        "ExecutionArn": child.execution.arn,
        "Input": child.text,
        "InputDetails": {"Included": True},
        "Name": child.execution.name,
        "Output": child.output,
        "OutputDetails": None if child.output is None else {"Included": True},
        "Error": child.error,
        "Cause": child.cause,
        "RedriveCount": child.redrives,
        "RedriveStatus": "REDRIVABLE" if redrivable else "NOT_REDRIVABLE",
        "RedriveStatusReason": None if redrivable else "Execution is SUCCEEDED and cannot be redriven",
        "StartDate": time_text(child.start_ms),
        "StateMachineArn": child.execution.machine_arn,
        "Status": child.status,
        "StopDate": time_text(child.stop_ms or child.start_ms),
    }
    return {name: value for name, value in told.items() if value is not None}
