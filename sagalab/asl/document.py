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
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from sagalab.asl.resource import Resource, read_resource
from sagalab.asl.rules import Catcher, ChoiceRule, Retrier, Transition
from sagalab.asl.source import Path, Source

Body = Mapping[str, Any]

PROCESSORS = ("ItemProcessor", "Iterator")
LANGUAGES = ("JSONPath", "JSONata")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Scope:
    """The states that can reach each other: the machine itself, a branch, or a Map's item processor.

    `key` is the place in the owner: ("Branches", 0) or ("ItemProcessor",); empty for the machine itself.
    `branch` is the branch's number in a Parallel, from 0. `states` are in the order of the text.
    """

    body: Body
    owner: "State | None"
    key: Path
    states: Mapping[str, "State"]

    @property
    def path(self) -> Path:
        """The place in the definition; () for the machine itself."""
        return self.owner.path + self.key if self.owner is not None else ()

    @property
    def branch(self) -> int | None:
        """Which branch of its Parallel this is, from 0; None for a Map's processor and for the machine."""
        return next((step for step in self.key if isinstance(step, int)), None)

    @property
    def start_at(self) -> str | None:
        """The name in StartAt, whether or not such a state exists; None when it is missing or no text."""
        value = self.body.get("StartAt")
        return value if isinstance(value, str) else None

    @property
    def start(self) -> "State | None":
        """The state of StartAt, if there is one."""
        return self.states.get(self.start_at) if self.start_at is not None else None

    @property
    def is_distributed(self) -> bool:
        """Whether each item is a child execution of its own (a distributed Map)."""
        config = self.body.get("ProcessorConfig")
        return isinstance(config, dict) and config.get("Mode") == "DISTRIBUTED"

    def __repr__(self) -> str:
        return f"<Scope of {self.owner!r}>" if self.owner is not None else "<Scope of the machine>"


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class State:
    """One state. Its parts (retriers, transitions, …) are in the order of the text.

    `query_language` is "JSONPath" or "JSONata", inherited as AWS has it: from the machine, never from the
    Parallel or Map around it; in a JSONata machine every state is JSONata, whatever it says itself.
    `resource` is set for a Task with a Resource. `inner` are a Parallel's branches or a Map's processor.
    """

    name: str
    type: str
    body: Body
    scope: Scope
    query_language: str
    resource: Resource | None
    inner: tuple[Scope, ...] = field(init=False, default=())
    transitions: tuple[Transition, ...] = field(init=False, default=())
    retriers: tuple[Retrier, ...] = field(init=False, default=())
    catchers: tuple[Catcher, ...] = field(init=False, default=())
    rules: tuple[ChoiceRule, ...] = field(init=False, default=())

    @property
    def path(self) -> Path:
        """The place in the definition: ("States", "Pay"), with what is around it before."""
        steps: list[Path] = []
        state: State | None = self
        while state is not None:
            steps.append((*state.scope.key, "States", state.name))
            state = state.scope.owner
        return tuple(step for part in reversed(steps) for step in part)

    @property
    def comment(self) -> str:
        """The Comment; empty when there is none."""
        return _text(self.body, "Comment")

    @property
    def ends(self) -> bool:
        """Whether its scope can end here: Succeed, Fail, or End is true."""
        return self.type in ("Succeed", "Fail") or self.body.get("End") is True

    @property
    def succeeds(self) -> bool:
        """Whether its scope can end here well."""
        return self.ends and self.type != "Fail"

    @property
    def is_jsonata(self) -> bool:
        """Whether its expressions are JSONata."""
        return self.query_language == "JSONata"

    @property
    def waits_for_token(self) -> bool:
        """Whether it waits until someone hands in its task token (.waitForTaskToken)."""
        return self.resource is not None and self.resource.waits_for_token

    def __repr__(self) -> str:
        return f"<{self.type} {self.name}>"


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
        return _text(self.top.body, "Comment")

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
    language = body.get("QueryLanguage")
    language = language if language in LANGUAGES else "JSONPath"
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
        kind = _text(state_body, "Type")
        own = state_body.get("QueryLanguage")
        spoken = own if language == "JSONPath" and own in LANGUAGES else language
        resource = _text(state_body, "Resource") if kind == "Task" else ""
        states[name] = State(
            name, kind, state_body, scope, spoken, read_resource(resource) if resource else None
        )
    return scope, list(reversed(states.values()))


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


def _text(body: Body, name: str) -> str:
    value = body.get(name)
    return value if isinstance(value, str) else ""
