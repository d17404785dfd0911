"""The parts of a machine: scopes, states, transitions, retriers, catchers, choice rules.

They refer to each other; document.py makes them. Places are worked out when asked for.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from sagalab.asl.resource import Resource
from sagalab.asl.source import Path

Body = Mapping[str, Any]
Kind = Literal["next", "choice", "default", "catch"]


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
    Parallel or Map around it; in a JSONata machine every state is JSONata, whatever it says itself. A
    QueryLanguage that is neither ("jsonpath", 5) counts as JSONata (so AWS answered).
    `resource` is set for a Task with a Resource. `inner` are a Parallel's branches or a Map's processor.
    """

    name: str
    type: str
    body: Body
    scope: Scope
    query_language: str
    resource: Resource | None
    inner: tuple[Scope, ...] = field(init=False, default=())
    transitions: "tuple[Transition, ...]" = field(init=False, default=())
    retriers: "tuple[Retrier, ...]" = field(init=False, default=())
    catchers: "tuple[Catcher, ...]" = field(init=False, default=())
    rules: "tuple[ChoiceRule, ...]" = field(init=False, default=())

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
        return text_of(self.body, "Comment")

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


@dataclass(frozen=True, slots=True, eq=False)
class Transition:
    """A way from a state to another one of its scope.

    `index` is the number of the choice rule or catcher in its list, `body` that rule or catcher; for next
    and default None and the state's own body. `body`'s Assign takes effect when this way is taken.
    """

    source: "State"
    target_name: str
    kind: Kind
    index: int | None
    body: Body

    @property
    def target(self) -> "State | None":
        """The state that it leads to; None if the scope has no such state."""
        return self.source.scope.states.get(self.target_name)

    @property
    def path(self) -> Path:
        """The place of the name that it leads to."""
        if self.kind == "default":
            return (*self.source.path, "Default")
        if self.index is None:
            return (*self.source.path, "Next")
        return (*self.source.path, "Catch" if self.kind == "catch" else "Choices", self.index, "Next")

    def __repr__(self) -> str:
        return f"<{self.source.name} –{self.kind}→ {self.target_name}>"


@dataclass(frozen=True, slots=True, eq=False)
class _Listed:
    """An entry of one of a state's lists; `index` is its number in that list, from 0."""

    state: "State"
    index: int
    body: Body

    @property
    def errors(self) -> tuple[str, ...]:
        """The texts in ErrorEquals."""
        value = self.body.get("ErrorEquals")
        return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else ()

    @property
    def next(self) -> str | None:
        """The name in Next; None when it is missing or no text."""
        value = self.body.get("Next")
        return value if isinstance(value, str) else None

    @property
    def comment(self) -> str:
        """The Comment; empty when there is none."""
        return text_of(self.body, "Comment")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Retrier(_Listed):
    """An entry of Retry. What is missing, or no number in the definition, has AWS's default; no number is
    more than 10^15.

    Defaults: https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html.
    """

    @property
    def path(self) -> Path:
        """The place in the definition."""
        return (*self.state.path, "Retry", self.index)

    @property
    def interval_seconds(self) -> float:
        """Seconds before the first new attempt."""
        return _number(self.body, "IntervalSeconds", 1)

    @property
    def max_attempts(self) -> float:
        """How many new attempts there are at most; 0 for none."""
        return _number(self.body, "MaxAttempts", 3)

    @property
    def backoff_rate(self) -> float:
        """By what the interval is multiplied with each new attempt."""
        return _number(self.body, "BackoffRate", 2.0)

    @property
    def max_delay_seconds(self) -> float | None:
        """The longest interval (seconds); None for no bound."""
        value = _number(self.body, "MaxDelaySeconds", -1)
        return value if value >= 0 else None

    @property
    def jitter(self) -> bool:
        """Whether each interval is drawn at random between 0 and its length (JitterStrategy FULL)."""
        return self.body.get("JitterStrategy") == "FULL"


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Catcher(_Listed):
    """An entry of Catch."""

    @property
    def path(self) -> Path:
        """The place in the definition."""
        return (*self.state.path, "Catch", self.index)

    @property
    def target(self) -> "State | None":
        """The state that it leads to; None if the scope has no such state."""
        return self.state.scope.states.get(self.next) if self.next is not None else None


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ChoiceRule(_Listed):
    """An entry of a Choice state's Choices."""

    @property
    def path(self) -> Path:
        """The place in the definition."""
        return (*self.state.path, "Choices", self.index)

    @property
    def condition(self) -> str | None:
        """The JSONata condition; None for a rule of JSONPath."""
        value = self.body.get("Condition")
        return value if isinstance(value, str) else None


def text_of(body: Body, name: str) -> str:
    """Return a field that holds a text; "" when it is missing or no text."""
    value = body.get(name)
    return value if isinstance(value, str) else ""


_MOST = 10**15


def _number(body: Body, name: str, default: float) -> float:
    value = body.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value:
        return default
    return max(-_MOST, min(value, _MOST))
