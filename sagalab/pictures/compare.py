"""Two executions of one machine side by side: where they part, as pictures and as a table."""

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from sagalab.errors import SagaLabError
from sagalab.markup import Row, escape, table
from sagalab.pictures.dark import paint
from sagalab.pictures.diagram import diagram
from sagalab.pictures.drawing import HOW_TO_GET_DOT, on_page, picture_bundle
from sagalab.pictures.frame import paper
from sagalab.pictures.graph import thread_of
from sagalab.pictures.grid import Cell, PictureGrid
from sagalab.pictures.palette import CHANGED_FILL, NEUTRAL, RUN_STATUS, look

if TYPE_CHECKING:
    import pandas as pd

_CELL = "text-align:left;padding:4px 12px;color:inherit"
_HERE = f"{paint(CHANGED_FILL, NEUTRAL.text)};font-weight:bold"


@dataclass(repr=False)
class Comparison:
    """What `compare` found; shows in a notebook as two pictures and, where HTML is shown, the table.

    - `table`: a DataFrame, one row a step: step (from 1), and for both runs the state and its status
      (missing where a run has no such step); `differs` is "", "attempts", "status" or "state".
    - `parted_at`: the state in which the runs went different ways; "Start" if their first states
      differ, None if they took the same path with the same outcome.
    - `step`: that state's step, from 1 (0 for Start), or None. `titles`: the names of the two runs.
    """

    table: "pd.DataFrame"
    parted_at: str | None
    step: int | None
    titles: tuple[str, str]
    pictures: PictureGrid

    def text(self) -> str:
        """Return where the runs part, in one or two sentences."""
        first, second = self.titles
        if self.parted_at is None:
            return f"{first} and {second} took the same path with the same outcome."
        if self.parted_at == "Start":
            return f"{first} and {second} differ from the first state on."
        assert self.step is not None, "two runs that part do so at a step"
        row = self.table.iloc[self.step - 1]
        where = f"{first} and {second} part at {self.parted_at} (step {self.step})"
        if row["differs"] == "status":
            return f"{where}: {first} {_word(row.iloc[2])}, {second} {_word(row.iloc[4])}."
        after = self.table.iloc[self.step]
        return f"{where}: {first} goes on to {_next(after.iloc[1])}, {second} to {_next(after.iloc[3])}."

    def svg(self) -> str:
        """Return both pictures as one SVG. Raises SagaLabError where there is no `dot`."""
        return self.pictures.svg()

    def save(self, filename: str) -> str:
        """Write the pictures as SVG; returns the path."""
        return self.pictures.save(filename)

    def __repr__(self) -> str:
        return f"{self.text()}\n\n{self.table.fillna('').to_string(index=False)}"

    def _table_html(self) -> str:
        rows = []
        for row in self.table.fillna("").itertuples(index=False):
            here = row[0] == self.step
            rows.append(Row(row, _HERE if here else "background:none"))
        return table(rows, list(self.table), cell=_CELL, style="border-collapse:collapse")

    def _repr_html_(self) -> str:
        try:
            picture = on_page(self.svg())
        except SagaLabError:
            picture = f"<p>{escape(HOW_TO_GET_DOT)}</p>"
        words = f"<p><b>{escape(self.text())}</b></p>"
        return paper(f"{words}{picture}{self._table_html()}", "padding:8px;font-family:Arial,sans-serif")

    def _repr_mimebundle_(self, include=None, exclude=None, **_options) -> dict[str, str]:
        try:
            bundle = picture_bundle(self.svg(), repr(self))
        except SagaLabError as error:
            return {"text/plain": f"{self!r}\n\n{error.what}"}
        if "text/html" in bundle:
            bundle["text/html"] = self._repr_html_()
        return bundle


def compare(
    a, b, definition: dict | str | None = None, *, titles: tuple[str, str] = ("first run", "second run")
) -> Comparison:
    """Compare two executions of one machine, state by state.

    `a` and `b` are `Execution`s, `definition` their machine (None: their own). Branches and
    iterations are compared in the order of the definition, however their events interleaved.
    """
    import pandas as pd  # a quarter of a second: not everybody who has the failure lab compares

    steps_a, steps_b = list(_in_order(a.visits)), list(_in_order(b.visits))
    rows: list[Any] = []
    parted_at, step = None, None
    parted = False
    for number, (one, two) in enumerate(_aligned(steps_a, steps_b), start=1):
        differs = _difference(one, two)
        if not parted and differs in ("status", "state"):
            parted = True
            if differs == "status":
                parted_at, step = one.name, number
            else:
                parted_at, step = (rows[-1][1], number - 1) if rows else ("Start", 0)
        rows.append([number, *_cells(one), *_cells(two), differs])
    columns = ["step", titles[0], f"{titles[0]}: status", titles[1], f"{titles[1]}: status", "differs"]
    table = pd.DataFrame(rows, columns=columns)
    cells = [
        Cell(
            title,
            execution.status + (f" {execution.error}" if execution.error else ""),
            look(RUN_STATUS.get(execution.status, "")),
            diagram(
                definition or execution.definition, execution, compact=True, times=False, marked=parted_at
            ),
        )
        for title, execution in zip(titles, (a, b), strict=True)
    ]
    return Comparison(table, parted_at, step, titles, PictureGrid("Two executions of one machine", cells, 2))


def _in_order(visits: list) -> Iterator:
    """Yield visits so that what is inside a Parallel or Map follows it, branch after branch."""
    threads: dict[tuple, list] = {}
    inside: dict[int | None, list[tuple]] = {}
    for visit in visits:
        thread = thread_of(visit)
        if thread not in threads:
            inside.setdefault(thread[0], []).append(thread)
        threads.setdefault(thread, []).append(visit)
    stack = [iter([visit for thread in inside.get(None, []) for visit in threads[thread]])]
    while stack:
        visit = next(stack[-1], None)
        if visit is None:
            stack.pop()
            continue
        yield visit
        order = sorted(
            inside.get(id(visit), []), key=lambda thread: [part or 0 for part in (thread[3], *thread[1:3])]
        )
        stack.append(iter([inner for thread in order for inner in threads[thread]]))


def _aligned(one: list, two: list) -> Iterator[tuple]:
    """Pair the steps of two runs by state; None where a run has no such step."""
    names = [
        [(visit.depth, visit.branch, visit.iteration, visit.name) for visit in run] for run in (one, two)
    ]
    for _, i1, i2, j1, j2 in SequenceMatcher(None, names[0], names[1], autojunk=False).get_opcodes():
        yield from zip_longest(one[i1:i2], two[j1:j2])


def _difference(one, two) -> str:
    if one is None or two is None or one.name != two.name:
        return "state"
    if one.status != two.status or one.error != two.error:
        return "status"
    return "attempts" if one.tries != two.tries else ""


def _cells(visit) -> list:
    if visit is None:
        return [None, None]
    error = visit.caught_error or visit.error
    status = look(visit.status).word + (f": {error}" if error else "")
    return [visit.name, status + (f", {tries}" if (tries := visit.tries_in_words) else "")]


def _word(status: str) -> str:
    return status if isinstance(status, str) else "has no such step"


def _next(name: str) -> str:
    return name if isinstance(name, str) else "its end"
