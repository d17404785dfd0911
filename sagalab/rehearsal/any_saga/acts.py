"""What the tasks of a run did: every call of a task, whether it took effect, and what the machine heard of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sagalab.history.execution import Execution
from sagalab.history.visits import Visit

Place = tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Act:
    """One call of a task, in the order of time.

    `visit` tells the visits of a state apart. `place`: the Map states around it and the item's number in
    each, the outermost first. `effect`: the task took effect; None when nobody can know. `ok`: the machine
    was answered a result.
    """

    state: str
    visit: Any
    place: Place
    effect: bool | None
    ok: bool


@dataclass(frozen=True, slots=True)
class Run:
    """A run as far as it is judged. `path` holds the states entered, in order; `waiting` says that it waits
    for an answer that nobody gives, `turning` that it went round and round and was left there."""

    acts: tuple[Act, ...]
    path: tuple[str, ...]
    status: str
    error: str | None = None
    cause: str | None = None
    waiting: bool = False
    turning: bool = False


# What a service or Lambda says when the task may have run all the same.
_UNKNOWN = ("States.Timeout", "States.HeartbeatTimeout", "Sandbox.Timedout", "Lambda.Unknown")
_UNKNOWN_ENDS = (
    ".SdkClientException",
    ".ServiceException",
    ".InternalServerError",
    ".ClientExecutionTimeoutException",
)


def of_execution(execution: Execution) -> Run:
    """Return what a history shows: done, not done, and for a timeout or a service's error nobody knows."""
    acts: list[tuple[int, Act]] = []
    for visit in execution.visits:
        for attempt in visit.attempts:
            place = attempt.events[0] if attempt.events else visit.entered_event or 0
            effect: bool | None = attempt.outcome == "succeeded"
            if attempt.outcome in ("timed_out", "aborted", "running") or _nobody_knows(attempt.error):
                effect = None
            acts.append(
                (place, Act(visit.name, visit.index, _place(visit), effect, attempt.outcome == "succeeded"))
            )
    acts.sort(key=lambda pair: pair[0])
    return Run(
        tuple(act for _, act in acts),
        tuple(execution.path),
        execution.status,
        execution.error,
        execution.cause,
        waiting=execution.status == "RUNNING",
    )


def _nobody_knows(error: str | None) -> bool:
    return error is not None and (error in _UNKNOWN or error.endswith(_UNKNOWN_ENDS))


def _place(visit: Visit) -> Place:
    found: list[tuple[str, int]] = []
    inner: Visit | None = visit
    while inner is not None and inner.parent is not None:
        if inner.iteration is not None:
            found.append((inner.parent.name, inner.iteration))
        inner = inner.parent
    return tuple(reversed(found))


def settled(acts: Iterable[Act]) -> list[Act]:
    """Return one act a visit, at the place of its first effect: a task that is tried again is the same task."""
    found: dict[Any, Act] = {}
    for act in acts:
        key = (act.state, act.visit)
        before = found.get(key)
        if before is None or not before.effect and act.effect is not False:
            found.pop(key, None)
            found[key] = act
        elif act.ok and not before.ok:
            found[key] = Act(act.state, act.visit, act.place, before.effect, True)
    return list(found.values())
