"""When what happened in an execution: visits and attempts as bars over seconds, backoff gaps hatched."""

from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

from matplotlib import rc_context
from matplotlib.collections import PolyCollection
from matplotlib.patches import Patch

from sagalab.history.visits import gaps
from sagalab.pictures.chart import LABEL_SIZE, SMALL_SIZE, Chart, dress
from sagalab.pictures.elapsed import Elapsed
from sagalab.pictures.labels import path_words, seconds_label
from sagalab.pictures.palette import BACKGROUND, IDLE_FILL, NEUTRAL, RUN_STATUS, STATUS, look
from sagalab.pictures.state_labels import cut
from sagalab.pictures.text_width import printable, text_width

_MOST_ROWS, _ROW_INCHES, _HEAD_INCHES = 48, 0.44, 1.5
_BAR, _ATTEMPT = 0.74, 0.42
_NAME_LIMIT, _ERROR_LIMIT = 44, 34
_GAP_LABEL_SHARE, _SIGN_SHARE = 0.055, 0.012


@dataclass
class _Row:
    label: str
    visits: list


class _Bars:
    """Bars to draw, gathered so that thousands of them are one object to matplotlib."""

    def __init__(self) -> None:
        self.boxes: dict[tuple, list] = {}

    def add(
        self,
        place: int,
        begin: float,
        over: float,
        height: float,
        face: str,
        edge: str,
        width: float,
        dash: str,
        hatch: str | None,
        layer: int,
    ) -> None:
        low, high = place - height / 2, place + height / 2
        box = [(begin, low), (over, low), (over, high), (begin, high)]
        self.boxes.setdefault((layer, face, edge, width, dash, hatch), []).append(box)

    def draw(self, axes) -> None:
        for (layer, face, edge, width, dash, hatch), boxes in self.boxes.items():
            style = "--" if dash == "dashed" else "-"
            axes.add_collection(
                PolyCollection(
                    boxes,
                    facecolors=face,
                    edgecolors=edge,
                    linewidths=width,
                    linestyles=style,
                    hatch=hatch,
                    zorder=layer,
                )
            )


@rc_context({"text.parse_math": False})  # a name may have dollars in it
def timeline(execution, *, title: str | None = None) -> Chart:
    """Return a Gantt chart of an execution, a matplotlib Figure; the axis is in seconds since the start.

    One row a visit, indented by how deep it is nested; one row a state where there are more than 48
    visits. The pale bar is the visit, the strong bars inside are its attempts, hatched is the wait
    before a retry. Status by colour and sign as in `diagram`. What has no time is left out, and said.
    """
    start = execution.started or next((visit.entered for visit in execution.visits if visit.entered), None)
    timed = [visit for visit in execution.visits if visit.entered is not None]
    ends: list[Any] = [execution.stopped, *(moment for visit in timed for moment in _moments(visit))]
    end: Any = max((moment for moment in ends if moment is not None), default=start)
    rows = _rows(timed)
    axis = Elapsed(execution, start, end)
    words = f"Timeline, {seconds_label(axis.ran)}. {path_words(execution)}{_redriven_words(execution)}"
    chart = Chart.of(words, _HEAD_INCHES + _ROW_INCHES * max(len(rows), 1))
    axes = chart.add_subplot()
    span = axis.end or 0.001
    bars = _Bars()
    for place, row in enumerate(rows):
        for visit in row.visits:
            _draw_visit(axes, bars, place, visit, axis, end, span, alone=len(row.visits) == 1)
        if len(row.visits) > 1:
            last = max(axis.place(visit.exited or end) for visit in row.visits)
            _note(axes, place, last, f"{len(row.visits)} visits", span)
    bars.draw(axes)
    _draw_breaks(axes, axis)
    left_out = len(execution.visits) - len(timed)
    _dress(axes, rows, span, execution, title, left_out)
    if axis.breaks:
        axes.set_xticks(*axis.ticks())
        axes.set_xlabel("seconds that it ran", fontsize=12, color=NEUTRAL.text)
    return chart


def _moments(visit) -> list[datetime | None]:
    return [visit.entered, visit.exited, *(attempt.ended for attempt in visit.attempts)]


def _rows(visits: list) -> list[_Row]:
    if len(visits) <= _MOST_ROWS:
        return [_Row(_visit_label(visit), [visit]) for visit in visits]
    rows: dict[tuple, _Row] = {}
    for visit in visits:
        key = (visit.depth, visit.branch, visit.name)
        rows.setdefault(key, _Row("    " * visit.depth + visit.name, [])).visits.append(visit)
    return list(rows.values())


def _visit_label(visit) -> str:
    place = f" [{visit.iteration}]" if visit.iteration is not None else ""
    return "    " * visit.depth + visit.name + place


def _draw_visit(
    axes, bars: _Bars, place: int, visit, axis: Elapsed, end: datetime, span: float, alone: bool
) -> None:
    style = look(visit.status)
    known = [moment for moment in _moments(visit) if moment is not None]
    begin, over = (
        axis.place(visit.entered),
        axis.place(end if visit.status == "running" else max(known)),
    )
    over = max(over, begin + span * 0.002)
    bars.add(place, begin, over, _BAR, style.fill, style.line, style.width * 0.75, style.dash, None, 2)
    tries = [attempt for attempt in visit.attempts if attempt.scheduled is not None]
    for before, after in pairwise(tries):
        if before.ended is not None and before.redrive == after.redrive:
            begins, ends = axis.place(before.ended), axis.place(after.scheduled)
            _draw_gap(axes, bars, place, begins, ends, span, alone)
    for attempt in tries:
        signed = alone and len(tries) > 1
        _draw_attempt(axes, bars, place, attempt, axis, end, span, signed)
    if alone:
        words = [style.sign]
        words += [seconds_label(axis.ran_in(visit))] if visit.duration is not None else []
        words += [visit.tries_in_words] if visit.tries_in_words else []
        words += [cut(error, _ERROR_LIMIT)] if (error := visit.caught_error or visit.error) else []
        _note(axes, place, over, "  ".join(words), span)


def _draw_gap(axes, bars: _Bars, place: int, begin: float, over: float, span: float, alone: bool) -> None:
    """Draw the wait before a retry."""
    bars.add(place, begin, max(begin, over), _ATTEMPT, BACKGROUND, NEUTRAL.muted, 0.8, "solid", "////", 3)
    if alone and over - begin > span * _GAP_LABEL_SHARE:
        axes.text(
            (begin + over) / 2,
            place,
            f"waits {seconds_label(over - begin)}",
            ha="center",
            va="center",
            fontsize=SMALL_SIZE,
            color=NEUTRAL.text,
            zorder=5,
            bbox={"facecolor": BACKGROUND, "edgecolor": "none", "pad": 1.5},
        )


def _draw_attempt(
    axes, bars: _Bars, place: int, attempt, axis: Elapsed, end, span: float, signed: bool
) -> None:
    style = look(attempt.outcome)
    begin, over = axis.place(attempt.scheduled), axis.place(attempt.ended or end)
    over = max(over, begin + span * 0.002)
    bars.add(place, begin, over, _ATTEMPT, style.line, style.line, 0.8, "solid", None, 4)
    if signed and over - begin > span * _SIGN_SHARE:
        axes.text(
            (begin + over) / 2,
            place,
            style.sign,
            ha="center",
            va="center",
            color="#ffffff",
            fontsize=SMALL_SIZE,
            zorder=6,
        )


def _draw_breaks(axes, axis: Elapsed) -> None:
    """Draw the times in which nothing ran, from an end to the redrive, over all rows."""
    for each in axis.breaks:
        axes.axvspan(
            each.begin, each.over, facecolor=IDLE_FILL, edgecolor=NEUTRAL.muted, linestyle=":", zorder=7
        )
        middle = (each.begin + each.over) / 2
        axes.text(
            middle, 0.98, "↻", transform=axes.get_xaxis_transform(), ha="center", va="top", fontsize=15,
            color=NEUTRAL.text, zorder=8,
        )  # fmt: skip


def _redriven_words(execution) -> str:
    """Return the redrives in words, for those who cannot see the chart."""
    said = [
        f" Redrive {each.number}: it had ended as {each.status}{f' with {each.error}' if each.error else ''}"
        + (f", and went on {seconds_label(each.idle)} later." if each.idle is not None else ".")
        for each in execution.redriven
    ]
    return "".join(said)


def _note(axes, place: int, at: float, text: str, span: float) -> None:
    axes.text(
        at + span * 0.008,
        place,
        printable(text),
        va="center",
        fontsize=SMALL_SIZE,
        color=NEUTRAL.text,
        zorder=6,
    )


def _dress(axes, rows: list[_Row], span: float, execution, title: str | None, left_out: int) -> None:
    style = look(RUN_STATUS.get(execution.status, ""))
    heading = title or f"{style.sign} {execution.status}" + (f" {execution.error}" if execution.error else "")
    if left_out:
        heading += f" ({left_out} visits without a time are left out)"
    dress(axes, title=_plain(printable(heading)), x="seconds since the start")
    axes.set_yticks(range(len(rows)), [_plain(cut(printable(row.label), _NAME_LIMIT)) for row in rows])
    for label in axes.get_yticklabels():
        label.set(horizontalalignment="left", fontsize=LABEL_SIZE, color=NEUTRAL.text)
    axes.tick_params(axis="y", length=0, pad=_label_room(rows))
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.set_xlim(-span * 0.005, span * 1.18)
    _legend(axes, rows, execution)


def _plain(text: str) -> str:
    """Keep matplotlib from reading `$…$` as mathematics."""
    return text.replace("$", r"\$")


def _label_room(rows: list[_Row]) -> float:
    """Return the points that the longest row label takes (labels are set flush left)."""
    longest = max((text_width(cut(row.label, _NAME_LIMIT), 12) for row in rows), default=0)
    return longest * 1.14 + 10


def _legend(axes, rows: list[_Row], execution) -> None:
    """Name every status that occurs, the wait if there is one, and the redrives."""
    visits = [visit for row in rows for visit in row.visits]
    there = {visit.status for visit in visits} | {
        attempt.outcome for visit in visits for attempt in visit.attempts
    }
    keys = [
        Patch(facecolor=style.fill, edgecolor=style.line, label=f"{style.sign} {style.word}")
        for status, style in STATUS.items()
        if status in there
    ]
    if any(gaps(visit) for visit in visits):
        keys.append(
            Patch(facecolor=BACKGROUND, edgecolor=NEUTRAL.muted, hatch="////", label="wait before a retry")
        )
    keys += [
        Patch(
            facecolor=IDLE_FILL,
            edgecolor=NEUTRAL.muted,
            linestyle=":",
            label=f"↻ ended, redriven {after} later",
        )
        for after in _shortly([each.idle for each in execution.redriven if each.idle])
    ]
    if keys:
        axes.figure.legend(
            handles=keys,
            loc="outside lower left",
            ncols=min(len(keys), 5),
            frameon=False,
            fontsize=SMALL_SIZE,
            labelcolor=NEUTRAL.text,
        )


def _shortly(idle: list[float]) -> list[str]:
    """Return the idle times of all redrives in one text; none for none."""
    shown = [seconds_label(seconds) for seconds in idle[:3]] + (["…"] if len(idle) > 3 else [])
    return [", ".join(shown)] if shown else []
