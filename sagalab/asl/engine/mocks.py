"""How one state alone is tested: what stands in for its work, and what came before."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Mock:
    """What a Task, Map or Parallel comes to: a result (JSON value), or with `failed` an error and a cause."""

    result: Any = None
    error: str | None = None
    cause: str | None = None
    failed: bool = False


@dataclass(frozen=True, slots=True)
class Single:
    """How a state is tested: its mock, how often it was tried, how many iterations of a Map failed."""

    mock: Mock | None = None
    retries: int = 0
    failures: int = 0
