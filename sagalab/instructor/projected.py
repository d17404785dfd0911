"""The picture of a run for a projector: low, dense and in large letters, with the way taken in front.

It is the same picture as everywhere, laid out for few lines: no details, ranks close together, and the numbers of the
steps beside the arrows' heads, where they take no room of their own.
"""

import re
from html import unescape
from typing import TYPE_CHECKING, Any

from sagalab.errors import SagaLabError
from sagalab.markup import escape
from sagalab.pictures.diagram import diagram
from sagalab.pictures.drawing import Drawing

if TYPE_CHECKING:
    from sagalab.history.execution import Execution

LEAST_SIZE = 14.0  # points, of 820 or less of the picture's width: 16 px and more where it is 940 px wide
_RANKS, _NODES, _PAD = "0.25", "0.25", "0.05"  # inches
_EDGE_LABEL = re.compile(r"\blabel=(?=<<table)")
_TEXT = re.compile(
    r'<text xml:space="preserve" text-anchor="(?P<anchor>\w+)" x="(?P<x>[-\d.]+)" y="(?P<y>[-\d.]+)"(?P<font>[^>]*?)'
    r' font-size="(?P<size>[\d.]+)"(?P<fill>[^>]*?) textLength="(?P<length>[\d.]+)"(?P<rest>[^>]*)>(?P<text>[^<]*)</text>'
)
_STYLE = re.compile(r'(<svg [^>]*?)style="[^"]*" width="[^"]*" height="[^"]*"')


def projected(
    definition: dict[str, Any] | None,
    execution: "Execution | None" = None,
    *,
    room_for: "Execution | None" = None,
) -> str:
    """Return the picture of a machine, or of what an execution did in it, as SVG that fills the box it is put into.

    Arguments as for `diagram`. Its smallest letters are 14 points. Where there is no `dot`: the words in a <pre>.
    """
    picture = diagram(definition, execution, times=False, compact=True, room_for=room_for)
    lay_out(picture, labels=execution is not None)
    try:
        return large_letters(picture.svg())
    except SagaLabError:
        return f"<pre>{escape(picture.text())}</pre>"


def lay_out(picture: Drawing, labels: bool) -> None:
    """Bring a picture's ranks together, and its edges' labels out of them: beside the heads, or away.

    An attribute that is set again counts; `comment` is none that is drawn.
    """
    picture.attr(ranksep=_RANKS, nodesep=_NODES, pad=_PAD)
    place = "headlabel=" if labels else "comment="
    picture.body[:] = [_EDGE_LABEL.sub(place, line) if " -> " in line else line for line in picture.body]


def large_letters(svg: str) -> str:
    """Return SVG without letters under 14 points, that takes the size of the box around it, at its upper left."""
    return _STYLE.sub(r'\1preserveAspectRatio="xMinYMin"', _TEXT.sub(_larger, svg), count=1)


def _larger(match: re.Match[str]) -> str:
    x, y, size, length = (float(match[name]) for name in ("x", "y", "size", "length"))
    if size >= LEAST_SIZE:
        return match[0]
    # a number keeps to its box: digits are narrow. All else grows on both sides, and its middle stays where it was
    grown = 0.0 if unescape(match["text"]).strip().isdigit() else length * (LEAST_SIZE / size - 1)
    if match["anchor"] == "start":
        x -= grown / 2
    return (
        f'<text xml:space="preserve" text-anchor="{match["anchor"]}" x="{x:.2f}" y="{y + (LEAST_SIZE - size) / 2:.2f}"'
        f'{match["font"]} font-size="{LEAST_SIZE:g}"{match["fill"]} textLength="{length + grown:.1f}"{match["rest"]}>'
        f"{match['text']}</text>"
    )
