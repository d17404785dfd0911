"""One thing that `sagalab doctor` looked at: what was found, whether it is good, and the cure."""

from dataclasses import asdict, dataclass
from enum import StrEnum


class State(StrEnum):
    """How a check ended. `note` needs no cure."""

    GOOD = "good"
    WRONG = "wrong"
    NOTE = "note"

    @property
    def mark(self) -> str:
        """The sign that stands before the word."""
        return {"good": "✓", "wrong": "✗", "note": "–"}[self.value]


@dataclass(frozen=True)
class Check:
    """The result of one check. `cure` is empty unless something is wrong."""

    name: str
    state: State
    found: str
    cure: str = ""

    def as_dict(self) -> dict[str, str]:
        """Return the check as plain data, for JSON."""
        return asdict(self)
