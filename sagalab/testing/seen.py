"""What one run came to, read from its history with the definition; wherever it ran."""

from collections import Counter
from collections.abc import Iterator

from sagalab.asl.document import Machine, State
from sagalab.asl.engine.errors import RUNTIME, TIMEOUT
from sagalab.asl.parts import Catcher, Retrier
from sagalab.history.events import Event
from sagalab.history.execution import Execution
from sagalab.history.scopes import CONTAINERS
from sagalab.history.visits import Visit
from sagalab.testing.choices import ChoicesTaken
from sagalab.testing.items import Key, catch_key, exhausted_key, name_of, retrier_of, retry_key, way_key

_STRIKES = ("attempt_failed", "attempt_timed_out", "evaluation_failed")
_OVER = ("failed", "timed_out", "caught")


class Seen:
    """Counts the items that a run came to (`counts`); `notes` say in sentences what could not be told.

    The child executions of distributed Maps count too, where the run has them (`Execution.children`).
    """

    def __init__(self, machine: Machine, execution: Execution) -> None:
        self.machine = machine
        self.counts: Counter[Key] = Counter()
        self.notes: list[str] = []
        todo = [execution]
        while todo:
            run = todo.pop()
            self._read(run)
            todo += run.children

    def _read(self, run: Execution) -> None:
        choices = ChoicesTaken(self.machine, run)
        events = {event.id: event for event in run.history}
        for visit in run.visits:
            state = self.machine.state(visit.name)
            if state is None:
                self._note(f"A run entered {visit.name!r}, which the definition does not have.")
                continue
            self.counts["state", state.name, 0, ""] += 1
            if visit.status == "succeeded":
                self._left(state, visit, choices)
            elif visit.status == "caught":
                self._caught(state, visit)
            if visit.map_run_arn and not run.children:
                self._note(
                    f"The child executions of the Map Run of {visit.name!r} are not among the runs: what is inside "
                    "does not count. Give their executions too."
                )
            if state.retriers:
                self._retried(state, visit, strikes(visit, events))
        for note in choices.notes:
            self._note(note)

    def _left(self, state: State, visit: Visit, choices: ChoicesTaken) -> None:
        if state.type == "Choice":
            way = choices.way(state, visit)
            if way is not None:
                self.counts[way_key(way)] += 1
            return
        if visit.next is None:
            if state.ends and state.type not in ("Succeed", "Fail"):
                self.counts["next", state.name, 0, ""] += 1
            return
        for way in state.transitions:
            if way.kind == "next" and way.target_name == visit.next.name:
                self.counts[way_key(way)] += 1

    def _caught(self, state: State, visit: Visit) -> None:
        catcher, name = catcher_of(state, visit.caught_error, visit.next.name if visit.next else None)
        if catcher is not None and name is not None:
            self.counts[catch_key(catcher, name)] += 1
        else:
            self._note(f"Which catcher of {state.name!r} took an error cannot be told from the history.")

    def _retried(self, state: State, visit: Visit, errors: list[str | None]) -> None:
        used: Counter[Retrier] = Counter()
        over = visit.status in _OVER
        for error in errors[:-1] if over else errors:
            retrier = retrier_of(state, error)
            if retrier is not None:
                used[retrier] += 1
                self.counts[retry_key(retrier)] += 1
        last = errors[-1] if errors and over else RUNTIME
        retrier = retrier_of(state, last) if last != RUNTIME else None
        if retrier is not None and used[retrier] >= retrier.max_attempts:
            self.counts[exhausted_key(retrier)] += 1

    def _note(self, sentence: str) -> None:
        if sentence not in self.notes:
            self.notes.append(sentence)


def catcher_of(state: State, error: str | None, target: str | None) -> tuple[Catcher | None, str | None]:
    """Return the catcher that took an error and led to `target`, and which of its names did; None: unknown.

    An error that no event names is told by where the run went, if only one catcher leads there.
    """
    led = [catcher for catcher in state.catchers if target is None or catcher.next == target]
    if error is not None:
        takes = [(catcher, name) for catcher in led if (name := name_of(catcher, error)) is not None]
        return takes[0] if takes else (None, None)
    if len(led) == 1:
        return led[0], led[0].errors[0] if len(led[0].errors) == 1 else None
    return None, None


def strikes(visit: Visit, events: dict[int, Event]) -> list[str | None]:
    """Return the errors that struck a visit, in order: of its attempts or rounds, and of its expressions."""
    found = [event for event in (events.get(number) for number in visit.events) if event is not None]
    own = list(_errors(found, visit.type in CONTAINERS))
    rounds = [each.error for each in visit.rounds if each.outcome in ("failed", "timed_out")]
    errors = [*rounds, *own]
    return errors or ([visit.error] if visit.status in _OVER and visit.error else [])


def _errors(events: list[Event], container: bool) -> Iterator[str | None]:
    for event in events:
        if event.kind in _STRIKES and (event.kind == "evaluation_failed" or not container):
            yield event.details.get("error") or (TIMEOUT if event.kind == "attempt_timed_out" else None)
