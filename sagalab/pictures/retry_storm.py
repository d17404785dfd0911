"""The retry storm: when many orders fail at the same moment, when do their retries come?"""

import random
from collections import Counter
from collections.abc import Mapping
from itertools import accumulate
from typing import Any

from matplotlib import rc_context

from sagalab.asl.backoff import backoff
from sagalab.pictures.palette import BACKGROUND, NEUTRAL
from sagalab.pictures.timeline import Chart

BAR_SECONDS = 0.25


def calls(retrier: Mapping[str, Any], orders: int, chance: random.Random) -> list[float]:
    """Return when a service that is down is called, in seconds since the first calls: computed, not run.

    All `orders` call at 0, fail each time, and retry as the retrier says. The time of the calls themselves
    is left out.
    """
    drawn = retrier.get("JitterStrategy") == "FULL"
    moments = []
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
    last = max(max(found) for found in times.values())
    edges = [BAR_SECONDS * number for number in range(int(last / BAR_SECONDS) + 2)]
    chart = Chart(figsize=(12, 0.6 + 1.9 * len(times)), facecolor=BACKGROUND, layout="constrained")
    rows = chart.subplots(len(times), 1, sharex=True, sharey=True, squeeze=False)[:, 0]
    words = []
    for axes, (title, found) in zip(rows, times.items(), strict=True):
        axes.hist(found, bins=edges, color="#0b5cad", edgecolor=BACKGROUND)
        retries = [moment for moment in found if moment > 0]
        most = max(Counter(int(moment / BAR_SECONDS) for moment in retries).values(), default=0)
        words.append(f"{title}: {len(retries)} retries, at most {most} in {BAR_SECONDS} s")
        axes.set_title(words[-1], loc="left", fontsize=13, fontweight="bold", color=NEUTRAL.text)
        axes.set_ylabel("calls", fontsize=12, color=NEUTRAL.text)
        axes.tick_params(labelsize=11, colors=NEUTRAL.text)
        for side in ("top", "right"):
            axes.spines[side].set_visible(False)
    rows[-1].set_xlabel("seconds since the first calls", fontsize=12, color=NEUTRAL.text)
    chart.words = f"{orders} orders call a service that is down. " + "; ".join(words)
    return chart
