"""A run while it goes on: how far it is, the wait that it is in, and which of its moments a live picture shows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sagalab.asl.backoff import backoff, retrier_for
from sagalab.asl.document import Machine, State
from sagalab.history.execution import Execution
from sagalab.history.visits import Attempt, Visit


@dataclass(frozen=True)
class Progress:
    """`share` is from 0 to 1: states done against those still to come if nothing more fails."""

    words: str
    share: float


def progress(execution: Execution, scale: float = 1.0) -> Progress:
    """Return how far an execution is. `scale`: the local cloud's SAGALAB_TIME_SCALE, for the waits."""
    machine = execution.machine
    if execution.status != "RUNNING":
        return Progress(f"ended: {execution.status}", 1.0)
    visits = [visit for visit in execution.visits if visit.parent is None]
    current = next((visit for visit in reversed(visits) if visit.status == "running"), None)
    if current is None:
        return Progress("between two states" if visits else "started", _share(machine, visits, None))
    state = machine.state(current.name)
    words = current.name
    if wait := waiting(current, state, scale):
        words += f", {wait}"
    elif current.tries and (most := attempts_at_most(state, current.attempts or current.rounds)):
        words += f": attempt {current.tries} of at most {most}"
    return Progress(words, _share(machine, visits, current))


def _share(machine: Machine, visits: list, current) -> float:
    done = len(visits) - (current is not None)
    state = machine.state(current.name) if current is not None else None
    ahead: set[State] = set()
    while state is not None and state not in ahead:
        ahead.add(state)
        state = next((way.target for way in state.transitions if way.kind in ("next", "default")), None)
    return done / (done + max(len(ahead), 1))


@dataclass(frozen=True)
class Wait:
    """A wait before `attempt` of at most `of` attempts: `seconds`, or up to that with jitter."""

    seconds: float
    jitter: bool
    attempt: int
    of: int
    error: str

    def __str__(self) -> str:
        upto = "up to " if self.jitter else ""
        return f"{self.error}: waits {upto}{self.seconds:g} s before attempt {self.attempt} of {self.of}"


def _retriers(state: State | None) -> list[Mapping[str, Any]]:
    return [retrier.body for retrier in state.retriers] if state is not None else []


def attempts_at_most(state: State | None, tried: Sequence[Attempt]) -> int | None:
    """Return how many attempts a state makes at most if its last error goes on; None without a retrier for it.

    Each retrier counts its own retries. Before an error is known, it is the count that the first retrier allows.
    """
    retriers = _retriers(state)
    errors = [attempt.error for attempt in tried if attempt.error]
    retrier = retrier_for(retriers, errors[-1]) if errors else next(iter(retriers), None)
    if retrier is None:
        return None
    return 1 + sum(retrier_for(retriers, error) is not retrier for error in errors) + len(backoff(retrier))


def waiting(visit: Visit, state: State | None, scale: float = 1.0) -> Wait | None:
    """Return the wait that a visit is in at this moment, or None when it is in none.

    `state` is the visit's state in the definition, if it has one; `scale` the local cloud's SAGALAB_TIME_SCALE.
    """
    tried = visit.attempts or visit.rounds
    if visit.status != "running" or not tried or tried[-1].outcome not in ("failed", "timed_out"):
        return None
    retriers = _retriers(state)
    errors = [attempt.error or "an error" for attempt in tried]
    retrier, most = retrier_for(retriers, errors[-1]), attempts_at_most(state, tried)
    waits = backoff(retrier) if retrier is not None else []
    used = sum(retrier_for(retriers, error) is retrier for error in errors) - 1
    if most is None or used >= len(waits):
        return None
    jitter = retrier is not None and retrier.get("JitterStrategy") == "FULL"
    return Wait(waits[used] * scale, jitter, len(tried) + 1, most, errors[-1])
