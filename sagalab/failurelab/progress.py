"""How far a run is, in words and as a share: for the progress bar of the failure lab."""

from dataclasses import dataclass

from sagalab.asl.document import Machine, State
from sagalab.failurelab.wait import attempts_at_most, waiting
from sagalab.history.execution import Execution


@dataclass(frozen=True)
class Progress:
    """`share` is from 0 to 1: states done against those still to come if nothing more fails."""

    words: str
    share: float


def progress(execution: Execution, scale: float = 1.0) -> Progress:
    """Return how far an execution is. `scale`: the local cloud's SAGALAB_TIME_SCALE, for the waits."""
    machine = execution.machine
    if execution.status != "RUNNING":
        return Progress(f"ended: {execution.status}", 1.0)
    visits = [visit for visit in execution.visits if visit.parent is None]
    current = next((visit for visit in reversed(visits) if visit.status == "running"), None)
    if current is None:
        return Progress("between two states" if visits else "started", _share(machine, visits, None))
    found = machine.state(current.name)
    state = found.body if found is not None else {}
    words = current.name
    if wait := waiting(current, state, scale):
        words += f", {wait}"
    elif current.tries and (most := attempts_at_most(state, current.attempts or current.rounds)):
        words += f": attempt {current.tries} of at most {most}"
    return Progress(words, _share(machine, visits, current))


def _share(machine: Machine, visits: list, current) -> float:
    done = len(visits) - (current is not None)
    state = machine.state(current.name) if current is not None else None
    ahead: set[State] = set()
    while state is not None and state not in ahead:
        ahead.add(state)
        state = next((way.target for way in state.transitions if way.kind in ("next", "default")), None)
    return done / (done + max(len(ahead), 1))
