"""When many executions call one service: a retry storm, and how jitter spreads it."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from sagalab.palette import BACKGROUND, NEUTRAL
from sagalab.timeline import Chart

if TYPE_CHECKING:
    from sagalab.execution import Execution

BAR_SECONDS = 0.25


def calls(executions: "Iterable[Execution]", state: str) -> list[float]:
    """Return when a state's task was called, over all executions: seconds since the first call, in order."""
    moments = sorted(
        attempt.scheduled
        for execution in executions
        for visit in execution.visits
        if visit.name == state
        for attempt in visit.attempts
    )
    return [(moment - moments[0]).total_seconds() for moment in moments]


def storm(groups: "Mapping[str, Iterable[Execution]]", state: str) -> Chart:
    """Return a chart of the calls to a state's task, a row of bars a group: how many in each quarter of a second.

    `groups` maps a title to its executions. Raises ValueError when no group has a call.
    """
    times = {title: calls(executions, state) for title, executions in groups.items()}
    if not any(times.values()):
        raise ValueError(f"No execution called {state}.")
    end = max(max(found, default=0.0) for found in times.values()) + BAR_SECONDS
    edges = [BAR_SECONDS * number for number in range(int(end / BAR_SECONDS) + 2)]
    chart = Chart(figsize=(12, 0.6 + 1.9 * len(times)), facecolor=BACKGROUND, layout="constrained")
    rows = chart.subplots(len(times), 1, sharex=True, sharey=True, squeeze=False)[:, 0]
    words = []
    for axes, (title, found) in zip(rows, times.items(), strict=True):
        counts, _, _ = axes.hist(found, bins=edges, color="#0b5cad", edgecolor=BACKGROUND)
        axes.set_title(title, loc="left", fontsize=13, fontweight="bold", color=NEUTRAL.text)
        axes.set_ylabel("calls", fontsize=12, color=NEUTRAL.text)
        axes.yaxis.get_major_locator().set_params(integer=True)
        for side in ("top", "right"):
            axes.spines[side].set_visible(False)
        words.append(f"{title}: {len(found)} calls, at most {int(max(counts))} in {BAR_SECONDS} s")
    rows[-1].set_xlabel("seconds since the first call", fontsize=12, color=NEUTRAL.text)
    chart.words = f"Calls of {state}. " + "; ".join(words)
    return chart
