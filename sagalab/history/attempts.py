"""Reading a history: the attempts of a Task, from schedule to success, failure or time-out."""

from collections.abc import Callable

from sagalab.history.events import Event
from sagalab.history.guess import guess_task
from sagalab.history.reading import Reading, Step
from sagalab.history.scopes import CONTAINERS, OpenVisit, Place, end_attempt, to_text
from sagalab.history.visits import Attempt


def on_scheduled(walk: Reading, step: Step) -> Place | None:
    """…Scheduled begins an attempt; after a failed one it is the retrier's doing."""
    here = _task(walk, step)
    if here is None:
        return None
    if here.at_work:
        end_attempt(here.last_attempt, "failed", None)
    here.unstrike()
    attempt = _new_attempt(walk, here, step.event)
    attempt.scheduled = step.event.at
    attempt.raw_parameters = step.event.details.get("parameters", step.event.details.get("input"))
    return here, here.scope


def on_started(walk: Reading, step: Step) -> Place | None:
    """…Started."""
    here = _task(walk, step)
    if here is None:
        return None
    _attempt(walk, here, step.event, begins=True).started = step.event.at
    return here, here.scope


def on_submitted(walk: Reading, step: Step) -> Place | None:
    """TaskSubmitted: `.sync` and `.waitForTaskToken` wait from here on."""
    here = _task(walk, step)
    if here is None:
        return None
    _attempt(walk, here, step.event, begins=True)
    return here, here.scope


def on_succeeded(walk: Reading, step: Step) -> Place | None:
    """…Succeeded."""
    here = _task(walk, step)
    if here is None:
        return None
    attempt = _attempt(walk, here, step.event)
    end_attempt(attempt, "succeeded", step.event.at)
    attempt.raw_result = step.event.details.get("output")
    if here.open:
        here.unstrike()
    return here, here.scope


def on_failed(walk: Reading, step: Step) -> Place | None:
    """…Failed, …StartFailed, …ScheduleFailed, …SubmitFailed."""
    return _over(walk, step, "failed")


def on_timed_out(walk: Reading, step: Step) -> Place | None:
    """…TimedOut: TimeoutSeconds or HeartbeatSeconds passed."""
    return _over(walk, step, "timed_out")


def _over(walk: Reading, step: Step, outcome: str) -> Place | None:
    here = _task(walk, step)
    if here is None:
        return None
    error, cause = to_text(step.event.details.get("error")), to_text(step.event.details.get("cause"))
    end_attempt(_attempt(walk, here, step.event), outcome, step.event.at, error, cause)
    if here.open:
        here.strike(outcome, error, cause)
    return here, here.scope


def _task(walk: Reading, step: Step) -> OpenVisit | None:
    """Return the Task visit that an attempt's event belongs to."""
    here = step.place
    fits = here is not None and here.visit.type not in CONTAINERS and here.visit.exited_event is None
    if not fits or step.loose:
        here = guess_task(walk, step.event, step.place)
    if here is None:
        walk.note("Event {} belongs to a task that was not seen to be entered.", step.event)
    else:
        walk.reopen(here)
    return here


def _attempt(walk: Reading, here: OpenVisit, event: Event, begins: bool = False) -> Attempt:
    """Return the attempt that an event belongs to; one whose schedule is missing begins here."""
    attempt = here.last_attempt
    if attempt is None or (begins and attempt.outcome != "running"):
        if event.kind != "attempt_failed":
            walk.note("The work of event {} was not seen to be scheduled.", event)
        return _new_attempt(walk, here, event)
    attempt.events.append(event.id)
    return attempt


def _new_attempt(walk: Reading, here: OpenVisit, event: Event) -> Attempt:
    attempt = Attempt(
        number=len(here.visit.attempts) + 1,
        resource=to_text(event.details.get("resource")),
        service=to_text(event.details.get("resourceType")),
        events=[event.id],
        redrive=len(walk.redrives),
    )
    here.visit.attempts.append(attempt)
    return attempt


HANDLERS: dict[str, Callable[[Reading, Step], Place | None]] = {
    "scheduled": on_scheduled,
    "started": on_started,
    "submitted": on_submitted,
    "attempt_succeeded": on_succeeded,
    "attempt_failed": on_failed,
    "attempt_timed_out": on_timed_out,
}
