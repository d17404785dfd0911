"""Every kind × when × task on the seed's machine: path and verdict, derived by hand from ASL and ledger.

How the table below follows:
- The seed's Retry names Lambda.ServiceException only: `transient` is tried four times (1 + MaxAttempts 3); `throttle`
  (Lambda.TooManyRequestsException), `crash` (Runtime.ExitError), `timeout` and `late` (States.Timeout) once.
- The seed's Catch names the task's business error only: `error` goes to the compensation, every other ends the
  execution in the state where it struck, uncaught, and no compensation after it runs.
- `slow` harms nothing. `late` commits after the timeout, whatever `when` says; so it leaves what `after` leaves.
- What a task's commit does: ProcessOrder: order New. ProcessPayment: 17.00 taken. ReserveInventory: 2 × item 1 reserved.
  Their undos take exactly that back; before the commit nothing of it has happened.
- The three undos are reached through an `error` of ReserveInventory after its commit, so that all three are owed.
- An execution that did not succeed must have undone all (ledger.py): whatever is left is owed. The seed's messages
  name no debt, so nothing is ever announced.
"""

from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import pytest
from cloud_processes import wait_until

from sagalab import Fault, definition, deploy, deploy_machine, make_order, plan, start, verdict, wait
from sagalab.orders.faults import KINDS, TASKS, WHEN

FORWARD = ("ProcessOrder", "ProcessPayment", "ReserveInventory")
BACK = ("ReleaseInventory", "ProcessRefund", "UpdateOrderStatus")
MONEY, ITEMS, ORDER = "17.00 not refunded", "2 × item 1 not released", "order still New"
UNCAUGHT = {
    "transient": "Lambda.ServiceException",
    "throttle": "Lambda.TooManyRequestsException",
    "crash": "Runtime.ExitError",
    "timeout": "States.Timeout",
    "late": "States.Timeout",
}
# Where the execution enters the chain of undos when a forward task raises its business error.
UNDONE_FROM = {"ProcessOrder": 2, "ProcessPayment": 1, "ReserveInventory": 0}
FAIL_MESSAGE = {
    "ReleaseInventory": "sns:NotifyReleaseInventoryFail",
    "ProcessRefund": "sns:NotifyProcessRefundFail",
    "UpdateOrderStatus": "sns:NotifyUpdateOrderFail",
}
# What is owed when the execution ends, uncaught, in a forward task: (before its commit, after it).
OWED_FORWARD = {
    "ProcessOrder": ((), (ORDER,)),
    "ProcessPayment": ((ORDER,), (MONEY, ORDER)),
    "ReserveInventory": ((MONEY, ORDER), (MONEY, ITEMS, ORDER)),
}
# What is owed when an undo fails for good: (before its commit, after it). Those that come later never run.
OWED_BACK = {
    "ReleaseInventory": ((MONEY, ITEMS, ORDER), (MONEY, ORDER)),
    "ProcessRefund": ((MONEY, ORDER), (ORDER,)),
    "UpdateOrderStatus": ((ORDER,), ()),
}


class Outcome(NamedTuple):
    path: tuple[str, ...]
    error: str | None
    owed: tuple[str, ...]
    tries: int


def expected(task: str, kind: str, when: str) -> Outcome:
    """Return what the rules above imply."""
    committed = when == "after" or kind == "late"
    tries = 4 if kind == "transient" else 1
    if task in FORWARD:
        until = FORWARD[: FORWARD.index(task) + 1]
        if kind == "slow":
            return Outcome((*FORWARD, "sns:NotifySuccess", "OrderSucceeded"), None, (), tries)
        if kind == "error":  # caught, and all that was done is undone
            return Outcome((*until, *BACK[UNDONE_FROM[task] :], "OrderFailed"), "SagaFailed", (), tries)
        return Outcome(until, UNCAUGHT[kind], OWED_FORWARD[task][committed], tries)
    until = (*FORWARD, *BACK[: BACK.index(task) + 1])
    if kind == "slow":
        return Outcome((*FORWARD, *BACK, "OrderFailed"), "SagaFailed", (), tries)
    owed = OWED_BACK[task][committed]
    if kind == "error":  # a message is sent that names no debt, and the chain ends
        return Outcome((*until, FAIL_MESSAGE[task], "OrderFailed"), "SagaFailed", owed, tries)
    return Outcome(until, UNCAUGHT[kind], owed, tries)


CASES = [(task, kind, when) for task in TASKS for kind in KINDS for when in WHEN]


def faults(task: str, kind: str, when: str):
    """Return the plan of a case. Sleepers outlast the edition's TimeoutSeconds of 1 by far: a cloud may stand still for half a second."""
    ms = {"timeout": 2500, "late": 2500, "slow": 50}.get(kind)
    fault = Fault(task, kind, when, None, ms)
    return plan(fault) if task in FORWARD else plan(Fault.error("ReserveInventory", when="after"), fault)


@pytest.fixture(scope="module")
def ran(cloud):
    """All cases, run at once, each with its verdict: case → (execution, verdict).

    For each task there is an edition in which that task alone has one second: the others keep the seed's ten,
    so that a loaded machine changes no path.
    """
    deployed = deploy(cloud, prefix="every", progress=False)
    for task in TASKS:
        quick = definition("saga")
        quick["States"][task]["TimeoutSeconds"] = 1
        deploy_machine(deployed, f"quick-{task}", quick)

    def run(case):
        task, kind, _when = case
        sleeps = kind in ("timeout", "late")
        order = make_order(items={"1": 2}, faults=faults(*case).to_dict())
        arn = start(order, f"quick-{task}" if sleeps else "saga", deployment=deployed)
        execution = wait(arn, 240, deployment=deployed)
        if sleeps:
            wait_until(lambda: has_woken(deployed, order["order_id"], task), 60)
        return case, (execution, verdict(execution, deployed))

    with ThreadPoolExecutor(8) as threads:
        return dict(threads.map(run, CASES))


def has_woken(deployed, order_id: str, task: str) -> bool:
    """Say whether the task's sleeper has ended. On a loaded machine it may begin after its own timeout."""
    found = deployed.cloud.client("dynamodb").get_item(
        TableName=deployed.tables["attempts"], Key={"key": {"S": f"{order_id}#{task}"}}, ConsistentRead=True
    )
    return found.get("Item", {}).get("done", {}).get("BOOL", False)


def test_the_table_by_hand():
    """The rules, spelled out for those cases that people look up."""
    assert expected("ProcessPayment", "crash", "before").owed == (ORDER,)
    assert expected("ProcessPayment", "crash", "after").owed == (MONEY, ORDER)
    assert expected("ProcessPayment", "late", "before").owed == (MONEY, ORDER)
    assert expected("ReleaseInventory", "error", "after") == (
        (*FORWARD, "ReleaseInventory", "sns:NotifyReleaseInventoryFail", "OrderFailed"), "SagaFailed", (MONEY, ORDER), 1
    )  # fmt: skip
    assert len(CASES) == 6 * 7 * 2


@pytest.mark.parametrize("case", CASES, ids="-".join)
def test_every_fault(ran, case):
    task, kind, when = case
    execution, found = ran[case]
    path, error, owed, tries = expected(*case)
    assert tuple(execution.path) == path
    assert execution.error == error
    assert execution.status == ("FAILED" if error else "SUCCEEDED")
    assert next(visit.tries for visit in execution.visits if visit.name == task) == tries
    assert tuple(each.words for each in found.owed) == owed
    assert found.name == ("leaked" if owed else "consistent")
