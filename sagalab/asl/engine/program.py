"""A machine made ready to run: every state, path, expression and rule of it is read once."""

from collections.abc import Mapping
from typing import Any

from sagalab.asl.document import Machine, Scope
from sagalab.asl.document import State as StateNode
from sagalab.asl.engine.states.base import State
from sagalab.asl.engine.states.choice import Choice
from sagalab.asl.engine.states.map import InlineMap
from sagalab.asl.engine.states.map_run import MapRun
from sagalab.asl.engine.states.parallel import Parallel
from sagalab.asl.engine.states.simple import Fail, Pass, Succeed
from sagalab.asl.engine.states.task import Task
from sagalab.asl.engine.states.wait import Wait
from sagalab.asl.resource import Resource, read_resource

_SIMPLE: dict[str, type[State]] = {
    "Pass": Pass,
    "Wait": Wait,
    "Succeed": Succeed,
    "Fail": Fail,
    "Choice": Choice,
}


class ProgramScope:
    """The states of the machine itself, of a branch or of a Map's processor."""

    def __init__(self, start_at: str, timeout_seconds: int | None) -> None:
        self.start_at = start_at
        self.timeout_seconds = timeout_seconds
        self.states: dict[str, State] = {}


class Program:
    """The scopes of a machine; the first is the machine itself. It never changes: runs share it.

    The machine is one that AWS takes (asl/check says what it refuses): what cannot be read at all is a
    ValueError that names the state.
    """

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.scopes: list[ProgramScope] = []
        self._read(machine.top)

    def _read(self, scope: Scope) -> int:
        number = len(self.scopes)
        made = ProgramScope(scope.body["StartAt"], scope.body.get("TimeoutSeconds"))
        self.scopes.append(made)
        for node in scope.states.values():
            try:
                made.states[node.name] = self._state(node)
            except (KeyError, TypeError, IndexError, AttributeError) as error:
                raise ValueError(f"the state '{node.name}' cannot be run: {error!r}") from error
        return number

    def _state(self, node: StateNode) -> State:
        body: Mapping[str, Any] = node.body
        jsonata = node.query_language == "JSONata"
        if node.type == "Task":
            if node.resource is None:
                raise ValueError(f"the state '{node.name}' cannot be run: its Resource is no text")
            return Task(node.name, body, jsonata, node.resource)
        if node.type == "Parallel":
            return Parallel(node.name, body, jsonata, [self._read(scope) for scope in node.inner])
        if node.type == "Map":
            return self._map(node, body, jsonata)
        return _SIMPLE[node.type](node.name, body, jsonata)

    def _map(self, node: StateNode, body: Mapping[str, Any], jsonata: bool) -> State:
        processor = self._read(node.inner[0])
        config = node.inner[0].body.get("ProcessorConfig") or {}
        if config.get("Mode", "INLINE") != "DISTRIBUTED":
            return InlineMap(node.name, body, jsonata, processor)
        return MapRun(
            node.name,
            body,
            jsonata,
            processor,
            reader=_resource(body.get("ItemReader")),
            writer=_resource(body.get("ResultWriter")),
            quick=not any(isinstance(state, Task) for state in self.scopes[processor].states.values()),
        )


def _resource(body: Mapping[str, Any] | None) -> Resource | None:
    text = (body or {}).get("Resource")
    return None if text is None else read_resource(text)
