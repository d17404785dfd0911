"""What of a state machine tests can come to: its states, ways, choice rules, catchers and retriers, one item each."""

from collections.abc import Iterator
from dataclasses import dataclass

from sagalab.asl.document import Machine, State
from sagalab.asl.engine.errors import HEARTBEAT_TIMEOUT, TIMEOUT, matches
from sagalab.asl.parts import Catcher, Retrier, Transition

# In the order of the tables. Names of states are unique in a machine (AWS refuses another), so a key is too.
KINDS = {
    "state": "states",
    "next": "transitions",
    "choice": "choice rules",
    "catch": "catchers",
    "retry": "retriers",
    "exhausted": "retriers exhausted",
}
Key = tuple[str, str, int, str]
DEFAULT = -1  # the index of a Choice's Default


@dataclass(frozen=True)
class Item:
    """One thing that a test can come to. `key` is (kind, state, index, name); `words` say what it is.

    The name is a state's for `next` ("" for the end of its scope), an error's for `catch`.
    """

    key: Key
    words: str

    @property
    def kind(self) -> str:
        """One of KINDS."""
        return self.key[0]

    @property
    def state(self) -> str:
        """The name of the state that it belongs to."""
        return self.key[1]


def items_of(machine: Machine) -> Iterator[Item]:
    """Yield every item of a machine, those inside Parallel and Map too, in the order of the text."""
    for state in machine.states:
        yield Item(("state", state.name, 0, ""), "is entered")
        for way in state.transitions:
            yield from _of_way(way)
        if state.ends and state.type not in ("Succeed", "Fail"):
            yield Item(("next", state.name, 0, ""), "→ end")
        for retrier in state.retriers:
            if retrier.max_attempts > 0:
                yield Item(retry_key(retrier), f"{_named(retrier)}: tries again")
            yield Item(exhausted_key(retrier), f"{_named(retrier)}: gives up after {_retries(retrier)}")


def _of_way(way: Transition) -> Iterator[Item]:
    if way.kind == "catch":
        catcher = way.source.catchers[way.index or 0]
        for name in catcher.errors:
            yield Item(catch_key(catcher, name), f"{name} is caught → {way.target_name}")
    elif way.kind == "next":
        yield Item(way_key(way), f"→ {way.target_name}")
    elif way.kind == "default":
        yield Item(way_key(way), f"otherwise → {way.target_name}")
    else:
        yield Item(way_key(way), f"rule {(way.index or 0) + 1} → {way.target_name}")


def way_key(way: Transition) -> Key:
    """Return the key of a Next, a rule or a Default."""
    if way.kind == "next":
        return "next", way.source.name, 0, way.target_name
    return "choice", way.source.name, DEFAULT if way.index is None else way.index, ""


def catch_key(catcher: Catcher, name: str) -> Key:
    """Return the key of one error name of a catcher."""
    return "catch", catcher.state.name, catcher.index, name


def retry_key(retrier: Retrier) -> Key:
    """Return the key of a retrier that tries again."""
    return "retry", retrier.state.name, retrier.index, ""


def exhausted_key(retrier: Retrier) -> Key:
    """Return the key of a retrier that gives up."""
    return "exhausted", retrier.state.name, retrier.index, ""


def retrier_of(state: State, error: str | None) -> Retrier | None:
    """Return the retrier that takes an error: the first that matches it."""
    second = _second_name(state, error)
    return next((retrier for retrier in state.retriers if matches(retrier.errors, error, second)), None)


def name_of(catcher: Catcher, error: str | None) -> str | None:
    """Return which name of a catcher takes an error: the error's own before those that stand for others."""
    if error in catcher.errors:
        return error
    second = _second_name(catcher.state, error)
    return next((name for name in catcher.errors if matches((name,), error, second)), None)


def _second_name(state: State, error: str | None) -> str | None:
    """Return the second name of an error: a history reports a missed heartbeat as States.Timeout."""
    limited = any(key.startswith("HeartbeatSeconds") for key in state.body)
    return HEARTBEAT_TIMEOUT if error == TIMEOUT and limited else None


def _named(retrier: Retrier) -> str:
    if len(retrier.state.retriers) == 1:
        return "the retrier"
    return f"retrier {retrier.index + 1} ({', '.join(retrier.errors)})"


def _retries(retrier: Retrier) -> str:
    most = retrier.max_attempts
    return "no retry" if most <= 0 else f"{most:.10g} {'retry' if most == 1 else 'retries'}"
