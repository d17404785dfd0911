"""The room as a heat map: a row each participant, a column each exercise, a sign in each cell."""

import io
import re
from itertools import groupby
from pathlib import Path

from sagalab.course.exercises import exercises
from sagalab.errors import SagaLabError
from sagalab.instructor.room import DONE, OPEN, TRIED, Room
from sagalab.markup import readable
from sagalab.pictures import palette

LOOKS = {
    DONE: palette.STATUS["succeeded"],
    TRIED: palette.STATUS["caught"],
    OPEN: palette.STATUS["not_reached"],
}
KEY = "✓ done     ✗2 tried twice, not done     · not begun     s solution seen"
_LONGEST_NAME = 24
_COLUMN, _ROW = 0.62, 0.34  # inches


def svg(room: Room) -> str:
    """Return the heat map as SVG that scales to the width it is given."""
    from matplotlib import rc_context

    text = io.StringIO()
    with rc_context({"text.parse_math": False, "svg.hashsalt": "room"}):  # a name may have dollars in it
        _figure(room).savefig(text, format="svg", metadata={"Title": "The room", "Date": None})
    drawing = text.getvalue()
    about = f'role="img" aria-label="The room: {len(room.participants)} participants" style="width:100%;height:auto"'
    return re.sub(r'width="[^"]*" height="[^"]*"', about, drawing[drawing.index("<svg") :], count=1)


def save_picture(room: Room, path: Path) -> None:
    """Write the heat map to a .png or .svg file. Raises SagaLabError for another ending, or where it cannot."""
    if path.suffix.lower() not in (".png", ".svg"):
        raise SagaLabError(f"{path.name} is no name for a picture.", "End it in .png or .svg.")
    from matplotlib import rc_context

    with rc_context({"text.parse_math": False}):  # a name may have dollars in it
        figure = _figure(room)
    try:
        figure.savefig(path, dpi=150, metadata={"Title": "The room"})
    except OSError as error:
        raise SagaLabError(
            f"{path} cannot be written: {error.strerror or error}.", "Choose another place."
        ) from None


def _figure(room: Room):
    """Draw the map: a row each participant, a column each exercise."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    names, rows = list(exercises()), room.participants
    figure = Figure(figsize=(3 + _COLUMN * len(names), 2.6 + _ROW * (len(rows) + 1)), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    axes.set(xlim=(-0.5, len(names) - 0.5), ylim=(len(rows) + 0.5, -0.5))
    for row, participant in enumerate(rows):
        for column, name in enumerate(names):
            _cell(axes, column, row, participant.sign(name), LOOKS[participant.state(name)])
    for column, name in enumerate(names):
        count = sum(participant.state(name) == DONE for participant in rows)
        axes.text(column, len(rows), f"{count}/{len(rows)}", ha="center", va="center", fontsize=9)
    axes.set_xticks(range(len(names)), names, rotation=40, ha="right")
    labels = [f"{_short(each.name)}  {each.done}/{len(names)}" for each in rows]
    axes.set_yticks(range(len(rows) + 1), [*labels, "done by"])
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    _notebooks(axes)
    figure.suptitle(f"The room: {len(rows)} participants, {len(names)} exercises")
    figure.supxlabel(KEY, fontsize=10)
    return figure


def _cell(axes, column: int, row: int, sign: str, look: palette.Look) -> None:
    from matplotlib.patches import Rectangle

    box = Rectangle((column - 0.46, row - 0.42), 0.92, 0.84, facecolor=look.fill, edgecolor=look.line)
    axes.add_patch(box)
    axes.text(column, row, sign, ha="center", va="center", color=look.text, fontsize=10)


def _notebooks(axes) -> None:
    """Put each notebook's number over its exercises, and a line where the next one begins."""
    column = 0
    for notebook, group in groupby(exercises().values(), key=lambda each: each.notebook):
        width = len(list(group))
        middle = column + (width - 1) / 2
        axes.text(middle, -0.7, notebook.partition("_")[0], ha="center", va="bottom", fontweight="bold")
        if column:
            axes.axvline(column - 0.5, color=palette.NEUTRAL.line, linewidth=0.8)
        column += width


def _short(name: str) -> str:
    name = readable(name)
    return name if len(name) <= _LONGEST_NAME else name[: _LONGEST_NAME - 1] + "…"
