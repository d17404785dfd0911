"""The walk from a history's events to its visits: every event finds its visit by `previousEventId`.

What AWS does that shapes this walk (seen in recorded histories):
- The first state of every branch follows ParallelStateStarted; MapIterationStarted of a later item follows
  an event inside the item whose end made room for it, so the Map is found by the event's `name`.
- MapIteration…, MapStateSucceeded and ParallelStateSucceeded are side notes: the next event often skips them.
- EvaluationFailed follows what its state followed, so it is found by its `state`.
- A caught error shows as …Exited of the state that failed; a retried one as a further …Scheduled.
"""

from collections.abc import Callable
from typing import Any

from sagalab.definition_index import DefinitionIndex
from sagalab.history_events import Event
from sagalab.history_guess import guess_named, guess_scope, guess_task
from sagalab.history_scopes import CONTAINERS, OpenVisit, Scope, end_attempt
from sagalab.visits import Attempt, Iteration, Visit, parse_json

Place = tuple[OpenVisit | None, Scope]

END_STATUS = {
    "ExecutionSucceeded": "SUCCEEDED",
    "ExecutionFailed": "FAILED",
    "ExecutionTimedOut": "TIMED_OUT",
    "ExecutionAborted": "ABORTED",
}


class HistoryWalk:
    """Reads events in order; afterwards `visits`, `start`, `end` (events) and `warnings` hold what they tell."""

    def __init__(self, events: list[Event], index: DefinitionIndex):
        self.events = events
        self.index = index
        self.visits: list[Visit] = []
        self.open: dict[OpenVisit, None] = {}
        self.start: Event | None = None
        self.end: Event | None = None
        self.redrives = 0
        self.warnings: list[str] = []
        self.owner_of_event: dict[int, Visit] = {}
        self._root = Scope()
        self._places: dict[int, Place] = {}
        self._kinds: dict[int, str] = {}
        self._entered_after: dict[tuple[int | None, str], OpenVisit] = {}
        self._counts: dict[str, list[int]] = {}
        self._last: Place = (None, self._root)
        self._position = 0
        handlers = {name[4:]: getattr(self, name) for name in dir(self) if name.startswith("_on_")}
        self._handlers: dict[str, Callable[[Event, OpenVisit | None, Scope, bool], Place]] = handlers

    def run(self) -> "HistoryWalk":
        """Read all events."""
        for self._position, event in enumerate(self.events):
            place, scope, loose = self._before(event)
            handler = self._handlers.get(event.kind)
            if handler is None:
                self._note(f"Event {{}} has a type that this version does not know: {event.type}.", event)
            else:
                place, scope = handler(event, place, scope, loose)
                if place is not None and event.kind not in ("execution_ended", "redriven"):
                    place.visit.events.append(event.id)
                    self.owner_of_event[event.id] = place.visit
            self._places[event.id] = self._last = (place, scope)
            self._kinds[event.id] = event.kind
        if self.start is None:
            self.warnings.append("There is no ExecutionStarted event: the beginning of the history is missing.")
        self.warnings += [_sentence(text, ids) for text, ids in self._counts.items()]
        return self

    def _before(self, event: Event) -> tuple[OpenVisit | None, Scope, bool]:
        """Return the place that the event follows, and whether that had to be guessed from the order."""
        previous = event.previous_id
        known = self._places.get(previous) if previous is not None else None
        if known is not None:
            return *known, False
        if previous == 0 or event.kind == "execution_started":
            return None, self._root, False
        if previous is None:
            self._note("Event {} does not say which event it follows: read in the order of the list.", event)
        else:
            self._note("Event {} follows an event that is not in this history.", event)
        return *self._last, True

    def _note(self, text: str, event: Event) -> None:
        """Keep a warning; `{}` stands for the id of the event. The same text is told once for all its events."""
        self._counts.setdefault(text, []).append(event.id)

    # --- the execution

    def _on_execution_started(self, event: Event, place: OpenVisit | None, scope: Scope, loose: bool) -> Place:
        self.start = self.start or event
        return None, self._root

    def _on_redriven(self, event: Event, place: OpenVisit | None, scope: Scope, loose: bool) -> Place:
        self.redrives += 1
        self.end = None
        return place, scope

    def _on_execution_ended(self, event: Event, place: OpenVisit | None, scope: Scope, loose: bool) -> Place:
        self.end = event
        status = END_STATUS.get(event.type)
        if status == "SUCCEEDED":
            for left in list(self.open):
                self._presume_left(left, event)
        elif status == "FAILED":
            culprit = self._culprit(event, place)
            if culprit is not None:
                self._fail(culprit, event, event.details.get("error"), event.details.get("cause"))
                place, scope = culprit, culprit.scope
        how = "timed_out" if status == "TIMED_OUT" else "aborted"
        for cut in list(self.open):
            cut.close(how, event.at)
        self.open.clear()
        return place, scope

    def _culprit(self, event: Event, place: OpenVisit | None) -> OpenVisit | None:
        """Return the visit whose error ended the execution."""
        if place is not None and (place.open or place.visit.status in ("failed", "timed_out")):
            return place
        after = [p for p in self.open if (event.previous_id, p.visit.name) in self._entered_after]
        after = [p for p in after if self._entered_after[event.previous_id, p.visit.name] is p]
        struck = [p for p in self.open if p.struck]
        leaves = [p for p in self.open if not p.is_container or not p.scopes]
        for candidates in (after, struck, leaves):
            if len(candidates) == 1:
                return candidates[0]
        return struck[-1] if struck else None

    def _fail(self, culprit: OpenVisit, event: Event, error: Any, cause: Any) -> None:
        """Fail a visit and all containers around it; give the error to those that do not know theirs."""
        for place in culprit.outwards():
            if place.open:
                if place.visit.error is None:
                    place.visit.error, place.visit.cause = _text(error), _text(cause)
                place.close(place.struck or "failed", event.at)
                self.open.pop(place, None)
        self._name_culprits(culprit, error, cause)

    def _name_culprits(self, place: OpenVisit, error: Any, cause: Any) -> None:
        """Give the error to the visits inside that caused it and do not know it (a Fail state's event doesn't)."""
        down: OpenVisit | None = place
        while down is not None:
            if down.visit.error is None and down.visit.status in ("failed", "caught"):
                down.visit.error, down.visit.cause = _text(error), _text(cause)
            down = down.culprit

    # --- states

    def _on_entered(self, event: Event, place: OpenVisit | None, scope: Scope, loose: bool) -> Place:
        name = self._name(event)
        state_type = event.type.removesuffix("StateEntered")
        if loose:
            scope = guess_scope(self, name, self._last)
        elif place is not None:
            scope = self._scope_after(event, place, scope, name)
        owner = scope.owner
        if owner is not None and self.redrives and not owner.open:
            owner.reopen()
            self._open_again(owner)
        visit = Visit(
            len(self.visits), name, state_type, entered=event.at, raw_input=event.details.get("input"),
            entered_event=event.id,
        )  # fmt: skip
        if owner is not None:
            visit.parent = owner.visit
            visit.round = len(owner.visit.rounds) or None
            if owner.visit.type == "Parallel":
                visit.branch = scope.index
            else:
                visit.iteration = scope.index
        before = scope.current
        if before is not None:
            before.visit.next = visit
            if before.open:
                self._presume_left(before, event)
            self._catch_by_definition(before.visit, name)
        here = OpenVisit(visit, scope)
        if state_type == "Fail":
            visit.status = "failed"
            here.strike("failed", *self.index.fail_error(name))
        scope.current = here
        self.visits.append(visit)
        self.open[here] = None
        self._entered_after[event.previous_id, name] = here
        return here, scope

    def _scope_after(self, event: Event, place: OpenVisit, scope: Scope, name: str) -> Scope:
        """Return the scope that a state is entered in after an event of `place`."""
        kind = self._kinds.get(event.previous_id)
        if kind == "iteration_started":
            return scope
        if self.redrives and not place.open and place.visit.exited_event is None and place.visit.type != "Fail":
            return place.scope
        if place.is_container and place.open and kind != "exited":
            return self._child_scope(place, name, event)
        owner = place.scope.owner
        if place.open and place.struck and owner is not None and owner.open:
            # Nothing follows an error in its own branch: a retrier began the container's work anew.
            self._begin_round(owner, event)
            return self._child_scope(owner, name, event)
        return place.scope

    def _child_scope(self, owner: OpenVisit, name: str, event: Event) -> Scope:
        if not owner.visit.rounds or owner.failed or name in owner.branches:
            self._begin_round(owner, event)
        branch = self.index.branch_of(owner.visit.name, name) if owner.visit.type == "Parallel" else None
        if branch is None and owner.visit.type == "Parallel":
            branch = len(owner.branches)
        scope = owner.add_scope(branch)
        if owner.visit.type == "Parallel":
            owner.branches[name] = scope
        else:
            self._note("Event {} enters a state of a Map outside of any iteration.", event)
        return scope

    def _on_exited(self, event: Event, place: OpenVisit | None, scope: Scope, loose: bool) -> Place:
        name = event.details.get("name")
        state_type = event.type.removesuffix("StateExited")
        here = self._named(name, state_type, place, loose)
        if here is None:
            self._note("Event {} leaves a state that was not seen to be entered.", event)
            return place, scope
        visit = here.visit
        for inner in [s.current for s in here.scopes if s.current and s.current.open]:
            if inner.struck:
                self._blame(here, inner, event)
                here.strike("failed", visit.error, visit.cause)
            elif here.struck:
                inner.close("aborted", event.at)
                self.open.pop(inner, None)
            else:
                self._presume_left(inner, event)
        visit.exited, visit.exited_event = event.at, event.id
        visit.raw_output = event.details.get("output")
        visit.raw_assigned = _mapping(event.details.get("assignedVariables"))
        if here.struck or self._caught_unseen(here, event, loose):
            self._catch(here)
            here.close("caught", event.at)
        else:
            here.unstrike()
            here.close("succeeded", event.at)
            visit.status = "succeeded"
        self.open.pop(here, None)
        return here, here.scope

    def _caught_unseen(self, here: OpenVisit, event: Event, loose: bool) -> bool:
        """Whether an error that has no event of its own was caught.

        A Task that was left without any schedule, and a container without any start, were left by a catcher:
        their input could not be made. A result that could not be placed ends in the catcher's error output.
        """
        visit = here.visit
        if visit.type not in ("Task", *CONTAINERS):
            return False
        if not visit.attempts and not visit.rounds and not loose and event.previous_id == visit.entered_event:
            return True
        output = visit.raw_output
        if isinstance(output, str) and '"States.' in output and len(output) < 40_000:
            value = parse_json(output)
            return (
                isinstance(value, dict)
                and set(value) == {"Error", "Cause"}
                and str(value["Error"]).startswith("States.")
            )
        return False

    def _catch(self, here: OpenVisit) -> None:
        """Mark a visit as caught; where no event named the error, the catcher's output may."""
        visit = here.visit
        visit.status = "caught"
        if visit.error is None:
            error, cause = _error_in(parse_json(visit.raw_output))
            visit.error, visit.cause = error, cause
            if error is not None:
                self._name_culprits(here, error, cause)
        visit.caught_error = visit.error

    def _catch_by_definition(self, before: Visit, name: str) -> None:
        """Mark a visit as caught whose definition leads to `name` only by a catcher."""
        if before.status == "succeeded" and self.index.leads_by_catch_only(before.name, name):
            before.status = "caught"
            before.error, before.cause = _error_in(parse_json(before.raw_output))
            before.caught_error = before.error

    def _presume_left(self, here: OpenVisit, event: Event) -> None:
        """Close a visit that the execution has passed although no event says that it was left."""
        if not here.open:
            self.open.pop(here, None)
            return
        if here.struck and here.visit.type != "Fail":
            here.visit.caught_error = here.visit.error
            here.close("caught", None)
        else:
            here.close("succeeded", None)
        self._note("A state was passed before event {} without an event that says it was left.", event)
        self.open.pop(here, None)

    def _on_state_aborted(self, event: Event, place: OpenVisit | None, scope: Scope, loose: bool) -> Place:
        state_type = event.type.removesuffix("StateAborted")
        for here in place.outwards() if place is not None else ():
            if here.visit.type == state_type and here.visit.exited_event is None:
                here.close(here.struck or "aborted", event.at)
                self.open.pop(here, None)
                return here, here.scope
        self._note("Event {} cuts off a state that was not seen to be entered.", event)
        return place, scope

    def _on_evaluation_failed(self, event: Event, place: OpenVisit | None, scope: Scope, loose: bool) -> Place:
        name = event.details.get("state")
        here = self._named(name, None, place, loose)
        if place is None or not place.open or place.visit.name != name:
            here = self._entered_after.get((event.previous_id, name), here) if name else here
        if here is None:
            self._note("Event {} is an error of a state that was not seen to be entered.", event)
            return place, scope
        here.strike("failed", _text(event.details.get("error")), _text(event.details.get("cause")))
        return here, here.scope

    def _named(
        self, name: Any, state_type: str | None, place: OpenVisit | None, loose: bool
    ) -> OpenVisit | None:
        """Return the visit of that name that an event belongs to: the one it follows, or one around that."""
        if place is not None and not loose:
            for here in place.outwards():
                fits = name is None or here.visit.name == name
                if fits and here.visit.exited_event is None and state_type in (None, here.visit.type):
                    return here
        return guess_named(self, name, state_type, place)

    # --- attempts

    def _on_scheduled(self, event: Event, place: OpenVisit | None, scope: Scope, loose: bool) -> Place:
        here = self._task(event, place, loose)
        if here is None:
            return place, scope
        details = event.details
        if here.at_work:
            end_attempt(here.last_attempt, "failed", None)
        here.unstrike()
        attempt = self._new_attempt(here, event)
        attempt.scheduled = event.at
        attempt.raw_parameters = details.get("parameters", details.get("input"))
        return here, here.scope

    def _new_attempt(self, here: OpenVisit, event: Event) -> Attempt:
        attempt = Attempt(
            number=len(here.visit.attempts) + 1,
            resource=_text(event.details.get("resource")),
            service=_text(event.details.get("resourceType")),
            events=[event.id],
        )
        here.visit.attempts.append(attempt)
        return attempt

    def _attempt(self, here: OpenVisit, event: Event, begins: bool = False) -> Attempt:
        """Return the attempt that an event belongs to; one whose schedule is missing begins here."""
        attempt = here.last_attempt
        if attempt is None or (begins and attempt.outcome != "running"):
            if event.kind != "attempt_failed":
                self._note("The work of event {} was not seen to be scheduled.", event)
            return self._new_attempt(here, event)
        attempt.events.append(event.id)
        return attempt

    def _on_started(self, event: Event, place: OpenVisit | None, scope: Scope, loose: bool) -> Place:
        here = self._task(event, place, loose)
        if here is None:
            return place, scope
        self._attempt(here, event, begins=True).started = event.at
        return here, here.scope

    def _on_submitted(self, event: Event, place: OpenVisit | None, scope: Scope, loose: bool) -> Place:
        here = self._task(event, place, loose)
        if here is None:
            return place, scope
        self._attempt(here, event, begins=True)
        return here, here.scope

    def _on_attempt_succeeded(self, event: Event, place: OpenVisit | None, scope: Scope, loose: bool) -> Place:
        here = self._task(event, place, loose)
        if here is None:
            return place, scope
        attempt = self._attempt(here, event)
        end_attempt(attempt, "succeeded", event.at)
        attempt.raw_result = event.details.get("output")
        if here.open:
            here.unstrike()
        return here, here.scope

    def _on_attempt_failed(self, event: Event, place: OpenVisit | None, scope: Scope, loose: bool) -> Place:
        return self._attempt_over(event, place, scope, loose, "failed")

    def _on_attempt_timed_out(self, event: Event, place: OpenVisit | None, scope: Scope, loose: bool) -> Place:
        return self._attempt_over(event, place, scope, loose, "timed_out")

    def _attempt_over(
        self, event: Event, place: OpenVisit | None, scope: Scope, loose: bool, outcome: str
    ) -> Place:
        here = self._task(event, place, loose)
        if here is None:
            return place, scope
        error, cause = _text(event.details.get("error")), _text(event.details.get("cause"))
        end_attempt(self._attempt(here, event), outcome, event.at, error, cause)
        if here.open:
            here.strike(outcome, error, cause)
        return here, here.scope

    def _task(self, event: Event, place: OpenVisit | None, loose: bool) -> OpenVisit | None:
        """Return the Task visit that an attempt's event belongs to."""
        fits = place is not None and place.visit.type not in CONTAINERS and place.visit.exited_event is None
        if not fits or loose:
            following = self.events[self._position + 1 : self._position + 2]
            place = guess_task(self, event, place, following[0] if following else None)
        if place is None:
            self._note("Event {} belongs to a task that was not seen to be entered.", event)
        elif self.redrives and not place.open:
            place.reopen()
            self._open_again(place)
        return place

    def _open_again(self, place: OpenVisit) -> None:
        for around in place.outwards():
            if around.open:
                self.open[around] = None

    # --- Parallel and Map

    def _container(
        self, event: Event, place: OpenVisit | None, fits: Callable[[OpenVisit], bool]
    ) -> OpenVisit | None:
        """Return the innermost Parallel or Map (as the event's type says) that an event without name fits."""
        state_type = "Parallel" if event.type.startswith("Parallel") else "Map"
        around = list(place.outwards()) if place is not None else []
        around = [here for here in around if here.visit.type == state_type and here.visit.exited_event is None]
        if not around:
            around = [here for here in reversed(self.open) if here.visit.type == state_type][:64]
        here = next(filter(fits, around), around[0] if around else None)
        if here is None:
            self._note("Event {} belongs to a Parallel or Map that was not seen to be entered.", event)
        elif self.redrives and not here.open:
            here.reopen()
            self._open_again(here)
        return here

    def _begin_round(self, owner: OpenVisit, event: Event) -> Attempt:
        """Begin a container's work (anew), whatever was still open inside it is over."""
        for scope in owner.scopes:
            if scope.current is not None and scope.current.open:
                scope.current.close(scope.current.struck or "aborted", event.at)
                if scope.current.visit.status in ("failed", "timed_out") and owner.visit.error is None:
                    owner.visit.error, owner.visit.cause = scope.current.visit.error, scope.current.visit.cause
                self.open.pop(scope.current, None)
        return owner.begin_round(event.at)

    def _on_state_started(self, event: Event, place: OpenVisit | None, scope: Scope, loose: bool) -> Place:
        here = self._container(event, place, lambda c: c.open)
        if here is None:
            return place, scope
        self._begin_round(here, event)
        length = event.details.get("length")
        here.visit.length = length if isinstance(length, int) else here.visit.length
        return here, here.scope

    def _on_state_succeeded(self, event: Event, place: OpenVisit | None, scope: Scope, loose: bool) -> Place:
        here = self._container(event, place, lambda c: c.open and c.at_work)
        if here is None:
            return place, scope
        end_attempt(here.last_attempt, "succeeded", event.at)
        here.unstrike()
        return here, here.scope

    def _on_state_failed(self, event: Event, place: OpenVisit | None, scope: Scope, loose: bool) -> Place:
        here = self._container(event, place, lambda c: c.open and not c.failed and (c.at_work or not c.visit.rounds))
        if here is None:
            return place, scope
        self._blame(here, place, event)
        here.failed = True
        error, cause = here.visit.error, here.visit.cause
        if here.at_work:
            end_attempt(here.last_attempt, "failed", event.at, error, cause)
        here.strike("failed", error, cause)
        for inner in here.scopes:
            if inner.current is not None and inner.current.open:
                inner.current.close("aborted", event.at)
                self.open.pop(inner.current, None)
            if inner.iteration is not None and inner.iteration.status == "running":
                inner.iteration.status = "aborted"
        self._forget_closed()
        return here, here.scope

    def _blame(self, owner: OpenVisit, place: OpenVisit | None, event: Event) -> None:
        """Fail what leads from `place` out to `owner` (not included); the owner takes over the error."""
        if place is None or place is owner:
            return
        for here in place.outwards():
            if here is owner:
                break
            if here.open:
                here.close(here.struck or "failed", event.at)
                self.open.pop(here, None)
            if here.scope.owner is owner:
                owner.culprit = here
                if owner.visit.error is None:
                    owner.visit.error, owner.visit.cause = here.visit.error, here.visit.cause

    def _forget_closed(self) -> None:
        if len(self.open) <= 64:
            for here in [here for here in self.open if not here.open]:
                del self.open[here]

    def _map(self, event: Event, place: OpenVisit | None, loose: bool) -> OpenVisit | None:
        here = self._named(event.details.get("name"), "Map", place, loose)
        if here is None:
            self._note("Event {} belongs to a Parallel or Map that was not seen to be entered.", event)
        return here

    def _on_iteration_started(self, event: Event, place: OpenVisit | None, scope: Scope, loose: bool) -> Place:
        here = self._map(event, place, loose)
        if here is None:
            return place, scope
        number = event.details.get("index")
        index = number if isinstance(number, int) else None
        if index is None:
            self._note("Event {} does not say which item it is about.", event)
        if self.redrives and not here.open:
            here.reopen()
            self._open_again(here)
        elif not here.visit.rounds or here.failed or (index in here.items and not self.redrives):
            self._begin_round(here, event)
        scope = here.add_scope(index)
        scope.iteration = Iteration(index, started=event.at)
        if len(here.items) == 1 and len(here.visit.rounds) > 1 and not self.redrives:
            here.visit.iterations.clear()
        here.visit.iterations.append(scope.iteration)
        return here, scope

    def _on_iteration_succeeded(self, event: Event, place: OpenVisit | None, scope: Scope, loose: bool) -> Place:
        return self._iteration_over(event, place, scope, loose, "succeeded")

    def _on_iteration_failed(self, event: Event, place: OpenVisit | None, scope: Scope, loose: bool) -> Place:
        return self._iteration_over(event, place, scope, loose, "failed")

    def _on_iteration_aborted(self, event: Event, place: OpenVisit | None, scope: Scope, loose: bool) -> Place:
        return self._iteration_over(event, place, scope, loose, "aborted")

    def _iteration_over(
        self, event: Event, place: OpenVisit | None, scope: Scope, loose: bool, status: str
    ) -> Place:
        here = self._map(event, place, loose)
        if here is None:
            return place, scope
        item = here.items.get(event.details.get("index"))
        if item is None or item.iteration is None:
            self._note("Event {} ends an iteration that was not seen to start.", event)
            return here, here.scope
        item.iteration.status, item.iteration.ended = status, event.at
        inner = item.current
        if inner is None:
            return here, here.scope
        if status == "failed":
            inside = place is not None and any(p is inner for p in place.outwards())
            self._blame(here, place if inside else inner, event)
        elif inner.open and status == "aborted":
            inner.close(inner.struck or "aborted", event.at)
            self.open.pop(inner, None)
        elif inner.open:
            self._presume_left(inner, event)
        return here, here.scope

    def _map_of_run(self, event: Event, place: OpenVisit | None) -> OpenVisit | None:
        return self._container(event, place, lambda c: c.open)

    def _on_map_run_started(self, event: Event, place: OpenVisit | None, scope: Scope, loose: bool) -> Place:
        here = self._map_of_run(event, place)
        if here is None:
            return place, scope
        here.visit.map_run_arn = _text(event.details.get("mapRunArn")) or here.visit.map_run_arn
        return here, here.scope

    def _on_map_run_succeeded(self, event: Event, place: OpenVisit | None, scope: Scope, loose: bool) -> Place:
        here = self._map_of_run(event, place)
        return (here, here.scope) if here is not None else (place, scope)

    def _on_map_run_failed(self, event: Event, place: OpenVisit | None, scope: Scope, loose: bool) -> Place:
        here = self._map_of_run(event, place)
        if here is None:
            return place, scope
        here.strike("failed", _text(event.details.get("error")), _text(event.details.get("cause")))
        return here, here.scope

    def _on_map_run_aborted(self, event: Event, place: OpenVisit | None, scope: Scope, loose: bool) -> Place:
        return self._on_map_run_succeeded(event, place, scope, loose)

    def _name(self, event: Event) -> str:
        name = event.details.get("name")
        if isinstance(name, str) and name:
            return name
        self._note("Event {} does not name its state.", event)
        return "(unnamed)"


def _text(value: Any) -> str | None:
    return value if value is None or isinstance(value, str) else str(value)


def _mapping(value: Any) -> dict[str, Any] | None:
    return dict(value) if isinstance(value, dict) else None


def _error_in(output: Any) -> tuple[str | None, str | None]:
    """Return Error and Cause of a catcher's error output, at the top or one level down (its ResultPath)."""
    for value in (output, *(output.values() if isinstance(output, dict) else ())):
        if isinstance(value, dict) and "Error" in value and "Cause" in value:
            return _text(value["Error"]), _text(value["Cause"])
    return None, None


def _sentence(text: str, ids: list[int]) -> str:
    """Return a warning for all the events that it is about."""
    first = text.replace("{}", str(ids[0]), 1)
    if len(ids) == 1:
        return first
    others = ", ".join(map(str, ids[1:5])) + (", …" if len(ids) > 5 else "")
    return f"{first} So it is with {len(ids)} events in all (also {others})."
