"""The chart of a storm: where its orders ended, with which verdict, and how long they took."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from matplotlib import rc_context
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from sagalab.ledger.verdict import SIGNS
from sagalab.pictures.chart import LABEL_SIZE, SMALL_SIZE, Chart, dress
from sagalab.pictures.palette import NEUTRAL, STATUS, VERDICT, look

if TYPE_CHECKING:
    import pandas as pd

_HATCH = {"consistent": "", "announced": "//", "leaked": ""}
_DASHES = ("-", "--", ":")
_HEAD_INCHES, _ROW_INCHES, _LEAST_INCHES = 1.6, 0.6, 4.4


@rc_context({"text.parse_math": False})
def storm_chart(frame: "pd.DataFrame", latency: Mapping[str, float]) -> Chart:
    """Return the chart of a storm, with its numbers as words.

    `frame` has a row an order: status, verdict, seconds; `latency` names percentiles, in seconds.
    """
    counts = frame.groupby(["status", "verdict"]).size().unstack(fill_value=0)
    chart = Chart.of(_words(counts, latency), max(_LEAST_INCHES, _HEAD_INCHES + _ROW_INCHES * len(counts)))
    ends, times = chart.subplots(1, 2)
    _draw_ends(ends, counts)
    _draw_times(times, frame["seconds"], latency)
    return chart


def _draw_ends(axes: Any, counts: Any) -> None:
    dress(axes, title="How the orders ended", x="orders")
    left = [0] * len(counts)
    keys = []
    for verdict in (name for name in SIGNS if name in counts):
        style = look(VERDICT[verdict])
        bars = axes.barh(
            counts.index, counts[verdict].where(counts[verdict] > 0), 0.6, left=left, facecolor=style.fill, edgecolor=style.line,
            linewidth=style.width, hatch=_HATCH[verdict], zorder=2,
        )  # fmt: skip
        for bar, number in zip(bars, counts[verdict], strict=True):
            _number(axes, bar, int(number), style, int(counts.to_numpy().sum(axis=1).max()))
        label = f"{SIGNS[verdict]} {verdict}"
        keys.append(Patch(facecolor=style.fill, edgecolor=style.line, hatch=_HATCH[verdict], label=label))
        left = [sum(pair) for pair in zip(left, counts[verdict], strict=True)]
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(-0.8, len(counts) - 0.2)
    axes.xaxis.set_major_locator(MaxNLocator(6, integer=True))
    _legend(axes, keys, len(keys))


def _number(axes: Any, bar: Any, number: int, style: Any, longest: int) -> None:
    """Write a number into its bar, or over it where it has no room."""
    if not number:
        return
    fits = number / longest > 0.07
    height = bar.get_y() + (bar.get_height() / 2 if fits else bar.get_height() + 0.02)
    axes.text(
        bar.get_x() + bar.get_width() / 2, height, str(number), ha="center", va="center" if fits else "bottom",
        fontsize=SMALL_SIZE, fontweight="bold", color=style.text if fits else NEUTRAL.text, zorder=5,
        bbox={"facecolor": style.fill, "edgecolor": "none", "pad": 1.5} if fits else None,
    )  # fmt: skip


def _draw_times(axes: Any, seconds: Any, latency: Mapping[str, float]) -> None:
    dress(axes, title="How long they took", x="seconds from start to end", y="orders", grid="y")
    style = STATUS["running"]
    axes.hist(seconds, bins=30, facecolor=style.fill, edgecolor=style.line, linewidth=1, zorder=2)
    axes.yaxis.set_major_locator(MaxNLocator(5, integer=True))
    lines = [
        axes.axvline(
            value, color=NEUTRAL.text, linestyle=dash, linewidth=1.6, zorder=3, label=f"{name}: {value:.1f} s"
        )
        for (name, value), dash in zip(latency.items(), _DASHES, strict=True)
    ]
    _legend(axes, lines, len(lines))


def _legend(axes: Any, keys: list[Any], columns: int) -> None:
    """Put the legend under its chart, where it hides nothing."""
    axes.legend(
        handles=keys, loc="upper left", bbox_to_anchor=(0, -0.16), ncols=max(columns, 1), frameon=False,
        fontsize=LABEL_SIZE, labelcolor=NEUTRAL.text, borderaxespad=0, handlelength=1.6, columnspacing=1.4,
    )  # fmt: skip


def _words(counts: Any, latency: Mapping[str, float]) -> str:
    ended = "; ".join(
        f"{status}: " + ", ".join(f"{row[name]} {name}" for name in SIGNS if name in row and row[name])
        for status, row in counts.iterrows()
    )
    took = ", ".join(f"{name} {value:.1f} s" for name, value in latency.items())
    return f"{int(counts.to_numpy().sum())} orders. How they ended: {ended}. How long they took: {took}."
