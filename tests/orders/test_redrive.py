"""redrive() on the real local cloud: it goes on where it had ended, waits for the new end, and says what it refuses."""

import json

import pytest
from typer.testing import CliRunner

from sagalab import (
    Execution,
    Fault,
    deploy,
    deploy_machine,
    make_order,
    plan,
    redrive,
    run,
    start,
    task_state,
    verdict,
)
from sagalab.commands.app import app, register_commands
from sagalab.errors import SagaLabError

PREFIX = "t-redrive"
PASSING = {"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}
SLEEPER = {"StartAt": "S", "States": {"S": {"Type": "Wait", "Seconds": 86400, "End": True}}}


@pytest.fixture(scope="module")
def mine(cloud):
    from dataclasses import replace

    return deploy(replace(cloud, prefix=PREFIX, _made={}), progress=False)


def test_it_goes_on_where_it_failed_with_a_retrier_that_counts_anew(mine):
    order = make_order(items={"1": 2}, faults=plan(Fault.transient("ProcessPayment", times=5)).to_dict())
    failed = run(order, deployment=mine)
    assert failed.status == "FAILED" and len(failed.visits[1].attempts) == 4
    again = redrive(failed, deployment=mine)
    assert again.arn == failed.arn and again.status == "SUCCEEDED" and again.redrives == 1
    assert again.path == [
        "ProcessOrder",
        "ProcessPayment",
        "ReserveInventory",
        "sns:NotifySuccess",
        "OrderSucceeded",
    ]
    assert [each.redrive for each in again.visits[1].attempts] == [0, 0, 0, 0, 1, 1]
    assert verdict(again, mine).name == "consistent"


def test_it_may_fail_again_and_is_waited_for(mine):
    order = make_order(faults=plan(Fault.crash("ProcessPayment", times=2)).to_dict())
    once = run(order, deployment=mine)
    twice = redrive(once.arn, deployment=mine)
    assert twice.status == "FAILED" and len(twice.events) > len(once.events)
    assert redrive(twice, deployment=mine).status == "SUCCEEDED"


def test_in_a_parallel_only_the_branch_that_failed_goes_on(mine):
    branches = [
        {"StartAt": name, "States": {name: task_state(function, payload="{% $states.input %}")}}
        for name, function in (("Pay", "DebitPaymentFunction"), ("Reserve", "ReserveInventoryFunction"))
    ]
    branches[1]["StartAt"] = "Later"  # so that the payment is done by then
    branches[1]["States"]["Later"] = {"Type": "Wait", "Seconds": 60, "Next": "Reserve"}
    both = {"Type": "Parallel", "Branches": branches, "End": True}
    deploy_machine(mine, "both", {"QueryLanguage": "JSONata", "StartAt": "Both", "States": {"Both": both}})
    order = make_order(faults=plan(Fault.crash("ReserveInventory", times=1)).to_dict())
    again = redrive(run(order, "both", deployment=mine), deployment=mine)
    assert again.status == "SUCCEEDED" and again.warnings == []
    tried = {visit.name: visit.tries_in_words for visit in again.visits if visit.type == "Task"}
    assert tried == {"Pay": "", "Reserve": "×1, redriven ×1"}


def test_the_definition_is_that_of_the_start(mine):
    fails = {"StartAt": "A", "States": {"A": {"Type": "Fail", "Error": "Old"}}}
    deploy_machine(mine, "changed", fails)
    failed = run({}, "changed", deployment=mine)
    deploy_machine(mine, "changed", PASSING)
    again = redrive(failed, deployment=mine)
    assert (again.status, again.error) == ("FAILED", "Old")
    assert json.loads(json.dumps(again.definition)) == fails


def test_from_a_terminal_by_the_order(mine, monkeypatch):
    register_commands()
    monkeypatch.setenv("SAGALAB_PREFIX", PREFIX)
    order = make_order(items={"1": 2}, faults=plan(Fault.crash("ReserveInventory", times=2)).to_dict())
    run(order, deployment=mine)
    again = CliRunner().invoke(app, ["redrive", order["order_id"]])
    assert again.exit_code == 1 and "leaked" in again.output  # it has failed again
    healed = CliRunner().invoke(app, ["redrive", order["order_id"], "--json"])
    found = json.loads(healed.output)
    assert healed.exit_code == 0 and (found["status"], found["verdict"]) == ("SUCCEEDED", "consistent")
    none = CliRunner().invoke(app, ["redrive", order["order_id"]])
    assert isinstance(none.exception, SagaLabError) and "No execution under" in str(none.exception)


def test_what_cannot_be_redriven_is_said_with_what_to_do(mine):
    deploy_machine(mine, "passing", PASSING)
    with pytest.raises(SagaLabError, match="is SUCCEEDED and cannot be redriven") as refused:
        redrive(run({}, "passing", deployment=mine), deployment=mine)
    assert "start a new execution" in refused.value.cure
    deploy_machine(mine, "sleeper", SLEEPER)
    running = start({}, "sleeper", deployment=mine)
    with pytest.raises(SagaLabError, match="is RUNNING and cannot be redriven") as refused:
        redrive(running, deployment=mine)
    assert "Wait for its end" in refused.value.cure
    with pytest.raises(SagaLabError, match="There is no execution nobody"):
        redrive(running.rpartition(":")[0] + ":nobody", deployment=mine)
    history_only = Execution.from_history(run({}, "passing", deployment=mine).events)
    with pytest.raises(SagaLabError, match="only the history is known"):
        redrive(history_only, deployment=mine)
