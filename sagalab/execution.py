"""One model of an execution, read from its history, whoever recorded that history."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sagalab.visits import Visit


@dataclass(eq=False, repr=False)
class Execution:
    """An execution as its history tells it: RUNNING, SUCCEEDED, FAILED, TIMED_OUT or ABORTED."""

    status: str
    visits: list[Visit] = field(default_factory=list)
    error: str | None = None
    cause: str | None = None
    started: datetime | None = None
    stopped: datetime | None = None
    input: Any = None
    output: Any = None
    definition: dict | None = None
    events: list[dict] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    arn: str | None = None

    @classmethod
    def from_history(cls, events: Iterable[dict], definition: dict | str | None = None) -> "Execution":
        raise NotImplementedError

    @classmethod
    def fetch(cls, client: Any, arn: str) -> "Execution":
        raise NotImplementedError

    def follow(self, poll: float = 0.5) -> "Iterator[Execution]":
        raise NotImplementedError

    def at(self, k: int) -> "Execution":
        raise NotImplementedError

    @property
    def path(self) -> list[str]:
        return [visit.name for visit in self.visits]
