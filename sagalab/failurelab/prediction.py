"""A prediction: the path that someone expects, held against the path that a run took."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest

from sagalab.markup import Row, escape, table
from sagalab.pictures.dark import paint
from sagalab.pictures.palette import look

_CELL = "padding:3px 10px;text-align:left;border-top:1px solid var(--jp-border-color2,#9aa7b8)"


@dataclass(frozen=True)
class Prediction:
    """`path`: the names of the states that are expected, in order."""

    path: tuple[str, ...]

    def right(self, path: Sequence[str]) -> int:
        """Return how many states from the start agree."""
        agree = 0
        for expected, found in zip(self.path, path, strict=False):
            if expected != found:
                break
            agree += 1
        return agree

    def words(self, path: Sequence[str]) -> str:
        """Return in one sentence how far the prediction holds."""
        agree = self.right(path)
        if agree == len(path) == len(self.path):
            return f"Your prediction was right: all {agree} states."
        expected = self.path[agree] if agree < len(self.path) else "the end"
        found = path[agree] if agree < len(path) else "its end"
        start = f"The first {agree} states were right. Then" if agree > 1 else "At the start"
        start = "The first state was right. Then" if agree == 1 else start
        return f"{start} you expected {expected}, and the run came to {found}."

    def html(self, path: Sequence[str]) -> str:
        """Return prediction and path as a table, one step a row, with a sign for each."""
        agree = self.right(path)
        rows = []
        for number, (expected, found) in enumerate(zip_longest(self.path, path, fillvalue="–"), start=1):
            style = look("succeeded" if number <= agree else "caught")
            sign = "✓" if number <= agree else "≠"
            rows.append(Row((number, sign, expected, found), paint(style.fill, style.text)))
        heads = ("step", "", "you expected", "it took")
        steps = table(rows, heads, cell=_CELL, named=_CELL, style="border-collapse:collapse")
        return (
            f"<div role='group' aria-label='prediction'><p><strong>{escape(self.words(path))}</strong></p>"
            f"{steps}</div>"
        )
