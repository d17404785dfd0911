"""The moments of an execution that are worth a picture, each with what has happened in words."""

from dataclasses import dataclass
from datetime import timedelta

from sagalab.history.events import EVENT_TYPES
from sagalab.history.execution import Execution
from sagalab.history.visits import Visit

_ENDS = {
    "ExecutionSucceeded": "the execution has succeeded",
    "ExecutionFailed": "the execution has failed",
    "ExecutionTimedOut": "the execution has timed out",
    "ExecutionAborted": "the execution was stopped",
}


@dataclass(frozen=True)
class Moment:
    """An execution after its first `events` events (0: before the first), as one step of a replay.

    - `whole`: the execution as far as it is known; a picture keeps room for it.
    - `number` of `of` steps: `of` grows while the execution goes on.
    """

    whole: Execution
    events: int
    number: int
    of: int

    @property
    def execution(self) -> Execution:
        """The execution as it was at this moment."""
        return self.whole.at(self.events)

    @property
    def seconds(self) -> float | None:
        """Seconds from the start of the execution to this moment, by its history; None where it does not say."""
        if not self.events:
            return None
        at, start = self.whole.history[self.events - 1].at, self.whole.started
        return (at - start) / timedelta(seconds=1) if at is not None and start is not None else None

    @property
    def words(self) -> str:
        """What has just happened, such as "ProcessPayment begins"."""
        if not self.events:
            return "before the first state"
        event = self.whole.history[self.events - 1]
        visit = _owner(self.whole, event.id)
        if event.type in _ENDS:
            found = self.execution.error
            error = f": {found}" if found else ""
            return _ENDS[event.type] + error
        if visit is None:
            return event.type
        if event.type.endswith("StateEntered"):
            return f"{visit.name} begins"
        tried = [
            each for each in (visit.attempts or visit.rounds) if each.events and min(each.events) <= event.id
        ]
        which = f"attempt {len(tried)}" if tried else "it"
        if event.type == "TaskScheduled":
            return f"{visit.name}: {which} begins"
        if event.type.endswith(("Failed", "TimedOut")):
            named = tried[-1].error if tried else visit.error
            ended = "has timed out" if event.type.endswith("TimedOut") else "has failed"
            return f"{visit.name}: {which} {ended}" + (f", {named}" if named else "")
        return f"{visit.name}: {EVENT_TYPES[event.type].meaning}" if event.type in EVENT_TYPES else event.type


def moments(execution: Execution, *, over: bool = True) -> list[int]:
    """Return the moments as counts of events, ascending: `execution.at(k)` is the run at that moment.

    A run on the local cloud is over within half a second. Shown moment by moment, one sees every state turn
    blue and then green, as it happened. With `over` the last event is one of them, whatever it is; without it, a
    moment stays one however the execution goes on.
    """
    kinds = [event.type for event in execution.history]
    chosen = [k for k, kind in enumerate(kinds, start=1) if _tells(kinds, k, kind)]
    if over and kinds and (not chosen or chosen[-1] != len(kinds)):
        chosen.append(len(kinds))
    return chosen


def _tells(kinds: list[str], k: int, kind: str) -> bool:
    """Say whether the k-th event is worth a picture."""
    if kind == "TaskScheduled":
        return not kinds[k - 2].endswith("StateEntered")  # the next attempt of a retry
    return kind.endswith(("StateEntered", "Failed", "TimedOut", "Aborted"))


def _owner(execution: Execution, event: int) -> Visit | None:
    return next((visit for visit in reversed(execution.visits) if event in visit.events), None)
