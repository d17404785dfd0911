"""The walk from a history's events to its visits: every event finds its visit by `previousEventId`.

What AWS does that shapes this walk (seen in recorded histories):
- The first state of every branch follows ParallelStateStarted; MapIterationStarted of a later item follows
  an event inside the item whose end made room for it, so the Map is found by the event's `name`.
- MapIteration…, MapStateSucceeded and ParallelStateSucceeded are side notes: the next event often skips them.
- EvaluationFailed follows what its state followed, so it is found by its `state`.
- A caught error shows as …Exited of the state that failed; a retried one as a further …Scheduled.
"""

from itertools import zip_longest

from sagalab.history import attempts, containers, ends, states
from sagalab.history.events import Event
from sagalab.history.reading import Reading, Step

HANDLERS = ends.HANDLERS | states.HANDLERS | attempts.HANDLERS | containers.HANDLERS


class HistoryWalk(Reading):
    """Reads the events of a history in order; afterwards it holds what they tell."""

    def run(self) -> "HistoryWalk":
        """Read all events."""
        for event, following in zip_longest(self.events, self.events[1:]):
            self.following = following
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
            self.places[event.id] = self.last = (place, scope)
            self.kinds[event.id] = event.kind
        if self.end is not None and self.open:
            self.note("Event {} ends the execution, and yet states were entered after it.", self.end)
            ends.close_all(self, self.end)
        return self

    def _step(self, event: Event) -> Step:
        previous = event.previous_id
        known = self.places.get(previous) if previous is not None else None
        if known is not None:
            return Step(event, *known, False)
        if previous == 0 or event.kind == "execution_started":
            return Step(event, None, self.root, False)
        if previous is None:
            self.note("Event {} does not say which event it follows: read in the order of the list.", event)
        else:
            self.note("Event {} follows an event that is not in this history.", event)
        return Step(event, *self.last, True)
