"""A state machine as a graph: states, edges and scopes, those nested in Parallel and Map included.

It reads any JSON value: what has the wrong type is left out here (the lint reports it elsewhere).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

SUBMACHINES = ("ItemProcessor", "Iterator")


@dataclass(eq=False)
class Scope:
    """The states that can reach each other: the machine itself, a branch, or a Map's item processor.

    `following` is the memory of `saga_roles.following`.
    """

    body: dict
    parent: "State | None"
    path: str
    states: dict[str, "State"] = field(default_factory=dict)
    following: dict["State", frozenset["State"]] = field(default_factory=dict, repr=False)

    @property
    def start(self) -> "State | None":
        """The state of StartAt, if there is one."""
        name = self.body.get("StartAt")
        return self.states.get(name) if isinstance(name, str) else None

    @property
    def is_distributed(self) -> bool:
        """Whether each item is a child execution of its own (a distributed Map)."""
        config = self.body.get("ProcessorConfig")
        return isinstance(config, dict) and config.get("Mode") == "DISTRIBUTED"


@dataclass(eq=False)
class State:
    """One state. `path` is its place in the definition; `edges` lead to states of the same scope."""

    name: str
    body: dict
    scope: Scope
    path: str
    query_language: str
    scopes: list[Scope] = field(default_factory=list)
    edges: list["Edge"] = field(default_factory=list)

    @property
    def type(self) -> str:
        """Task, Pass, Choice, …; empty when it is missing or no text."""
        value = self.body.get("Type")
        return value if isinstance(value, str) else ""

    @property
    def resource(self) -> str:
        """The ARN of a Task; empty when there is none."""
        value = self.body.get("Resource")
        return value if isinstance(value, str) else ""

    @property
    def comment(self) -> str:
        """The Comment; empty when there is none."""
        value = self.body.get("Comment")
        return value if isinstance(value, str) else ""

    @property
    def retriers(self) -> list[dict]:
        """The entries of Retry that are objects."""
        return objects(self.body.get("Retry"))

    @property
    def catchers(self) -> list[dict]:
        """The entries of Catch that are objects."""
        return objects(self.body.get("Catch"))

    @property
    def is_task_token(self) -> bool:
        """Whether the state waits until someone hands in its task token."""
        return self.resource.endswith(".waitForTaskToken")

    def __repr__(self) -> str:
        return f"<{self.type} {self.name}>"


@dataclass(frozen=True, eq=False)
class Edge:
    """A transition; `kind` is next, choice, default or catch, `rule` the choice rule or the catcher."""

    source: State
    target: State
    kind: str
    rule: dict


class Graph:
    """All states and scopes of a definition, outer ones first, in the order of the text."""

    def __init__(self, definition: dict):
        self.definition = definition
        self.scopes: list[Scope] = []
        self.states: list[State] = []
        self.top = self._add_scope(definition, None, "", "JSONPath")

    def _add_scope(self, body: dict, parent: State | None, path: str, language: str) -> Scope:
        scope = Scope(body, parent, path)
        self.scopes.append(scope)
        language = _language(body, language)
        bodies = body.get("States")
        for name, state_body in bodies.items() if isinstance(bodies, dict) else ():
            if isinstance(state_body, dict):
                where = f"{path}.States.{name}" if path else f"States.{name}"
                state = State(name, state_body, scope, where, _language(state_body, language))
                scope.states[name] = state
                self.states.append(state)
        for state in scope.states.values():
            state.edges = list(_edges(state))
            for key, inner in _submachines(state):
                state.scopes.append(
                    self._add_scope(inner, state, f"{state.path}.{key}", state.query_language)
                )
        return scope


def objects(value: object) -> list[dict]:
    """Return the objects of a list; nothing for any other value."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def texts(value: object) -> list[str]:
    """Return the texts of a list; nothing for any other value."""
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def nested(states: Iterable[State]) -> Iterator[State]:
    """Yield the states and all that stand inside them."""
    for state in states:
        yield state
        for scope in state.scopes:
            yield from nested(scope.states.values())


def reach(starts: Iterable[State], *, catch: bool, stop: Iterable[State] = ()) -> set[State]:
    """Return the states of one scope that can follow `starts`, those included.

    `catch` says whether to go along Catch edges; `stop` are states that are not entered.
    """
    barred = set(stop)
    found: set[State] = set()
    waiting = [state for state in starts if state not in barred]
    while waiting:
        state = waiting.pop()
        if state in found:
            continue
        found.add(state)
        waiting.extend(
            edge.target
            for edge in state.edges
            if (catch or edge.kind != "catch") and edge.target not in barred
        )
    return found


def _language(body: dict, inherited: str) -> str:
    value = body.get("QueryLanguage")
    return value if value in ("JSONata", "JSONPath") else inherited


def _submachines(state: State) -> Iterator[tuple[str, dict]]:
    if state.type == "Parallel":
        branches = state.body.get("Branches")
        for index, branch in enumerate(branches if isinstance(branches, list) else ()):
            if isinstance(branch, dict):
                yield f"Branches[{index}]", branch
    elif state.type == "Map":
        for key in SUBMACHINES:
            if isinstance(state.body.get(key), dict):
                yield key, state.body[key]
                return


def _edges(state: State) -> Iterator[Edge]:
    def to(name: object, kind: str, rule: dict) -> Iterator[Edge]:
        if isinstance(name, str) and name in state.scope.states:
            yield Edge(state, state.scope.states[name], kind, rule)

    if state.type == "Choice":
        for rule in objects(state.body.get("Choices")):
            yield from to(rule.get("Next"), "choice", rule)
        yield from to(state.body.get("Default"), "default", state.body)
    elif state.type not in ("Succeed", "Fail"):
        yield from to(state.body.get("Next"), "next", state.body)
        for catcher in state.catchers:
            yield from to(catcher.get("Next"), "catch", catcher)
