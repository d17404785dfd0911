"""rehearse(): a machine in this process, with mocks and faults, in virtual time."""

import json

import pytest

from sagalab.errors import SagaLabError
from sagalab.project import ROOT
from sagalab.rehearsal.rehearse import fails, never_answers, rehearse

SAGA = ROOT / "statemachine" / "saga.asl.json"
HARDENED = ROOT / "statemachine" / "hardened.asl.json"
ORDER = {
    "order_id": "o-1",
    "customer_id": "c-1",
    "items": [{"item_id": "1", "qty": 2, "unit_price": 8.5}],
    "faults": {},
}


class ErrReserveInventory(Exception):
    """The seed's business error."""


def test_the_seed_s_saga_commits_when_every_task_succeeds():
    execution = rehearse(SAGA, ORDER)
    assert execution.status == "SUCCEEDED"
    assert execution.path[-1] == "OrderSucceeded"
    assert execution.warnings == []


def test_a_business_error_rolls_it_back():
    execution = rehearse(SAGA, ORDER, tasks={"ReserveInventory": ErrReserveInventory("sold out")})
    assert execution.status == "FAILED"
    assert execution.path[2:] == [
        *("ReserveInventory", "ReleaseInventory", "ProcessRefund", "UpdateOrderStatus"),
        *execution.path[6:],
    ]
    caught = next(visit for visit in execution.visits if visit.name == "ReserveInventory")
    assert json.loads(caught.attempts[-1].cause)["errorMessage"] == "sold out"


def test_a_fault_comes_first_and_a_retry_gets_the_task():
    execution = rehearse(SAGA, ORDER, faults={"ProcessPayment": "Lambda.ServiceException"})
    assert execution.status == "SUCCEEDED"
    payment = next(visit for visit in execution.visits if visit.name == "ProcessPayment")
    assert len(payment.attempts) == 2


def test_a_timeout_takes_its_virtual_time_and_nobody_waits():
    execution = rehearse(HARDENED, ORDER, faults={"ProcessPayment": ["States.Timeout"] * 4})
    assert (execution.stopped - execution.started).total_seconds() >= 40
    assert "ProcessRefund" in execution.path


def test_mocks_are_functions_handlers_values_and_lists():
    seen = []

    def payment(event, context):
        seen.append(event)
        return event | {"paid": True}

    execution = rehearse(
        SAGA,
        ORDER,
        tasks={
            "${NewOrderFunction}": lambda event: event | {"new": True},
            "ProcessPayment": [fails("Lambda.ServiceException"), payment],
            "arn:aws:states:::sns:publish": {"MessageId": "mine"},
        },
        services=False,
    )
    assert execution.status == "SUCCEEDED"
    assert seen == [ORDER | {"new": True}]
    assert execution.visits[-2].output == {"MessageId": "mine"}


def test_the_same_seed_gives_the_same_history():
    def history(seed):
        faults = {"ProcessPayment": ["Lambda.ServiceException"] * 2}
        return json.dumps(rehearse(SAGA, ORDER, faults=faults, seed=seed).events, default=str)

    assert history(1) == history(1)
    assert history(1) != history(2)


def test_an_answer_to_a_token_is_a_mock_and_without_it_the_run_waits():
    state = {"Type": "Task", "Resource": "arn:aws:states:::sns:publish.waitForTaskToken", "End": True}
    state["Parameters"] = {"TopicArn": "t", "Message": {"token.$": "$$.Task.Token"}}
    machine = {"StartAt": "Ask", "States": {"Ask": state}}
    assert rehearse(machine).status == "RUNNING"
    assert rehearse(machine, tasks={"Ask": {"yes": True}}).output == {"yes": True}
    assert rehearse(machine, tasks={"Ask": never_answers()}).status == "RUNNING"


def test_what_cannot_be_rehearsed_is_said():
    with pytest.raises(SagaLabError, match="no state, resource or function 'Paymnt'"):
        rehearse(SAGA, ORDER, tasks={"Paymnt": 1})
    with pytest.raises(SagaLabError, match="AWS would refuse"):
        rehearse({"StartAt": "A", "States": {"A": {"Type": "Pass"}}})
    with pytest.raises(SagaLabError, match="cannot be read"):
        rehearse("no-such-file.asl.json")
