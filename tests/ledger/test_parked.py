"""Executions that wait for a human: found, shown with what is owed, and answered."""

import time

import pytest

from sagalab import (
    Fault,
    SagaLabError,
    definition,
    deploy,
    deploy_machine,
    make_order,
    parked,
    parked_panel,
    plan,
    resume,
    start,
    verdict,
    wait,
)  # fmt: skip
from sagalab.ledger.parked import resume_all


@pytest.fixture(scope="module")
def deployed(cloud):
    found = deploy(cloud, prefix="parking", progress=False)
    deploy_machine(found, "hardened", definition("hardened"))
    return found


@pytest.fixture
def waiting(deployed):
    """An execution that waits: its refund failed five times, which is all that the saga tries."""
    faults = plan(Fault.error("ReserveInventory", when="after"), Fault.error("ProcessRefund", times=5))
    order = make_order(items={"1": 2}, faults=faults.to_dict())
    arn = start(order, "hardened", deployment=deployed)
    limit = time.monotonic() + 60
    while not any(each.arn == arn for each in parked(deployed)):
        assert time.monotonic() < limit
        time.sleep(0.05)
    [found] = [each for each in parked(deployed) if each.arn == arn]
    yield found
    deployed.cloud.client("stepfunctions").stop_execution(executionArn=arn)


def test_retry_runs_the_undos_again(deployed, waiting):
    assert waiting.owed == ("17.00 not refunded",)
    assert resume(waiting.order_id, "retry", deployment=deployed).arn == waiting.arn
    execution = wait(waiting.arn, deployment=deployed)
    assert execution.path[-6:] == [
        "HumanAnswer", "ReleaseInventory", "ProcessRefund", "UpdateOrderStatus", "AnythingOwed", "OrderFailed",
    ]  # fmt: skip
    assert verdict(execution, deployed).name == "consistent"
    with pytest.raises(SagaLabError, match="No execution waits"):
        resume(waiting.order_id, deployment=deployed)


def test_settled_ends_the_execution(deployed, waiting):
    resume(waiting.name, "settled", deployment=deployed)
    execution = wait(waiting.arn, deployment=deployed)
    assert (execution.status, execution.path[-2:]) == ("FAILED", ["HumanAnswer", "OrderFailed"])
    assert verdict(execution, deployed).name == "announced"


@pytest.mark.parametrize("answer", ['{"action": "perhaps"}', '"retry"', "1", "{}"])
def test_any_other_answer_is_asked_again_and_the_debt_is_kept(deployed, waiting, answer):
    client = deployed.cloud.client("stepfunctions")
    client.send_task_success(taskToken=waiting.token, output=answer)
    limit = time.monotonic() + 30
    while not [
        again for again in parked(deployed) if again.arn == waiting.arn and again.token != waiting.token
    ]:
        assert time.monotonic() < limit
        time.sleep(0.05)
    [again] = [each for each in parked(deployed) if each.arn == waiting.arn]
    assert again.owed == waiting.owed


def test_a_refusal_ends_in_a_cause_that_names_the_debt(deployed, waiting):
    deployed.cloud.client("stepfunctions").send_task_failure(taskToken=waiting.token, error="No")
    execution = wait(waiting.arn, deployment=deployed)
    assert (execution.path[-1], execution.error) == ("OrderOwes", "SagaOwes")
    assert execution.cause == 'Still owed: [{"undo":"ProcessRefund","amount":17}]'


def test_a_notification_that_cannot_be_sent_does_not_hide_the_debt(deployed):
    machine = definition("hardened")
    machine["States"]["sns:NotifyOwed"]["Arguments"]["TopicArn"] = f"{deployed.topic_arn}-that-is-not-there"
    deploy_machine(deployed, "no-topic", machine)
    faults = plan(Fault.error("ReserveInventory"), Fault.error("UpdateOrderStatus"))
    arn = start(make_order(faults=faults.to_dict()), "no-topic", deployment=deployed)
    execution = wait(arn, deployment=deployed)
    assert execution.cause == 'Still owed: [{"undo":"UpdateOrderStatus"}]'


def test_the_panels_buttons_answer(deployed, waiting):
    panel = parked_panel(deployed)
    rows = [row for row in panel.children[0].children if waiting.order_id[:8] in row.children[0].value]
    assert "17.00 not refunded" in rows[0].children[0].value
    rows[0].children[2].click()  # settled
    assert "settled" in panel.children[2].value
    assert wait(waiting.arn, deployment=deployed).status == "FAILED"


def test_an_answer_to_all_passes_over_who_was_answered_meanwhile(deployed, waiting):
    gone = start(make_order(), "hardened", deployment=deployed)
    assert wait(gone, deployment=deployed).status == "SUCCEEDED"
    resume_all([gone, waiting.arn], "settled", deployed)
    assert wait(waiting.arn, deployment=deployed).path[-2:] == ["HumanAnswer", "OrderFailed"]
