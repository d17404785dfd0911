"""Reading a history: the start of the execution, its end, and a redrive."""

from collections.abc import Callable

from sagalab.history.events import Event
from sagalab.history.reading import Reading, Step
from sagalab.history.redrives import Redrive
from sagalab.history.scopes import OpenVisit, Place, name_culprits, to_text

END_STATUS = {
    "ExecutionSucceeded": "SUCCEEDED",
    "ExecutionFailed": "FAILED",
    "ExecutionTimedOut": "TIMED_OUT",
    "ExecutionAborted": "ABORTED",
}


def on_started(walk: Reading, step: Step) -> Place | None:
    """ExecutionStarted."""
    walk.start = walk.start or step.event
    return None, walk.root


def on_redriven(walk: Reading, step: Step) -> Place | None:
    """ExecutionRedriven: what follows goes on with the visits that the end had closed."""
    end, event = walk.end, step.event
    status = END_STATUS[end.type] if end is not None else ""
    error = to_text(end.details.get("error")) if end is not None else None
    ended = end.at if end is not None else None
    walk.redrives.append(Redrive(len(walk.redrives) + 1, status, error, ended, event.at, event.id))
    walk.end = None
    return None


def on_ended(walk: Reading, step: Step) -> Place | None:
    """The end of the execution also ends whatever is still open.

    A failure strikes the visit that it follows and the containers around it; the others are cut off.
    """
    event = walk.end = step.event
    culprit = _culprit(walk, step) if event.type == "ExecutionFailed" else None
    if culprit is not None:
        _fail(walk, culprit, step)
    close_all(walk, event)
    return (culprit, culprit.scope) if culprit is not None else None


def close_all(walk: Reading, end: Event) -> None:
    """Close what is still open at the end of the execution."""
    for here in list(walk.open):
        if not here.open:
            continue
        if end.type == "ExecutionSucceeded":
            walk.presume_left(here, end)
        else:
            walk.close(here, "timed_out" if end.type == "ExecutionTimedOut" else "aborted", end)


def _culprit(walk: Reading, step: Step) -> OpenVisit | None:
    """Return the visit whose error ended the execution."""
    place = step.place
    if place is not None and (place.open or place.visit.status in ("failed", "timed_out")):
        return place
    previous = step.event.previous_id
    after = [here for here in walk.open if walk.entered_after.get((previous, here.visit.name)) is here]
    struck = [here for here in walk.open if here.struck]
    leaves = [here for here in walk.open if not here.scopes]
    for candidates in (after, struck, leaves):
        if len(candidates) == 1:
            return candidates[0]
    return struck[-1] if struck else None


def _fail(walk: Reading, culprit: OpenVisit, step: Step) -> None:
    """Fail a visit and all containers around it; give the error to those that do not know theirs."""
    error, cause = to_text(step.event.details.get("error")), to_text(step.event.details.get("cause"))
    inside = None
    for here in culprit.outwards():
        if here.open:
            if here.visit.error is None:
                here.visit.error, here.visit.cause = error, cause
            here.culprit = here.culprit or inside
            walk.close(here, here.struck or "failed", step.event)
        inside = here
    name_culprits(culprit, error, cause)


HANDLERS: dict[str, Callable[[Reading, Step], Place | None]] = {
    "execution_started": on_started,
    "execution_redriven": on_redriven,
    "execution_ended": on_ended,
}
