"""What the tasks answer when no fault strikes: what was given, or a stub that fits.

A function's stub answers with what it got, and with the fields that later states read. `fields` holds those,
by the task's state; the search for the happy path (happy.py) fills them in.
"""

import copy
from collections.abc import Mapping
from typing import Any

from sagalab.asl.engine.commands import CallTask
from sagalab.asl.resource import Resource
from sagalab.rehearsal.coming import Answer

FROM = "__from"  # while the happy path is searched, objects say whose they are

_STUBS: dict[tuple[str, str], dict[str, Any]] = {
    ("sns", "publish"): {"MessageId": "message-1"},
    ("sqs", "sendMessage"): {"MessageId": "message-1"},
    ("events", "putEvents"): {"Entries": [{"EventId": "event-1"}], "FailedEntryCount": 0},
    ("http", "invoke"): {"StatusCode": 200, "StatusText": "OK", "ResponseBody": {}},
    ("apigateway", "invoke"): {"StatusCode": 200, "ResponseBody": {}},
}


def is_function(resource: Resource) -> bool:
    """Tell whether a task calls a function, which may answer anything."""
    if resource.kind in ("lambda", "placeholder", "unknown"):
        return True
    return (resource.service, resource.action, resource.pattern) == ("lambda", "invoke", None)


def wraps(resource: Resource) -> bool:
    """Tell whether the result stands in a Payload, as the optimised integration of Lambda gives it."""
    return resource.kind in ("service", "aws-sdk") and is_function(resource)


class Answers:
    """The answers of a machine's tasks."""

    def __init__(self, given: Mapping[str, Any]) -> None:
        self.given = dict(given)
        self.fields: dict[str, Any] = {}
        self.marked = False

    def of(self, ask: CallTask, after_ms: int, fields: Any = None) -> Answer:
        """Return what a task answers; with `fields` in place of those of the happy path."""
        if fields is not None:
            result = self._stub(ask, fields)
        elif ask.state in self.given:
            result = copy.deepcopy(self.given[ask.state])
        else:
            result = self._stub(ask)
        if wraps(ask.resource):
            result = {"ExecutedVersion": "$LATEST", "Payload": result, "StatusCode": 200}
        submitted: Any = {} if ask.resource.pattern is not None else None
        return Answer(result, after_ms=after_ms, submitted=submitted)

    def unreadable(self, ask: CallTask, after_ms: int) -> Answer:
        """Return an answer without any of the fields that others read."""
        result: Any = {}
        if wraps(ask.resource):
            result = {"ExecutedVersion": "$LATEST", "Payload": {}, "StatusCode": 200}
        return Answer(result, after_ms=after_ms, submitted={} if ask.resource.pattern is not None else None)

    def items(self, state: str) -> list[Any]:
        """Return what a distributed Map reads by its ItemReader."""
        found = self.fields.get(state)
        return found if isinstance(found, list) else [{"item": 1}, {"item": 2}]

    def unmarked(self) -> None:
        """Take the marks out: the answers are as a user would write them."""
        self.fields = {name: without_marks(value) for name, value in self.fields.items()}
        self.marked = False

    def _stub(self, ask: CallTask, other: Any = None) -> Any:
        fields = self.fields.get(ask.state, {}) if other is None else other
        if not isinstance(fields, dict):
            return copy.deepcopy(fields)
        base: dict[str, Any] = {}
        if is_function(ask.resource):
            payload = ask.parameters
            if wraps(ask.resource):
                payload = payload.get("Payload") if isinstance(payload, dict) else None
            base = dict(payload) if isinstance(payload, dict) else {}
        else:
            base = copy.deepcopy(self._service(ask.resource))
        result = merged(base, copy.deepcopy(fields))
        if self.marked:
            result[FROM] = ask.state
        return result

    @staticmethod
    def _service(resource: Resource) -> dict[str, Any]:
        if (resource.service, resource.action) == ("states", "startExecution"):
            if resource.pattern is None:
                return {"ExecutionArn": "arn:aws:states:us-east-1:123456789012:execution:inner:run"}
            return {"Status": "SUCCEEDED", "Output": {} if resource.pattern == "sync:2" else "{}"}
        if resource.pattern == "waitForTaskToken":
            return {}
        return _STUBS.get((resource.service, resource.action), {})


def merged(base: Any, over: Any) -> Any:
    """Return a JSON value with another one laid over it, object by object."""
    if isinstance(base, dict) and isinstance(over, dict):
        return {**base, **{key: merged(base.get(key), value) for key, value in over.items()}}
    return over


def without_marks(value: Any) -> Any:
    """Return a JSON value without the marks of whose it is."""
    if isinstance(value, dict):
        return {key: without_marks(item) for key, item in value.items() if key != FROM}
    if isinstance(value, list):
        return [without_marks(item) for item in value]
    return value
