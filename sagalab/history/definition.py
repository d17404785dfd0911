"""What a definition says about an event that does not say it itself; None where the definition is silent."""

from sagalab.asl.document import Machine
from sagalab.asl.expressions import is_jsonata


def branch_of(machine: Machine, parallel: str, name: str) -> int | None:
    """Return which branch of a Parallel a state is in, from 0; None if the definition does not say."""
    state = machine.state(name)
    owner = state.scope.owner if state is not None else None
    return state.scope.branch if state is not None and owner is not None and owner.name == parallel else None


def leads_by_catch_only(machine: Machine, name: str, target: str) -> bool:
    """Tell whether a state leads to `target` by one of its catchers and not by its Next."""
    state = machine.state(name)
    kinds = {way.kind for way in state.transitions if way.target_name == target} if state is not None else ()
    return set(kinds) == {"catch"}


def fail_error(machine: Machine, name: str) -> tuple[str | None, str | None]:
    """Return Error and Cause of a Fail state where they are plain text (no JSONata expression)."""
    state = machine.state(name)
    texts = [state.body.get(field) if state is not None else None for field in ("Error", "Cause")]
    error, cause = (text if isinstance(text, str) and not is_jsonata(text) else None for text in texts)
    return error, cause
