"""A chart by matplotlib that a notebook shows as its other pictures: in a frame, dark on a dark page, with its words."""

import io
import re
from base64 import b64encode
from pathlib import Path
from typing import Any

from matplotlib import rc_context
from matplotlib.figure import Figure

from sagalab.markup import NO_MATH, escape
from sagalab.pictures.drawing import FONT_STACK, in_jupyterlab, page_style
from sagalab.pictures.frame import framed
from sagalab.pictures.palette import BACKGROUND, GRID_LINE, NEUTRAL

WIDTH = 12.0  # inches
TITLE_SIZE, LABEL_SIZE, SMALL_SIZE = 14, 12, 11
"""Sizes in points: the smallest is 13 pixels high where the picture is 1,050 wide."""

_DPI = 120
_STYLE = re.compile(r' style="([^"]*)"')
_SHEET = re.compile(r"<defs>\s*<style[^>]*>[^<]*</style>\s*</defs>")
_GENERATED = re.compile(r"<metadata>.*?</metadata>|<!--.*?-->", re.DOTALL)
_DATES: dict[str, Any] = dict.fromkeys(("Date", "Creator", "Format", "Type"))


class Chart(Figure):
    """A matplotlib Figure that shows itself once in a notebook, with words for those who cannot see it.

    Made without pyplot: nothing is left open and no second copy appears at the end of the cell. `save("x.svg")`
    and `save("x.png")` write it.
    """

    words = ""

    @classmethod
    def of(cls, words: str, inches: float) -> "Chart":
        """Return an empty chart of our width and ground, so high; `words` is its text alternative."""
        chart = cls(figsize=(WIDTH, inches), facecolor=BACKGROUND, layout="constrained")
        chart.words = words
        return chart

    def svg(self) -> str:
        """Return the chart as SVG, its colours as attributes, its words as they are for a screen reader."""
        written = io.StringIO()
        with rc_context({"svg.fonttype": "none", "svg.hashsalt": "sagalab"}):
            self.savefig(written, format="svg", metadata=_DATES)
        svg = written.getvalue()
        svg = _SHEET.sub("", _GENERATED.sub("", svg[svg.index("<svg ") :]))
        svg = _STYLE.sub(_attributes, svg)
        label = escape(self.words)
        head = (
            f'<svg class="{NO_MATH}" role="img" aria-label="{label}" style="{page_style(svg)}" '
            'stroke-linejoin="round" stroke-linecap="butt" '
        )
        return f"{svg.replace('<svg ', head, 1).rstrip()}\n"

    def html(self) -> str:
        """Return the chart in its frame, for a page."""
        return framed(self.svg())

    def png(self) -> bytes:
        """Return the chart as PNG, light."""
        picture = io.BytesIO()
        self.savefig(picture, format="png", dpi=_DPI, metadata={"Software": None})
        return picture.getvalue()

    def save(self, filename: str) -> str:
        """Write the chart as .svg or .png; returns the path."""
        path = Path(filename)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(self.svg().encode() if path.suffix.lower() == ".svg" else self.png())
        return str(path)

    def _repr_mimebundle_(
        self, include: Any = None, exclude: Any = None, **_options: Any
    ) -> tuple[dict, dict]:
        """Return what a notebook stores: PNG with its alternative text; under JupyterLab the SVG in its frame too.

        nbconvert takes the alternative text from the output's metadata.
        """
        bundle = {"image/png": b64encode(self.png()).decode("ascii"), "text/plain": self.words}
        if in_jupyterlab():
            bundle["text/html"] = self.html()
        return bundle, {"image/png": {"alt": self.words}}


def dress(axes: Any, *, title: str, x: str, y: str = "", grid: str = "x") -> None:
    """Give a chart's axes our look: a title at the left, names with their units, a grid behind, no frame."""
    axes.set_facecolor(BACKGROUND)
    axes.set_title(title, loc="left", fontsize=TITLE_SIZE, fontweight="bold", color=NEUTRAL.text)
    axes.set_xlabel(x, fontsize=LABEL_SIZE, color=NEUTRAL.text)
    axes.set_ylabel(y, fontsize=LABEL_SIZE, color=NEUTRAL.text)
    axes.tick_params(labelsize=SMALL_SIZE, colors=NEUTRAL.text)
    axes.grid(axis=grid, color=GRID_LINE, linewidth=0.8, zorder=0)
    axes.set_axisbelow(True)
    for name, side in axes.spines.items():
        side.set_visible(name in ("bottom", "left") if grid == "y" else name == "bottom")
        side.set_color(NEUTRAL.muted)


def _attributes(style: "re.Match[str]") -> str:
    """Write a style as attributes of SVG: what a style sheet can exchange."""
    given = []
    for part in style[1].split(";"):
        name, _, value = part.strip().partition(": ")
        if name == "font-family":
            value = FONT_STACK
        if name:
            given.append(f' {name}="{value}"')
    return "".join(given)
