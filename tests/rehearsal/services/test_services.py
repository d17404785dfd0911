"""The course's functions as they are, in virtual time and in memory; their worlds can be forked."""

import json
import threading
from datetime import datetime

import pytest

from sagalab import make_order, plan, verdict
from sagalab.asl.engine.context import Execution as Names
from sagalab.asl.engine.history import json_text
from sagalab.errors import SagaLabError
from sagalab.orders.faults import Fault
from sagalab.rehearsal.coming import Awake
from sagalab.rehearsal.rehearse import ready, rehearse
from sagalab.rehearsal.services.services import Services
from sagalab.rehearsal.world import World

ITEMS = {"1": 2, "2": 1}


def order(*faults, **fields):
    made = make_order("4a", ITEMS, **fields)
    return {**made, "order_date": "2026-01-01", "faults": plan(*faults).to_dict()}


def types(execution, ended="Failed"):
    return [event["type"] for event in execution.events if event["type"].endswith(ended)]


def test_the_course_s_saga_runs_on_the_course_s_services():
    execution = rehearse("saga", order())
    assert (execution.status, execution.verdict.name) == ("SUCCEEDED", "consistent")
    assert execution.ledger.balance == execution.ledger.total
    assert execution.ledger.reserved == ITEMS
    assert [note.body["status"] for note in execution.ledger.notifications] == ["success"]
    assert execution.warnings == []
    assert verdict(execution).words == "all was done"


def test_an_incomplete_order_is_refused_as_by_the_service():
    execution = rehearse("hardened", {"order_id": "4a"})
    caught = next(visit for visit in execution.visits if visit.name == "ProcessOrder")
    assert "customer_id must be text" in json.loads(caught.attempts[-1].cause)["errorMessage"]
    assert execution.verdict.words == "all was undone"


@pytest.mark.parametrize(
    ("fault", "status", "words"),
    [
        (Fault.crash("ProcessPayment"), "FAILED", "order still New"),
        (Fault.crash("ProcessPayment", when="after"), "FAILED", "29.99 not refunded; order still New"),
        (Fault.timeout("ProcessPayment"), "FAILED", "order still New"),
        (Fault.timeout("ProcessPayment", when="after"), "FAILED", "29.99 not refunded; order still New"),
        (Fault.late("ProcessPayment"), "FAILED", "29.99 not refunded; order still New"),
        (Fault.throttle("ProcessPayment", times=1), "FAILED", "order still New"),
        (Fault.transient("ProcessPayment"), "SUCCEEDED", "all was done"),
        (Fault.error("ReserveInventory", when="after"), "FAILED", "all was undone"),
        (Fault.slow("ReserveInventory"), "SUCCEEDED", "all was done"),
    ],
)
def test_the_faults_of_an_order_strike_before_and_after_the_commit(fault, status, words):
    execution = rehearse("saga", order(fault))
    assert (execution.status, execution.verdict.words) == (status, words)


def test_a_late_commit_lands_after_the_timeout_and_stands_under_pending_until_then():
    execution = rehearse("saga", order(Fault.late("ProcessPayment")))
    assert types(execution, "TimedOut") == ["TaskTimedOut"]
    assert list(execution.ledger_at_end.pending) == ["ProcessPayment"]
    assert execution.ledger_at_end.balance == 0
    assert (execution.ledger.pending, execution.ledger.balance) == ({}, execution.ledger.total)
    assert verdict(execution, wait=False).words.endswith("ProcessPayment may still commit")


def test_a_function_that_slept_sees_the_time_at_which_it_wakes():
    execution = rehearse("saga", order(Fault.late("ProcessPayment", ms=12_000)))
    [row] = execution.services.rows("payments")
    _, called = [event for event in execution.events if event["type"] == "TaskScheduled"]
    slept = datetime.fromisoformat(row["transaction_date"]) - called["timestamp"]
    assert slept.total_seconds() == 12


def test_lambda_s_own_limit_ends_a_function_before_its_late_commit():
    outcome = Services().invoke("ProcessPayment", order(Fault.late("ProcessPayment", ms=20_000)))
    assert outcome.error == "Sandbox.Timedout"
    assert "Task timed out after 15.00 seconds" in json.loads(outcome.cause)["errorMessage"]


def test_a_process_that_exits_does_nothing_more():
    services = Services()
    outcome = services.invoke("ProcessPayment", order(Fault.crash("ProcessPayment")))
    assert outcome.error == "Runtime.ExitError"
    assert services.rows("payments") == []


def test_the_same_seed_gives_the_same_history_byte_for_byte():
    def history(seed):
        faults = [Fault.late("ProcessPayment", times=2), Fault.error("ReserveInventory")]
        return json.dumps(rehearse("hardened", order(*faults), seed=seed).events, default=str)

    assert history(1) == history(1)
    assert history(1) != history(2)


def test_a_world_is_forked_with_its_services_and_what_sleeps_in_them():
    services = Services()
    world = World(services)
    _, program = ready("saga")
    world.start(program, json_text(order(Fault.late("ProcessPayment"))), Names())
    while not any(isinstance(pending.what, Awake) for pending in world.pending()):
        world.step()
    other = world.copy()
    world.finish()
    world.settle()
    assert [row["payment_type"] for row in services.rows("payments")] == ["Debit"]
    assert other.answering.rows("payments") == []
    other.finish()
    other.settle()
    assert json_text(other.runs[0].events) == json_text(world.runs[0].events)
    assert other.answering.rows("payments") == services.rows("payments")


def test_another_function_runs_between_two_calls_of_one():
    services = Services()
    services.invoke("ProcessOrder", order())
    seen = []

    def debit_comes_between(operation):
        seen.append(operation)
        if operation == "TransactWriteItems" and len(seen) == 2:
            assert services.invoke("ProcessPayment", order()).error is None

    outcome = services.invoke("ProcessRefund", order(), between=debit_comes_between)
    assert outcome.result["payment"]["payment_amount"] == -29.99
    assert sum(row["payment_amount"] for row in services.rows("payments")) == 0


def test_with_each_call_an_invocation_waits_before_every_call():
    world = World(Services(each_call=True))
    _, program = ready("saga")
    world.start(program, json_text(order(Fault.error("ReserveInventory", when="after"))), Names())
    waits = 0
    while world.step():
        waits += any(isinstance(pending.what, Awake) for pending in world.pending())
    assert world.runs[0].status == "FAILED"
    # The three steps write once, the reservation counts its attempt too; its undo and the refund read and write.
    assert waits == 9


def test_a_module_of_the_services_can_be_replaced():
    source = "def debit(event, context):\n    raise RuntimeError('mine')\n\ncredit = debit\n"
    execution = rehearse("saga", order(), services=Services(code={"payments": source}))
    assert (execution.status, execution.error) == ("FAILED", "RuntimeError")


def test_a_function_without_memory_is_ended():
    source = "def debit(event, context):\n    raise MemoryError\n\ncredit = debit\n"
    outcome = Services(code={"payments": source}).invoke("ProcessPayment", order())
    assert outcome.error == "Runtime.OutOfMemory"


def test_a_machine_s_own_calls_of_the_tables_are_answered():
    def read(**fields):
        state = {"Type": "Task", "Resource": "arn:aws:states:::dynamodb:putItem", "End": True}
        return rehearse(
            {"StartAt": "A", "States": {"A": {**state, "Parameters": fields}}}, services=Services()
        )

    item = {"item_id": {"S": "1"}, "in_stock": {"N": "0"}}
    condition = "attribute_not_exists(item_id)"
    refused = read(TableName="saga-stock", Item=item, ConditionExpression=condition)
    assert refused.error == "DynamoDB.ConditionalCheckFailedException"
    written = read(TableName="saga-stock", Item=item)
    assert written.status == "SUCCEEDED"
    assert next(row for row in written.services.rows("stock") if row["item_id"] == "1")["in_stock"] == 0


def test_a_service_that_is_not_there_is_said():
    source = "import boto3\n\nboto3.client('s3')\n"
    with pytest.raises(SagaLabError, match="asks boto3 for s3"):
        Services(code={"payments": source}).invoke("ProcessPayment", order())


def test_two_threads_rehearse_at_once():
    found = []

    def run():
        found.append(rehearse("hardened", order(Fault.late("ProcessPayment", times=1))).verdict.words)

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == ["all was done"] * 4
