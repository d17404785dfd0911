"""The driver's real clock and threads against virtual time: drawn machines, the same input, the same history.

Branches that run side by side may go in any order here: of those only a good end is compared.
"""

import json

import driven_runs
import machines_drawn
import pytest
from hypothesis import given, settings

from sagalab.asl import document
from sagalab.asl.engine.history import json_text
from sagalab.asl.engine.program import Program
from sagalab.localcloud.stepfunctions.running.tasks import functions
from sagalab.rehearsal.coming import Answer
from sagalab.rehearsal.world import World


class Functions:
    """Functions that answer their payload, or fail as often as it says; for both sides."""

    def __init__(self):
        self.calls = {}

    def error(self, payload):
        """Return the error that a call ends with, None for none."""
        if "fail" not in payload:
            return None
        key = json.dumps(payload)
        self.calls[key] = self.calls.get(key, 0) + 1
        return payload["fail"] if self.calls[key] <= payload.get("times", 1) else None

    def virtual(self, call):
        """Answer in virtual time."""
        payload = call.ask.parameters["Payload"]
        error = self.error(payload)
        if error:
            return Answer(error=error, cause=json_text(_failed(error)), failed=True)
        return Answer({"ExecutedVersion": "$LATEST", "Payload": payload, "StatusCode": 200})

    def real(self, parameters, region, role_arn):
        """Answer as Lambda's Invoke."""
        payload = json.loads(parameters["Payload"])
        error = self.error(payload)
        answered = {"StatusCode": 200, "ExecutedVersion": "$LATEST", "Payload": payload}
        return answered | ({"FunctionError": "Unhandled", "Payload": _failed(error)} if error else {})


def _failed(error):
    return {"errorMessage": "as told", "errorType": error}


def plain(event):
    """Return an event without its time."""
    details = next((value for key, value in event.items() if key.endswith("Details")), {})
    return [event["id"], event["previousEventId"], event["type"], details]


def side_by_side(machine):
    """Tell whether a machine has states that run at one time."""
    for state in machine["States"].values():
        inner = [*state.get("Branches", []), *(state[key] for key in ("ItemProcessor",) if key in state)]
        if len(inner) > 1 or "ItemProcessor" in state or any(side_by_side(scope) for scope in inner):
            return True
    return False


@pytest.fixture(scope="module")
def keeper():
    patch = pytest.MonkeyPatch()
    patch.setenv("SAGALAB_TIME_SCALE", "0")
    yield driven_runs.keeper()
    patch.undo()


@settings(deadline=None, max_examples=60)
@given(machines_drawn.machines())
def test_a_drawn_machine_has_the_same_history(keeper, machine):
    text = json.dumps(machines_drawn.INPUT)
    world = World(Functions().virtual)
    world.start(Program(document.read(machine)), text)
    there = world.finish()
    patch = pytest.MonkeyPatch()
    patch.setattr(functions, "invoke", Functions().real)
    try:
        here = keeper.run(machine, text)
    finally:
        patch.undo()
    if side_by_side(machine):
        if there.status == "SUCCEEDED":
            assert (here.status, here.output) == (there.status, there.output)
        return
    assert [plain(event) for event in here.events()] == [plain(event) for event in there.events]
