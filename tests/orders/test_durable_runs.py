"""The saga as a durable function on the local cloud: same orders, fault plans, ledger and verdict as the machine's."""

import subprocess
import sys
from uuid import uuid4

import pytest
from deployed_things import everything, expected

from sagalab.deploying.deploy import deploy
from sagalab.deploying.deployment import status
from sagalab.deploying.destroy import destroy
from sagalab.errors import SagaLabError
from sagalab.history.durable import DurableExecution
from sagalab.ledger.verdict import verdict
from sagalab.orders.costs import costs_of, costs_so_far
from sagalab.orders.faults import Fault, plan
from sagalab.orders.orders import make_order
from sagalab.orders.runs import run, start, wait
from sagalab.pictures.compare import compare
from sagalab.rehearsal import plans
from tools.agreement_of_code import compare_code

PREFIX = "t-durable"
_SHORT = ("error", "transient", "throttle")  # a process that dies, or is ended, takes seconds each


@pytest.fixture(scope="module")
def deployed(cloud):
    found = deploy(cloud, prefix=PREFIX, progress=False, durable=True)
    yield found
    destroy(cloud, prefix=PREFIX, progress=False)


def _order(*faults):
    return {**make_order(f"d-{uuid4().hex[:8]}"), "faults": plan(*faults).to_dict()}


@pytest.mark.parametrize("machine", ["durable", "durable-hardened"])
def test_an_order_succeeds(deployed, machine):
    done = run(_order(), machine, deployment=deployed)
    assert isinstance(done, DurableExecution)
    assert done.path == ["ProcessOrder", "ProcessPayment", "ReserveInventory", "sns:NotifySuccess"]
    assert (done.status, done.warnings, len(done.invocations)) == ("SUCCEEDED", [], 1)
    found = verdict(done, deployed)
    assert (found.name, found.words) == ("consistent", "all was done")
    assert [note.body["status"] for note in found.ledger.notifications] == ["success"]


def test_default_retries_try_a_business_error_six_times_and_the_hardened_saga_once(deployed):
    order = _order(Fault.error("ReserveInventory", when="after"))
    tries = {}
    for machine in ("durable", "durable-hardened"):
        done = run({**order, "order_id": order["order_id"] + machine[7:]}, machine, deployment=deployed)
        assert done.error == "SagaFailed" and verdict(done, deployed).words == "all was undone"
        assert done.path[-3:] == ["ReleaseInventory", "ProcessRefund", "UpdateOrderStatus"]
        tries[machine] = {visit.name: visit.tries for visit in done.visits}["ReserveInventory"]
    assert tries == {"durable": 6, "durable-hardened": 1}


def test_a_process_that_dies_in_a_step_takes_the_plain_saga_with_it(deployed):
    died = run(_order(Fault.crash("ProcessPayment", when="after")), "durable", deployment=deployed)
    assert (died.status, died.error) == ("FAILED", "Runtime.ExitError")
    # a step that took less than a second before it died is not on record at all
    assert died.path in (["ProcessOrder"], ["ProcessOrder", "ProcessPayment"])
    assert "succeeded" not in {visit.status for visit in died.visits[1:]}
    assert [each.error for each in died.invocations] == ["Runtime.ExitError"] * 5
    assert verdict(died, deployed).name == "leaked"


def test_the_hardened_saga_survives_it(deployed):
    done = run(_order(Fault.crash("ProcessPayment", when="after")), "durable-hardened", deployment=deployed)
    assert verdict(done, deployed).words == "all was undone"
    assert {visit.name: visit.error for visit in done.visits}["ProcessPayment"] == "StepInterruptedError"


def test_what_is_owed_waits_for_a_human(deployed):
    order = _order(Fault.error("ReserveInventory"), Fault.error("ProcessRefund"))
    waiting = wait(
        start(order, "durable-hardened", deployment=deployed), deployment=deployed, until_parked=True
    )
    assert (waiting.status, waiting.path[-1]) == ("RUNNING", "HumanAnswer")
    found = verdict(waiting, deployed)
    assert found.name == "announced"
    token = found.ledger.notifications[-1].body["callback_id"]
    client = deployed.cloud.client("lambda")
    client.send_durable_execution_callback_success(CallbackId=token, Result='"settled"')
    done = wait(waiting.arn, deployment=deployed)
    assert (done.status, done.error) == ("FAILED", "SagaFailed")
    assert {visit.name: visit.status for visit in done.visits}["HumanAnswer"] == "succeeded"


def test_an_order_is_run_once_under_its_name(deployed):
    order = _order()
    arns = {start(order, "durable", deployment=deployed, name=order["order_id"]) for _ in range(3)}
    assert len(arns) == 1
    with pytest.raises(SagaLabError, match="another input"):
        start({**order, "customer_id": "other"}, "durable", deployment=deployed, name=order["order_id"])


def test_it_is_deployed_only_when_asked_for_and_destroyed_with_the_rest(cloud):
    prefix = "t-durable-not"
    plain = deploy(cloud, prefix=prefix, progress=False)
    assert everything(cloud, prefix) == expected(prefix)
    with pytest.raises(SagaLabError, match="deploy --durable"):
        start(_order(), "durable", deployment=plain)
    more = deploy(cloud, prefix=prefix, progress=False, durable=True)
    assert {change.name for change in more.changes if change.action == "created"} == {
        name for _, name in expected(prefix, durable=True) - expected(prefix)
    }
    assert everything(cloud, prefix) == expected(prefix, durable=True)
    again = deploy(cloud, prefix=prefix, progress=False, durable=True)
    assert {change.action for change in again.changes} == {"unchanged"}
    assert {part.state for part in status(cloud, prefix=prefix)} == {"present"}
    destroy(cloud, prefix=prefix, progress=False)
    assert everything(cloud, prefix) == set()


def test_the_command_line_runs_and_explores_it(deployed, monkeypatch):
    monkeypatch.setenv("SAGALAB_PREFIX", PREFIX)

    def sagalab(*words):
        command = [sys.executable, "-m", "sagalab", *words]
        return subprocess.run(command, capture_output=True, encoding="utf-8", timeout=120)

    ran = sagalab("run", "--machine", "durable", "--scenario", "4")
    assert ran.returncode == 0 and "sns:NotifySuccess" in ran.stdout
    explored = sagalab("explore", "durable", "--sample", "12")
    assert "of 12 plans leaked" in explored.stdout, explored.stderr


def test_it_is_followed_while_it_runs_and_compared_with_the_machine(deployed):
    arn = start(_order(Fault.error("ProcessPayment")), "durable", deployment=deployed)
    client = deployed.cloud.client("lambda")
    seen = list(DurableExecution.fetch(client, arn).follow(poll=0.05, timeout=60))
    assert seen[-1].error == "SagaFailed" and len(seen) > 1
    machine = run(_order(Fault.error("ProcessPayment")), deployment=deployed)
    assert "ProcessPayment" in compare(machine, seen[-1]).svg()


def test_operations_and_calls_are_what_it_costs(deployed):
    before = costs_so_far(deployed)
    done = run(_order(), "durable", deployment=deployed)
    tried = run(_order(Fault.error("ProcessPayment")), "durable", deployment=deployed)
    one, six = costs_of(done, 1).usage, costs_of(tried, 1).usage
    assert (one.operations, one.invocations, one.transitions, one.publishes) == (5, 1, 0, 1)
    assert (six.operations, six.invocations) == (10, 6)  # the start, the order, six payments, two undos
    assert costs_of(run(_order(), deployment=deployed), 1).usage.transitions == 6
    after = costs_so_far(deployed)
    assert after.sagas == before.sagas + 3
    assert after.usage.operations == before.usage.operations + 15


@pytest.mark.parametrize("function", ["durable", "durable-hardened"])
def test_rehearsed_it_says_the_same(deployed, function):
    chosen = plans.sample([each for each in plans.singles() if each.faults[0].kind in _SHORT], 4, seed=3)
    found = compare_code(function, [plan(), *chosen], deployed)
    assert (found.compared, found.differences) == (5, ())
