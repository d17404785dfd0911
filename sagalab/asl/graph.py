"""The ways through a scope, and what stands inside and around what. Nothing here recurses."""

from collections.abc import Iterable, Iterator

from sagalab.asl.document import Scope, State
from sagalab.asl.parts import Transition


def nested(states: Iterable[State]) -> Iterator[State]:
    """Yield the states and all that stand inside them, each before what is in it."""
    todo = list(states)
    todo.reverse()
    while todo:
        state = todo.pop()
        yield state
        for scope in reversed(state.inner):
            todo += reversed(list(scope.states.values()))


def around(state: State) -> list[State]:
    """Return the state and the Parallel and Map states around it, inside out."""
    line = [state]
    while line[-1].scope.owner is not None:
        line.append(line[-1].scope.owner)
    return line


def scopes_around(scope: Scope) -> list[Scope]:
    """Return the scope and those around it, inside out; the machine itself is the last."""
    line = [scope]
    while line[-1].owner is not None:
        line.append(line[-1].owner.scope)
    return line


def ways(state: State) -> Iterator[tuple[Transition, State]]:
    """Yield the ways out of a state that lead to a state that exists, with that state."""
    for way in state.transitions:
        if way.target is not None:
            yield way, way.target


def targets(state: State, *, catch: bool) -> list[State]:
    """Return the states that a state leads to, in the order of the text; `catch`: by its Catch too.

    A state to which several ways lead stands there once for each.
    """
    return [target for way, target in ways(state) if catch or way.kind != "catch"]


def reach(starts: Iterable[State], *, catch: bool, stop: Iterable[State] = ()) -> dict[State, int]:
    """Return the states of one scope that can follow `starts`, those included, in a depth-first order.

    Each state has its number in that order. `catch` says whether to go along Catch; `stop` are states that
    are not entered.
    """
    barred = set(stop)
    found: dict[State, int] = {}
    todo = list(starts)
    todo.reverse()
    while todo:
        state = todo.pop()
        if state not in found and state not in barred:
            found[state] = len(found)
            todo += reversed(targets(state, catch=catch))
    return found


def common_places(first: State, second: State) -> tuple[State, State]:
    """Return where two states stand in the innermost scope that holds both: themselves, or a Parallel or
    Map around them. Raises ValueError when they are of two machines."""
    places = {place.scope: place for place in around(first)}
    for place in around(second):
        if place.scope in places:
            return places[place.scope], place
    raise ValueError(f"{first.name} and {second.name} do not stand in one machine")


def running_order(start: State, allowed: Iterable[State]) -> list[State]:
    """Return the states from `start` on, without Catch, each after those that lead to it (loops aside)."""
    within = set(allowed)
    done: list[State] = []
    seen: set[State] = set()
    stack: list[tuple[State, bool]] = [(start, False)]
    while stack:
        state, finished = stack.pop()
        if finished:
            done.append(state)
        elif state not in seen:
            seen.add(state)
            stack.append((state, True))
            stack += [(target, False) for target in targets(state, catch=False) if target in within]
    done.reverse()
    return done
