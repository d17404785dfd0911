"""One model of an execution, read from its history, whoever recorded that history."""

import json
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

from sagalab.asl.document import Machine, read
from sagalab.history import fetch as execution_fetch
from sagalab.history.ends import END_STATUS
from sagalab.history.events import Event, raw_events, read_events
from sagalab.history.redrives import Redrive
from sagalab.history.scopes import to_text
from sagalab.history.visits import Attempt, Iteration, Visit, parse_json
from sagalab.history.walk import HistoryWalk
from sagalab.markup import escape, without_math

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Attempt", "Execution", "Iteration", "Visit"]


class Execution:
    """An execution as its history tells it.

    - `status`: SUCCEEDED, FAILED, TIMED_OUT or ABORTED; RUNNING as long as no event ends it. `error`, `cause`: of its end, or None.
    - `started`, `stopped`: UTC datetimes or None; `input`, `output`: parsed JSON (text where it is none).
    - `visits`: a Visit for every time a state was entered, in that order, nested ones included.
    - `path`: the names of the states entered, in order.
    - `events`: the raw events in order of their ids; `history`: the same, read.
    - `definition`: ASL as a dict, or None; `machine`: its tree (without states for None). `arn`, `name`: None if only a history was given.
    - `redrives`: how often the execution was redriven; `redriven`: a Redrive for each time.
    - `children`: the child executions of distributed Maps, where whoever made this has them; else empty.
    - `time_scale`: by what the local cloud that ran it multiplies waits, where a test knows; None: its times are as they say.
    - `warnings`: plain sentences about what was not understood; empty for a whole and sound history.
    """

    def __init__(
        self,
        events: list[Event],
        warnings: list[str],
        definition: dict[str, Any] | None,
        arn: str | None = None,
    ):
        """Use `from_history` or `fetch`."""
        self.history = events
        self.definition = definition
        self.arn = arn
        self._read_warnings = warnings
        self._client: Any = None
        self.machine: Machine = read(definition)
        walk = HistoryWalk(events, self.machine).run()
        self._walk_warnings = walk.warnings
        self._start, self._end = walk.start, walk.end
        self.visits: list[Visit] = walk.visits
        self.redriven: list[Redrive] = walk.redrives
        self.children: list[Execution] = []
        self.time_scale: float | None = None
        self._owners = walk.owner_of_event

    @classmethod
    def from_history(cls, events: Any, definition: Mapping[str, Any] | str | None = None) -> Self:
        """Read an execution from its history events.

        `events`: a list of events as boto3, the AWS CLI or a log group gives them, or a response (a
        dictionary with `events`). `definition`: ASL as a dict or JSON text, if known.
        Raises ValueError for something that is no history; anything odd in a history goes to `warnings`.
        """
        read, warnings = read_events(raw_events(events))
        asl, complaint = _definition(definition)
        return cls(read, warnings + complaint, asl)

    @classmethod
    def fetch(cls, client: Any, arn: str, definition: str | None = None) -> Self:
        """Read an execution from Step Functions, finished or running. `client`: boto3's `stepfunctions`.

        `definition`: its machine's ASL text, if it is known; else the service is asked for it.
        Raises SagaLabError if there is no such execution.
        """
        fetched = execution_fetch.fetch(client, arn, definition)
        return cls._from_service(client, fetched)

    @classmethod
    def _from_service(cls, client: Any, fetched: execution_fetch.Fetched) -> Self:
        read, warnings = read_events(fetched.events)
        asl, complaint = _definition(fetched.definition)
        execution = cls(read, warnings + complaint, asl, fetched.arn)
        execution._client = client
        return execution

    @cached_property
    def _description(self) -> Mapping[str, Any]:
        """What DescribeExecution says: asked only for what the history does not tell."""
        return execution_fetch.describe(self._client, self.arn or "") if self._client is not None else {}

    def follow(self, poll: float = 0.5, timeout: float | None = None) -> "Iterator[Execution]":
        """Yield this execution, and again whenever its history has grown, until it ends.

        Only after `fetch`. `poll`: seconds between two looks; `timeout`: seconds after which to stop
        following although the execution still runs (None: never). Raises ValueError without a client.
        """
        if self._client is None:
            raise ValueError("Only an execution from Execution.fetch(client, arn) can be followed.")
        current, deadline = self, None if timeout is None else time.monotonic() + timeout
        yield current
        while current.status == "RUNNING" and (deadline is None or time.monotonic() < deadline):
            time.sleep(poll)
            grown = current._refreshed()
            if len(grown.history) > len(current.history) or grown.status != current.status:
                yield grown
            current = grown

    def _refreshed(self) -> "Execution":
        arn = self.arn or ""  # what was fetched has one
        last = self.history[-1].id if self.history else 0
        fresh = execution_fetch.new_events(self._client, arn, last)
        if not fresh:
            return self
        text = json.dumps(self.definition) if self.definition is not None else None
        fetched = execution_fetch.Fetched(arn, text, [*map(dict, self.events), *fresh])
        return self._from_service(self._client, fetched)

    def at(self, k: int) -> "Execution":
        """Return the execution as it was after its first `k` events (0: before the first; all: as it is).

        Raises ValueError if `k` is negative.
        """
        if k < 0:
            raise ValueError(f"k counts events from the start and cannot be negative: {k}.")
        if k >= len(self.history):
            return self
        return Execution(self.history[:k], [], self.definition, self.arn)

    @property
    def status(self) -> str:
        """RUNNING, SUCCEEDED, FAILED, TIMED_OUT or ABORTED."""
        if self._end is not None:
            return END_STATUS[self._end.type]
        return "RUNNING"

    @property
    def error(self) -> str | None:
        """The name of the error that ended the execution."""
        return self._ending("error")

    @property
    def cause(self) -> str | None:
        """The cause that came with the error (often JSON text)."""
        return self._ending("cause")

    def _ending(self, key: str) -> str | None:
        return to_text(self._end.details.get(key)) if self._end is not None else None

    @property
    def redrives(self) -> int:
        """How often it was redriven."""
        return len(self.redriven)

    @property
    def started(self) -> datetime | None:
        """When it started (UTC): the time of ExecutionStarted, or of the first event that has a time."""
        if self._start is not None and self._start.at is not None:
            return self._start.at
        return next((event.at for event in self.history if event.at is not None), None)

    @property
    def stopped(self) -> datetime | None:
        """When it ended (UTC); None while it runs."""
        return self._end.at if self._end is not None else None

    @property
    def duration(self) -> float | None:
        """Seconds from start to end; None while it runs."""
        return (self.stopped - self.started).total_seconds() if self.stopped and self.started else None

    @cached_property
    def input(self) -> Any:
        """What the execution was started with."""
        details = self._start.details if self._start is not None else {}
        return parse_json(self._whole("input", details))

    @cached_property
    def output(self) -> Any:
        """What the execution ended with; None unless it succeeded."""
        return parse_json(self._whole("output", self._end.details)) if self._end is not None else None

    def _whole(self, key: str, details: Mapping[str, Any]) -> Any:
        """Return the data of an event, or of the description where the event's is cut short or missing."""
        text = details.get(key)
        return self._description.get(key, text) if text is None or _is_cut(details) else text

    @property
    def name(self) -> str | None:
        """The execution's name, the last part of its ARN."""
        return self.arn.rsplit(":", 1)[-1] if self.arn else None

    @property
    def events(self) -> list[Mapping[str, Any]]:
        """The raw events, each once, in order of their ids."""
        return [event.raw for event in self.history]

    @property
    def path(self) -> list[str]:
        """The names of the states entered, in order, nested ones included."""
        return [visit.name for visit in self.visits]

    @cached_property
    def states_of_events(self) -> dict[int, str]:
        """The name of the state that each event belongs to, by the event's id."""
        return {event_id: visit.name for event_id, visit in self._owners.items()}

    def visit_of(self, event_id: int) -> Visit | None:
        """Return the visit that an event belongs to; None for events of the execution itself."""
        return self._owners.get(event_id)

    @cached_property
    def warnings(self) -> list[str]:
        """What was not understood, in plain sentences. Reads all data of the history."""
        return self._read_warnings + self._walk_warnings + _data_warnings(self.history)

    def table(self) -> "pd.DataFrame":
        """Return the visits as a DataFrame (see `sagalab.history.tables.visits_table`)."""
        from sagalab.history.tables import visits_table  # it loads pandas: a quarter of a second

        return visits_table(self.visits, self.started)

    def events_table(self) -> "pd.DataFrame":
        """Return the events as a DataFrame (see `sagalab.history.tables.events_table`)."""
        from sagalab.history.tables import events_table

        return events_table(self.history, self.states_of_events, self.started)

    def __repr__(self) -> str:
        error = f" {self.error}" if self.error else ""
        name = f"{self.name} " if self.name else ""
        return f"<Execution {name}{self.status}{error}, {len(self.visits)} visits>"

    def _repr_html_(self) -> str:
        statuses = Counter(visit.status for visit in self.visits)
        counts = ", ".join(f"{number} {status}" for status, number in statuses.items())
        path = " → ".join(self.path[:40]) + (" → …" if len(self.visits) > 40 else "")
        lines = [f"<b>{escape(' '.join(filter(None, (self.status, self.error))))}</b>"]
        lines += [escape(text) for text in (counts, path) if text]
        return without_math("<br>".join(lines))


def _definition(definition: Any) -> tuple[dict[str, Any] | None, list[str]]:
    """Return a definition as a dict, and a complaint if it is none."""
    parsed = parse_json(definition)
    if parsed is None:
        return None, []
    if isinstance(parsed, Mapping) and isinstance(parsed.get("States"), Mapping):
        return dict(parsed), []
    return None, ["The definition has no States and was left aside."]


def _is_cut(details: Mapping[str, Any]) -> bool:
    return any(
        isinstance(value, Mapping) and value.get("truncated") is True
        for key, value in details.items()
        if key in ("inputDetails", "outputDetails", "assignedVariablesDetails")
    )


def _data_warnings(history: Iterable[Event]) -> list[str]:
    """Return sentences about data that is cut short or is no JSON, and about times that cannot be read."""
    cut, broken, timeless = [], [], []
    for event in history:
        details = event.details
        if event.at is None:
            timeless.append(event.id)
        if _is_cut(details):
            cut.append(event.id)
        elif any(_is_broken(details.get(key)) for key in ("input", "output")):
            broken.append(event.id)
    return [
        f"The data of {_events(ids)} {what}."
        for ids, what in ((cut, "was cut short by the service"), (broken, "is no whole JSON"))
        if ids
    ] + ([f"The time of {_events(timeless)} is missing or cannot be read."] if timeless else [])


def _is_broken(text: Any) -> bool:
    if not isinstance(text, str):
        return False
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return True
    return False


def _events(ids: list[int]) -> str:
    shown = ", ".join(map(str, ids[:5])) + (", …" if len(ids) > 5 else "")
    return f"event {shown}" if len(ids) == 1 else f"{len(ids)} events ({shown})"
