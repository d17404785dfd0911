"""Every type of event that an execution's history can hold, and one form for events from anywhere.

Source: AWS Step Functions API reference, HistoryEvent and its details
(https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html), and for the form
that a log group holds https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, NamedTuple


class EventType(NamedTuple):
    """What an event type does to a visit (`kind`), and what it means in one sentence."""

    kind: str
    meaning: str


# fmt: off
EVENT_TYPES: dict[str, EventType] = {
    "ExecutionStarted": EventType("execution_started", "The execution started."),
    "ExecutionSucceeded": EventType("execution_ended", "The execution succeeded."),
    "ExecutionFailed": EventType("execution_ended", "The execution failed."),
    "ExecutionTimedOut": EventType("execution_ended", "The execution took longer than its TimeoutSeconds."),
    "ExecutionAborted": EventType("execution_ended", "Somebody stopped the execution."),
    "ExecutionRedriven": EventType("execution_redriven", "The execution goes on from where it had failed."),
    "TaskScheduled": EventType("scheduled", "The call of a service was scheduled."),
    "TaskStarted": EventType("started", "The call of the service started."),
    "TaskStartFailed": EventType("attempt_failed", "The call of the service could not start."),
    "TaskSubmitted": EventType("submitted", "The service took the job or the task token; the state waits."),
    "TaskSubmitFailed": EventType("attempt_failed", "The service refused the job."),
    "TaskSucceeded": EventType("attempt_succeeded", "The service's work succeeded."),
    "TaskFailed": EventType("attempt_failed", "The service's work failed."),
    "TaskTimedOut": EventType("attempt_timed_out", "The work took too long, or its heartbeat stopped."),
    "LambdaFunctionScheduled": EventType("scheduled", "The call of a function was scheduled."),
    "LambdaFunctionScheduleFailed": EventType("attempt_failed", "The call could not be scheduled."),
    "LambdaFunctionStarted": EventType("started", "The function was called."),
    "LambdaFunctionStartFailed": EventType("attempt_failed", "The function could not be called."),
    "LambdaFunctionSucceeded": EventType("attempt_succeeded", "The function returned."),
    "LambdaFunctionFailed": EventType("attempt_failed", "The function raised an error."),
    "LambdaFunctionTimedOut": EventType("attempt_timed_out", "The function took too long."),
    "ActivityScheduled": EventType("scheduled", "The activity waits for a worker."),
    "ActivityScheduleFailed": EventType("attempt_failed", "The activity could not be scheduled."),
    "ActivityStarted": EventType("started", "A worker took the activity."),
    "ActivitySucceeded": EventType("attempt_succeeded", "The worker reported success."),
    "ActivityFailed": EventType("attempt_failed", "The worker reported a failure."),
    "ActivityTimedOut": EventType("attempt_timed_out", "No worker, no heartbeat or no report in time."),
    "EvaluationFailed": EventType("evaluation_failed", "An expression of the state could not be evaluated."),
    "TaskStateEntered": EventType("entered", "A Task state was entered."),
    "TaskStateExited": EventType("exited", "A Task state was left."),
    "TaskStateAborted": EventType("state_aborted", "A Task state was cut off."),
    "PassStateEntered": EventType("entered", "A Pass state was entered."),
    "PassStateExited": EventType("exited", "A Pass state was left."),
    "ChoiceStateEntered": EventType("entered", "A Choice state was entered."),
    "ChoiceStateExited": EventType("exited", "A Choice state was left."),
    "WaitStateEntered": EventType("entered", "A Wait state was entered."),
    "WaitStateExited": EventType("exited", "A Wait state was left."),
    "WaitStateAborted": EventType("state_aborted", "A Wait state was cut off."),
    "SucceedStateEntered": EventType("entered", "A Succeed state was entered."),
    "SucceedStateExited": EventType("exited", "A Succeed state was left."),
    "FailStateEntered": EventType("entered", "A Fail state was entered."),
    "ParallelStateEntered": EventType("entered", "A Parallel state was entered."),
    "ParallelStateStarted": EventType("state_started", "The branches start."),
    "ParallelStateSucceeded": EventType("state_succeeded", "All branches succeeded."),
    "ParallelStateFailed": EventType("state_failed", "A branch failed, and with it the Parallel state."),
    "ParallelStateAborted": EventType("state_aborted", "A Parallel state was cut off."),
    "ParallelStateExited": EventType("exited", "A Parallel state was left."),
    "MapStateEntered": EventType("entered", "A Map state was entered."),
    "MapStateStarted": EventType("state_started", "The Map state knows its items and starts."),
    "MapStateSucceeded": EventType("state_succeeded", "All items are done."),
    "MapStateFailed": EventType("state_failed", "An item failed, and with it the Map state."),
    "MapStateAborted": EventType("state_aborted", "A Map state was cut off."),
    "MapStateExited": EventType("exited", "A Map state was left."),
    "MapIterationStarted": EventType("iteration_started", "The work on one item started."),
    "MapIterationSucceeded": EventType("iteration_succeeded", "The work on one item succeeded."),
    "MapIterationFailed": EventType("iteration_failed", "The work on one item failed."),
    "MapIterationAborted": EventType("iteration_aborted", "The work on one item was cut off."),
    "MapRunStarted": EventType("map_run", "A distributed Map started its Map Run of child executions."),
    "MapRunSucceeded": EventType("map_run", "The Map Run succeeded."),
    "MapRunFailed": EventType("map_run_failed", "The Map Run failed."),
    "MapRunAborted": EventType("map_run", "The Map Run was cut off."),
    "MapRunRedriven": EventType("map_run", "The Map Run goes on with its unsuccessful child executions."),
}
# fmt: on

# A type that is newer than this catalogue still tells its kind when it follows the naming of the others.
_NAMING = (
    (re.compile(r"\w+StateEntered"), "entered"),
    (re.compile(r"\w+StateExited"), "exited"),
    (re.compile(r"\w+StateAborted"), "state_aborted"),
)

EXPECTED = (
    "A history is a list of events as GetExecutionHistory returns them, each a dictionary with a 'type' "
    "and an 'id' (or a dictionary with such a list under 'events')"
)


class Event(NamedTuple):
    """One event, read. `at` is in UTC or None; `previous_id` is None where the history does not say."""

    id: int
    previous_id: int | None
    type: str
    kind: str
    at: datetime | None
    details: Mapping[str, Any]
    raw: Mapping[str, Any]


def kind_of(event_type: str) -> str:
    """Return the kind of an event type; `unknown` where neither the catalogue nor its name tells."""
    known = EVENT_TYPES.get(event_type)
    if known:
        return known.kind
    return next((kind for pattern, kind in _NAMING if pattern.fullmatch(event_type)), "unknown")


@lru_cache(maxsize=256)
def _details_key(event_type: str) -> str:
    """Return where the API puts the details of an event type."""
    for kind in ("Entered", "Exited"):
        if event_type.endswith("State" + kind):
            return f"state{kind}EventDetails"
    return event_type[:1].lower() + event_type[1:] + "EventDetails"


def details_of(raw: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return an event's details: `…EventDetails` (the API) or `details` (a log group); empty if none."""
    details = raw.get(_details_key(raw["type"]))
    if isinstance(details, dict):
        return details
    for key, value in raw.items():
        if isinstance(key, str) and (key.endswith("EventDetails") or key == "details"):
            if isinstance(value, Mapping):
                return value
    return {}


def to_datetime(value: Any) -> datetime | None:
    """Return a UTC datetime from a datetime, ISO text, or epoch seconds or milliseconds; else None."""
    if isinstance(value, datetime):
        moment = value
    elif isinstance(value, bool) or value is None:
        return None
    else:
        try:
            moment = _from_text_or_number(value)
        except (TypeError, ValueError, OverflowError, OSError):
            return None
    try:
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _from_text_or_number(value: Any) -> datetime:
    if isinstance(value, str):
        try:
            return datetime.fromisoformat(value)
        except ValueError:
            pass
    number = float(value)
    # Epoch seconds have ten digits until the year 2286; thirteen digits are milliseconds.
    return datetime.fromtimestamp(number / 1000 if abs(number) > 1e11 else number, UTC)


def whole_number(value: Any) -> int | None:
    """Return an id or a place as a number of at most 64 bits, which tables can hold; None for anything else."""
    if value is None or isinstance(value, bool):
        return None
    try:
        number = int(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if 0 <= number < 2**63 else None


def _fill(ids: list[int | None]) -> list[int]:
    """Give every event without an id the one after its neighbour's, or count anew where that one is taken."""
    filled: list[int] = []
    for event_id in ids:
        filled.append(event_id if event_id is not None else (filled[-1] + 1 if filled else 1))
    return filled if len(set(filled)) == len(filled) else list(range(1, len(ids) + 1))


def raw_events(history: Any) -> list[Any]:
    """Return the list of raw events in what was given: a list, a response with `events`, pages of those.

    Raises ValueError, saying what was expected, for anything that is no history.
    """
    if isinstance(history, Mapping):
        if not isinstance(history.get("events"), Iterable):
            raise ValueError(f"{EXPECTED}; this is a dictionary without a list of 'events'.")
        history = history["events"]
    if isinstance(history, (str, bytes, Mapping)) or not isinstance(history, Iterable):
        raise ValueError(f"{EXPECTED}; this is of type {type(history).__name__}.")
    events: list[Any] = []
    for item in history:
        page = item.get("events") if isinstance(item, (dict, Mapping)) and "type" not in item else None
        events.extend(page) if isinstance(page, (list, tuple)) else events.append(item)
    if not events:
        raise ValueError(f"{EXPECTED}; this one is empty.")
    if not any(isinstance(item, Mapping) and isinstance(item.get("type"), str) for item in events):
        raise ValueError(f"{EXPECTED}; this is a list of {type(events[0]).__name__} without a 'type'.")
    return events


def read_events(raws: list[Any]) -> tuple[list[Event], list[str]]:
    """Return the events in order of their ids, each once, and what was not understood (plain sentences)."""
    warnings: list[str] = []
    typed = [raw for raw in raws if isinstance(raw, (dict, Mapping)) and isinstance(raw.get("type"), str)]
    if len(typed) < len(raws):
        warnings.append(
            f"{_count(len(raws) - len(typed), 'entry', 'entries')} had no event type and could not be read."
        )
    given = [whole_number(raw.get("id")) for raw in typed]
    if None in given:
        warnings.append(f"{_count(given.count(None), 'event')} had no id; the order of the list was kept.")
        if typed[-1]["type"] == "ExecutionStarted" != typed[0]["type"]:
            typed.reverse()
            given.reverse()
        ids = _fill(given)
    else:
        ids = [number for number in given if number is not None]
    events: dict[int, Event] = {}
    copies = 0
    for event_id, raw in zip(ids, typed, strict=True):
        if event_id in events:
            copies += 1
            continue
        previous = raw.get("previousEventId", raw.get("previous_event_id"))
        event_type = raw["type"]
        events[event_id] = Event(
            event_id, whole_number(previous), event_type, kind_of(event_type),
            to_datetime(raw.get("timestamp", raw.get("event_timestamp"))), details_of(raw), raw,
        )  # fmt: skip
    if copies:
        warnings.append(f"{_count(copies, 'event')} came more than once; only the first was read.")
    return [events[event_id] for event_id in sorted(events)], warnings


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"
