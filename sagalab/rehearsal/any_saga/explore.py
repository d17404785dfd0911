"""`explore_any`: every fault of AWS, alone and in pairs, on any state machine; in this process, in virtual time."""

import json
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import Any

from sagalab.asl.check import check
from sagalab.asl.document import Machine
from sagalab.asl.engine.history import json_text
from sagalab.asl.engine.program import Program
from sagalab.asl.parts import Catcher, Retrier
from sagalab.asl.plain import plain
from sagalab.asl.text import AslSyntaxError, read_text
from sagalab.errors import SagaLabError
from sagalab.rehearsal.any_saga.acts import Run
from sagalab.rehearsal.any_saga.answers import Answers
from sagalab.rehearsal.any_saga.faults import KINDS, Fault, faults_of
from sagalab.rehearsal.any_saga.given import NOTHING, Given, read_saga_file, saga_file
from sagalab.rehearsal.any_saga.happy import find_happy_path
from sagalab.rehearsal.any_saga.judgement import Expected, judge_run
from sagalab.rehearsal.any_saga.result import AnyExploration, Case
from sagalab.rehearsal.any_saga.roles import Roles, recognise
from sagalab.rehearsal.any_saga.trial import Stage

Advance = Callable[[int, int], None]  # (how many plans are judged, of how many)
Plan = tuple[Fault, ...]
_TELL_EVERY = 50
MOST_PAIRS = 20_000


def explore_any(
    machine: str | Path | Mapping[str, Any],
    input: Any = NOTHING,
    *,
    faults: int = 2,
    undo: Mapping[str, str | list[str]] | None = None,
    reads: Iterable[str] = (),
    optional: Iterable[str] = (),
    pivot: str | None = None,
    tasks: Mapping[str, Any] | None = None,
    without: Iterable[str] = (),
    advance: Advance | None = None,
) -> AnyExploration:
    """Run any state machine under every fault of AWS alone (`faults=1`), or every pair too (`faults=2`).

    `machine`: a definition or its file; what `my.saga.yaml` beside it says counts too. Steps and undos are
    recognised; `undo` ({"ChargeCard": "RefundCard"}), `reads` (tasks that change nothing), `optional` (steps
    without which the saga may succeed) and `pivot` say what cannot be seen. `input` and `tasks` (by state, its
    answer) are made up where they are not given, so that the happy path is taken. `without`: kinds of
    faults (faults.KINDS) to leave out. Ctrl-C ends it early; what was found is returned. No cloud is needed.

    Raises SagaLabError for a machine that AWS would refuse, for names that it does not have, for one without
    a step, and when no happy path is found.
    """
    if faults not in (1, 2):
        raise SagaLabError(f"The explorer cannot strike {faults} faults at once.", "Take 1 or 2.")
    tree = _tree(machine)
    given = Given(
        dict(undo or {}),
        frozenset(reads),
        frozenset(optional),
        pivot,
        input,
        dict(tasks or {}),
        frozenset(without),
    )
    beside = saga_file(Path(machine)) if isinstance(machine, str | Path) else None
    if beside is not None and beside.is_file():
        given = given.over(read_saga_file(beside))
    given.check(tree, KINDS)
    begun = time.monotonic()
    roles = recognise(tree, given)
    if not roles.steps:
        raise SagaLabError(
            "No task of this state machine was recognised as a step.", "Say which: --undo Step=Undo."
        )
    first = {} if given.input is NOTHING else given.input
    effects = frozenset([*roles.steps, *roles.undos])
    stage = Stage(tree, Program(tree), Answers(given.tasks), first, effects)
    refusals = find_happy_path(stage, roles, given.input)
    search = _Search(stage, roles, given, refusals, advance or (lambda done, of: None))
    try:
        search.singles()
        if faults == 2:
            search.pairs()
        interrupted = False
    except KeyboardInterrupt:
        interrupted = True
    seconds = time.monotonic() - begun
    return AnyExploration(
        tree.body,
        stage,
        roles,
        tuple(search.cases),
        seconds,
        interrupted,
        search.left_out,
        search.happy,
        search.sampled,
    )


def _tree(machine: str | Path | Mapping[str, Any]) -> Machine:
    if isinstance(machine, Mapping):
        text, name = json_text(plain(machine)), "The definition"
    else:
        path, name = Path(machine), str(machine)
        try:
            text = path.read_text(encoding="utf-8")
        except OSError as error:
            raise SagaLabError(
                f"{path} cannot be read: {error.strerror}.", "Give the path of a file."
            ) from None
        except UnicodeDecodeError as error:
            raise SagaLabError(f"{path} is no text: {error}.", "Save it as UTF-8.") from None
    try:
        tree = read_text(text)
    except AslSyntaxError as error:
        raise SagaLabError(
            f"{name} cannot be read: {error.what}", error.advice or "Correct it there."
        ) from None
    problems = check(tree)
    if problems:
        raise SagaLabError(
            f"AWS would refuse this state machine: {problems[0].words}",
            f"Mend it first; sagalab lint shows all {len(problems)} with their places.",
        )
    return tree


class _Search:
    """An exploration under way."""

    def __init__(
        self, stage: Stage, roles: Roles, given: Given, refusals: list[tuple[str, str]], advance: Advance
    ) -> None:
        self.stage, self.roles, self.advance = stage, roles, advance
        self.happy: Run = stage.run()
        done = {act.state for act in self.happy.acts}
        self.expected = Expected(
            [step for step in roles.steps if step in done], set(self.happy.path), self.happy.path[-1]
        )
        self.faults = [
            fault
            for state in stage.machine.states
            if state.type == "Task"
            for fault in faults_of(state, roles, given.without)
        ]
        if "refusal" not in given.without:
            self.faults += [Fault(task, "refusal", "", answer=answer) for task, answer in refusals]
        self.cases: list[Case] = []
        self.runs: dict[Fault, Run] = {}
        self.left_out = self.sampled = 0
        self.of = len(self.faults)

    def singles(self) -> None:
        """Run and judge every fault alone."""
        self.advance(0, self.of)
        waiting: list[tuple[Plan, Run]] = []
        for fault in self.faults:
            run = self.stage.run((fault,))
            self.runs[fault] = run
            waiting.append(((fault,), run))
            if fault.state not in self.roles.undos:
                self.expected.ordinary = {*self.expected.ordinary, *run.path}
        for plan, run in waiting:
            self._judge(plan, run)

    def pairs(self) -> None:
        """Run and judge every two faults of different tasks that can both strike and differ from others."""
        chosen = self._meeting()
        self.of = len(self.cases) + len(chosen)
        for plan in chosen:
            self._judge(plan, self.stage.run(plan))

    def _judge(self, plan: Plan, run: Run) -> None:
        hopeless = {
            fault.state
            for fault in plan
            if fault.times is None and not fault.after and fault.kind not in ("unreadable", "refusal")
        }
        verdict = judge_run(run, self.roles, replace(self.expected, hopeless=hopeless))
        self.cases.append(Case.of(plan, run, verdict, self.roles))
        if len(self.cases) % _TELL_EVERY == 0 or len(self.cases) == self.of:
            self.advance(len(self.cases), self.of)

    def _meeting(self) -> list[Plan]:
        """Return the pairs worth running.

        A fault stands for all of its task whose run alone was the same (path, effects, end) and that the same
        retriers and catchers take; and a pair of which one fault's run never comes to the other's task is
        that run again.
        """
        chosen: dict[str, dict[Any, Fault]] = {}
        for fault in self.faults:
            run = self.runs[fault]
            key = (
                run.path,
                run.status,
                tuple((act.state, act.place, act.effect) for act in run.acts),
                self._taken_by(fault),
                fault.after,
                fault.times,
                fault.item,
                fault.late,
            )
            chosen.setdefault(fault.state, {}).setdefault(key, fault)
        lists = {state: list(found.values()) for state, found in chosen.items()}
        came = {fault: {*run.path} for fault, run in self.runs.items()}
        found: list[Plan] = []
        for first, second in combinations(lists, 2):
            for one in lists[first]:
                for other in lists[second]:
                    if second in came[one] and first in came[other]:
                        found.append((one, other))
        every = sum(1 for one, other in combinations(self.faults, 2) if one.state != other.state)
        self.left_out = every - len(found)
        if len(found) > MOST_PAIRS:
            self.sampled = len(found) // MOST_PAIRS + 1
            found = found[:: self.sampled]
        return found

    def _taken_by(self, fault: Fault) -> Any:
        from sagalab.asl.engine.errors import matches

        state = self.stage.machine.by_name[fault.state]
        if fault.kind in ("unreadable", "refusal"):
            return fault.kind, fault.answer
        parts: list[Retrier | Catcher] = [*state.retriers, *state.catchers]
        named = [part.path for part in parts if matches(part.errors, fault.error)]
        return (tuple(named), fault.kind == "timeout")


def as_input(text: str) -> Any:
    """Return the input that a user gives: JSON, or @file. Raises SagaLabError for what is none."""
    if text.startswith("@"):
        try:
            text = Path(text[1:]).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise SagaLabError(f"The input cannot be read: {error}.", "Give --input @file.json.") from None
    try:
        return json.loads(text)
    except ValueError as error:
        raise SagaLabError(
            f"The input is no JSON: {error}.", "Give --input '{\"a\": 1}', or @file.json."
        ) from None
