"""How far a run is, in words and as a share: for the progress bar of the failure lab."""

from dataclasses import dataclass

from sagalab.definition_index import DefinitionIndex
from sagalab.failurelab.wait import attempts_at_most, waiting
from sagalab.history.execution import Execution


@dataclass(frozen=True)
class Progress:
    """`share` is from 0 to 1: states done against those still to come if nothing more fails."""

    words: str
    share: float


def progress(execution: Execution, scale: float = 1.0) -> Progress:
    """Return how far an execution is. `scale`: the local cloud's SAGALAB_TIME_SCALE, for the waits."""
    index = DefinitionIndex(execution.definition)
    if execution.status != "RUNNING":
        return Progress(f"ended: {execution.status}", 1.0)
    visits = [visit for visit in execution.visits if visit.parent is None]
    current = next((visit for visit in reversed(visits) if visit.status == "running"), None)
    if current is None:
        return Progress("between two states" if visits else "started", _share(index, visits, None))
    state = index.states.get(current.name, {})
    words = current.name
    if wait := waiting(current, state, scale):
        words += f", {wait}"
    elif current.tries and (most := attempts_at_most(state, current.attempts or current.rounds)):
        words += f": attempt {current.tries} of at most {most}"
    return Progress(words, _share(index, visits, current))


def _share(index: DefinitionIndex, visits: list, current) -> float:
    done = len(visits) - (current is not None)
    name = current.name if current is not None else None
    ahead: set[str] = set()
    while isinstance(name, str) and name in index.states and name not in ahead:
        ahead.add(name)
        state = index.states[name]
        name = state.get("Next") or state.get("Default")
    return done / (done + max(len(ahead), 1))
