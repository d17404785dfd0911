"""Where in a text each part of a definition stands, and how a place is written."""

import bisect
from dataclasses import dataclass, field

Path = tuple[str | int, ...]
"""The JSON path of a part: names and indices from the machine down, ("States", "Pay", "Retry", 0)."""


def path_text(path: Path) -> str:
    """Return a path as people read it: States.Pay.Retry[0]."""
    written = ""
    for step in path:
        written += f"[{step}]" if isinstance(step, int) else f".{step}" if written else step
    return written


@dataclass(slots=True, eq=False)
class Place:
    """Where a value begins (characters from the beginning of the text), and where what is in it stands.

    `key` is where the value's name begins; `inner` has the places of an object's values by name, or those
    of a list's items by index.
    """

    offset: int
    key: int | None = None
    inner: dict[str | int, "Place"] = field(default_factory=dict, repr=False)


class Source:
    """The text of a definition, and the places of its parts. It never changes."""

    __slots__ = ("_lines", "_root", "text")

    def __init__(self, text: str, root: Place) -> None:
        self.text = text
        self._root = root
        self._lines: list[int] | None = None

    def position(self, path: Path, *, key: bool = False) -> tuple[int, int] | None:
        """Return line and column (from 1) of the value at `path`, or of its name; None for no such part.

        An item of a list, and the whole, have no name: theirs is where the value begins.
        """
        place: Place | None = self._root
        for step in path:
            place = place.inner.get(step) if place is not None else None
        if place is None:
            return None
        return self.line_and_column(place.key if key and place.key is not None else place.offset)

    def line_and_column(self, offset: int) -> tuple[int, int]:
        """Return line and column (from 1) of a character of the text."""
        if self._lines is None:
            self._lines = [0, *(i + 1 for i, character in enumerate(self.text) if character == "\n")]
        line = bisect.bisect_right(self._lines, offset)
        return line, offset - self._lines[line - 1] + 1
