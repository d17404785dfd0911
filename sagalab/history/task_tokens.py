"""Which execution waits for a task token, and what is the token: both stand in its history."""

import json
from collections.abc import Mapping
from typing import Any

from sagalab.asl import resource
from sagalab.history.visits import Visit

_SUBMITTED = "taskSubmittedEventDetails"


def waits_for_token(last_event: Mapping[str, Any]) -> bool:
    """Tell whether the last that happened in a running execution is a task that waits for its token."""
    details = last_event.get(_SUBMITTED, {})
    return resource.waits_for_token(details.get("resource", ""))


def waiting_visit(execution: Any) -> Visit | None:
    """Return the visit of a running execution that waits for a task token, or None."""
    visits: list[Visit] = execution.visits
    for visit in reversed(visits):
        if (
            visit.status == "running"
            and visit.attempts
            and resource.waits_for_token(visit.attempts[-1].resource)
        ):
            return visit
    return None


def token_of(visit: Visit, task_tokens_name: str = "task_token") -> str | None:
    """Return the task token of a visit: it stands in what the task was called with (TaskScheduled)."""
    return _find(visit.attempts[-1].parameters, task_tokens_name)


def _find(value: Any, name: str) -> str | None:
    """Return the text under the key `name`, however deep; JSON inside a text is looked into as well."""
    if isinstance(value, str) and value.startswith(("{", "[")):
        try:
            value = json.loads(value)
        except ValueError:
            return None
    if isinstance(value, Mapping):
        found = value.get(name)
        if isinstance(found, str):
            return found
        value = list(value.values())
    if isinstance(value, list):
        return next((found for item in value if (found := _find(item, name))), None)
    return None
