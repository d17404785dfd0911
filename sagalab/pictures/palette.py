"""The colours, signs and words of every picture: one look for diagrams, timelines and tables.

The colours follow the Step Functions console (green succeeded, red failed, orange caught, blue
running, grey not reached). They are told apart without hue as well: the lightness differs (failed
is the only dark fill), each status has its own sign, and the outline differs in width and dash.
`tests/pictures/test_palette.py` simulates deuteranopia and protanopia (Machado et al. 2009).
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Look:
    """How one status is drawn: colours as #rrggbb, the outline in points, a sign and a word."""

    fill: str
    line: str
    text: str
    muted: str
    sign: str
    word: str
    width: float = 1.6
    dash: str = "solid"


STATUS = {
    "succeeded": Look("#dff3e4", "#157347", "#0d2b1a", "#2f5d43", "✓", "succeeded"),
    "failed": Look("#b3261e", "#6f0f0a", "#ffffff", "#ffe3df", "✗", "failed", 2.6),
    "timed_out": Look("#b3261e", "#6f0f0a", "#ffffff", "#ffe3df", "◔", "timed out", 2.6, "dashed"),
    "caught": Look("#ffc46b", "#a85a00", "#3a1f00", "#6b3d00", "↷", "failed, caught", 2.6),
    "running": Look("#d3e6fd", "#0b5cad", "#06294d", "#27517d", "►", "running", 2.6, "dashed"),
    "aborted": Look("#9ba2ad", "#374151", "#10161f", "#222b37", "■", "aborted", 2.6),
    "not_reached": Look("#f3f4f6", "#9aa2ad", "#5b6470", "#6b7480", "", "not reached", 1.0, "dashed"),
}
"""One look a visit status, and `not_reached` for a state that the execution never entered."""

COVERAGE = {
    "tested": Look("#dff3e4", "#157347", "#0d2b1a", "#2f5d43", "✓", "tested"),
    "partly": Look("#fff1b8", "#7a5c00", "#332700", "#5c4700", "◐", "partly tested", 2.6),
    "untested": Look("#f3f4f6", "#667080", "#5b6470", "#6b7480", "○", "not tested", 1.0, "dashed"),
}
"""One look for each part of a machine in the picture of what tests came to."""

NEUTRAL = Look("#ffffff", "#3f4b5b", "#16202c", "#55606e", "", "")
COMPENSATION = Look("#f1ebfb", "#6d4aa6", "#2a1748", "#5d4a80", "", "")
START = "#16202c"
BACKGROUND = "#ffffff"
TAKEN_EDGE = "#16202c"
CATCH_EDGE = "#a34f00"
IDLE_EDGE = "#5f6b7a"
UNTAKEN_EDGE = "#b3bac4"
UNTAKEN_TEXT = "#6b7480"
CLUSTER_FILL = ("#f7f9fc", "#eef2f8")
CLUSTER_LINE = "#9aa7b8"
LANE_FILL = "#faf7fe"
LANE_LINE = "#cdbfe6"
MARKED = "#c2008f"
CHANGED_FILL = "#fff1b8"
GRID_LINE = "#dde2e8"
IDLE_FILL = "#eef1f5"
UNREACHED_END = "#6b7480"

RUN_STATUS = {
    "SUCCEEDED": "succeeded",
    "FAILED": "failed",
    "TIMED_OUT": "timed_out",
    "ABORTED": "aborted",
    "RUNNING": "running",
}
"""The status of an execution, as the status of a visit that is drawn alike."""

VERDICT = {"consistent": "succeeded", "announced": "caught", "leaked": "failed"}
"""The verdict on a run, as the status of a visit that is drawn alike."""


def look(status: str) -> Look:
    """Return the look of a visit's or a coverage's status; one that is not known is drawn as not reached."""
    return STATUS.get(status) or COVERAGE.get(status, STATUS["not_reached"])
