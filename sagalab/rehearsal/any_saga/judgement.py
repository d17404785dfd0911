"""The verdict on a run, from what it shows: done and undone, possibly done, undone in vain or twice, and how it ended.

Verdicts are those of the ledger: `consistent` (all is done, or all is undone), `announced` (something is owed, as
its undo failed for ever, and the machine went a way of its own to tell), `leaked` (something is owed and nobody
was told, or it need not have been). A run from a history of AWS cannot tell whether a task that timed out was
done: it is taken as possibly done, and owed unless it is undone.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from sagalab.asl.document import Machine, read
from sagalab.history.execution import Execution
from sagalab.ledger.verdict import ANNOUNCED, CONSISTENT, LEAKED
from sagalab.rehearsal.any_saga.acts import Act, Run, of_execution, settled
from sagalab.rehearsal.any_saga.given import Given
from sagalab.rehearsal.any_saga.roles import Roles, recognise

# What a run is found guilty of.
NOT_UNDONE, NOT_DONE, FAILED_THOUGH_DONE, WAITS = (
    "not undone",
    "succeeded though not done",
    "failed though done",
    "waits for ever",
)


@dataclass(frozen=True)
class Owed:
    """A step that is owed: it must be undone, or (NOT_DONE) still be done. `possibly`: the machine never heard
    whether it was done. `undos`: what should have undone it; `tried`: those of them that ran, and failed."""

    step: str
    kind: str
    words: str
    possibly: bool = False
    undos: tuple[str, ...] = ()
    tried: tuple[str, ...] = ()

    @property
    def record(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "step": self.step,
            "kind": self.kind,
            "words": self.words,
            "possibly": self.possibly,
            "undo": list(self.undos),
        }


@dataclass(frozen=True)
class Verdict:
    """`name`: consistent, announced or leaked; `words`: why, in a sentence. `remarks` are no findings: an undo
    in vain or twice must do no harm, an order that is not the reverse may matter."""

    name: str
    words: str
    owed: tuple[Owed, ...] = ()
    remarks: tuple[str, ...] = ()


@dataclass
class Expected:
    """What the judge knows beside the run: which steps the happy path does and in which state it ends (None: not
    known), which states any ordinary run comes to (a task or an end that none does tells somebody of a failed
    undo), and the undos that a fault keeps from
    ever succeeding (None: not known, as of a history)."""

    steps: Collection[str]
    ordinary: Collection[str]
    end: str | None = None
    hopeless: Collection[str] | None = None


@dataclass
class _Ledger:
    """What was done and undone, instance by instance (each item of a Map is one)."""

    open: list[Act] = field(default_factory=list)
    undone: list[tuple[Act, Act]] = field(default_factory=list)
    remarks: dict[str, None] = field(default_factory=dict)


def judge(
    execution: Execution, definition: Mapping[str, Any] | None = None, *, given: Given | None = None
) -> Verdict:
    """Judge one execution by its history: rehearsed, of the local cloud, or of AWS.

    `definition`: the machine, if the execution does not know it. `given`: what the recogniser cannot see.
    Raises ValueError without a definition.
    """
    body = execution.definition or definition
    if body is None:
        raise ValueError("judge needs the machine's definition.")
    machine = read(dict(body))
    roles = recognise(machine, given or Given())
    return judge_run(
        of_execution(execution), roles, Expected(_steps_to_do(machine, roles), _ordinary(machine))
    )


def judge_run(run: Run, roles: Roles, expected: Expected) -> Verdict:
    """Judge a run."""
    ledger = _read(run, roles)
    done = {act.state for act in ledger.open}
    undos_ran = any(act.state in roles.undos for act in run.acts)
    required = [step for step in expected.steps if step not in roles.optional]
    missing = [step for step in required if step not in done]
    replaced = bool(done - set(expected.steps))
    ended_well = run.status == "SUCCEEDED"
    missing = [] if replaced and ended_well and not undos_ran else missing
    forward = roles.pivot in done if roles.pivot else False
    given_up = missing and expected.end is not None and expected.end not in run.path
    if given_up and not forward:
        ended_well = False  # it succeeded on the way of a failure
    owed: list[Owed] = []
    if ledger.open and (forward or ended_well and not undos_ran) and missing:
        ended = "the pivot is done" if forward else "it ended as SUCCEEDED"
        owed = [Owed(step, NOT_DONE, f"{step} is not done, though {ended}") for step in missing]
    elif ledger.open and not missing and not undos_ran:
        if not ended_well and not run.turning:
            kind, how = (WAITS, "it waits for ever") if run.waiting else (FAILED_THOUGH_DONE, _end_words(run))
            owed = [Owed(ledger.open[-1].state, kind, f"{how}, though all was done")]
    elif ledger.open and not (ended_well and not undos_ran):
        owed = _not_undone(run, roles, ledger.open)
    if run.status == "SUCCEEDED" and not undos_ran and not ledger.open and missing:
        ledger.remarks[
            "it ended as SUCCEEDED though nothing is done: who looks at the status sees no failure"
        ] = None
    if undos_ran and run.status == "SUCCEEDED" and not owed:
        ledger.remarks["a rollback ended as SUCCEEDED: who looks at the status sees no failure"] = None
    return _verdict(run, roles, expected, owed, ledger)


def _verdict(run: Run, roles: Roles, expected: Expected, owed: list[Owed], ledger: _Ledger) -> Verdict:
    remarks = tuple(ledger.remarks)
    if not owed:
        words = "all is done" if ledger.open else "nothing is owed: what was done is undone"
        return Verdict(CONSISTENT, words, (), remarks)
    words = "; ".join(each.words for each in owed)
    if any(each.kind == NOT_UNDONE for each in owed):
        words += f" ({_end_words(run)})"
    if run.turning and all(each.undos for each in owed):
        return Verdict(ANNOUNCED, f"{words}; the machine goes on trying", tuple(owed), remarks)
    told = _told(run, roles, expected)
    hopeless = expected.hopeless
    excused = all(each.tried and (hopeless is None or {*each.tried} <= {*hopeless}) for each in owed)
    if told and excused:
        return Verdict(ANNOUNCED, f"{words}; {told} tells of it", tuple(owed), remarks)
    return Verdict(LEAKED, words, tuple(owed), remarks)


def _told(run: Run, roles: Roles, expected: Expected) -> str | None:
    """Return the state that tells of a failed undo: a task or an end that no ordinary run comes to."""
    for name in run.path:
        state = roles.machine.by_name[name]
        if name not in expected.ordinary and state.type in ("Task", "Fail") and not roles.has_effect(name):
            return name
    return None


def _read(run: Run, roles: Roles) -> _Ledger:
    ledger = _Ledger()
    ever: set[str] = set()
    for act in settled(run.acts):
        if act.state in roles.undos:
            if act.effect:
                _undo(ledger, roles, act, ever)
        elif act.state in roles.steps and act.effect is not False:
            ledger.open.append(act)
            ever.add(act.state)
    for index, (_, first) in enumerate(ledger.undone):
        for _, second in ledger.undone[index + 1 :]:
            if _first_step(roles, first) < _first_step(roles, second) and not roles.together(
                first.state, second.state
            ):
                ledger.remarks[f"{first.state} ran before {second.state}: not in the reverse order"] = None
    return ledger


def _first_step(roles: Roles, undo: Act) -> int:
    return min(roles.steps.index(step) for step in roles.undone_by(undo.state))


def _undo(ledger: _Ledger, roles: Roles, undo: Act, ever: set[str]) -> None:
    steps = roles.undone_by(undo.state)
    mine = [act for act in ledger.open if act.state in steps]
    around = dict(undo.place)
    hit = [act for act in mine if all(around.get(name, number) == number for name, number in act.place)]
    strange = [name for name in around if not any(name in dict(act.place) for act in hit)]
    if hit and strange:  # another Map than that of the step: one item of it undoes one item
        same = [act for act in hit if act.place and act.place[-1][1] == undo.place[-1][1]]
        hit = (same or hit)[:1] if any(act.place for act in hit) else hit
    for act in hit:
        ledger.open.remove(act)
        ledger.undone.append((act, undo))
    if hit or not steps:
        return
    if any(step in ever for step in steps) and not mine:
        ledger.remarks[f"{undo.state} ran twice: it must do nothing the second time"] = None
    elif not mine:
        names = " or ".join(steps)
        ledger.remarks[f"{undo.state} ran though {names} had not taken effect: it must do nothing then"] = (
            None
        )


def _not_undone(run: Run, roles: Roles, open_acts: list[Act]) -> list[Owed]:
    found: dict[str, Owed] = {}
    for act in open_acts:
        undos = tuple(roles.undo_of.get(act.state, ()))
        calls = [each for each in run.acts if each.state in undos]
        failed = bool(calls) and not any(each.effect for each in calls)
        tried = tuple(dict.fromkeys(each.state for each in calls)) if failed else ()
        heard = "is done, though the machine heard of a failure"
        if act.effect is None:
            heard = "may be done: nobody heard its answer"
        done = "is done" if act.ok else heard
        numbers = sorted(
            {str(each.place[-1][1] + 1) for each in open_acts if each.state == act.state and each.place}
        )
        items = f" for item {' and '.join(numbers[:3])}" if numbers else ""
        if not undos:
            why = "nothing undoes it"
        elif tried:
            why = f"{' and '.join(tried)} failed"
        elif calls:
            why = f"{calls[-1].state} did not undo it"
        else:
            why = f"{' or '.join(undos)} never ran"
        words = f"{act.state}{items} {done}, and {why}"
        found.setdefault(act.state, Owed(act.state, NOT_UNDONE, words, not act.ok, undos, tried))
    return list(found.values())


def _end_words(run: Run) -> str:
    if run.turning:
        return "it goes round for ever"
    if run.waiting:
        return "it waits for ever"
    error = f" with {run.error}" if run.error else ""
    return f"it ended as {run.status}{error}"


def _steps_to_do(machine: Machine, roles: Roles) -> list[str]:
    """Return the steps that every way to success does, as nobody has run the happy path."""
    from sagalab.asl.graph import around, reach

    start = machine.top.start
    if start is None:
        return []
    needed = []
    for step in roles.steps:
        place = around(machine.by_name[step])[-1]
        beside = reach([start], catch=False, stop=[place])
        if not any(state.succeeds for state in beside):
            needed.append(step)
    return needed


def _ordinary(machine: Machine) -> set[str]:
    """Return the states that are reached without the failure of an undo."""
    from sagalab.saga.shape import shapes

    found = {state.name for shape in shapes(machine).values() for state in (*shape.forward, *shape.undo)}
    return found or {state.name for state in machine.states}
