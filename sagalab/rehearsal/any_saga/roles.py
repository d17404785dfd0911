"""Who is who among a machine's tasks: steps, undos, and what changes nothing; and how that was recognised."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from sagalab.asl.document import Machine, State
from sagalab.asl.graph import common_places, nested, reach, running_order
from sagalab.rehearsal.any_saga.given import Given
from sagalab.saga.roles import sagas
from sagalab.saga.words import (
    changes_something,
    function_name,
    function_subjects,
    is_undo_by_name,
    marked_step,
    subjects,
    works_and_answers,
)

BY_COMMENT, BY_NAME, BY_PLACE, SAID = "its Comment says so", "by their names", "by its place only", "given"


@dataclass
class Roles:
    """The tasks' parts in the saga, by the names of their states; steps in the order in which they run.

    `undo_of`: the undos of a step, of which one is enough (each rollback may have its own). `how`: in words,
    how a task's part was recognised. `quiet`: the tasks that change nothing (or only tell somebody), with why.
    """

    machine: Machine
    steps: list[str] = field(default_factory=list)
    undos: list[str] = field(default_factory=list)
    undo_of: dict[str, list[str]] = field(default_factory=dict)
    how: dict[str, str] = field(default_factory=dict)
    quiet: dict[str, str] = field(default_factory=dict)
    pivot: str | None = None
    optional: frozenset[str] = frozenset()

    def undone_by(self, undo: str) -> list[str]:
        """Return the steps that an undo undoes."""
        return [step for step in self.steps if undo in self.undo_of.get(step, ())]

    def has_effect(self, task: str) -> bool:
        """Tell whether a task changes something that counts."""
        return task in self.steps or task in self.undos

    def together(self, one: str, other: str) -> bool:
        """Tell whether two states run at the same time: in branches of one Parallel, or in one Map."""
        if one == other:
            return True
        first, second = common_places(self.machine.by_name[one], self.machine.by_name[other])
        return first is second

    def rows(self) -> list[tuple[str, str, str]]:
        """Return (task, part in words, how it was recognised) of every task."""
        found = []
        for step in self.steps:
            undos = " or ".join(self.undo_of.get(step, ()))
            part = f"step, undone by {undos}" if undos else "step, nothing undoes it"
            mark = " · the pivot" if step == self.pivot else ""
            mark += " · optional" if step in self.optional else ""
            found.append((step, part + mark, self.how.get(step, "")))
        for undo in self.undos:
            undone = self.undone_by(undo)
            part = f"undo of {' and '.join(undone)}" if undone else "undo, of no step that is known"
            found.append((undo, part, self.how.get(undo, "")))
        return found + [(task, "changes nothing that counts", why) for task, why in self.quiet.items()]


def recognise(machine: Machine, given: Given) -> Roles:
    """Return the parts of a machine's tasks, as the recogniser of sagas sees them and as they were given."""
    roles = Roles(machine, pivot=given.pivot, optional=given.optional)
    forward = set(_forward(machine))
    for saga in sagas(machine):
        for step in saga.steps:
            _step(roles, step.name, "changes something, on the way to success")
        by_name = [step.name for step in saga.steps]
        for undo in saga.undos:
            roles.undos.append(undo.name)
        for step, undo in saga.undo_of.items():
            roles.undo_of[step.name] = [undo.name]
            marked = marked_step(undo, by_name) == step.name
            how = BY_COMMENT if marked else BY_PLACE if step in saga.guessed else BY_NAME
            roles.how[undo.name] = how
    for state in machine.states:
        if state.type == "Task" and not roles.has_effect(state.name):
            _other(roles, state, forward)
    _pair_the_rest(roles)
    _same_function(roles)
    _as_said(roles, given)
    _take_out(roles, given.reads)
    roles.quiet |= dict.fromkeys(sorted(given.reads), SAID)
    order = {name: place for place, name in enumerate(_order(machine))}
    roles.steps.sort(key=lambda name: order.get(name, len(order)))
    return roles


def _step(roles: Roles, name: str, how: str) -> None:
    if name not in roles.steps:
        roles.steps.append(name)
        roles.how[name] = how


def _as_said(roles: Roles, given: Given) -> None:
    for step, undos in given.undo.items():
        _take_out(roles, [step, *undos])
    for step, undos in given.undo.items():
        _step(roles, step, SAID)
        roles.undo_of[step] = list(undos)
        for undo in undos:
            roles.how[undo] = SAID
            if undo not in roles.undos:
                roles.undos.append(undo)


def _take_out(roles: Roles, names: Iterable[str]) -> None:
    out = set(names)
    for name in out:
        roles.quiet.pop(name, None)
        roles.how.pop(name, None)
    roles.steps = [step for step in roles.steps if step not in out]
    roles.undos = [undo for undo in roles.undos if undo not in out]
    pairs = {step: [undo for undo in undos if undo not in out] for step, undos in roles.undo_of.items()}
    roles.undo_of = {step: undos for step, undos in pairs.items() if undos and step not in out}


def _pair_the_rest(roles: Roles) -> None:
    """Pair by their names the steps and undos that the recogniser saw in no saga."""
    for step in roles.steps:
        about = subjects(roles.machine.by_name[step])
        for undo in roles.undos if step not in roles.undo_of else ():
            if not roles.undone_by(undo) and about & subjects(roles.machine.by_name[undo]):
                roles.undo_of[step] = [undo]
                roles.how[undo] = BY_NAME
                break


def _same_function(roles: Roles) -> None:
    """Undos that call the same function undo the same steps: each rollback may have a state of its own."""
    groups: dict[str, list[State]] = {}
    for undo in roles.undos:
        state = roles.machine.by_name[undo]
        if function_name(state):
            groups.setdefault(function_name(state), []).append(state)
    tasks = [state for state in roles.machine.states if function_name(state)]
    common = frozenset.intersection(*(function_subjects(state) for state in tasks)) if tasks else frozenset()
    stepwise = {function_name(roles.machine.by_name[step]) for step in roles.steps}
    for function, group in groups.items():
        if function in stepwise:
            continue
        names = [state.name for state in group]
        about = function_subjects(group[0]) - common
        mine = [
            step
            for step in roles.steps
            if about & subjects(roles.machine.by_name[step])
            or any(roles.how.get(undo) == BY_COMMENT for undo in roles.undo_of.get(step, ()) if undo in names)
        ]
        if len(group) < 2 or not mine:
            continue
        for step in roles.steps:
            others = [undo for undo in roles.undo_of.get(step, ()) if undo not in names]
            roles.undo_of[step] = names + others if step in mine else others
            if not roles.undo_of[step]:
                del roles.undo_of[step]
        for name in names:
            beside = " and ".join(other for other in names if other != name)
            roles.how[name] = f"calls {function}, as {beside} does"


def _other(roles: Roles, state: State, forward: set[State]) -> None:
    """Give a part to a task that stands in no saga: an order workflow without undos has such."""
    if not changes_something(state):
        words = "waits for an answer" if state.waits_for_token else "reads, or tells somebody"
        if state in forward and works_and_answers(state):
            _step(roles, state.name, "has work done and waits for its answer")
            _pair_by_name(roles, state)
            return
        roles.quiet[state.name] = words
    elif state in forward and not is_undo_by_name(state):
        _step(roles, state.name, "changes something, on the way to success")
    elif state not in forward and _goes_round(state):
        _step(roles, state.name, "a way round: a Catch leads to it, and it leads on")
    elif is_undo_by_name(state, after_catch=state not in forward):
        roles.undos.append(state.name)
        roles.how[state.name] = "by its name"
    else:
        roles.quiet[state.name] = "only on the way of a failure"


def _pair_by_name(roles: Roles, step: State) -> None:
    """Give a step that the recogniser passed over the undo that its name speaks of."""
    about = subjects(step)
    for name in roles.undos:
        undone = roles.undone_by(name)
        if about & subjects(roles.machine.by_name[name]) and (not undone or roles.how.get(name) == BY_PLACE):
            for other in undone:
                del roles.undo_of[other]
            roles.undo_of[step.name] = [name]
            roles.how[name] = BY_NAME
            return


def _forward(machine: Machine) -> Iterable[State]:
    """Yield the states that are reached without any Catch, those inside a Parallel or Map too."""
    todo = [machine.top]
    while todo:
        scope = todo.pop()
        if scope.start is None:
            continue
        for state in reach([scope.start], catch=False):
            yield state
            todo += state.inner


def _goes_round(state: State) -> bool:
    """Tell whether a state on the way of a failure leads back to the way of success."""
    start = state.scope.start
    if start is None or is_undo_by_name(state, after_catch=True):
        return False
    forward = reach([start], catch=False)
    return any(
        after in forward and after.type not in ("Fail", "Succeed") for after in reach([state], catch=False)
    )


def _order(machine: Machine) -> Iterable[str]:
    """Yield the states' names as they run, without Catch first, then all others."""
    start = machine.top.start
    if start is not None:
        for state in nested(running_order(start, reach([start], catch=False))):
            yield state.name
    for state in machine.states:
        yield state.name
