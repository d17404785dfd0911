"""A quick edition of a state machine: the same states and transitions, with short timeouts and pauses."""

import copy
from collections.abc import Mapping
from typing import Any

from sagalab.asl.document import read

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
    for state in read(edition).states:
        body: Any = state.body  # of our own copy: the tree is read, its bodies are changed
        timeout, called = body.get("TimeoutSeconds"), state.resource
        if called is not None and called.service == "lambda" and not called.waits_for_token:
            if isinstance(timeout, int):
                body["TimeoutSeconds"] = min(timeout, timeout_seconds)
        if state.type == "Wait" and isinstance(body.get("Seconds"), int):
            body["Seconds"] = min(body["Seconds"], SHORT_SECONDS)
        for retrier in state.retriers:
            changed: Any = retrier.body
            changed["IntervalSeconds"] = SHORT_SECONDS
            changed["BackoffRate"] = 1
            changed.pop("MaxDelaySeconds", None)
    return edition
