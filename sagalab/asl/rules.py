"""What a state says about errors and about the way on: retriers, catchers, choice rules, transitions."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from sagalab.asl.source import Path

if TYPE_CHECKING:
    from sagalab.asl.document import State

Body = Mapping[str, Any]
Kind = Literal["next", "choice", "default", "catch"]


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
        value = self.body.get("Comment")
        return value if isinstance(value, str) else ""


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


_MOST = 10**15


def _number(body: Body, name: str, default: float) -> float:
    value = body.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value:
        return default
    return max(-_MOST, min(value, _MOST))
