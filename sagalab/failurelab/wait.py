"""The wait before a retry while it lasts: how long at most, and before which attempt."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sagalab.asl.backoff import backoff, retrier_for
from sagalab.history.visits import Attempt, Visit


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


def attempts_at_most(state: Mapping[str, Any], tried: Sequence[Attempt]) -> int | None:
    """Return how many attempts a state makes at most if its last error goes on; None without a retrier for it.

    Each retrier counts its own retries. Before an error is known, it is the count that the first retrier allows.
    """
    retriers = state.get("Retry") or []
    errors = [attempt.error for attempt in tried if attempt.error]
    retrier = retrier_for(retriers, errors[-1]) if errors else next(iter(retriers), None)
    if retrier is None:
        return None
    return 1 + sum(retrier_for(retriers, error) is not retrier for error in errors) + len(backoff(retrier))


def waiting(visit: Visit, state: Mapping[str, Any], scale: float = 1.0) -> Wait | None:
    """Return the wait that a visit is in at this moment, or None when it is in none.

    `state` is the visit's state in the definition; `scale` the local cloud's SAGALAB_TIME_SCALE.
    """
    tried = visit.attempts or visit.rounds
    if visit.status != "running" or not tried or tried[-1].outcome not in ("failed", "timed_out"):
        return None
    retriers = state.get("Retry") or []
    errors = [attempt.error or "an error" for attempt in tried]
    retrier, most = retrier_for(retriers, errors[-1]), attempts_at_most(state, tried)
    waits = backoff(retrier) if retrier is not None else []
    used = sum(retrier_for(retriers, error) is retrier for error in errors) - 1
    if most is None or used >= len(waits):
        return None
    jitter = retrier.get("JitterStrategy") == "FULL"
    return Wait(waits[used] * scale, jitter, len(tried) + 1, most, errors[-1])
