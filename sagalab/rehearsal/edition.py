"""A quick edition of a state machine: the same states and transitions, with short timeouts and pauses."""

import copy
from collections.abc import Iterator, Mapping
from typing import Any

SHORT_SECONDS = 1  # the least that Amazon States Language allows
PATIENT_SECONDS = 4  # for runs that the computer's load disturbed
WORDS = (
    "It ran an edition of the machine with short waits: TimeoutSeconds of Lambda tasks, retry intervals and "
    "Wait states are 1 s. All else is as given."
)


def edition_of(definition: Mapping[str, Any], timeout_seconds: int = SHORT_SECONDS) -> dict[str, Any]:
    """Return a copy of the definition whose Lambda tasks time out early and whose waits take 1 s.

    Which state follows which, on success and on every error, stays as it is. A task that waits for a human
    (a task token) and the TimeoutSeconds of the whole execution are left alone.
    """
    edition = copy.deepcopy(dict(definition))
    for state in _states(edition):
        if (
            state.get("Type") == "Task"
            and "lambda" in str(state.get("Resource"))
            and not _waits_for_token(state)
        ):
            if isinstance(state.get("TimeoutSeconds"), int):
                state["TimeoutSeconds"] = min(state["TimeoutSeconds"], timeout_seconds)
        if state.get("Type") == "Wait" and isinstance(state.get("Seconds"), int):
            state["Seconds"] = min(state["Seconds"], SHORT_SECONDS)
        for retrier in state.get("Retry", []):
            retrier["IntervalSeconds"] = SHORT_SECONDS
            retrier["BackoffRate"] = 1
            retrier.pop("MaxDelaySeconds", None)
    return edition


def _waits_for_token(state: Mapping[str, Any]) -> bool:
    return str(state.get("Resource", "")).endswith(".waitForTaskToken")


def _states(machine: Any) -> Iterator[dict[str, Any]]:
    """Yield the states of a machine, those inside Parallel and Map too. What is no state is passed over."""
    states = machine.get("States") if isinstance(machine, dict) else None
    for state in (states or {}).values() if isinstance(states, dict) else ():
        if not isinstance(state, dict):
            continue
        yield state
        for inner in (*state.get("Branches", ()), state.get("ItemProcessor"), state.get("Iterator")):
            yield from _states(inner)
