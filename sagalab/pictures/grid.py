"""Several pictures in one: a grid of drawings with captions, as a single SVG; small multiples of one machine."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sagalab.errors import SagaLabError
from sagalab.markup import NO_MATH, escape
from sagalab.pictures import palette
from sagalab.pictures.diagram import diagram
from sagalab.pictures.drawing import HOW_TO_GET_DOT, Drawing, page_style, picture_bundle
from sagalab.pictures.palette import RUN_STATUS, Look, look
from sagalab.pictures.text_width import printable, wrap

_SIZE = re.compile(r'<svg [^>]*?width="([\d.]+)pt" height="([\d.]+)pt"')
_PAGE_STYLE = re.compile(r' style="width:100%[^"]*"')
_FONT = "Arial, 'Liberation Sans', Arimo, Helvetica, sans-serif"
_GAP, _CAPTION, _CAPTION_LINE, _NOTE = 26.0, 20.0, 25.0, 15.0


@dataclass(frozen=True)
class Cell:
    """One picture of a grid: its caption, a note below it with its sign's look, the drawing."""

    caption: str
    note: str
    look: Look
    drawing: Drawing


class PictureGrid:
    """Drawings side by side. Shows in a notebook as one SVG; `save("x.svg")` writes it.

    `title` is what a screen reader says first; `text()` has the words of every cell.
    """

    def __init__(self, title: str, cells: list[Cell], columns: int):
        self.title, self.cells, self.columns = title, cells, max(1, columns)

    def svg(self) -> str:
        """Return the grid as one SVG. Raises SagaLabError where there is no `dot`."""
        drawn = [cell.drawing.svg() for cell in self.cells]
        sizes = [tuple(map(float, _SIZE.findall(svg)[0])) for svg in drawn]
        widths = [max(size[0] for size in sizes[column :: self.columns]) for column in range(self.columns)]
        limits = [max(12, int(width / 11)) for width in widths]
        captions = [
            wrap(printable(cell.caption), limits[index % self.columns], 2)
            for index, cell in enumerate(self.cells)
        ]
        parts, top = [], _GAP / 2
        for first in range(0, len(self.cells), self.columns):
            row = range(first, min(first + self.columns, len(self.cells)))
            head = max(len(captions[index]) for index in row) * _CAPTION_LINE + 26
            left = _GAP / 2
            for index in row:
                parts.append(self._cell(index, drawn[index], sizes[index], captions[index], left, top, head))
                left += widths[index % self.columns] + _GAP
            top += head + max(sizes[index][1] for index in row) + _GAP
        width, height = sum(widths) + _GAP * self.columns, top
        body = "".join(parts)
        size = f'width="{width:.0f}pt" height="{height:.0f}pt"'
        return (
            f'<svg class="{NO_MATH}" role="img" aria-label="{escape(self.title)}" '
            f'style="{page_style(f"<svg {size}>{body}")}" {size} viewBox="0 0 {width:.2f} {height:.2f}" '
            'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">\n'
            f"<desc>{escape(self.text())}</desc>\n"
            f'<rect width="100%" height="100%" fill="{palette.BACKGROUND}"/>\n{body}</svg>\n'
        )

    def _cell(
        self, index: int, svg: str, size: tuple, caption: list[str], left: float, top: float, head: float
    ) -> str:
        look = self.cells[index].look
        words = "".join(
            f'<text x="{left + 34:.1f}" y="{top + _CAPTION_LINE * (line + 0.8):.1f}" font-family="{_FONT}" '
            f'font-size="{_CAPTION}" font-weight="bold" fill="{palette.NEUTRAL.text}">{escape(text)}</text>'
            for line, text in enumerate(caption)
        )
        words += (
            f'<text x="{left + 34:.1f}" y="{top + _CAPTION_LINE * len(caption) + 14:.1f}" '
            f'font-family="{_FONT}" font-size="{_NOTE}" fill="{palette.NEUTRAL.muted}">'
            f"{escape(printable(self.cells[index].note))}</text>"
        )
        sign = (
            f'<rect x="{left:.1f}" y="{top + 2:.1f}" width="26" height="26" fill="{look.line}"/>'
            f'<text x="{left + 13:.1f}" y="{top + 21:.1f}" text-anchor="middle" font-family="{_FONT}" '
            f'font-size="19" font-weight="bold" fill="#ffffff">{look.sign}</text>'
        )
        inner = _PAGE_STYLE.sub("", svg, count=1)  # inside another SVG, CSS would give it the whole width
        inner = inner.replace("<svg ", f'<svg x="{left:.1f}" y="{top + head:.1f}" ', 1).replace(
            f'width="{size[0]:.0f}pt" height="{size[1]:.0f}pt"', f'width="{size[0]}" height="{size[1]}"', 1
        )
        return f'<g class="cell">{sign}{words}\n{inner}</g>\n'

    def text(self) -> str:
        """Return the words for the whole grid, a line a picture."""
        return "\n".join([self.title, *(f"{cell.caption}: {cell.drawing.words}" for cell in self.cells)])

    def save(self, filename: str) -> str:
        """Write the grid as SVG; returns the path. Raises SagaLabError for another kind of file."""
        path = Path(filename)
        if path.suffix.lower() != ".svg":
            raise SagaLabError(
                f"A grid of pictures is saved as SVG, not as {path.suffix or 'that'}.", "Use x.svg."
            )
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(self.svg(), encoding="utf-8")
        return str(path)

    def __repr__(self) -> str:
        return self.text()

    def _repr_mimebundle_(self, include=None, exclude=None, **_options) -> dict[str, str]:
        try:
            return picture_bundle(self.svg(), self.text())
        except SagaLabError as error:
            return {"text/plain": f"{self.text()}\n\n{HOW_TO_GET_DOT if not error.what else error}"}


def scenario_matrix(
    executions: Mapping, definition: dict | str | None = None, *, columns: int = 2
) -> PictureGrid:
    """Return a grid of small pictures, one an execution.

    `executions` maps a title to an `Execution`; `definition` is their machine (None: each one's own).
    Raises ValueError if there is no execution to show.
    """
    if not executions:
        raise ValueError("scenario_matrix needs at least one execution: {title: execution, …}.")
    cells = []
    for title, execution in executions.items():
        drawing = diagram(definition, execution, compact=True, times=False)
        status = execution.status + (f" {execution.error}" if execution.error else "")
        style = look(RUN_STATUS.get(execution.status, ""))
        cells.append(Cell(str(title), status, style, drawing))
    return PictureGrid(f"{len(cells)} executions of one machine", cells, min(columns, len(cells)))
