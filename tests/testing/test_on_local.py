"""The same tests on the local cloud: whole machines by StartExecution, states by TestState; as in a rehearsal."""

import json
import re

import pytest
from botocore.exceptions import ClientError

from sagalab.errors import SagaLabError
from sagalab.project import STATEMACHINE
from sagalab.rehearsal.rehearse import fails, never_answers
from sagalab.testing import on_aws, through_teststate
from sagalab.testing.coverage import coverage
from sagalab.testing.machines import machine_of
from sagalab.testing.on_local import OnLocal
from sagalab.testing.places import NotHere, OneState, Rehearsal, WholeRun
from sagalab.testing.single import NO_MOCK

SAGA = machine_of(STATEMACHINE / "saga.asl.json")
JSONPATH = machine_of(STATEMACHINE / "variations" / "jsonpath.asl.json")
ORDER = {"order_id": "o-1", "customer_id": "c", "items": [{"item_id": "1", "qty": 1, "unit_price": 8.5}]}
ALL_GOOD = {
    name: ORDER | {"by": name}
    for name in (
        *("ProcessOrder", "ProcessPayment", "ReserveInventory"),
        *("ReleaseInventory", "ProcessRefund", "UpdateOrderStatus"),
    )
}


@pytest.fixture(scope="module")
def local(cloud):
    place = OnLocal()
    yield place
    place.close()
    names = [each["name"] for each in cloud.client("stepfunctions").list_state_machines()["stateMachines"]]
    assert not [name for name in names if name.startswith("asl-test-")]
    functions = cloud.client("lambda").list_functions()["Functions"]
    assert not [each for each in functions if each["FunctionName"].startswith("asl-test-")]


def called(run) -> str:
    """Return what all tasks were called with; a cause apart, which Lambda makes of an error."""
    calls = [attempt.parameters for visit in run.visits for attempt in visit.attempts]
    return re.sub(r'"Cause": "(\\.|[^"\\])*"', '"Cause": "…"', json.dumps(calls))


@pytest.mark.parametrize("machine", [SAGA, JSONPATH], ids=["JSONata", "JSONPath"])
@pytest.mark.parametrize(
    ("mocks", "faults"),
    [
        ({}, {}),
        ({"ReserveInventory": fails("ErrReserveInventory", "sold out")}, {}),
        (
            {"ReserveInventory": fails("ErrReserveInventory")},
            {"ProcessRefund": ["Lambda.ServiceException"] * 2},
        ),
        ({"ProcessPayment": [fails("Lambda.ServiceException"), ORDER | {"second": True}]}, {}),
        ({"sns:NotifySuccess": fails("SNS.Down")}, {}),
    ],
    ids=["good", "rolled back", "retried undo", "a sequence", "a service that fails"],
)
def test_a_whole_machine_with_mocks_goes_as_in_a_rehearsal(local, machine, mocks, faults):
    asked = WholeRun(machine, "m", ORDER, ALL_GOOD | mocks, faults)
    there, here = local.run(asked), Rehearsal().run(asked)
    assert (there.status, there.error, there.output) == (here.status, here.error, here.output)
    assert there.path == here.path
    assert [visit.tries for visit in there.visits] == [visit.tries for visit in here.visits]
    assert called(there) == called(here)
    assert coverage(machine, there).counts == coverage(machine, here).counts


def test_a_task_that_never_answers_times_out(local):
    asl = {
        "StartAt": "A",
        "States": {"A": {"Type": "Task", "Resource": "${Work}", "TimeoutSeconds": 1, "End": True}},
    }
    asked = WholeRun(machine_of(asl), "m", {}, {"A": never_answers()}, {})
    assert local.run(asked).error == Rehearsal().run(asked).error == "States.Timeout"


def test_a_python_function_cannot_leave_this_process(local):
    with pytest.raises(NotHere, match="mock of ProcessOrder is a Python function"):
        local.run(WholeRun(SAGA, "m", ORDER, {"ProcessOrder": lambda order: order}, {}))


STATES = [
    ("ProcessPayment", {"mock": ORDER}),
    ("ProcessPayment", {"mock": fails("ErrProcessPayment", "no")}),
    ("ProcessPayment", {"mock": fails("Lambda.ServiceException"), "retries": 3}),
    ("ProcessPayment", {"mock": fails("Unknown")}),
    ("ProcessPayment", {"mock": lambda order: order | {"paid": True}}),
    ("ProcessPayment", {"mock": never_answers()}),
    ("sns:NotifySuccess", {}),
    ("OrderSucceeded", {}),
    ("OrderFailed", {}),
]


@pytest.mark.parametrize(("name", "given"), STATES)
def test_a_single_state_is_the_same_by_teststate(local, name, given):
    given = {"mock": NO_MOCK, "retries": 0} | given
    asked = OneState(SAGA, "m", name, ORDER, given["mock"], {"order": ORDER}, None, given["retries"])
    there, here = local.state(asked), Rehearsal().state(asked)
    assert (there.status, there.next, there.output, there.error) == (
        here.status,
        here.next,
        here.output,
        here.error,
    )
    assert there.seen(SAGA) == here.seen(SAGA)


def test_a_mock_that_the_service_would_not_answer_is_told(local):
    asked = OneState(SAGA, "m", "sns:NotifySuccess", ORDER, {"MessageId": 5}, {"order": ORDER})
    with pytest.raises(SagaLabError, match="TestState refuses the test of 'sns:NotifySuccess'.*MessageId"):
        local.state(asked)


def test_what_aws_refuses_for_another_reason_is_no_fault_of_the_test(cloud, monkeypatch):
    asked = OneState(SAGA, "m", "OrderFailed", ORDER, NO_MOCK, {"order": ORDER})

    def refuse(model, **_):
        raise ClientError({"Error": {"Code": "ThrottlingException", "Message": "Rate exceeded"}}, model.name)

    monkeypatch.setenv("SAGALAB_CLOUD", "aws")
    events = cloud.client("stepfunctions").meta.events
    events.register("before-call.stepfunctions.TestState", refuse)
    try:
        with pytest.raises(SagaLabError, match="more calls from this account than it allows"):
            through_teststate.tested(cloud, asked)
    finally:
        events.unregister("before-call.stepfunctions.TestState", refuse)


def test_on_aws_a_whole_machine_with_mocks_is_skipped_and_nothing_is_asked(monkeypatch):
    monkeypatch.setenv("SAGALAB_CLOUD", "local")
    with pytest.raises(NotHere, match="on AWS its functions are called"):
        on_aws.OnAws().run(WholeRun(SAGA, "m", ORDER, {"ProcessOrder": 1}, {}))
