"""The history of a durable function in the form of an execution's: its steps are Task states, its tries attempts.

A durable function has no states. What it has is a list of operations, in the order in which its code came to them: a
step becomes a Task with an attempt a try, a wait a Wait, a callback a Task that waits for its token. Child contexts
only group what is in them, and are left out.
Source: Lambda API reference, Event (GetDurableExecutionHistory).
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

# How a history ends: the event's type, and the details that it has in Step Functions.
_ENDS = {
    "ExecutionSucceeded": ("ExecutionSucceeded", "executionSucceededEventDetails"),
    "ExecutionFailed": ("ExecutionFailed", "executionFailedEventDetails"),
    "ExecutionTimedOut": ("ExecutionTimedOut", "executionTimedOutEventDetails"),
    "ExecutionStopped": ("ExecutionAborted", "executionAbortedEventDetails"),
}
_TASKS = ("Step", "Callback", "ChainedInvoke")
_OVER = {
    "Succeeded": "TaskSucceeded",
    "Failed": "TaskFailed",
    "TimedOut": "TaskTimedOut",
    "Stopped": "TaskFailed",
}


@dataclass(frozen=True)
class Invocation:
    """One time that Lambda called the function for this execution; times are UTC. `error`: what it died of, or None."""

    request_id: str
    started: datetime
    ended: datetime
    error: str | None = None

    @property
    def seconds(self) -> float:
        return (self.ended - self.started).total_seconds()


def invocations(events: Iterable[Mapping[str, Any]]) -> list[Invocation]:
    """Return the invocations of the function, in their order."""
    return [
        Invocation(
            found["RequestId"],
            found["StartTimestamp"],
            found["EndTimestamp"],
            plain_error(found.get("Error", {}).get("Payload", {}).get("ErrorType")),
        )
        for event in events
        if (found := event.get("InvocationCompletedDetails"))
    ]


def invocation_details(
    request_id: str, started: datetime, ended: datetime, died_of: BaseException | None = None
) -> dict[str, Any]:
    """Return the InvocationCompletedDetails of an event; AWS's local runner (1.4.0) leaves them out of its histories."""
    made: dict[str, Any] = {"StartTimestamp": started, "EndTimestamp": ended, "RequestId": request_id}
    if died_of is not None:
        payload = {"ErrorType": type(died_of).__name__, "ErrorMessage": str(died_of)}
        made["Error"] = {"Payload": payload, "Truncated": False}
    return made


def plain_error(name: str | None) -> str | None:
    """Return an error's name without its module: `payments.ErrProcessPayment` is ErrProcessPayment.

    A name of Step Functions keeps its part before the dot: `tables.Lambda.ServiceException` is Lambda.ServiceException.
    """
    if name is None:
        return None
    parts = name.rsplit(".", 2)
    return ".".join(parts[-2:]) if len(parts) > 1 and parts[-2][:1].isupper() else parts[-1]


def as_history(events: Iterable[Mapping[str, Any]]) -> tuple[list[dict[str, Any]], list[str]]:
    """Return the events of a durable execution, as boto3 gives them, as those of a state machine's execution.

    And, in plain sentences, what of them has no place there.
    """
    translation = _Translation()
    made = list(translation.events(list(events)))
    words = f"{translation.passed_over} events are left out: their operations ran beside others, in parallel or in a map."
    return made, [words] if translation.passed_over else []


class _Translation:
    """Events so far; each follows the one before, since the code of a saga does one thing after another."""

    def __init__(self) -> None:
        self._count = 0
        self._open: str | None = None  # the id of the operation whose state was entered last and is not left
        self._name, self._kind = "", ""
        self.passed_over = 0
        self._asked: dict[
            str, Mapping[str, Any]
        ] = {}  # callbacks that nobody waits for yet, by their operation's id

    def events(self, events: list[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
        """Yield the translated events."""
        at = None
        for event in events:
            kind, at = str(event["EventType"]), event["EventTimestamp"]
            if kind == "ExecutionStarted":
                given = event.get("ExecutionStartedDetails", {}).get("Input", {}).get("Payload")
                yield self._made(kind, at, "executionStartedEventDetails", {"input": given})
            elif kind in _ENDS:
                self._asked.clear()
                yield from self._end(kind, at, event)
            elif kind.startswith("Wait"):
                yield from self._wait(kind, at, event)
            elif kind.startswith("Callback"):
                yield from self._callback(kind, at, event)
            elif kind.startswith(_TASKS):
                yield from self._task(kind, at, event)
        if self._open is None and at is not None and self._count:
            for asked in list(self._asked.values()):  # all else is done: the code waits for the answer
                yield from self._begin("Callback", at, asked)

    def _callback(self, kind: str, at: datetime, event: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        """A callback is made first and waited for later: its state begins when its answer comes, or at the end."""
        if kind == "CallbackStarted":
            self._asked[event["Id"]] = event
            return
        asked = self._asked.pop(event["Id"], None)
        if asked is not None:
            yield from self._begin("Callback", at, asked)
        yield from self._task(kind, at, event)

    def _made(
        self, kind: str, at: datetime, key: str = "", details: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        self._count += 1
        made = {"id": self._count, "previousEventId": self._count - 1, "type": kind, "timestamp": at}
        known = {name: value for name, value in (details or {}).items() if value is not None}
        return made | ({key: known} if key else {})

    def _enter(self, kind: str, at: datetime, event: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        """Leave the state before, which had failed if it is still open, and enter the one of this operation."""
        yield from self._leave(at)
        self._open, self._kind = str(event["Id"]), kind
        self._name = event.get("Name") or str(event["Id"])[:8]
        yield self._made(f"{kind}StateEntered", at, "stateEnteredEventDetails", {"name": self._name})

    def _leave(self, at: datetime, output: str | None = None) -> Iterator[dict[str, Any]]:
        if self._open is not None:
            details = {"name": self._name, "output": output}
            yield self._made(f"{self._kind}StateExited", at, "stateExitedEventDetails", details)
            self._open = None

    def _wait(self, kind: str, at: datetime, event: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        if kind == "WaitStarted":
            yield from self._enter("Wait", at, event)
        elif self._open == event["Id"]:
            yield from self._leave(at)

    def _task(self, kind: str, at: datetime, event: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        family = next(each for each in _TASKS if kind.startswith(each))
        what = kind.removeprefix(family)
        if what == "Started":
            yield from self._begin(family, at, event)
            return
        if self._open != event["Id"]:
            self.passed_over += (
                1  # another operation began meanwhile: only parallel code does that, and a saga has none
            )
            return
        details = event.get(f"{kind}Details", {})
        if what == "Succeeded":
            result = details.get("Result", {}).get("Payload")
            yield self._made("TaskSucceeded", at, "taskSucceededEventDetails", {"output": result})
            yield from self._leave(at, result)
        else:
            error = details.get("Error", {}).get("Payload") or {}
            found = {"error": plain_error(error.get("ErrorType")), "cause": error.get("ErrorMessage")}
            made = _OVER.get(what, "TaskFailed")
            yield self._made(made, at, f"{made[0].lower()}{made[1:]}EventDetails", found)

    def _begin(self, family: str, at: datetime, event: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        if self._open != event["Id"]:
            yield from self._enter("Task", at, event)
        service, resource = _called(family, self._name)
        about = {"resourceType": service, "resource": resource}
        parameters = None
        if family == "Callback":
            token = event.get("CallbackStartedDetails", {}).get("CallbackId")
            parameters = json.dumps({"task_token": token})
        yield self._made("TaskScheduled", at, "taskScheduledEventDetails", about | {"parameters": parameters})
        yield self._made("TaskStarted", at, "taskStartedEventDetails", about)
        if family == "Callback":
            yield self._made("TaskSubmitted", at, "taskSubmittedEventDetails", about)

    def _end(self, kind: str, at: datetime, event: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        made, key = _ENDS[kind]
        details = event.get(f"{kind}Details", {})
        if kind == "ExecutionSucceeded":
            yield from self._leave(at)
            yield self._made(made, at, key, {"output": details.get("Result", {}).get("Payload")})
            return
        error = details.get("Error", {}).get("Payload") or {}
        found = {"error": plain_error(error.get("ErrorType")), "cause": error.get("ErrorMessage")}
        yield self._made(made, at, key, found)


def _called(family: str, name: str) -> tuple[str, str]:
    """Return service and resource of a task: a step named as the machine's states of SNS are publishes there."""
    if family == "Callback":
        return "durable", "callback.waitForTaskToken"
    if family == "ChainedInvoke":
        return "lambda", "invoke"
    return ("sns", "publish") if name.startswith("sns:") else ("durable", "step")
