"""The picture of a race: a lane an order, time downwards, an arrow where one order saw what another had done."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from sagalab.pictures.drawing import FONT, Drawing
from sagalab.pictures.palette import BACKGROUND, CATCH_EDGE, CLUSTER_LINE, COMPENSATION, NEUTRAL, STATUS, Look

_WIDE = 90
_UNDOES = ("Release", "ProcessRefund", "Update")
_DID = {  # what the later order did to what the earlier one had done; else it saw it
    "lost update": "wrote over what order {} had written",
    "write skew": "changed what order {} had decided on",
}


@dataclass(frozen=True)
class Call:
    """A call in its lane (from 0): of which task, which operation, whether it was refused, and its number.

    `shared`: what it did to a row that others touch too, in words ("reads item 6 of stock"); "" for none.
    """

    lane: int
    task: str
    operation: str
    refused: bool
    number: int
    shared: str = ""


def race_picture(
    calls: Sequence[Call], arrows: Sequence[tuple[int, int, str]], ends: Sequence[str], title: str
) -> Drawing:
    """Return the picture: `calls` in their order, `arrows` (call, later call, anomaly), each order's end."""
    drawing = Drawing("Race", _words(calls, arrows, ends), name="race", engine="dot", format="svg")
    drawing.attr(
        label=textwrap.fill(title, _WIDE).replace("&", "&amp;"),
        labelloc="t",
        fontsize="15",
        fontname=FONT,
        fontcolor=NEUTRAL.text,
        bgcolor=BACKGROUND,
        ranksep="0.18",
        nodesep="0.9",
        pad="0.2",
        tooltip=" ",
    )
    drawing.attr(
        "node", shape="box", style="rounded,filled", fontname=FONT, fontsize="12", margin="0.13,0.06"
    )
    drawing.attr("edge", fontname=FONT, fontsize="12", arrowsize="0.8")
    lanes = range(len(ends))
    for lane in lanes:
        _box(drawing, f"lane{lane}", f"order {lane + 1}", NEUTRAL)
    with drawing.subgraph() as top:
        top.attr(rank="same")
        for lane in lanes:
            top.node(f"lane{lane}")
    last = {lane: f"lane{lane}" for lane in lanes}
    before = "lane0"
    for call in calls:
        name = f"call{call.number}"
        sign = STATUS["failed"].sign if call.refused else STATUS["succeeded"].sign
        undo = "◄◄ " if call.task.startswith(_UNDOES) else ""
        look = STATUS["failed"] if call.refused else COMPENSATION if undo else STATUS["succeeded"]
        refused = "refused" if call.refused else "done"
        lines = [f"{sign} {undo}{call.task}", f"{call.operation}, {refused}", call.shared]
        _box(drawing, name, "\n".join(line for line in lines if line), look)
        drawing.edge(last[call.lane], name, color=CLUSTER_LINE, weight="100", arrowhead="none")
        if before not in (last[call.lane], "lane0"):
            drawing.edge(before, name, style="invis", weight="0")  # later in time is lower
        last[call.lane] = before = name
    for lane, end in zip(lanes, ends, strict=True):
        good = end.startswith("SUCCEEDED")
        look = STATUS["succeeded"] if good else STATUS["caught"]
        _box(drawing, f"end{lane}", f"{look.sign} {end}", look)
        drawing.edge(last[lane], f"end{lane}", color=CLUSTER_LINE, weight="100", arrowhead="none")
        if before != last[lane]:
            drawing.edge(before, f"end{lane}", style="invis", weight="0")
    for one, other, label in dict.fromkeys(arrows):
        drawing.edge(
            f"call{one}",
            f"call{other}",
            label=f" {label} ",
            color=CATCH_EDGE,
            fontcolor=CATCH_EDGE,
            style="dashed",
            penwidth="2.2",
            constraint="false",
        )
    return drawing


def _box(drawing: Drawing, name: str, label: str, look: Look) -> None:
    drawing.node(
        name,
        label,
        fillcolor=look.fill,
        color=look.line,
        fontcolor=look.text,
        penwidth=str(look.width),
        style=f"rounded,filled,{look.dash}",
        tooltip=label.replace("\n", ": "),
    )


def _words(calls: Sequence[Call], arrows: Sequence[tuple[int, int, str]], ends: Sequence[str]) -> str:
    order = "; ".join(
        f"order {call.lane + 1} {call.task}{' refused' if call.refused else ''}"
        + (f" ({call.shared})" if call.shared else "")
        for call in calls
    )
    by_number = {call.number: call for call in calls}
    seen = "; ".join(
        f"{label}: order {by_number[other].lane + 1} "
        + _DID.get(label, "saw what order {} had done").format(by_number[one].lane + 1)
        for one, other, label in dict.fromkeys(arrows)
    )
    ended = "; ".join(f"order {lane + 1} {end}" for lane, end in enumerate(ends))
    return ". ".join(part for part in (order, seen, ended) if part) + "."
