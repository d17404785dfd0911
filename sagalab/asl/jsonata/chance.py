"""What an evaluation gets from outside: the time, and chance."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Chance:
    """The time in milliseconds since 1970 (UTC), a number from 0 to below 1, and a UUID."""

    now_ms: int
    random: Callable[[], float]
    uuid: Callable[[], str]
