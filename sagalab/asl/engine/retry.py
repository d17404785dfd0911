"""Retriers: which one takes an error, and how long it waits."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sagalab.asl.engine.errors import matches

# https://states-language.net/spec.html#errors
INTERVAL_SECONDS, MAX_ATTEMPTS, BACKOFF_RATE = 1, 3, 2.0


class Retrier:
    """One retrier, read once from the definition."""

    __slots__ = ("first", "jitter", "longest", "most", "names", "rate")

    def __init__(self, body: Mapping[str, Any]) -> None:
        self.names: tuple[str, ...] = tuple(body.get("ErrorEquals") or ())
        self.first: float = body.get("IntervalSeconds", INTERVAL_SECONDS)
        self.most: int = body.get("MaxAttempts", MAX_ATTEMPTS)
        self.rate: float = body.get("BackoffRate", BACKOFF_RATE)
        self.longest: float | None = body.get("MaxDelaySeconds")
        self.jitter: bool = body.get("JitterStrategy", "NONE") == "FULL"

    def delay_seconds(self, attempt: int, random: Callable[[], float]) -> float:
        """Return the wait before the attempt-th retry (from 0); `random` is asked only for FULL jitter."""
        try:
            delay = self.first * self.rate**attempt
        except OverflowError:
            delay = float("inf")
        if self.longest is not None:
            delay = min(delay, self.longest)
        return delay * random() if self.jitter else delay


def retrier_for(retriers: Sequence[Retrier], error: str | None, alias: str | None = None) -> int | None:
    """Return the index of the first retrier whose ErrorEquals takes the error."""
    for index, retrier in enumerate(retriers):
        if matches(retrier.names, error, alias):
            return index
    return None
