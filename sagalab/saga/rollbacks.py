"""The rollbacks of a saga: which Catch gives up, which undos then run, which steps may be done by then."""

from collections.abc import Iterator

from sagalab.asl_graph import Edge, State, nested, reach
from sagalab.saga.roles import Saga


def rollbacks(saga: Saga) -> Iterator[tuple[State, int, State, list[State]]]:
    """Yield (source, catcher's number, target, undos that then run) for every Catch that gives up.

    A Catch that leads back to forward states, or to an end that is no failure, goes on instead.
    """
    steps = set(saga.steps)
    for source in saga.scope.states.values():
        if source not in saga.forward:
            continue
        for index, edge in numbered_catches(source):
            after = reach([edge.target], catch=False)
            undone = saga.undos_from(edge.target)
            if not undone and (
                edge.target in saga.forward
                and edge.target.type != "Fail"
                or not steps.isdisjoint(nested(after))
                or not any(state.type == "Fail" for state in after)
            ):
                continue
            yield source, index, edge.target, undone


def numbered_catches(state: State) -> list[tuple[int, Edge]]:
    """Return the Catch edges of a state, each with the number of its catcher."""
    numbers = {id(catcher): index for index, catcher in enumerate(state.catchers)}
    return [(numbers[id(edge.rule)], edge) for edge in state.edges if edge.kind == "catch"]


def done_at(saga: Saga, source: State) -> list[State]:
    """Return the steps that may be done when `source` fails; of a Parallel or Map those inside too."""
    inside = set(nested([source])) - {source}
    before = set(saga.steps_before(source))
    return [step for step in saga.steps if step in inside or step in before]
