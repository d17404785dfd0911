"""Pieces of histories with gaps: events without a chain, two tasks or two items at once."""

from history_writer import HistoryWriter

from sagalab.history.execution import Execution


def loose(history: HistoryWriter, event_type: str, **details) -> int:
    """Write an event that does not say which one it follows."""
    written = history.add(event_type, 0, **details)
    del history.events[-1]["previousEventId"]
    return written


def read(history: HistoryWriter, machine: dict | None = None) -> Execution:
    return Execution.from_history(history.events, machine)


def warned(execution: Execution, words: str) -> bool:
    return any(words in warning for warning in execution.warnings)


def two_tasks(schedule: str = "") -> HistoryWriter:
    """Return a Parallel with the Tasks One and Two, entered in this order; those of `schedule` have a call at work."""
    history = HistoryWriter()
    started = history.add("ParallelStateStarted", history.enter("Both", 1, "Parallel"))
    entered = {"1": history.enter("One", started), "2": history.enter("Two", started)}
    for each in schedule:
        history.schedule(entered[each])
    return history


def two_items(*states: str) -> tuple[HistoryWriter, list[int]]:
    """Return a Map of two items, both in their first state; and the ids of these states' entries."""
    history = HistoryWriter()
    started = history.add("MapStateStarted", history.enter("M", 1, "Map"), length=2)
    items = [history.add("MapIterationStarted", started, name="M", index=index) for index in range(2)]
    return history, [history.enter(state, item) for state, item in zip(states, items, strict=False)]
