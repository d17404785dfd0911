"""One state machine definition as a tree: the machine, its scopes, its states and what leads where.

Everybody reads a definition through this tree. It takes any JSON value and never raises for what is wrong
inside: what has the wrong type is left out of the typed view, and every part keeps its raw `body`, so that
a rule can say what is wrong with it. The parts refer to each other (a scope to the state that owns it, a
state to the scopes inside it); `read` closes these circles once, and from then on nothing changes. The raw
bodies belong to the caller and are never changed here; who changes one, reads anew.

Source of the fields' meaning: https://states-language.net/spec.html and
https://docs.aws.amazon.com/step-functions/latest/dg/concepts-amazon-states-language.html.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from sagalab.asl.parts import Body, Catcher, ChoiceRule, Retrier, Scope, State, Transition, text_of
from sagalab.asl.placeholder import is_placeholder
from sagalab.asl.resource import read_resource
from sagalab.asl.source import Path, Source

__all__ = ["PROCESSORS", "Body", "Machine", "Scope", "State", "objects", "read"]

PROCESSORS = ("ItemProcessor", "Iterator")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Machine:
    """A whole definition. `body` is the raw value, whatever it is.

    `scopes` and `states` hold those inside Parallel and Map too, in the order of the text: a state comes
    before what is in it. `by_name` finds the first state of a name. `source` is the text that it was read
    from, if there was one.
    """

    body: Any
    top: Scope
    scopes: tuple[Scope, ...]
    states: tuple[State, ...]
    by_name: Mapping[str, State]
    query_language: str
    source: Source | None = None

    @property
    def comment(self) -> str:
        """The machine's Comment; empty when there is none."""
        return text_of(self.top.body, "Comment")

    @property
    def timeout_seconds(self) -> int | None:
        """How long an execution may take (seconds); None when that is not said as a whole number."""
        value = self.top.body.get("TimeoutSeconds")
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    @property
    def version(self) -> str | None:
        """The version of the language that the machine names ("1.0" is the only one); None for none."""
        value = self.top.body.get("Version")
        return value if isinstance(value, str) else None

    def state(self, name: str) -> State | None:
        """Return the first state of this name, in whatever scope it is; None if there is none.

        AWS wants names unique in a whole machine (states-language.net, States).
        """
        return self.by_name.get(name)

    def position(self, path: Path, *, key: bool = False) -> tuple[int, int] | None:
        """Return line and column (from 1) of a value in the text, or of its name with `key`.

        None when the machine was not read from a text, or the text has no such part.
        """
        return self.source.position(path, key=key) if self.source is not None else None

    def __repr__(self) -> str:
        return f"<Machine of {len(self.states)} states>"


def read(definition: object, source: Source | None = None) -> Machine:
    """Return the tree of a definition (an ASL document as Python values). Never raises.

    `source` is the text that it came from (asl/text.py gives it). What is no object has no states. Nested
    as deeply as memory allows: nothing here recurses.
    """
    body = definition if isinstance(definition, dict) else {}
    language = _language(body, "JSONPath")
    scopes: list[Scope] = []
    states: list[State] = []
    top, todo = _scope(body, None, (), language)
    scopes.append(top)
    while todo:
        state = todo.pop()
        states.append(state)
        inner: list[Scope] = []
        below: list[list[State]] = []
        for key, inner_body in _inner_bodies(state):
            scope, members = _scope(inner_body, state, key, language)
            inner.append(scope)
            below.append(members)
        for members in reversed(below):
            todo += members
        _close(state, tuple(inner))
    # a scope comes after those before it in the text, and before those in it
    scopes += [scope for state in states for scope in state.inner]
    by_name = MappingProxyType({state.name: state for state in reversed(states)})
    return Machine(definition, top, tuple(scopes), tuple(states), by_name, language, source)


def objects(value: object) -> Iterator[tuple[int, Body]]:
    """Yield (index, item) of the objects of a list; nothing for any other value."""
    for index, item in enumerate(value if isinstance(value, list) else ()):
        if isinstance(item, dict):
            yield index, item


def _scope(body: Body, owner: State | None, key: Path, language: str) -> tuple[Scope, list[State]]:
    """Return a scope with its states, and these once more, the last one first (a stack)."""
    states: dict[str, State] = {}
    scope = Scope(body, owner, key, MappingProxyType(states))
    bodies = body.get("States")
    for name, state_body in bodies.items() if isinstance(bodies, dict) else ():
        if not isinstance(name, str) or not isinstance(state_body, dict):
            continue
        kind = text_of(state_body, "Type")
        spoken = _language(state_body, language)
        resource = text_of(state_body, "Resource") if kind == "Task" else ""
        states[name] = State(
            name, kind, state_body, scope, spoken, read_resource(resource) if resource else None
        )
    return scope, list(reversed(states.values()))


def _language(body: Body, around: str) -> str:
    own = body.get("QueryLanguage", around)
    if own == around or isinstance(own, str) and is_placeholder(own):
        return around
    return "JSONata"


def _close(state: State, inner: tuple[Scope, ...]) -> None:
    """Give a state the parts that refer back to it: the one place where a made part is written to."""
    set_once = object.__setattr__
    body = state.body
    set_once(state, "inner", inner)
    set_once(state, "retriers", tuple(Retrier(state, *item) for item in objects(body.get("Retry"))))
    set_once(state, "catchers", tuple(Catcher(state, *item) for item in objects(body.get("Catch"))))
    if state.type == "Choice":
        set_once(state, "rules", tuple(ChoiceRule(state, *item) for item in objects(body.get("Choices"))))
    set_once(state, "transitions", tuple(_transitions(state)))


def _transitions(state: State) -> Iterator[Transition]:
    if state.type in ("Succeed", "Fail"):
        return
    target: object
    if state.type == "Choice":
        for rule in state.rules:
            if rule.next is not None:
                yield Transition(state, rule.next, "choice", rule.index, rule.body)
        target = state.body.get("Default")
        if isinstance(target, str):
            yield Transition(state, target, "default", None, state.body)
        return
    target = state.body.get("Next")
    if isinstance(target, str):
        yield Transition(state, target, "next", None, state.body)
    for catcher in state.catchers:
        if catcher.next is not None:
            yield Transition(state, catcher.next, "catch", catcher.index, catcher.body)


def _inner_bodies(state: State) -> Iterator[tuple[Path, Body]]:
    if state.type == "Parallel":
        for index, branch in objects(state.body.get("Branches")):
            yield ("Branches", index), branch
    elif state.type == "Map":
        for name in PROCESSORS:
            if isinstance(state.body.get(name), dict):
                yield (name,), state.body[name]
                return
