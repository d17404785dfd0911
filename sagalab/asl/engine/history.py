"""The events of a history, as GetExecutionHistory gives them.

Shapes and ids follow the recordings of AWS: `previousEventId` is the event of the same branch or iteration
that came before, which is why each frame keeps its own.
Source of the shapes: https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html
"""

import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

# A standard execution has at most so many events; the last one says that it failed for that.
EVENT_LIMIT = 25_000
TOO_MANY_EVENTS = f"The execution reached the maximum number of history events ({EVENT_LIMIT})."
# An express one has as many as come in five minutes; here it ends sooner, as each event takes memory.
EXPRESS_EVENT_LIMIT = 200_000
TOO_MANY_EXPRESS_EVENTS = (
    f"The express execution wrote {EXPRESS_EVENT_LIMIT} history events, which is as many as are kept here. "
    "On AWS it would go on until five minutes are over."
)

NOT_TRUNCATED: dict[str, Any] = {"truncated": False}


def event_limit(kind: str) -> int:
    """Return how many events an execution of a kind (STANDARD, EXPRESS) may write here."""
    return EXPRESS_EVENT_LIMIT if kind == "EXPRESS" else EVENT_LIMIT


json_text: Callable[[Any], str] = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode

# AWS gives no details for these.
_BARE = {
    "LambdaFunctionStarted",
    "MapRunSucceeded",
    "MapStateAborted",
    "MapStateFailed",
    "MapStateSucceeded",
    "ParallelStateAborted",
    "ParallelStateFailed",
    "ParallelStateStarted",
    "ParallelStateSucceeded",
    "TaskStateAborted",
    "WaitStateAborted",
}


def details_key(event_type: str) -> str | None:
    """Return the member that holds the details of an event type, None where there is none."""
    if event_type in _BARE:
        return None
    for end in ("StateEntered", "StateExited"):
        if event_type.endswith(end):
            return f"s{end[1:]}EventDetails"
    if event_type.startswith("MapIteration"):
        return f"m{event_type[1:]}EventDetails"
    return f"{event_type[0].lower()}{event_type[1:]}EventDetails"


_KEYS: dict[str, str | None] = {}


def event(
    event_id: int, previous: int, event_type: str, at: int, details: dict[str, Any] | None
) -> dict[str, Any]:
    """Return one event; `timestamp` stays in milliseconds until `as_boto()`."""
    made: dict[str, Any] = {"timestamp": at, "type": event_type, "id": event_id, "previousEventId": previous}
    if details is not None:
        key = _KEYS.get(event_type)
        if key is None:
            key = details_key(event_type)
            if key is None:
                raise ValueError(f"{event_type} has no details")
            _KEYS[event_type] = key
        made[key] = details
    return made


def as_boto(events: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return events as boto3 gives them: `timestamp` is a datetime in UTC."""
    return [
        {**event, "timestamp": datetime.fromtimestamp(event["timestamp"] / 1000, UTC)} for event in events
    ]


def time_text(at: int) -> str:
    """Return a time (milliseconds since 1970) as the context object has it: 2026-11-26T08:00:00.000Z."""
    moment = datetime.fromtimestamp(at // 1000, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{at % 1000:03d}Z"
