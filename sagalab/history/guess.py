"""Guesses for events that do not say which event they follow, or follow one that is missing.

Only then; an event with a chain is placed by it. A guess takes the oldest open visit that the event fits.
"""

from collections.abc import Callable
from itertools import islice
from typing import Any

from sagalab.history.events import Event
from sagalab.history.reading import Reading, Step
from sagalab.history.scopes import OpenVisit, Scope

# How many open visits are looked at: keeps the reading linear for whatever list it is given.
SEARCH_LIMIT = 64


def named(
    walk: Reading,
    name: Any,
    state_type: str | None,
    step: Step,
    fits: Callable[[OpenVisit], bool] | None = None,
) -> OpenVisit | None:
    """Return the visit of that name that an event belongs to: the one it follows, or one around that.

    `fits` helps to choose where the event does not say what it follows.
    """
    if step.place is not None and not step.loose:
        for here in step.place.outwards():
            is_it = name is None or here.visit.name == name
            if is_it and here.visit.exited_event is None and state_type in (None, here.visit.type):
                return here
    guess = guess_named(walk, name, state_type, step.place, fits) if fits else None
    return guess or guess_named(walk, name, state_type, step.place)


def guess_named(
    walk: Reading,
    name: Any,
    state_type: str | None,
    place: OpenVisit | None,
    fits: Callable[[OpenVisit], bool] = lambda here: True,
) -> OpenVisit | None:
    """Return the oldest open visit of that name (and type) that fits; without a name the one before."""
    if not isinstance(name, str):
        return place if place is not None and place.visit.exited_event is None else None

    def is_it(here: OpenVisit) -> bool:
        return here.visit.name == name and state_type in (None, here.visit.type) and fits(here)

    for here in islice(walk.open, SEARCH_LIMIT):
        if here.open and is_it(here):
            return here
    for here in place.outwards() if place is not None else ():
        if here.visit.exited_event is None and is_it(here):
            return here
    return next(filter(is_it, walk.unfinished()), None)


def guess_task(walk: Reading, event: Event, place: OpenVisit | None) -> OpenVisit | None:
    """Return the Task visit that an attempt's event is likely to belong to.

    The end of an attempt is followed at once by the exit of its state, in most histories; a schedule or a
    start follows what it belongs to.
    """
    following = walk.following
    if following is not None and following.kind == "exited" and event.kind.startswith("attempt_"):
        here = guess_named(walk, following.details.get("name"), "Task", None)
        if here is not None and here.at_work:
            return here
    if place is not None and not event.kind.startswith("attempt_") and _fits(place, event):
        return place
    for here in islice(walk.open, SEARCH_LIMIT):
        if _fits(here, event):
            return here
    if place is not None and place.visit.type == "Task" and place.open:
        return place
    return _redriven_task(walk, event)


def _redriven_task(walk: Reading, event: Event) -> OpenVisit | None:
    """Return the Task that a redrive schedules again: one of the same parameters, else the first of the same resource."""
    likely = [
        here
        for here in walk.unfinished()
        if here.visit.type == "Task" and _same(event, here, "resource", "resource")
    ]
    same = [here for here in likely if _same(event, here, "parameters", "raw_parameters")]
    return next(iter(same or likely), None)


def _same(event: Event, here: OpenVisit, key: str, name: str) -> bool:
    """Whether an event's detail is that of the visit's last attempt; a visit without any may be of any."""
    attempt = here.last_attempt
    return attempt is None or event.details.get(key) == getattr(attempt, name)


def _fits(here: OpenVisit, event: Event) -> bool:
    if here.visit.type != "Task" or not here.open:
        return False
    attempt = here.last_attempt
    if event.kind == "scheduled":
        return not here.at_work
    if attempt is None or attempt.outcome != "running":
        return False
    resource = event.details.get("resource")
    if resource is not None and attempt.resource is not None and resource != attempt.resource:
        return False
    return event.kind != "started" or attempt.started is None


def guess_scope(walk: Reading, name: str) -> Scope:
    """Return the scope that a state is likely to have been entered in."""
    place, scope = walk.last
    state = walk.machine.state(name)
    home = state.scope if state is not None else None
    if home is not None and home.owner is not None:
        for owner in islice(reversed(walk.open), SEARCH_LIMIT):
            if owner.visit.name == home.owner.name and owner.open:
                return _scope_in(owner, home.branch, scope)
    if place is None or (home is not None and home.owner is None):
        return walk.root
    if scope.owner is place:
        return scope
    if place.is_container and place.open:
        return _scope_in(place, None, scope)
    if place.open and place.scope.owner is not None:
        return _scope_in(place.scope.owner, None, scope)
    return place.scope


def _scope_in(owner: OpenVisit, branch: int | None, scope: Scope) -> Scope:
    """Return a branch or iteration of `owner` that waits for its next state, or a new one."""
    if not owner.visit.rounds:
        owner.begin_round(None)
    if branch is not None:
        same = [inner for inner in owner.scopes if inner.index == branch]
        return same[0] if same else owner.add_scope(branch)
    if scope.owner is owner and (scope.current is None or not scope.current.open):
        return scope
    for inner in islice(owner.scopes, SEARCH_LIMIT):
        if inner.current is not None and not inner.current.open and inner.current.visit.next is None:
            return inner
    return owner.add_scope(len(owner.scopes) if owner.visit.type == "Parallel" else None)
