"""Which retrier takes an error, and how long it waits before each retry: the formula of the language."""

from collections.abc import Mapping, Sequence
from typing import Any

from sagalab.asl.engine.errors import matches

# Defaults of the Amazon States Language, https://states-language.net/spec.html#errors
INTERVAL_SECONDS, MAX_ATTEMPTS, BACKOFF_RATE = 1, 3, 2.0


def backoff(retrier: Mapping[str, Any]) -> list[float]:
    """Return the wait before each retry of a retrier, in seconds.

    The n-th (from 0) is IntervalSeconds × BackoffRate ** n, and never above MaxDelaySeconds. With
    JitterStrategy FULL it is the longest that the wait can be: Step Functions draws one between 0 and it.
    """
    first = retrier.get("IntervalSeconds", INTERVAL_SECONDS)
    rate = retrier.get("BackoffRate", BACKOFF_RATE)
    most = retrier.get("MaxDelaySeconds", float("inf"))
    return [float(min(first * rate**n, most)) for n in range(retrier.get("MaxAttempts", MAX_ATTEMPTS))]


def retrier_for(retriers: Sequence[Mapping[str, Any]], error: str) -> Mapping[str, Any] | None:
    """Return the retrier that takes an error: the first that names it, or that names all of its kind."""
    for retrier in retriers:
        if matches(retrier.get("ErrorEquals", []), error):
            return retrier
    return None
