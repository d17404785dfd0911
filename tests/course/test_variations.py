"""The variations of notebook 10: each runs, undoes what it did, passes the lint."""

import json
import time

import pytest

from sagalab import (
    Fault,
    definition,
    deploy,
    deploy_machine,
    lint,
    make_order,
    plan,
    run,
    start,
    verdict,
    wait,
)  # fmt: skip
from sagalab.ledger.inbox import notifications
from sagalab.project import STATEMACHINE

_FILES = (STATEMACHINE / "variations").glob("*.asl.json")
VARIATIONS = sorted(path.name.removesuffix(".asl.json") for path in _FILES)
STEPS = ("ProcessOrder", "ProcessPayment", "ReserveInventory")
UNDOS = ("ReleaseInventory", "ProcessRefund", "UpdateOrderStatus")


@pytest.fixture(scope="module")
def saga(cloud):
    patch = pytest.MonkeyPatch()
    patch.setenv("SAGALAB_PREFIX", "variations")
    found = deploy(progress=False)
    for name in VARIATIONS:
        deploy_machine(found, name.replace("_", "-"), definition(f"variations/{name}"))
    yield found
    patch.undo()


def ran(saga, name, *faults):
    execution = run(plan(*faults).apply(make_order()), name.replace("_", "-"), deployment=saga)
    return execution, verdict(execution, saga)


@pytest.mark.parametrize("name", VARIATIONS)
def test_the_lint_finds_nothing(name):
    assert not lint(definition(f"variations/{name}"))


@pytest.mark.parametrize("name", [name for name in VARIATIONS if name != "human_approval"])
def test_all_is_done_or_all_is_undone(saga, name):
    execution, found = ran(saga, name)
    assert (execution.status, found.name) == ("SUCCEEDED", "consistent")
    for step in STEPS if name != "forward_recovery" else STEPS[:2]:
        for when in ("before", "after"):
            execution, found = ran(saga, name, Fault.error(step, when=when))
            assert (execution.status, str(found)) == ("FAILED", "consistent: all was undone"), (step, when)


def test_a_failed_undo_stops_no_sibling_and_is_announced(saga):
    for undo in UNDOS:
        execution, found = ran(
            saga, "parallel_compensation", Fault.error("ReserveInventory", when="after"), Fault.error(undo)
        )
        assert execution.status == "FAILED"
        assert [owed.undo for owed in found.owed] == [undo]
        assert found.name == "announced"


def test_after_the_pivot_it_goes_forward_only(saga):
    execution, found = ran(saga, "forward_recovery", Fault.error("ReserveInventory", times=4))
    assert (execution.status, found.name) == ("SUCCEEDED", "consistent")
    assert execution.visits[2].tries == 5


@pytest.mark.parametrize(("answer", "status"), [("yes", "SUCCEEDED"), ("no", "FAILED")])
def test_a_human_says_yes_or_no(saga, answer, status):
    order = make_order()
    waiting = start(order, "human-approval", deployment=saga)
    until = time.monotonic() + 20
    while not (mail := notifications(saga, order["order_id"])) and time.monotonic() < until:
        time.sleep(0.02)
    token, client = mail[0].body["task_token"], saga.cloud.client("stepfunctions")
    if answer == "yes":
        client.send_task_success(taskToken=token, output=json.dumps({"approved_by": "a test"}))
    else:
        client.send_task_failure(taskToken=token, error="Refused", cause="too expensive")
    execution = wait(waiting, deployment=saga)
    assert (execution.status, verdict(execution, saga).name) == (status, "consistent")


def test_who_meets_the_lock_is_never_charged(saga):
    stock = saga.cloud.resource("dynamodb").Table(saga.tables["stock"])
    stock.update_item(
        Key={"item_id": "6"}, UpdateExpression="SET in_stock = :n", ExpressionAttributeValues={":n": 1}
    )
    arns = [start(make_order(items={"6": 1}), "semantic-lock", deployment=saga) for _ in range(3)]
    found = [verdict(execution, saga) for execution in [wait(arn, deployment=saga) for arn in arns]]
    assert {each.name for each in found} == {"consistent"}
    assert sorted(len(each.ledger.payments) for each in found) == [0, 0, 1]
