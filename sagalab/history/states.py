"""Reading a history: states are entered, left (by Next or by a catcher), cut off, or fail to be evaluated."""

from collections.abc import Callable
from typing import Any

from sagalab.history.containers import begin_round, blame, child_scope
from sagalab.history.definition import fail_error, leads_by_catch_only
from sagalab.history.events import Event
from sagalab.history.guess import guess_scope, named
from sagalab.history.reading import Reading, Step
from sagalab.history.scopes import CONTAINERS, OpenVisit, Place, Scope, name_culprits, to_text
from sagalab.history.visits import Visit, parse_json

# A catcher's error output is short; a longer output is a result and is not parsed for it.
LONGEST_ERROR_OUTPUT = 40_000


def on_entered(walk: Reading, step: Step) -> Place | None:
    """…StateEntered begins a visit."""
    event = step.event
    name = _name(walk, event)
    scope = guess_scope(walk, name) if step.loose else _scope_for(walk, step, name)
    if scope.owner is not None:
        walk.reopen(scope.owner)
    visit = _visit(walk, event, name, scope)
    before = scope.current
    if before is not None:
        before.visit.next = visit
        if before.open:
            walk.presume_left(before, event)
        _catch_by_definition(walk, before.visit, name)
    here = OpenVisit(visit, scope)
    if visit.type == "Fail":
        visit.status = "failed"
        here.strike("failed", *fail_error(walk.machine, name))
    scope.current = here
    walk.visits.append(visit)
    walk.open[here] = None
    walk.entered_after[event.previous_id, name] = here
    return here, scope


def _visit(walk: Reading, event: Event, name: str, scope: Scope) -> Visit:
    visit = Visit(
        index=len(walk.visits),
        name=name,
        type=event.type.removesuffix("StateEntered"),
        entered=event.at,
        raw_input=event.details.get("input"),
        entered_event=event.id,
    )
    if scope.owner is not None:
        visit.parent = scope.owner.visit
        visit.round = len(visit.parent.rounds) or None
        if visit.parent.type == "Map":
            visit.iteration = scope.index
        else:
            visit.branch = scope.index
    return visit


def _name(walk: Reading, event: Event) -> str:
    name = event.details.get("name")
    if isinstance(name, str) and name:
        return name
    walk.note("Event {} does not name its state.", event)
    return "(unnamed)"


def _scope_for(walk: Reading, step: Step, name: str) -> Scope:
    """Return the scope of a state that is entered: the place's own, a branch in it, or one in a new round."""
    place = step.place
    kind = walk.kinds.get(step.event.previous_id or 0)
    if place is None or kind == "iteration_started":
        return step.scope
    if not place.open:
        return place.scope
    if place.is_container:
        return child_scope(walk, place, name, step.event)
    owner = place.scope.owner
    if place.struck and owner is not None and owner.open:
        # Nothing follows an error in its own branch: a retrier began the container's work anew.
        begin_round(walk, owner, step.event)
        return child_scope(walk, owner, name, step.event)
    return place.scope


def on_exited(walk: Reading, step: Step) -> Place | None:
    """…StateExited: the visit succeeded, or an error that had struck it was caught."""
    event = step.event
    here = named(walk, event.details.get("name"), event.type.removesuffix("StateExited"), step)
    if here is None:
        walk.note("Event {} leaves a state that was not seen to be entered.", event)
        return None
    visit = here.visit
    for inner in here.open_inside():
        if inner.struck:
            blame(walk, here, inner, event)
            here.strike("failed", visit.error, visit.cause)
        else:
            walk.presume_left(inner, event)
    visit.exited, visit.exited_event = event.at, event.id
    visit.raw_output = event.details.get("output")
    assigned = event.details.get("assignedVariables")
    visit.raw_assigned = assigned if isinstance(assigned, dict) else None
    if here.struck or _was_caught(here, step):
        status = "caught"
        _catch(here)
    else:
        status = "succeeded"
        here.unstrike()
    walk.close(here, status, event)
    visit.status = status
    return here, here.scope


def _was_caught(here: OpenVisit, step: Step) -> bool:
    """Whether an error that has no event of its own was caught.

    A Task that was left without any schedule, and a container without any start, were left by a catcher:
    their input could not be made. A result that could not be placed ends in the catcher's error output.
    """
    visit = here.visit
    if visit.type not in ("Task", *CONTAINERS):
        return False
    if not visit.attempts and not visit.rounds and not step.loose:
        if step.event.previous_id == visit.entered_event:
            return True
    output = visit.raw_output
    if isinstance(output, str) and '"States.' in output and len(output) < LONGEST_ERROR_OUTPUT:
        value = parse_json(output)
        is_error = isinstance(value, dict) and set(value) == {"Error", "Cause"}
        return is_error and str(value["Error"]).startswith("States.")
    return False


def _catch(here: OpenVisit) -> None:
    """Mark a visit as caught; where no event named the error, the catcher's output may."""
    visit = here.visit
    if visit.error is None:
        visit.error, visit.cause = _error_in(visit)
        name_culprits(here, visit.error, visit.cause)
    visit.caught_error = visit.error


def _catch_by_definition(walk: Reading, before: Visit, name: str) -> None:
    """Mark a visit as caught whose definition leads to `name` only by a catcher."""
    if before.status == "succeeded" and leads_by_catch_only(walk.machine, before.name, name):
        before.status = "caught"
        before.error, before.cause = _error_in(before)
        before.caught_error = before.error


def _error_in(visit: Visit) -> tuple[str | None, str | None]:
    """Return Error and Cause of a catcher's error output, at the top or one level down (its ResultPath)."""
    output: Any = parse_json(visit.raw_output)
    for value in (output, *(output.values() if isinstance(output, dict) else ())):
        if isinstance(value, dict) and "Error" in value and "Cause" in value:
            return to_text(value["Error"]), to_text(value["Cause"])
    return None, None


def on_aborted(walk: Reading, step: Step) -> Place | None:
    """…StateAborted names no state; a state that had failed before stays failed."""
    state_type = step.event.type.removesuffix("StateAborted")
    for here in step.place.outwards() if step.place is not None else ():
        if here.visit.type == state_type and here.visit.exited_event is None:
            walk.close(here, here.struck or "aborted", step.event)
            return here, here.scope
    for here in walk.unfinished():  # a redrive has gone on with it without an event of its own
        if here.visit.type == state_type:
            return here, here.scope
    walk.note("Event {} cuts off a state that was not seen to be entered.", step.event)
    return None


def on_evaluation_failed(walk: Reading, step: Step) -> Place | None:
    """EvaluationFailed: an error that may still be retried or caught."""
    event, place = step.event, step.place
    name = to_text(event.details.get("state"))
    here = place
    if place is None or not place.open or (name is not None and place.visit.name != name):
        here = walk.entered_after.get((event.previous_id, name or "")) or named(walk, name, None, step)
    if here is None:
        walk.note("Event {} is an error of a state that was not seen to be entered.", event)
        return None
    here.strike("failed", to_text(event.details.get("error")), to_text(event.details.get("cause")))
    return here, here.scope


HANDLERS: dict[str, Callable[[Reading, Step], Place | None]] = {
    "entered": on_entered,
    "exited": on_exited,
    "state_aborted": on_aborted,
    "evaluation_failed": on_evaluation_failed,
}
