"""The engine against moto's adapted interpreter: drawn machines, the same input, the same history.

Where they may differ (AWS's document or a recording says why):
- States.Runtime: never retried nor caught (concepts-error-handling.html), and in other words;
- an expression that fails after the state's task: the cause names the event at which the state was entered;
- states inside what a failing branch ends are aborted too, not only the outermost of them;
- States.ResultPathMatchFailure (the same document): moto puts a result into a number all the same;
- where moto ends with a Python error (a failure without a name in a Map with Retry);
- branches that run side by side: moto's threads go in any order, so only a good end is compared.
"""

import json
import re

import machines_drawn
import pytest
from hypothesis import given, settings
from old_interpreter import Old

from sagalab.asl import document
from sagalab.asl.engine.history import json_text
from sagalab.asl.engine.program import Program
from sagalab.rehearsal.world import Answer, World

PYTHON_ERROR = re.compile(r"\w+(Error|Exception)\(")


@pytest.fixture(scope="module")
def old():
    made = Old()
    yield made
    made.close()


class Functions:
    """What old_interpreter's function does, here."""

    def __init__(self):
        self.calls = {}

    def __call__(self, call):
        payload = call.ask.parameters["Payload"]
        if "fail" in payload:
            key = json.dumps(payload)
            self.calls[key] = self.calls.get(key, 0) + 1
            if self.calls[key] <= payload.get("times", 1):
                cause = {"errorMessage": "as told", "errorType": payload["fail"]}
                return Answer(error=payload["fail"], cause=json_text(cause), failed=True)
        return Answer({"ExecutedVersion": "$LATEST", "Payload": payload, "StatusCode": 200})


def plain(event):
    """Return an event without its time, JSON texts read."""
    details = next((value for key, value in event.items() if key.endswith("Details")), {})
    kept = {
        key: value
        for key, value in details.items()
        if key not in ("roleArn", "inputDetails", "outputDetails")
    }
    return [
        event["id"],
        event["previousEventId"],
        event["type"],
        {key: read(value) for key, value in kept.items()},
    ]


def read(text):
    try:
        return json.loads(text) if isinstance(text, str) else text
    except ValueError:
        return text


def side_by_side(machine):
    """Tell whether a machine has a Parallel with two branches."""
    for state in machine["States"].values():
        inner = [*state.get("Branches", []), *(state[key] for key in ("ItemProcessor",) if key in state)]
        if len(state.get("Branches", [])) > 1 or any(side_by_side(scope) for scope in inner):
            return True
    return False


def unnumbered(events):
    return [[0, 0, *event[2:]] for event in events if not event[2].endswith("Aborted")]


def has_no_twin(event):
    return event[3].get("error") in ("States.Runtime", "States.ResultPathMatchFailure")


@settings(deadline=None)
@given(machines_drawn.machines())
def test_a_drawn_machine_has_the_same_history(old, machine):
    definition, text = json.dumps(machine), json.dumps(machines_drawn.INPUT)
    events = old.run(definition, text)
    if events[0]["type"] == "Refused":
        return
    world = World(Functions())
    world.start(Program(document.read(machine)), text)
    theirs, ours = [plain(event) for event in events], [plain(event) for event in world.finish().events]
    if theirs == ours or has_no_twin(ours[-1]) or PYTHON_ERROR.match(str(theirs[-1][3].get("cause"))):
        return
    if side_by_side(machine):
        if not any(event[2].endswith("Failed") for event in ours):
            assert theirs[-1][2:] == ours[-1][2:]
        return
    if any(event[2].endswith("Aborted") for event in ours):
        theirs, ours = unnumbered(theirs), unnumbered(ours)
    for there, here in zip(theirs, ours, strict=True):
        if there[3].get("error") == here[3].get("error") == "States.QueryEvaluationError":
            there[3].pop("cause"), here[3].pop("cause")
        if there != here and "States.QueryEvaluationError" in json.dumps(there):
            return  # the cause went into a catcher's output
        assert there == here
