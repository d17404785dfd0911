"""The walk from a history's events to its visits: every event finds its visit by `previousEventId`.

What AWS does that shapes this walk (seen in recorded histories):
- The first state of every branch follows ParallelStateStarted; MapIterationStarted of a later item follows
  an event inside the item whose end made room for it, so the Map is found by the event's `name`.
- MapIteration…, MapStateSucceeded and ParallelStateSucceeded are side notes: the next event often skips them.
- EvaluationFailed follows what its state followed, so it is found by its `state`.
- A caught error shows as …Exited of the state that failed; a retried one as a further …Scheduled.
"""

from collections.abc import Callable
from itertools import zip_longest
from typing import Any, NamedTuple

from sagalab.asl.document import Machine
from sagalab.history import (
    attempts as history_attempts,
)
from sagalab.history import (
    containers as history_containers,
)
from sagalab.history import (
    ends as history_ends,
)
from sagalab.history import (
    states as history_states,
)
from sagalab.history.events import Event
from sagalab.history.guess import guess_named
from sagalab.history.scopes import OpenVisit, Place, Scope
from sagalab.history.visits import Visit

HANDLERS = (
    history_ends.HANDLERS | history_states.HANDLERS | history_attempts.HANDLERS | history_containers.HANDLERS
)


class Step(NamedTuple):
    """One event with the place that it follows: a visit (None: none yet) and the scope of what comes next.

    `loose`: the event did not say what it follows, so the place is that of the event before it in the list.
    """

    event: Event
    place: OpenVisit | None
    scope: Scope
    loose: bool


class HistoryWalk:
    """Reads events in order; afterwards `visits`, `start`, `end` (events) and `warnings` hold what they tell.

    `open` holds the visits that are neither left nor cut off, oldest first; `kinds` the kinds of the events
    read, by id; `machine` is the definition's tree, without states where none is known; `entered_after` the latest visit by (event that it followed, name).
    """

    def __init__(self, events: list[Event], machine: Machine):
        self.events = events
        self.machine = machine
        self.visits: list[Visit] = []
        self.open: dict[OpenVisit, None] = {}
        self.start: Event | None = None
        self.end: Event | None = None
        self.redrives = 0
        self.owner_of_event: dict[int, Visit] = {}
        self.root = Scope()
        self.kinds: dict[int, str] = {}
        self.entered_after: dict[tuple[int | None, str], OpenVisit] = {}
        self.last: Place = (None, self.root)
        self.following: Event | None = None
        self._places: dict[int, Place] = {}
        self._notes: dict[str, list[int]] = {}

    def run(self) -> "HistoryWalk":
        """Read all events."""
        for event, self.following in zip_longest(self.events, self.events[1:]):
            step = self._step(event)
            handler = HANDLERS.get(event.kind)
            if handler is None:
                self.note(f"Event {{}} has a type that this version does not know: {event.type}.", event)
                place, scope = step.place, step.scope
            else:
                place, scope = handler(self, step) or (step.place, step.scope)
                if place is not None and not event.kind.startswith("execution_"):
                    place.visit.events.append(event.id)
                    self.owner_of_event[event.id] = place.visit
            self._places[event.id] = self.last = (place, scope)
            self.kinds[event.id] = event.kind
        if self.end is not None and self.open:
            self.note("Event {} ends the execution, and yet states were entered after it.", self.end)
            history_ends.close_all(self, self.end)
        return self

    def _step(self, event: Event) -> Step:
        previous = event.previous_id
        known = self._places.get(previous) if previous is not None else None
        if known is not None:
            return Step(event, *known, False)
        if previous == 0 or event.kind == "execution_started":
            return Step(event, None, self.root, False)
        if previous is None:
            self.note("Event {} does not say which event it follows: read in the order of the list.", event)
        else:
            self.note("Event {} follows an event that is not in this history.", event)
        return Step(event, *self.last, True)

    @property
    def warnings(self) -> list[str]:
        """What was not understood, in plain sentences."""
        missing = "There is no ExecutionStarted event: the beginning of the history is missing."
        cut = [missing] if self.start is None and self.events else []
        return cut + [_sentence(text, ids) for text, ids in self._notes.items()]

    def note(self, text: str, event: Event) -> None:
        """Keep a warning; `{}` stands for the id of the event. A text is told once for all its events."""
        self._notes.setdefault(text, []).append(event.id)

    def named(
        self, name: Any, state_type: str | None, step: Step, fits: Callable[[OpenVisit], bool] | None = None
    ) -> OpenVisit | None:
        """Return the visit of that name that an event belongs to: the one it follows, or one around that.

        `fits` helps to choose where the event does not say what it follows.
        """
        if step.place is not None and not step.loose:
            for here in step.place.outwards():
                is_it = name is None or here.visit.name == name
                if is_it and here.visit.exited_event is None and state_type in (None, here.visit.type):
                    return here
        guess = guess_named(self, name, state_type, step.place, fits) if fits else None
        return guess or guess_named(self, name, state_type, step.place)

    def close(self, here: OpenVisit, status: str, event: Event) -> None:
        """End a visit, and what is open inside it, by an event that is not its own."""
        for closed in here.close(status, event.at):
            self.open.pop(closed, None)

    def reopen(self, here: OpenVisit) -> None:
        """After a redrive: go on with a visit that the execution's end had closed."""
        if self.redrives and not here.open:
            here.reopen()
            for around in here.outwards():
                if around.open:
                    self.open[around] = None

    def presume_left(self, here: OpenVisit, event: Event) -> None:
        """Close a visit that the execution has passed although no event says that it was left."""
        if here.struck and here.visit.type != "Fail":
            here.visit.caught_error = here.visit.error
            self.close(here, "caught", event)
        else:
            self.close(here, "succeeded", event)
        self.note("A state was passed before event {} without an event that says it was left.", event)


def _sentence(text: str, ids: list[int]) -> str:
    """Return a warning for all the events that it is about."""
    first = text.replace("{}", str(ids[0]), 1)
    if len(ids) == 1:
        return first
    others = ", ".join(map(str, ids[1:5])) + (", …" if len(ids) > 5 else "")
    return f"{first} So it is with {len(ids)} events in all (also {others})."
