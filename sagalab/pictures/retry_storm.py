"""The retry storm: when many orders fail at the same moment, when do their retries come?"""

import random
from collections import Counter
from collections.abc import Mapping
from itertools import accumulate
from typing import Any

from matplotlib import rc_context
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from sagalab.asl.backoff import backoff
from sagalab.pictures.chart import LABEL_SIZE, Chart, dress
from sagalab.pictures.palette import BACKGROUND, NEUTRAL, STATUS

BAR_SECONDS = 0.25
_RETRY = {"facecolor": STATUS["running"].fill, "edgecolor": STATUS["running"].line}
_FIRST = {"facecolor": BACKGROUND, "edgecolor": NEUTRAL.muted, "hatch": "////"}


def calls(retrier: Mapping[str, Any], orders: int, chance: random.Random) -> list[float]:
    """Return when a service that is down is called, in seconds since the first calls: computed, not run.

    All `orders` call at 0, fail each time, and retry as the retrier says. The time of the calls themselves
    is left out.
    """
    drawn = retrier.get("JitterStrategy") == "FULL"
    moments: list[float] = []
    for _ in range(orders):
        waits = [chance.uniform(0, longest) if drawn else longest for longest in backoff(retrier)]
        moments += accumulate(waits, initial=0.0)
    return sorted(moments)


@rc_context({"text.parse_math": False})  # a name may have dollars in it
def storm(retriers: Mapping[str, Mapping[str, Any]], orders: int = 200) -> Chart:
    """Return a chart of the calls to a service that is down: how many come in each quarter of a second.

    `retriers` maps a title to a retrier; each gets a row of bars. The chance is the same at each call of
    this function. Raises ValueError without a retrier.
    """
    if not retriers:
        raise ValueError("storm needs at least one retrier: {title: retrier, …}.")
    times = {title: calls(retrier, orders, random.Random(1)) for title, retrier in retriers.items()}
    most = {title: _most(found) for title, found in times.items()}
    words = [
        f"{title}: {len(found) - orders} retries, at most {most[title]} in {BAR_SECONDS} s"
        for title, found in times.items()
    ]
    chart = Chart.of(
        f"{orders} orders call a service that is down. " + "; ".join(words), 1.2 + 2.1 * len(times)
    )
    rows = chart.subplots(len(times), 1, sharex=True, sharey=True, squeeze=False)[:, 0]
    last = max(max(found) for found in times.values())
    for axes, found, title in zip(rows, times.values(), words, strict=True):
        bottom = axes is rows[-1]
        dress(
            axes,
            title=title,
            x="seconds since the first calls" if bottom else "",
            y=f"calls in {BAR_SECONDS} s",
            grid="y",
        )
        _bars(axes, [moment for moment in found if moment == 0], _FIRST)
        _bars(axes, [moment for moment in found if moment > 0], _RETRY, on_first=orders)
        axes.set_xlim(-2 * BAR_SECONDS, last + 2 * BAR_SECONDS)
        axes.set_ylim(0, 1.12 * max(max(Counter(map(_bar, each)).values()) for each in times.values()))
        axes.yaxis.set_major_locator(MaxNLocator(4, integer=True))
    chart.legend(
        handles=[_patch(_FIRST, f"{orders} first calls"), _patch(_RETRY, "retries")],
        loc="outside lower left",
        ncols=2,
        frameon=False,
        fontsize=LABEL_SIZE,
        labelcolor=NEUTRAL.text,
    )
    return chart


def _patch(style: dict[str, Any], label: str) -> Patch:
    """Return an entry of the legend."""
    return Patch(**style, label=label)


def _bar(moment: float) -> int:
    return int(moment / BAR_SECONDS)


def _most(found: list[float]) -> int:
    """Return how many retries come at most in one bar."""
    return max(Counter(_bar(moment) for moment in found if moment > 0).values(), default=0)


def _bars(axes: Any, moments: list[float], style: dict[str, Any], on_first: int = 0) -> None:
    """Draw a bar for each quarter of a second in which there is a call; the very first stands on so many others."""
    counts = Counter(map(_bar, moments))
    begins = [BAR_SECONDS * place for place in counts]
    axes.bar(
        begins,
        counts.values(),
        BAR_SECONDS,
        bottom=[on_first * (place == 0) for place in counts],
        align="edge",
        linewidth=1,
        zorder=2,
        **style,
    )
