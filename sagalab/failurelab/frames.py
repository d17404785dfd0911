"""Which moments of a growing run a live picture shows: each state when it begins, each failure, the end."""

from sagalab.history.execution import Execution

MOST_BEHIND = 12  # a picture that is further behind leaves moments out
_AT_ONCE = 2  # pictures that are drawn at the same time


def moments(execution: Execution) -> list[int]:
    """Return the moments as counts of events, ascending: `execution.at(k)` is the run at that moment.

    A run on the local cloud is over within half a second. Shown moment by moment, one sees every state turn
    blue and then green, as it happened.
    """
    kinds = [event.type for event in execution.history]
    chosen = [k for k, kind in enumerate(kinds, start=1) if _tells(kinds, k, kind)]
    if kinds and (not chosen or chosen[-1] != len(kinds)):
        chosen.append(len(kinds))
    return chosen


def _tells(kinds: list[str], k: int, kind: str) -> bool:
    """Say whether the k-th event is worth a picture."""
    if kind == "TaskScheduled":
        return not kinds[k - 2].endswith("StateEntered")  # the next attempt of a retry
    return kind.endswith(("StateEntered", "Failed", "TimedOut", "Aborted"))


def next_moments(execution: Execution, shown: int) -> list[int]:
    """Return the next moments to show after `shown` events, at most two; [] when the picture is up to date."""
    ahead = [k for k in moments(execution) if k > shown]
    return ahead[max(0, len(ahead) - MOST_BEHIND) :][:_AT_ONCE]
