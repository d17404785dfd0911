"""The rollbacks of a saga: which Catch gives up, which undos then run, which steps may be done by then."""

from collections.abc import Iterator

from sagalab.asl.document import State
from sagalab.asl.graph import nested, reach
from sagalab.asl.parts import Catcher
from sagalab.saga.roles import Saga


def rollbacks(saga: Saga) -> Iterator[tuple[State, Catcher, list[State]]]:
    """Yield (source, catcher, undos that then run) for every Catch that gives up.

    A Catch that leads back to forward states, or to an end that is no failure, goes on instead.
    """
    steps = set(saga.steps)
    for source in saga.scope.states.values():
        if source not in saga.forward:
            continue
        for catcher, target in catches(source):
            after = reach([target], catch=False)
            undone = saga.undos_from(target)
            if not undone and (
                target in saga.forward
                and target.type != "Fail"
                or not steps.isdisjoint(nested(after))
                or not any(state.type == "Fail" for state in after)
            ):
                continue
            yield source, catcher, undone


def catches(state: State) -> list[tuple[Catcher, State]]:
    """Return the catchers of a state that lead to a state that exists, with that state."""
    return [(catcher, catcher.target) for catcher in state.catchers if catcher.target is not None]


def done_at(saga: Saga, source: State) -> list[State]:
    """Return the steps that may be done when `source` fails; of a Parallel or Map those inside too."""
    inside = set(nested([source])) - {source}
    before = set(saga.steps_before(source))
    return [step for step in saga.steps if step in inside or step in before]
