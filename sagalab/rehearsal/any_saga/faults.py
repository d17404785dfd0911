"""AWS's faults, as they can strike a machine's tasks: each before or after the task took effect.

Names: https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html (the reserved ones,
Lambda.Unknown, Sandbox.Timedout) and https://docs.aws.amazon.com/step-functions/latest/dg/bp-lambda-serviceexception.html
(Lambda's service errors).
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass

from sagalab.asl.document import State
from sagalab.asl.engine.errors import matches
from sagalab.asl.graph import around
from sagalab.rehearsal.any_saga.answers import is_function
from sagalab.rehearsal.any_saga.roles import Roles

UNFORESEEN = "UnforeseenError"
KINDS = {
    "refusal": "an answer with which a Choice goes another way, before any effect",
    "business": "an error that the machine names in a Retry or Catch, before any effect",
    "unforeseen": f"an error of the task that the machine does not name ({UNFORESEEN})",
    "timeout": "States.Timeout; of a function without TimeoutSeconds Sandbox.Timedout; of a callback without one silence",
    "service": "the errors of Lambda, of the service or of the network",
    "throttled": "too many requests, before any effect",
    "crash": "Lambda.Unknown: the function ended without an answer",
    "size": "States.DataLimitExceeded: the result has more than 256 KiB",
    "unreadable": "a result without the fields that a later state reads",
}
_PLAINEST = tuple(KINDS)
_SERVICE_NAMES = {
    "dynamodb": "DynamoDB",
    "sqs": "SQS",
    "sns": "SNS",
    "events": "EventBridge",
    "ecs": "ECS",
    "glue": "Glue",
    "batch": "Batch",
    "states": "StepFunctions",
    "s3": "S3",
    "apigateway": "ApiGateway",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault of one task: `error` strikes the first `times` calls (None: every one).

    `after`: when it strikes the task has taken effect. `item`: only this item of the Map around it. `late`:
    it strikes when all that runs beside the task is over, otherwise while that is at work. `answer`: of a
    refusal, the fields that it answers (JSON text).
    """

    state: str
    kind: str
    error: str
    after: bool = False
    times: int | None = None
    item: int | None = None
    late: bool = False
    answer: str | None = None

    @property
    def words(self) -> str:
        """What struck, in words: "ChargeCard timed out twice (States.Timeout), its effect done"."""
        often = "" if self.times is None else " once" if self.times == 1 else f" {self.times} times"
        what = {
            "timeout": "timed out" if self.error else "was never answered",
            "refusal": f"answered {self.answer}",
            "throttled": "was throttled",
            "crash": "crashed",
            "size": "answered too much",
            "unreadable": "answered without the fields that are read later",
        }.get(self.kind, "failed")
        effect = (
            " after it had taken effect" if self.after and self.kind not in ("size", "unreadable") else ""
        )
        error = f" ({self.error})" if self.error else ""
        item = "" if self.item is None else f" for item {self.item + 1}"
        beside = ", late" if self.late else ""
        return f"{self.state} {what}{often}{item}{effect}{beside}{error}"

    @property
    def record(self) -> dict[str, object]:
        """Return the fault as JSON values."""
        return {
            "state": self.state,
            "kind": self.kind,
            "error": self.error,
            "when": "after" if self.after else "before",
            "times": self.times,
            "item": self.item,
            "late": self.late,
            "answer": None if self.answer is None else json.loads(self.answer),
        }

    @property
    def plainness(self) -> tuple[int, ...]:
        """Order faults: what is easiest to explain comes first."""
        return (
            self.after,
            -1 if self.after and self.kind == "timeout" else _PLAINEST.index(self.kind),
            self.times is not None,
            self.late,
            self.item is not None,
        )


def words_of(plan: Iterable[Fault]) -> str:
    """Say what a plan does."""
    return "; ".join(fault.words for fault in plan) or "No fault struck"


def faults_of(state: State, roles: Roles, without: Iterable[str] = ()) -> list[Fault]:
    """Return the faults that can strike a task."""
    left_out = set(without)
    effect = roles.has_effect(state.name)
    found: list[Fault] = []
    for kind, error, moments in _errors(state):
        if kind in left_out:
            continue
        for after in moments if effect else moments[:1]:
            if not effect and kind in ("size", "unreadable"):
                after = False
            for times in _times(state, kind, error):
                found.append(Fault(state.name, kind, error, after, times))
    return found + _beside(state, found)


def _errors(state: State) -> list[tuple[str, str, tuple[bool, ...]]]:
    """Return (kind, error, moments) of a task; a moment is whether the task has taken effect by then."""
    resource = state.resource
    assert resource is not None
    both, before, after = (False, True), (False,), (True,)
    found: list[tuple[str, str, tuple[bool, ...]]]
    limited = any(key.startswith(("TimeoutSeconds", "HeartbeatSeconds")) for key in state.body)
    found = [("business", name, before) for name in _named(state)]
    found.append(("unforeseen", UNFORESEEN, both))
    waits = resource.waits_for_token or resource.kind == "activity"
    if limited or waits:
        found.append(("timeout", "States.Timeout" if limited else "", both))
    elif is_function(resource):
        found.append(("timeout", "Sandbox.Timedout", both))
    if is_function(resource) or (resource.service, resource.action) == ("lambda", "invoke"):
        found += [
            ("service", "Lambda.ServiceException", both),
            ("service", "Lambda.AWSLambdaException", both),
            ("service", "Lambda.SdkClientException", both),
            ("throttled", "Lambda.TooManyRequestsException", before),
            ("crash", "Lambda.Unknown", both),
        ]
    elif resource.kind == "http":
        found += [
            ("service", "States.Http.StatusCode.500", both),
            ("service", "States.Http.Socket", both),
            ("throttled", "States.Http.StatusCode.429", before),
        ]
    elif resource.kind != "activity":
        name = _SERVICE_NAMES.get(resource.service, resource.service.capitalize())
        throttled = "ProvisionedThroughputExceededException" if name == "DynamoDB" else "ThrottlingException"
        found += [
            ("service", f"{name}.SdkClientException", both),
            ("service", f"{name}.InternalServerError", both),
            ("throttled", f"{name}.{throttled}", before),
        ]
    found += [("size", "States.DataLimitExceeded", after), ("unreadable", "", after)]
    return found


def _named(state: State) -> list[str]:
    """Return the business errors that retriers and catchers of a task, or of what is around it, name."""
    found: dict[str, None] = {}
    for place in around(state):
        for part in (*place.retriers, *place.catchers):
            for name in part.errors:
                service = name.partition(".")[0]
                reserved = (
                    name.startswith(("States.", "Lambda.", "Sandbox."))
                    or service in _SERVICE_NAMES.values()
                    and any(
                        word in name
                        for word in ("Throttl", "SdkClient", "InternalServer", "ProvisionedThroughput")
                    )
                )
                if not reserved:
                    found[name] = None
    return list(found)


def _times(state: State, kind: str, error: str) -> tuple[int | None, ...]:
    """Return how often a fault strikes: always, and where a Retry takes it once and all but too often."""
    if kind == "unreadable":
        return (None,)
    for place in around(state):
        for retrier in place.retriers:
            if matches(retrier.errors, error):
                most = int(min(retrier.max_attempts, 99))
                if most <= 0:
                    break
                return (None, 1, most) if most > 1 else (None, 1)
    return (None,)


def _beside(state: State, found: list[Fault]) -> list[Fault]:
    """Return more faults of a task that runs beside others: for one item only, and when the others are over."""
    places = around(state)[1:]
    if not places:
        return []
    lasting = [
        fault
        for fault in found
        if fault.times is None and fault.kind in ("business", "unforeseen", "timeout")
    ]
    more = [
        Fault(fault.state, fault.kind, fault.error, fault.after, None, None, True)
        for fault in lasting
        if fault.kind != "timeout"
    ]
    if any(place.type == "Map" for place in places):
        for late in (False, True):
            more += [
                Fault(fault.state, fault.kind, fault.error, fault.after, None, 1, late)
                for fault in lasting
                if not (late and fault.kind == "timeout")
            ]
    return more
