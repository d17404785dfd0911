"""Who is who in a saga: its steps, their undos, and which undo belongs to which step.

All is read from the ASL, one scope (the machine, a branch) at a time:

- forward states: reached from StartAt without any Catch. A Task there that changes something
  (`saga_words.changes_something`) is a *step*. Steps inside a Parallel or Map count for it.
- an *undo* is a Task that changes something and is reached only through a Catch, without a way
  back to a step (that would be a fallback, forward recovery). An undo reached through a Choice
  ("payment refused") counts too when its name or Comment says so and only Fail states follow.
- it is a *saga* when a name or a Comment says undo, or when at least two undos follow each other. A
  machine with Retry only, or whose Catch only tells somebody, is none, and no saga rule speaks.
- the undo of a step: 1. by the Comment's mark; 2. by what the names are about, rare words
  counting more (ReserveInventory – ReleaseInventory); one undo may serve several steps;
  3. what is left by position: the first step with the last undo, for undos run in reverse order.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache

from sagalab.asl.document import Machine, Scope, State
from sagalab.asl.graph import common_places, nested, reach, running_order, scopes_around, targets
from sagalab.saga.words import changes_something, is_undo_by_name, marked_step, subjects


@dataclass(eq=False)
class Saga:
    """The saga of one scope. Steps in forward order, undos in the order in which they run."""

    scope: Scope
    forward: dict[State, int]
    steps: list[State]
    undos: list[State] = field(default_factory=list)
    undo_of: dict[State, State] = field(default_factory=dict)
    guessed: set[State] = field(default_factory=set)

    def place(self, state: State) -> State:
        """Return the state of this scope in which `state` stands, itself or a Parallel or Map."""
        while state.scope is not self.scope:
            if state.scope.owner is None:
                raise ValueError(f"{state.name} does not stand in this scope")
            state = state.scope.owner
        return state

    def steps_before(self, state: State) -> list[State]:
        """Return the steps that may be done when `state` begins."""
        return [step for step in self.steps if step is not state and precedes(step, state)]

    def steps_after(self, state: State) -> list[State]:
        """Return the steps that may still come after `state`."""
        return [step for step in self.steps if step is not state and precedes(state, step)]

    def is_committed(self, task: State) -> bool:
        """Tell whether a Task comes after all steps and is none: nothing is left to do when it runs."""
        return task not in self.steps and bool(self.steps_before(task)) and not self.steps_after(task)

    def first_undo_of(self, step: State) -> State | None:
        """Return the undo of a step, unless that undo serves an earlier step too."""
        undo = self.undo_of.get(step)
        served = [other for other in self.steps if self.undo_of.get(other) is undo]
        return undo if undo is not None and served[0] is step else None

    def undos_from(self, target: State) -> list[State]:
        """Return the undos that run when `target` is entered, a park not passed unless it comes first."""
        at_once = self.undos_in(reach([target], catch=False, stop=parks(self.scope)))
        return at_once or self.undos_in(reach([target], catch=False))

    def undos_in(self, states: Iterable[State]) -> list[State]:
        """Return the undos among the states and inside them, in running order."""
        inside = set(nested(states))
        return [undo for undo in self.undos if undo in inside]


@lru_cache(maxsize=1)
def sagas(machine: Machine) -> list[Saga]:
    """Return the sagas of a machine, outer scopes first. A scope that is no saga gives none."""
    found = [saga for saga in map(_saga_of, machine.scopes) if saga is not None]
    for outer in found:
        # a saga inside a branch looks after its own steps
        inner = {
            step for saga in found if outer.scope in scopes_around(saga.scope)[1:] for step in saga.steps
        }
        outer.steps = [step for step in outer.steps if step not in inner]
    return found


def precedes(first: State, second: State) -> bool:
    """Tell whether `second` can run after `first` succeeded, without a Catch in between."""
    a, b = (first, second) if first.scope is second.scope else common_places(first, second)
    return a is not b and b in following(a)


@lru_cache(maxsize=1024)
def following(state: State) -> frozenset[State]:
    """Return the states of its scope that can come after a state has succeeded.

    A park ends the search: an undo that runs only after a human has answered is not in its turn.
    """
    return frozenset(reach(targets(state, catch=False), catch=False, stop=parks(state.scope)))


@lru_cache(maxsize=64)
def parks(scope: Scope) -> frozenset[State]:
    """Return the states behind a Catch that wait for a task token: a human looks at what failed."""
    waiting = [state for state in scope.states.values() if state.waits_for_token]
    if not waiting or scope.start is None:
        return frozenset()
    return frozenset(waiting) - set(reach([scope.start], catch=False))


def _saga_of(scope: Scope) -> Saga | None:
    start = scope.start
    if start is None:
        return None
    refusals = _undos_after_choice(start)
    forward = reach([start], catch=False, stop=refusals)
    beside = [state for state in reach([start], catch=True) if state not in forward]
    if not beside:
        return None  # before it is asked what stands inside: that takes long for deep machines
    order = running_order(start, forward)
    steps = [task for task in nested(order) if changes_something(task) and not _side_way(task, start)]
    backward = [state for state in beside if state in refusals or not _leads_back(state, steps)]
    candidates = [task for task in nested(backward) if changes_something(task)]
    step_names = [step.name for step in steps]
    spoken = [
        task
        for task in candidates
        if is_undo_by_name(task, after_catch=True) or marked_step(task, step_names)
    ]
    in_a_row = any(precedes(a, b) for a in candidates for b in candidates if a is not b)
    if not steps or not candidates or not (spoken or in_a_row):
        return None
    saga = Saga(scope, forward, steps)
    chain = _chain_order(candidates)
    _pair(saga, chain)
    paired = set(saga.undo_of.values()) | set(spoken)
    saga.undos = [task for task in chain if task in paired]
    return saga


def _undos_after_choice(start: State) -> set[State]:
    """Return undos by name that a Choice leads to: beside some way to success, and Fail comes after."""
    reached = reach([start], catch=False)
    found = set()
    for state in reached:
        if state is start:
            continue  # nothing is beside it
        if not any(is_undo_by_name(task) for task in nested([state]) if changes_something(task)):
            continue
        ends = reach([state], catch=False)
        beside = reach([start], catch=False, stop=[state])
        if any(end.succeeds for end in beside) and not any(end.succeeds for end in ends):
            found.add(state)
    return found


def _side_way(task: State, start: State) -> bool:
    """Tell whether a forward Task is named like an undo and not needed for success."""
    if not is_undo_by_name(task) or task.scope is not start.scope:
        return False
    return any(end.succeeds for end in reach([start], catch=False, stop=[task]))


def _leads_back(state: State, steps: list[State]) -> bool:
    """Tell whether a state leads back to a step without another Catch, and is no undo by its name."""
    inside = [task for task in nested([state]) if task.type == "Task"]
    if any(is_undo_by_name(task) or marked_step(task, [step.name for step in steps]) for task in inside):
        return False
    return not set(steps).isdisjoint(nested(following(state)))


def _chain_order(tasks: list[State]) -> list[State]:
    """Return undos in the order in which they run: one with more undos after it comes first."""
    after = {task: sum(precedes(task, other) for other in tasks if other is not task) for task in tasks}
    return sorted(tasks, key=lambda task: (-after[task], task.path))


def _pair(saga: Saga, chain: list[State]) -> None:
    """Fill `undo_of`, and `guessed` with the steps whose undo is known by position only."""
    by_name = {step.name: step for step in saga.steps}
    for undo in chain:
        marked = marked_step(undo, by_name)
        if marked is not None:
            saga.undo_of.setdefault(by_name[marked], undo)
    about = {task: subjects(task) for task in [*saga.steps, *chain]}
    common: dict[str, int] = {}
    for step in saga.steps:
        for word in about[step]:
            common[word] = common.get(word, 0) + 1
    for step in saga.steps:
        if step in saga.undo_of:
            continue
        scores = sorted(
            ((sum(1 / common[word] for word in about[step] & about[undo]), undo) for undo in chain),
            key=lambda scored: -scored[0],
        )
        if scores[0][0] > 0 and (len(scores) == 1 or scores[0][0] > scores[1][0]):
            saga.undo_of[step] = scores[0][1]
    taken = set(saga.undo_of.values())
    alone = [step for step in saga.steps if step not in saga.undo_of]
    for step, undo in zip(alone, reversed([undo for undo in chain if undo not in taken]), strict=False):
        saga.undo_of[step] = undo
        saga.guessed.add(step)
