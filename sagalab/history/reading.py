"""A history while it is being read: the visits so far, which of them are open, and what was not understood."""

from typing import NamedTuple

from sagalab.asl.document import Machine
from sagalab.history.events import Event
from sagalab.history.redrives import Redrive
from sagalab.history.scopes import OpenVisit, Place, Scope
from sagalab.history.visits import Visit


class Step(NamedTuple):
    """One event with the place that it follows: a visit (None: none yet) and the scope of what comes next.

    `loose`: the event did not say what it follows, so the place is that of the event before it in the list.
    """

    event: Event
    place: OpenVisit | None
    scope: Scope
    loose: bool


class Reading:
    """What is known of an execution while its events are read in order.

    `visits`, `start`, `end` (events) and `warnings` hold what they tell; `machine` is the definition's tree, without
    states where none is known. `open` holds the visits that are neither left nor cut off, oldest first; `kinds` the
    kinds of the events read, by id; `entered_after` the latest visit by (event that it followed, name).
    """

    def __init__(self, events: list[Event], machine: Machine):
        self.events = events
        self.machine = machine
        self.visits: list[Visit] = []
        self.open: dict[OpenVisit, None] = {}
        self.start: Event | None = None
        self.end: Event | None = None
        self.redrives: list[Redrive] = []
        self._cut_off: list[OpenVisit] = []
        self.owner_of_event: dict[int, Visit] = {}
        self.root = Scope()
        self.kinds: dict[int, str] = {}
        self.entered_after: dict[tuple[int | None, str], OpenVisit] = {}
        self.last: Place = (None, self.root)
        self.following: Event | None = None
        self.places: dict[int, Place] = {}
        self._notes: dict[str, list[int]] = {}

    @property
    def warnings(self) -> list[str]:
        """What was not understood, in plain sentences."""
        missing = "There is no ExecutionStarted event: the beginning of the history is missing."
        cut = [missing] if self.start is None and self.events else []
        return cut + [_sentence(text, ids) for text, ids in self._notes.items()]

    def note(self, text: str, event: Event) -> None:
        """Keep a warning; `{}` stands for the id of the event. A text is told once for all its events."""
        self._notes.setdefault(text, []).append(event.id)

    def close(self, here: OpenVisit, status: str, event: Event) -> None:
        """End a visit, and what is open inside it, by an event that is not its own."""
        for closed in here.close(status, event.at):
            self.open.pop(closed, None)
            if closed.visit.exited_event is None and closed.visit.status in (
                "failed",
                "timed_out",
                "aborted",
            ):
                self._cut_off.append(closed)

    def unfinished(self) -> list[OpenVisit]:
        """After a redrive: the visits that were entered and not left, and have not gone on yet, in their order."""
        if not self.redrives:
            return []
        return [here for here in self._cut_off if not here.open and here.may_go_on]

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
