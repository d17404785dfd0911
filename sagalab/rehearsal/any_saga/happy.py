"""The happy path: an input and answers of the tasks with which the machine succeeds without any Catch.

It is searched by running the machine: what a state misses is added where it would come from (the input, or the
answer of a task), and for a Choice the values are tried that lead on to success and to the most steps. While it
searches, every object says whose it is (`answers.FROM`), and every made value is one of its own, so that a value
that has gone through any number of Parameters, ResultPaths and Outputs is known again.
"""

import copy
import itertools
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sagalab.asl.document import State
from sagalab.asl.graph import nested, reach, targets
from sagalab.errors import SagaLabError
from sagalab.history.execution import Execution
from sagalab.history.visits import Visit
from sagalab.rehearsal.any_saga.answers import FROM, without_marks
from sagalab.rehearsal.any_saga.given import NOTHING
from sagalab.rehearsal.any_saga.made_values import INPUT, TEXT_NUMBER, MadeValues, Spot, Steps, with_field
from sagalab.rehearsal.any_saga.origins import Origins
from sagalab.rehearsal.any_saga.roles import Roles
from sagalab.rehearsal.any_saga.trial import Stage
from sagalab.rehearsal.any_saga.wishes import (
    ANY,
    Wish,
    jsonata_values,
    references,
    steps_of,
    wishes,
)

_RUNS = 3000  # of the search, at most
_TRIES = 400  # of one Choice's rule
# What names a way that is not the happy one.
_SAD = re.compile(
    r"fail|unsuccess|error|reject|declin|denied|invalid|unavailable|out ?of ?stock|not ?(found|enough|ok|available)"
    r"|insufficient|abort|expired|cancel",
    re.I,
)


@dataclass
class _Problem:
    """The first thing on a run that does not go as on the happy path; `place` counts the visits before it."""

    place: int
    visit: Visit | None
    words: str
    wanted: State | None = None  # a Choice: where it should go


def _names_until_steps(target: State) -> list[str]:
    """Return the names of a state and of those that must follow it, up to where ways part."""
    found, state = [target.name], target
    while len(targets(state, catch=False)) == 1 and len(found) < 4:
        state = targets(state, catch=False)[0]
        found.append(state.name)
    return found if state.ends else found[:1]


class _Stuck(Exception):
    """Nothing that the search can set makes it go on."""


def find_happy_path(stage: Stage, roles: Roles, given_input: Any = NOTHING) -> list[tuple[str, str]]:
    """Fill in the stage's input and answers; return the refusals: (task, answer as JSON text).

    A refusal is an answer of one task with which a Choice of the happy path goes another way. Raises
    SagaLabError, in words, when no happy path is found.
    """
    search = _Search(stage, roles, given_input)
    search.run()
    return search.refusals()


class _Search:
    def __init__(self, stage: Stage, roles: Roles, given_input: Any) -> None:
        self.stage, self.roles = stage, roles
        self.machine = stage.machine
        self.fixed = {*stage.answers.given, *([INPUT] if given_input is not NOTHING else [])}
        self.input: Any = {} if given_input is NOTHING else given_input
        self.values = MadeValues(self.fixed)
        self.refused: dict[str, set[str]] = {}
        self.runs = 0
        stage.answers.marked = True

    def run(self) -> None:
        problem = self._look()
        while problem is not None:
            if self.runs > _RUNS or not self._mend(problem):
                if problem.wanted is not None and problem.visit is not None:
                    self.refused.setdefault(problem.visit.name, set()).add(problem.wanted.name)
                    problem = self._look()
                    continue
                raise SagaLabError(
                    f"No happy path was found: {problem.words}.",
                    "Give an input (--input), or what tasks answer (tasks: in the .saga.yaml file beside the machine).",
                )
            problem = self._look()
        self.happy = copy.deepcopy((self.input, self.stage.answers.fields)), dict(self.values.spots)
        self._finish()

    def _finish(self) -> None:
        self._back(self.happy)
        self.stage.answers.unmarked()
        self._set_input(without_marks(self.input))

    def refusals(self) -> list[tuple[str, str]]:
        """Return answers of single tasks that lead a Choice of the happy path another way."""
        self._back(copy.deepcopy(self.happy))
        self.stage.answers.marked = True
        choices = [
            (place, visit)
            for place, visit in enumerate(self._execution().visits)
            if visit.type == "Choice" and visit.next is not None
        ]
        found: dict[tuple[str, str], None] = {}
        for place, visit in choices:
            state = self.machine.by_name[visit.name]
            for other in targets(state, catch=False):
                if visit.next is not None and other.name != visit.next.name:
                    refusal = self._refusal(state, visit, place, other)
                    if refusal is not None:
                        found[refusal] = None
        self._finish()
        return list(found)

    def _refusal(self, state: State, visit: Visit, place: int, other: State) -> tuple[str, str] | None:
        kept = copy.deepcopy(self.happy)
        self._back(kept)
        self._execution()
        for change in itertools.islice(self._for_choice(state, visit, other), _TRIES // 4):
            change = [(spot, value) for spot, value in change if spot[0] != INPUT]
            owners = {spot[0] for spot, _ in change}
            if len(owners) != 1:
                continue
            self._back(copy.deepcopy(self.happy))
            try:
                for spot, value in change:
                    self._set(spot, value)
            except _Stuck:
                continue
            now = self._execution().visits
            owner = owners.pop()
            if len(now) > place and now[place].name == visit.name:
                after = now[place].next
                if after is not None and after.name == other.name:
                    return owner, json.dumps(without_marks(self.stage.answers.fields[owner]))
        return None

    # one run

    def _set_input(self, value: Any) -> None:
        self.stage.input = value
        self.stage.text = json.dumps(value)

    def _execution(self) -> Execution:
        self.runs += 1
        marked = copy.deepcopy(self.input)
        if INPUT not in self.fixed and isinstance(marked, dict):
            marked[FROM] = INPUT
        self._set_input(marked)
        self.last = self.stage.execution()
        return self.last

    def _look(self) -> _Problem | None:
        """Run once; return the first problem."""
        execution = self._execution()
        for place, visit in enumerate(execution.visits):
            if visit.status in ("caught", "failed", "timed_out") and not any(
                inner.parent is visit and inner.status == "failed" for inner in execution.visits
            ):
                return _Problem(place, visit, f"{visit.name} failed with {visit.error}: {visit.cause}")
            if visit.type == "Choice" and visit.next is not None:
                wanted = self._wanted(visit, execution.visits[:place])
                if wanted is not None and visit.next.name != wanted.name:
                    words = f"{visit.name} goes to {visit.next.name}, not to {wanted.name}"
                    return _Problem(place, visit, words, wanted)
            if visit.name in self.roles.undos:
                return _Problem(place, visit, f"it comes to the undo {visit.name}")
        if execution.status == "SUCCEEDED":
            return None
        words = f"it ends as {execution.status}"
        if execution.visits:
            words += f" after {execution.visits[-1].name}"
        if execution.error or execution.cause:
            words += f" ({execution.error}: {execution.cause})"
        return _Problem(len(execution.visits), execution.visits[-1] if execution.visits else None, words)

    @property
    def _origins(self) -> Origins:
        return Origins(self.last, self.values)

    # which way a Choice should go

    def _wanted(self, visit: Visit, before: list[Visit]) -> State | None:
        state = self.machine.by_name[visit.name]
        refused = self.refused.get(visit.name, set())
        ways = [target for target in targets(state, catch=False) if target.name not in refused]
        if not ways:
            return None
        seen = {each.name for each in before}
        return min(ways, key=lambda target: self._rank(target, seen))

    def _rank(self, target: State, seen: set[str]) -> tuple[bool, bool, int, int]:
        undos = {self.machine.by_name[name] for name in self.roles.undos}
        barred = {state for state in target.scope.states.values() if undos & set(nested([state]))}
        free = reach([target], catch=False, stop=barred)
        steps = {state.name for state in nested(free)} & set(self.roles.steps) - seen
        sad = any(_SAD.search(name) for name in _names_until_steps(target))
        return (not any(state.succeeds for state in free), sad, -len(steps), self._distance(target))

    @staticmethod
    def _distance(target: State) -> int:
        line, far, known = [target], 0, {target}
        while line:
            if any(state.succeeds for state in line):
                return far
            line = [after for state in line for after in targets(state, catch=False) if after not in known]
            known |= set(line)
            far += 1
        return far + len(known)

    # mending

    def _mend(self, problem: _Problem) -> bool:
        """Set something so that the run comes further; return whether that was found."""
        if problem.visit is None:
            return False
        tried = 0
        for change in self._changes(problem):
            tried += 1
            if tried > _TRIES:
                return False
            kept = copy.deepcopy((self.input, self.stage.answers.fields)), dict(self.values.spots)
            try:
                for spot, value in change:
                    self._set(spot, value)
            except _Stuck:
                self._back(kept)
                continue
            if self._better(problem):
                return True
            self._back(kept)
        return False

    def _back(self, kept: Any) -> None:
        (self.input, self.stage.answers.fields), self.values.spots = copy.deepcopy(kept)

    def _better(self, before: _Problem) -> bool:
        now = self._look()
        if now is None or now.place > before.place:
            return True
        if now.place < before.place:
            return False
        return before.wanted is None and now.words != before.words and now.wanted is None

    def _changes(self, problem: _Problem) -> Iterable[list[tuple[Spot, Any]]]:
        """Yield what could be set, most promising first."""
        visit = problem.visit
        assert visit is not None
        state = self.machine.by_name[visit.name]
        if problem.wanted is not None:
            yield from self._for_choice(state, visit, problem.wanted)
            return
        if state.type == "Choice" and not state.is_jsonata:
            wanted = self._wanted(visit, [])
            if wanted is not None:
                yield from self._for_choice(state, visit, wanted)
        yield from self._for_error(state, visit)

    def _for_choice(self, state: State, visit: Visit, wanted: State) -> Iterable[list[tuple[Spot, Any]]]:
        rules = list(state.rules)
        number = next((rule.index for rule in rules if rule.next == wanted.name), len(rules))
        if state.is_jsonata:
            texts = [rule.condition or "" for rule in rules[: number + 1]]
            refs = [ref for text in reversed(texts) for ref in references(text)]
            values = [value for text in reversed(texts) for value in jsonata_values(text)]
            yield from self._products(visit, list(dict.fromkeys(refs)), values)
            return
        away = [wishes(dict(rule.body), False) for rule in rules[:number]]
        toward = [wishes(dict(rules[number].body), True)] if number < len(rules) else []
        for ways in itertools.product(*(way for way in [*away, *toward] if way)):
            change = []
            for wish in (wish for way in ways for wish in way):
                spot = self._spot_of_path(visit, wish)
                if spot is not None:
                    change.append((spot, wish[1]))
            if change:
                yield change

    def _spot_of_path(self, visit: Visit, wish: Wish) -> Spot | None:
        found = steps_of(wish[0])
        return None if found is None else self._origins.of(visit, *found)

    def _products(
        self, visit: Visit, refs: list[tuple[str, Steps]], values: list[Any]
    ) -> Iterable[list[tuple[Spot, Any]]]:
        spots = [spot for spot in (self._origins.of(visit, root, steps) for root, steps in refs) if spot]
        spots = list(dict.fromkeys(spots))[:4]
        for spot, value in itertools.product(spots, values):
            yield [(spot, value)]
        for count in range(2, len(spots) + 1):
            for chosen in itertools.product(values, repeat=count):
                yield list(zip(spots[:count], chosen, strict=True))

    def _for_error(self, state: State, visit: Visit) -> Iterable[list[tuple[Spot, Any]]]:
        origins = self._origins
        cause = str(visit.cause or "") or str(self.last.cause or "")
        missing = list(origins.missing(cause, visit))
        if missing:
            yield [(spot, ANY) for spot in missing]
        spots = missing or list(origins.named_in(cause, visit)) or list(origins.read_by(state, visit))
        tries: tuple[Any, ...] = (
            ANY, [{}, {}], 1, True, "2099-01-01T00:00:00Z", TEXT_NUMBER, {}, "{}", 0, "a,b",
        )  # fmt: skip
        for value in tries:
            for spot in spots:
                yield [(spot, value)]

    def _set(self, spot: Spot, value: Any) -> None:
        owner, steps = spot
        if not steps:
            raise _Stuck
        if owner == INPUT:
            self.input = with_field(self.input, steps, self.values.made(spot, value))
        else:
            fields = self.stage.answers.fields.get(owner, {})
            self.stage.answers.fields[owner] = with_field(fields, steps, self.values.made(spot, value))
