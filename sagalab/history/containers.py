"""Reading a history: Parallel and Map states, their rounds, branches and iterations, and Map Runs."""

from collections.abc import Callable
from itertools import islice

from sagalab.history.definition import branch_of
from sagalab.history.events import Event, whole_number
from sagalab.history.guess import SEARCH_LIMIT, named
from sagalab.history.reading import Reading, Step
from sagalab.history.scopes import OpenVisit, Place, Scope, end_attempt, to_text
from sagalab.history.visits import Iteration


def child_scope(walk: Reading, owner: OpenVisit, name: str, event: Event) -> Scope:
    """Open the branch that begins with the state `name` (a new round where that branch had begun before)."""
    if not owner.visit.rounds or owner.failed or name in owner.branches:
        begin_round(walk, owner, event)
    if owner.visit.type == "Map":
        walk.note("Event {} enters a state of a Map outside of any iteration.", event)
        return owner.add_scope(None)
    branch = branch_of(walk.machine, owner.visit.name, name)
    scope = owner.branches[name] = owner.add_scope(len(owner.branches) if branch is None else branch)
    return scope


def begin_round(walk: Reading, owner: OpenVisit, event: Event) -> None:
    """Begin a container's work, or begin it anew: then whatever was still open inside it is over."""
    for inner in owner.open_inside():
        if inner.struck:
            blame(walk, owner, inner, event)
        else:
            walk.close(inner, "aborted", event)
    _take_over_error(owner)
    owner.begin_round(event.at)


def _take_over_error(owner: OpenVisit) -> None:
    """Give a container that is tried again the error of its round, where what failed inside was cut off already."""
    if owner.visit.error is not None:
        return
    ended = (scope.current.visit for scope in owner.scopes if scope.current is not None)
    for visit in ended:
        if visit.status in ("failed", "timed_out") and visit.error is not None:
            owner.visit.error, owner.visit.cause = visit.error, visit.cause
            return


def blame(walk: Reading, owner: OpenVisit, place: OpenVisit | None, event: Event) -> None:
    """Fail what leads from `place` out to `owner` (not included); the owner takes over the error."""
    inside = None
    for here in place.outwards() if place is not None else ():
        if here is owner:
            break
        if here.open:
            if inside is not None and here.visit.error is None:
                here.culprit = inside
                here.visit.error, here.visit.cause = inside.visit.error, inside.visit.cause
            walk.close(here, here.struck or "failed", event)
        inside = here
    else:
        return
    if inside is not None:
        owner.culprit = inside
        if owner.visit.error is None:
            owner.visit.error, owner.visit.cause = inside.visit.error, inside.visit.cause


def _container(walk: Reading, step: Step, fits: Callable[[OpenVisit], bool]) -> OpenVisit | None:
    """Return the innermost Parallel or Map (by the event's type) that an event without a name fits."""
    state_type = "Parallel" if step.event.type.startswith("Parallel") else "Map"

    def is_one(here: OpenVisit) -> bool:
        return here.visit.type == state_type and here.visit.exited_event is None

    around = [here for here in step.place.outwards() if is_one(here)] if step.place is not None else []
    if not around or step.loose:
        around += [here for here in islice(reversed(walk.open), SEARCH_LIMIT) if is_one(here)]
    here = next(filter(fits, around), around[0] if around else None)
    if here is None:
        walk.note("Event {} belongs to a Parallel or Map that was not seen to be entered.", step.event)
    else:
        walk.reopen(here)
    return here


def on_state_started(walk: Reading, step: Step) -> Place | None:
    """ParallelStateStarted, MapStateStarted: after a failed round it is the retrier's doing."""
    here = _container(walk, step, lambda container: container.open and not container.at_work)
    if here is None:
        return None
    begin_round(walk, here, step.event)
    length = step.event.details.get("length")
    here.visit.length = length if isinstance(length, int) else here.visit.length
    return here, here.scope


def on_state_succeeded(walk: Reading, step: Step) -> Place | None:
    """ParallelStateSucceeded, MapStateSucceeded."""
    here = _container(walk, step, lambda container: container.open and container.at_work)
    if here is None:
        return None
    end_attempt(here.last_attempt, "succeeded", step.event.at)
    here.unstrike()
    return here, here.scope


def on_state_failed(walk: Reading, step: Step) -> Place | None:
    """ParallelStateFailed, MapStateFailed: the child that it follows failed it, the others are cut off."""
    here = _container(
        walk, step, lambda container: container.open and not container.failed and container.may_fail
    )
    if here is None:
        return None
    blame(walk, here, step.place, step.event)
    here.failed = True
    if here.at_work:
        end_attempt(here.last_attempt, "failed", step.event.at, here.visit.error, here.visit.cause)
    here.strike("failed", here.visit.error, here.visit.cause)
    for inner in here.open_inside():
        walk.close(inner, "aborted", step.event)
    here.end_iterations("aborted")
    return here, here.scope


def on_iteration_started(walk: Reading, step: Step) -> Place | None:
    """MapIterationStarted; an item starts a second time only in a new round, or after a redrive."""
    event = step.event
    index = _index(walk, event)
    here = _map(walk, step, lambda container: index not in container.items)
    if here is None:
        return None
    walk.reopen(here)
    before = here.items.get(index)
    if not here.visit.rounds or here.failed or (before is not None and not walk.redrives):
        begin_round(walk, here, event)
        before = None
    scope = here.add_scope(index)
    if before is not None and before.iteration is not None:
        scope.iteration = before.iteration
        scope.iteration.status, scope.iteration.ended = "running", None
    else:
        scope.iteration = Iteration(index, started=event.at)
        here.visit.iterations.append(scope.iteration)
    return here, scope


def _index(walk: Reading, event: Event) -> int | None:
    index = whole_number(event.details.get("index"))
    if index is None:
        walk.note("Event {} does not say which item it is about.", event)
    return index


def _map(walk: Reading, step: Step, fits: Callable[[OpenVisit], bool]) -> OpenVisit | None:
    here = named(walk, step.event.details.get("name"), "Map", step, fits)
    if here is None:
        walk.note("Event {} belongs to a Parallel or Map that was not seen to be entered.", step.event)
    return here


def on_iteration_ended(walk: Reading, step: Step) -> Place | None:
    """MapIterationSucceeded, MapIterationFailed, MapIterationAborted."""
    event = step.event
    status = event.kind.removeprefix("iteration_")
    index = _index(walk, event)
    here = _map(walk, step, lambda container: index in container.items)
    if here is None:
        return None
    item = here.items.get(index)
    if item is None or item.iteration is None:
        walk.note("Event {} ends an iteration that was not seen to start.", event)
        return here, here.scope
    item.iteration.status, item.iteration.ended = status, event.at
    inner = item.current
    if inner is None:
        return here, here.scope
    if status == "failed":
        inside = step.place is not None and any(around is inner for around in step.place.outwards())
        blame(walk, here, step.place if inside else inner, event)
    elif inner.open and status == "aborted":
        walk.close(inner, inner.struck or "aborted", event)
    elif inner.open:
        walk.presume_left(inner, event)
    return here, here.scope


def on_map_run(walk: Reading, step: Step) -> Place | None:
    """MapRun…: of a distributed Map, whose child executions have histories of their own."""
    here = _container(walk, step, lambda container: container.open)
    if here is None:
        return None
    details = step.event.details
    here.visit.map_run_arn = to_text(details.get("mapRunArn")) or here.visit.map_run_arn
    if step.event.kind == "map_run_failed":
        here.strike("failed", to_text(details.get("error")), to_text(details.get("cause")))
    return here, here.scope


HANDLERS: dict[str, Callable[[Reading, Step], Place | None]] = {
    "state_started": on_state_started,
    "state_succeeded": on_state_succeeded,
    "state_failed": on_state_failed,
    "iteration_started": on_iteration_started,
    "iteration_succeeded": on_iteration_ended,
    "iteration_failed": on_iteration_ended,
    "iteration_aborted": on_iteration_ended,
    "map_run": on_map_run,
    "map_run_failed": on_map_run,
}
