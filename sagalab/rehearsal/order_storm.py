"""A storm: many orders at once, a seeded mix of faults, and the books of all of them at the end."""

import time
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sagalab.asl.plain import plain
from sagalab.cloud import local_process
from sagalab.deploying.deploy import deploy_machine
from sagalab.deploying.deployment import Deployment
from sagalab.deploying.machines import definition as read_definition
from sagalab.history.execution import Execution
from sagalab.ledger.parked import RETRY, resume_all
from sagalab.ledger.read import read_ledgers
from sagalab.ledger.tables import tables
from sagalab.ledger.verdict import judge
from sagalab.orders.faults import FaultPlan
from sagalab.rehearsal import plans as plans
from sagalab.rehearsal.edition import edition_of
from sagalab.rehearsal.many_runs import Crowd, Started
from sagalab.rehearsal.sandbox import STOCK, sandbox
from sagalab.rehearsal.storm_mix import storm_orders
from sagalab.rehearsal.storm_result import Books, Ride, Storm

if TYPE_CHECKING:
    import pandas as pd

ORDERS = 300
TIMEOUT_SECONDS = 3  # of Lambda tasks in the edition: many orders wait for few workers
_MACHINE = "stormy"
_WIDTHS = (9, 3)  # how many orders are under way: quick ones, and those that sleep in a worker
_WORKERS = 5  # few, so that memory stays small
_BATCH = 50
_CALM_SECONDS = 20.0


def order_storm(
    count: int = ORDERS,
    *,
    seed: int = 1,
    machine: str | Path | Mapping[str, Any] = "hardened",
    advance: Callable[[int, int], None] | None = None,
) -> Storm:
    """Send `count` orders with a seeded mix of faults through a machine, and return what came of them.

    A deployment of the storm's own is used, on the local cloud, and an edition of the machine with short
    waits. Executions that park are judged as they wait; at the end a human, played by the storm, answers each
    with "retry". Ctrl-C ends it. Raises SagaLabError on AWS, and for a machine that cannot be deployed.
    """
    definition = plain(machine) if isinstance(machine, Mapping) else read_definition(machine)
    with sandbox("storm", _WORKERS) as deployment:
        deploy_machine(deployment, _MACHINE, edition_of(definition, TIMEOUT_SECONDS))
        begun = time.monotonic()
        rides = _ride(
            storm_orders(count, seed, TIMEOUT_SECONDS), deployment, advance or (lambda done, of: None)
        )
        answered = _answer(rides, deployment)
        seconds = time.monotonic() - begun
        _calm()
        found = tables(deployment)
    found["stock_before"] = found["stock"].assign(in_stock=STOCK)
    return Storm(count, tuple(rides), answered, _books(rides, found), found, seconds)


def _ride(
    orders: list[dict[str, Any]], deployment: Deployment, advance: Callable[[int, int], None]
) -> list[Ride]:
    """Run all orders; return them in the order in which they ended."""
    crowd: Crowd[None] = Crowd(deployment, [(_MACHINE, width) for width in _WIDTHS])
    for order in orders:
        sleeps = plans.holds_a_worker(FaultPlan.from_dict(order["faults"]))
        crowd.add(None, order, int(sleeps))
    rides: list[Ride] = []
    batch: list[Started[None]] = []
    try:
        while crowd.busy or batch:
            batch += crowd.step()
            if len(batch) >= _BATCH or not crowd.busy:
                rides += _judged(batch, deployment)
                batch = []
            advance(len(rides) + len(batch), len(orders))
    except BaseException:
        crowd.close()
        raise
    return rides


def _judged(batch: list[Started[None]], deployment: Deployment) -> list[Ride]:
    client = deployment.cloud.client("stepfunctions")
    executions = [Execution.fetch(client, each.arn) for each in batch]
    ledgers = read_ledgers([each.order for each in batch], deployment)
    return [
        Ride.of(each.order, execution, judge(ledger, execution), each.ended)
        for each, execution, ledger in zip(batch, executions, ledgers, strict=True)
    ]


def _answer(rides: list[Ride], deployment: Deployment) -> int:
    """Answer every parked execution with "retry", and wait until all have ended. Return how many there were."""
    waiting = [ride.arn for ride in rides if ride.status == "PARKED"]
    resume_all(waiting, RETRY, deployment)
    client = deployment.cloud.client("stepfunctions")
    limit = time.monotonic() + _CALM_SECONDS + len(waiting)
    for arn in waiting:
        while client.describe_execution(executionArn=arn)["status"] == "RUNNING" and time.monotonic() < limit:
            time.sleep(0.05)
    return len(waiting)


def _calm() -> None:
    """Wait until no function runs any more: one that its task gave up may still be at work."""
    limit = time.monotonic() + _CALM_SECONDS
    while time.monotonic() < limit:
        if all(worker["state"] == "idle" for worker in local_process.status()["workers"]):
            return
        time.sleep(0.1)


def _books(rides: list[Ride], found: "dict[str, pd.DataFrame]") -> Books:
    """Add up all tables."""
    completed = [ride for ride in rides if ride.status == "SUCCEEDED"]
    sold = sum(int(line["qty"]) for ride in completed for line in ride.items)
    return Books(
        money=sum(found["payments"]["payment_amount"], Decimal(0)),
        completed=sum((ride.total for ride in completed), Decimal(0)),
        stock_gone=int((found["stock_before"]["in_stock"] - found["stock"]["in_stock"]).sum()),
        sold=sold,
    )
