"""A value of a participant's in one short line, whatever it is: endless, huge, or without a text of its own."""

import reprlib
from typing import Any

MOST = 80  # characters


def shown(value: Any, most: int = MOST) -> str:
    """Return `repr(value)` in one line of at most so many characters. It never raises."""
    short = reprlib.Repr()
    short.maxstring = short.maxother = most
    short.maxlong = 24
    short.maxlist = short.maxtuple = short.maxset = short.maxdict = 12
    try:
        text = " ".join(short.repr(value).split())
    except Exception:  # an own __repr__ may do anything, and an int may have too many digits
        text = f"a value of type {kind(value)}"
    return text if len(text) <= most else text[: most - 1] + "…"


def kind(value: Any) -> str:
    """Return the name of a value's type, in words where it is a common one."""
    if value is None:
        return "nothing"
    return value.name if isinstance(value, Stranger) else type(value).__name__


class Stranger:
    """Stands for a value that cannot be taken into another process; it has its type's `name` and nothing else."""

    def __init__(self, name: str, why: str = "") -> None:
        self.name, self.why = name, why

    def __repr__(self) -> str:
        return f"a value of type {self.name}"
