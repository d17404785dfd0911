"""The picture of a run for a projector: low, dense and in large letters, with the way taken in front.

It is the same picture as everywhere, laid out for few lines: no details, ranks close together, and the numbers of the
steps beside the arrows' heads, where they take no room of their own.
"""

import re
from typing import TYPE_CHECKING, Any

from sagalab.errors import SagaLabError
from sagalab.markup import escape
from sagalab.pictures.diagram import diagram
from sagalab.pictures.drawing import Drawing
from sagalab.pictures.labels import COMPACT_SIZE

if TYPE_CHECKING:
    from sagalab.history.execution import Execution

SIZE = 14  # points of all letters: 16 px and more where the picture, 510 points high at most, is 585 px high
_RANKS, _NODES, _PAD = "0.25", "0.33", "0.05"  # inches
_AIR = 4  # points more beside a name
_EDGE_LABEL = re.compile(r"\blabel=(?=<<table)")
_LETTERS = re.compile(r'((?:point-size="|fontsize=)"?)\d+(?:\.\d+)?')
_CELL = re.compile(r'<td ([^>]*)width="(\d+)"')
_STYLE = re.compile(r'(<svg [^>]*?)style="[^"]*" width="[^"]*" height="[^"]*"')


def projected(
    definition: dict[str, Any] | None,
    execution: "Execution | None" = None,
    *,
    room_for: "Execution | None" = None,
) -> str:
    """Return the picture of a machine, or of what an execution did in it, as SVG that fills the box it is put into.

    Arguments as for `diagram`. Its letters are of 14 points. Where there is no `dot`: the words in a <pre>.
    """
    picture = diagram(definition, execution, times=False, compact=True, room_for=room_for)
    lay_out(picture, labels=execution is not None)
    try:
        # at the upper left of its box, as large as it goes
        return _STYLE.sub(r'\1preserveAspectRatio="xMinYMin"', picture.svg(), count=1)
    except SagaLabError:
        return f"<pre>{escape(picture.text())}</pre>"


def lay_out(picture: Drawing, labels: bool) -> None:
    """Give a compact picture large letters, ranks close together, and its edges' labels beside the heads, or away.

    An attribute that is set again counts; `comment` is none that is drawn.
    """
    picture.attr(ranksep=_RANKS, nodesep=_NODES, pad=_PAD)
    place = "headlabel=" if labels else "comment="
    picture.body[:] = [_laid_out(line, place) for line in picture.body]


def _laid_out(line: str, place: str) -> str:
    line = _LETTERS.sub(rf"\g<1>{SIZE}", line)
    if " -> " in line:
        return _EDGE_LABEL.sub(place, line)
    return _CELL.sub(
        lambda cell: f'<td {cell[1]}width="{int(cell[2]) * SIZE / COMPACT_SIZE + _AIR:.0f}"', line
    )
