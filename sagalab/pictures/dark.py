"""The palette on a dark page: each colour's partner, by what it paints, and the CSS that exchanges them.

A picture is drawn once, in the light colours. A style sheet beside it gives each of its colours, as an attribute of
SVG, its partner where the page is dark; so a file, and a page that takes the style sheet away, show the light one.
Dark is a page of JupyterLab's or nbconvert's dark theme, of VS Code's, or of a reader who prefers dark.
"""

import re

from sagalab.pictures import palette
from sagalab.pictures.palette import COMPENSATION, COVERAGE, NEUTRAL, STATUS, Look

PAGE = "#181d24"
_INK = "#e8edf3"

SURFACE = {
    palette.BACKGROUND: PAGE,
    palette.START: "#4a5c72",
    palette.IDLE_EDGE: "#9aa6b4",
    palette.CLUSTER_FILL[0]: "#1d232c",
    palette.CLUSTER_FILL[1]: "#232a34",
    palette.LANE_FILL: "#201b2c",
    palette.IDLE_FILL: "#272e38",
    palette.CHANGED_FILL: "#3a3008",
    STATUS["succeeded"].fill: "#11331f",
    STATUS["failed"].line: "#c2453b",
    STATUS["running"].fill: "#0f2c4d",
    STATUS["not_reached"].fill: "#1f252d",
    COMPENSATION.fill: "#2a2040",
}
"""What an area's colour is on a dark page; one that is not here is the same: orange, red and grey, and all signs' grounds."""

LINE = {
    palette.TAKEN_EDGE: _INK,
    palette.CATCH_EDGE: "#f0a04b",
    palette.IDLE_EDGE: "#9aa6b4",
    palette.UNTAKEN_EDGE: "#5a6674",
    palette.UNREACHED_END: "#8b95a2",
    palette.CLUSTER_LINE: "#5f6b7a",
    palette.LANE_LINE: "#5d4a80",
    palette.MARKED: "#ff5cc8",
    palette.GRID_LINE: "#323b46",
    STATUS["succeeded"].line: "#4cb782",
    STATUS["failed"].line: "#ff8a80",
    STATUS["caught"].line: "#d08a2e",
    STATUS["running"].line: "#6cb0f5",
    STATUS["aborted"].line: "#d5dae1",
    STATUS["not_reached"].line: "#6b7683",
    COVERAGE["partly"].line: "#d9b43a",
    COVERAGE["untested"].line: "#8b95a2",
    NEUTRAL.line: "#a4afbd",
    NEUTRAL.muted: "#aeb8c4",
    COMPENSATION.line: "#b595e8",
    palette.BACKGROUND: PAGE,
}
"""What a line's colour is on a dark page."""

TEXT = {
    NEUTRAL.text: _INK,
    NEUTRAL.muted: "#aeb8c4",
    palette.CATCH_EDGE: "#f5b26b",
    palette.IDLE_EDGE: "#b0bac6",
    palette.UNTAKEN_TEXT: "#9aa5b1",
    STATUS["succeeded"].text: "#e3f6e9",
    STATUS["succeeded"].muted: "#a9d3ba",
    STATUS["failed"].fill: "#ff9c93",
    STATUS["running"].text: "#e2effd",
    STATUS["running"].muted: "#a9cbee",
    STATUS["not_reached"].text: "#aab3be",
    COVERAGE["partly"].text: "#fff3c4",
    COVERAGE["partly"].muted: "#e2cd85",
    COMPENSATION.text: "#efe6fd",
    COMPENSATION.muted: "#c4b2e3",
}
"""What a text's colour is on a dark page."""

WHERE_DARK = (
    ".sagalab{color-scheme:light}"
    '[data-jp-theme-light="false"] .sagalab,.vscode-dark .sagalab,[data-theme="dark"] .sagalab{color-scheme:dark}'
    "@media (prefers-color-scheme:dark){body:not([data-jp-theme-light],[data-theme=light],.vscode-light) .sagalab"
    "{color-scheme:dark}}"
)
"""The CSS that says on which pages what stands in class `sagalab` is dark; `light-dark()` goes by it."""

_PAINTED = re.compile(r'\b(fill|stroke)="(#[0-9a-f]{6})"')


def dark(look: Look) -> Look:
    """Return a look as it is on a dark page."""
    return Look(
        SURFACE.get(look.fill, look.fill),
        LINE.get(look.line, look.line),
        TEXT.get(look.text, look.text),
        TEXT.get(look.muted, look.muted),
        look.sign,
        look.word,
        look.width,
        look.dash,
    )


def both(colour: str, partners: dict[str, str]) -> str:
    """Return a colour of CSS for both kinds of pages; `partners` is SURFACE, LINE or TEXT."""
    return f"light-dark({colour},{partners[colour]})" if colour in partners else colour


def paint(fill: str, text: str) -> str:
    """Return the CSS of an element with this ground and text; what does not know light-dark() paints it light."""
    return (
        f"background:{fill};color:{text};background:{both(fill, SURFACE)};color:{both(text, TEXT)}"
        if fill in SURFACE or text in TEXT
        else f"background:{fill};color:{text}"
    )


def svg_rules(svg: str, scope: str) -> str:
    """Return the CSS that exchanges the colours of an SVG in an element that the selector `scope` names."""
    rules = []
    for kind, colour in sorted(set(_PAINTED.findall(svg))):
        if kind == "stroke" and colour in LINE:
            partner = both(colour, LINE)
            rules.append(f'{scope} [stroke="{colour}"]{{stroke:{partner}}}')
            # an arrow's head is filled as its line is
            rules.append(f'{scope} .edge [stroke="{colour}"][fill="{colour}"]{{fill:{partner}}}')
        if kind == "fill" and colour in SURFACE:
            rules.append(f'{scope} [fill="{colour}"]:not(text){{fill:{both(colour, SURFACE)}}}')
        if kind == "fill" and colour in TEXT:
            rules.append(f'{scope} text[fill="{colour}"]{{fill:{both(colour, TEXT)}}}')
    return "".join(rules)
