"""The wait before a retry, as the state's retriers say: how long at most, and before which attempt.

Source: Amazon States Language, "Retry". A retrier waits IntervalSeconds before its first retry and
BackoffRate times longer before each further one, MaxDelaySeconds at most; JitterStrategy FULL takes a random
part of that. Each retrier counts its own retries.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sagalab.visits import Attempt, Visit

_MAX_ATTEMPTS, _INTERVAL, _RATE = 3, 1, 2.0  # of a retrier that does not say
# Errors that the name States.ALL does not stand for, nor any wildcard.
_NEVER_BY_ALL = ("States.DataLimitExceeded", "States.Runtime")


@dataclass(frozen=True)
class Backoff:
    """A wait before `attempt` of at most `of` attempts: `seconds`, or up to that with jitter."""

    seconds: float
    jitter: bool
    attempt: int
    of: int
    error: str

    def __str__(self) -> str:
        upto = "up to " if self.jitter else ""
        return f"{self.error}: waits {upto}{self.seconds:g} s before attempt {self.attempt} of {self.of}"


def matching(retriers: Any, error: str) -> Mapping[str, Any] | None:
    """Return the first retrier that names this error, or None."""
    for retrier in retriers if isinstance(retriers, list) else ():
        if isinstance(retrier, Mapping) and _names(retrier.get("ErrorEquals"), error):
            return retrier
    return None


def _names(listed: Any, error: str) -> bool:
    if not isinstance(listed, list):
        return False
    if error in listed:
        return True
    if error in _NEVER_BY_ALL:
        return False
    return "States.ALL" in listed or ("States.TaskFailed" in listed and error != "States.Timeout")


def attempts_at_most(state: Mapping[str, Any], tried: Sequence[Attempt]) -> int | None:
    """Return how many attempts a state makes at most if its last error goes on; None without a retrier for it.

    Before an error is known, it is the count that the first retrier allows.
    """
    errors = [attempt.error for attempt in tried if attempt.error]
    retriers = state.get("Retry")
    if errors:
        retrier = matching(retriers, errors[-1])
    else:
        retrier = retriers[0] if isinstance(retriers, list) and retriers else None
    if not isinstance(retrier, Mapping):
        return None
    others = sum(matching(retriers, error) is not retrier for error in errors)
    return 1 + others + _number(retrier, "MaxAttempts", _MAX_ATTEMPTS)


def waiting(visit: Visit, state: Mapping[str, Any], scale: float = 1.0) -> Backoff | None:
    """Return the wait that a visit is in at this moment, or None when it is in none.

    `state` is the visit's state in the definition; `scale` the local cloud's SAGALAB_TIME_SCALE.
    """
    tried = visit.attempts or visit.rounds
    if visit.status != "running" or not tried or tried[-1].outcome not in ("failed", "timed_out"):
        return None
    errors = [attempt.error or "an error" for attempt in tried]
    retrier = matching(state.get("Retry"), errors[-1])
    most = attempts_at_most(state, tried)
    if retrier is None or most is None or len(tried) >= most:
        return None
    earlier = sum(matching(state.get("Retry"), error) is retrier for error in errors) - 1
    seconds = _number(retrier, "IntervalSeconds", _INTERVAL) * _number(retrier, "BackoffRate", _RATE) ** earlier
    seconds = min(seconds, _number(retrier, "MaxDelaySeconds", seconds)) * scale
    return Backoff(seconds, retrier.get("JitterStrategy") == "FULL", len(tried) + 1, most, errors[-1])


def _number(retrier: Mapping[str, Any], key: str, default: Any) -> Any:
    value = retrier.get(key)
    return value if isinstance(value, int | float) and not isinstance(value, bool) else default
