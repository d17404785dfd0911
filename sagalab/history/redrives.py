"""The redrives of an execution: when and how it had ended, and when it went on."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Redrive:
    """One redrive. `number` counts from 1; `ended` and `at` are UTC datetimes or None, `event` is the id of its event.

    `status` and `error` are those with which the execution had ended at `ended`; at `at` it went on.
    """

    number: int
    status: str
    error: str | None
    ended: datetime | None
    at: datetime | None
    event: int

    @property
    def idle(self) -> float | None:
        """Seconds between the end and the redrive, in which nothing ran; None where a time is not known."""
        return (self.at - self.ended).total_seconds() if self.at and self.ended else None
