"""The saga's shape, for pictures: which states go forward, which compensate, which handle a failed undo.

- forward: reached from StartAt without any Catch (an undo that a Choice leads to is none of them);
- error path: all else. Of it, the `undo` states are those that a Catch of a forward state leads to (or that
  Choice), and all that follows them without a further Catch; the rest handles what went wrong on the way
  back (`handlers`);
- `lane`: the undo states in which the saga's undos stand, themselves or a Parallel or Map around them.

Which state is an undo is said by roles.py alone, so that pictures and lint never disagree.
"""

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Generic, TypeVar

from sagalab.asl.document import Machine, Scope, State
from sagalab.asl.graph import reach, targets, ways
from sagalab.saga.roles import Saga, sagas

Part = TypeVar("Part")


@dataclass(eq=False)
class SagaShape(Generic[Part]):
    """The states of one scope by their part in the saga (lists in the order of the definition).

    `compensations` are the undos themselves, those inside a state of the lane too. `beside` maps an undo
    state to the forward state whose failure it answers, where the undo chain runs against the forward
    order: these two are drawn side by side.
    """

    forward: list[Part] = field(default_factory=list)
    undo: list[Part] = field(default_factory=list)
    handlers: list[Part] = field(default_factory=list)
    lane: list[Part] = field(default_factory=list)
    compensations: list[Part] = field(default_factory=list)
    beside: dict[Part, Part] = field(default_factory=dict)


@lru_cache(maxsize=4)
def shapes(machine: Machine) -> dict[Scope, SagaShape[State]]:
    """Return the shape of every scope of a machine: of itself, of each branch and each processor."""
    saga_of = {saga.scope: saga for saga in sagas(machine)}
    return {scope: _shape(scope, saga_of.get(scope)) for scope in machine.scopes}


def _shape(scope: Scope, saga: Saga | None) -> SagaShape[State]:
    states = list(scope.states.values())
    start = [scope.start] if scope.start is not None else []
    row = saga.forward if saga is not None else reach(start, catch=False)
    entries = [target for state in states if state in row for _, target in ways(state) if target not in row]
    lane = {saga.place(undo) for undo in saga.undos} if saga is not None else set()
    undo = lane | (set(reach(entries, catch=False)) - set(row))
    shape = SagaShape(
        forward=[state for state in states if state in row],
        undo=[state for state in states if state in undo],
        handlers=[state for state in states if state not in row and state not in undo],
        lane=[state for state in states if state in lane],
        compensations=list(saga.undos) if saga is not None else [],
    )
    _lay_beside(shape, row)
    return shape


def _lay_beside(shape: SagaShape[State], row: dict[State, int]) -> None:
    """Pair undo states with forward states so that rows fall along each undo chain."""
    undo = set(shape.undo)
    caught = [
        (state, target) for state in shape.forward for way, target in ways(state) if way.kind == "catch"
    ]
    order = reach([target for _, target in reversed(caught)], catch=False)
    limit: dict[State, int] = {}
    for state in sorted(shape.undo, key=lambda it: (-len(reach([it], catch=False)), order.get(it, 0))):
        ceiling = limit.get(state, len(row))
        fitting = [source for source, target in caught if target is state and row[source] < ceiling]
        if fitting:
            shape.beside[state] = max(fitting, key=row.__getitem__)
            ceiling = row[shape.beside[state]]
        for target in targets(state, catch=False):
            if target in undo:
                limit[target] = min(limit.get(target, len(row)), ceiling)
