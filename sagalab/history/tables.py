"""An execution as DataFrames: one row a visit, or one row an event. Times are seconds from its start."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import pandas as pd

from sagalab.history.events import Event
from sagalab.history.visits import VISIT_STATUSES, Visit
from sagalab.table import Table

SUMMARY_LENGTH = 80


def visits_table(visits: Sequence[Visit], started: datetime | None) -> Table:
    """Return the visits, one a row, indexed by their number.

    state, type and status are categories (states in order of first entering); entered_s and duration_s are
    seconds (NaN while not known); attempts counts the tries; parent is the index of the visit around it.
    """
    return Table(
        {
            "state": _ordered(v.name for v in visits),
            "type": pd.Categorical([v.type for v in visits]),
            "status": pd.Categorical([v.status for v in visits], categories=VISIT_STATUSES),
            "entered_s": _floats(_seconds(started, v.entered) for v in visits),
            "duration_s": _floats(v.duration for v in visits),
            "attempts": pd.array([v.tries for v in visits], dtype="int64"),
            "error": _texts(v.error for v in visits),
            "parent": pd.array([v.parent.index if v.parent else None for v in visits], dtype="Int64"),
            "branch": pd.array([v.branch for v in visits], dtype="Int64"),
            "iteration": pd.array([v.iteration for v in visits], dtype="Int64"),
        },
        index=pd.RangeIndex(len(visits), name="visit"),
    )


def events_table(events: Sequence[Event], states: Mapping[int, str], started: datetime | None) -> Table:
    """Return the history events, one a row, indexed by id, with their state and a summary of the details."""
    return Table(
        {
            "previous_id": pd.array([e.previous_id for e in events], dtype="Int64"),
            "type": pd.Categorical([e.type for e in events]),
            "state": _ordered(states.get(e.id) for e in events),
            "at_s": _floats(_seconds(started, e.at) for e in events),
            "details": _texts(_summary(e.details) for e in events),
        },
        index=pd.Index([e.id for e in events], dtype="int64", name="id"),
    )


def _ordered(names: Iterable[str | None]) -> pd.Categorical:
    listed = list(names)
    seen = dict.fromkeys(name for name in listed if name is not None)
    return pd.Categorical(listed, categories=list(seen), ordered=True)


def _floats(values: Iterable[float | None]) -> pd.Series:
    return pd.array([float("nan") if value is None else value for value in values], dtype="float64")


def _texts(values: Iterable[str | None]) -> pd.Series:
    return pd.array(list(values), dtype="string")


def _seconds(start: datetime | None, at: datetime | None) -> float | None:
    return (at - start).total_seconds() if start and at else None


def _summary(details: Any) -> str:
    """Return an event's details in one short line."""
    parts = []
    for key, value in details.items():
        if value is None or (isinstance(key, str) and key.endswith("Details")):
            continue
        text = value if isinstance(value, str) else _compact(value)
        parts.append(f"{key}={text}")
    line = " ".join(" ".join(parts)[: 4 * SUMMARY_LENGTH].split())
    return line if len(line) <= SUMMARY_LENGTH else line[: SUMMARY_LENGTH - 1] + "…"


def _compact(value: Any) -> str:
    try:
        return json.dumps(value, default=str, ensure_ascii=False)
    except (TypeError, ValueError, RecursionError):
        return str(type(value).__name__)
