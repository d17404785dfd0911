"""`explore_orders`: two or three orders for the last item, in every order of their calls that matters."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from sagalab.asl.engine.history import as_boto
from sagalab.asl.engine.program import Program
from sagalab.deploying.machines import definition
from sagalab.errors import SagaLabError
from sagalab.history.execution import Execution
from sagalab.ledger.verdict import judge
from sagalab.orders.faults import FaultPlan, plan
from sagalab.orders.orders import make_order
from sagalab.rehearsal import plans as plans
from sagalab.rehearsal.races.anomalies import anomalies
from sagalab.rehearsal.races.result import RaceCase, Races
from sagalab.rehearsal.races.schedules import Schedule, beginning, schedules
from sagalab.rehearsal.rehearse import ready

Advance = Callable[[int, int], None]  # (how many fault plans are judged, of how many)
ITEM = "6"  # the signed poster of the catalogue
SAMPLE = 100  # schedules of three orders, for each fault plan


def explore_orders(
    machine: str | Path | Mapping[str, Any] = "saga",
    *,
    orders: int = 2,
    faults: int = 1,
    only: Iterable[FaultPlan] | None = None,
    stock: int | Mapping[str, int] = 1,
    wants: Sequence[Mapping[str, int]] | None = None,
    sample: int | None = None,
    seed: int = 1,
    code: Mapping[str, str] | None = None,
    advance: Advance | None = None,
) -> Races:
    """Let orders race for the last item, without a fault and with every single one in the first order.

    `machine`: a machine of the course, by name, file or definition. `orders`: 2, in every order of their calls
    that matters, or 3, of which `sample` schedules are drawn by `seed` (default 100). `faults=0`: no faults;
    `only`: these fault plans. `wants`: what each order wants, {item_id: quantity} (default: one of item 6 each;
    one entry an order). `stock`: how many there are of each item, or {item_id: count}. `code`: other sources for
    modules of lambdas/ ({"inventory": "…"}; see with_functions). No cloud is needed. Ctrl-C keeps what was found.

    Raises SagaLabError for a number of orders or faults that there is not, and for a machine that AWS would refuse.
    """
    wants = [{ITEM: 1}] * orders if wants is None else list(wants)
    orders = len(wants)
    if orders not in (2, 3) or faults not in (0, 1):
        raise SagaLabError(
            f"{orders} orders with {faults} faults cannot race here.",
            "Take 2 or 3 orders, and 0 faults or 1.",
        )
    tree, program = ready(machine if isinstance(machine, Mapping) else definition(machine))
    sample = SAMPLE if orders == 3 and sample is None else sample
    items = {item for each in wants for item in each}
    there = dict(stock) if isinstance(stock, Mapping) else dict.fromkeys(sorted(items), stock)
    chosen = list(only) if only is not None else [plan(), *(plans.singles() if faults else [])]
    begun = time.monotonic()
    found: list[RaceCase] = []
    whole, interrupted = True, False
    try:
        for number, each in enumerate(chosen):
            cases, complete = _race(program, tree.body, each, wants, there, sample, seed, code)
            found += cases
            whole &= complete
            if advance is not None:
                advance(number + 1, len(chosen))
    except KeyboardInterrupt:
        interrupted = True
    return Races(tree.body, tuple(found), time.monotonic() - begun, whole and not interrupted, interrupted)


def _race(
    program: Program,
    body: Mapping[str, Any],
    faults: FaultPlan,
    wants: Sequence[Mapping[str, int]],
    stock: dict[str, int],
    sample: int | None,
    seed: int,
    code: Mapping[str, str] | None,
) -> tuple[list[RaceCase], bool]:
    placed = [
        {**make_order(f"race-{number}", items), "order_date": "2026-01-01T00:00:00+00:00"}
        for number, items in enumerate(wants, 1)
    ]
    placed = [plan().apply(order) for order in placed]
    placed[0] = faults.apply(placed[0])
    begin = beginning(program, placed, stock, code)
    ends, complete = schedules(begin, placed, sample, seed)
    return [_judged(each, body, faults, stock) for each in ends], complete


def _judged(
    schedule: Schedule, body: Mapping[str, Any], faults: FaultPlan, stock: Mapping[str, int]
) -> RaceCase:
    services = schedule.place.services
    ledgers = {order["order_id"]: services.ledger(order, schedule.now) for order in schedule.orders}
    executions = [
        Execution.from_history(as_boto(schedule.run(number).events), dict(body))
        for number in range(len(schedule.orders))
    ]
    verdicts = tuple(
        judge(ledgers[order["order_id"]], execution).name
        for order, execution in zip(schedule.orders, executions, strict=True)
    )
    return RaceCase(
        faults,
        schedule.made,
        tuple(str(order["order_id"]) for order in schedule.orders),
        tuple(execution.status for execution in executions),
        verdicts,
        tuple(anomalies(schedule, ledgers, stock)),
        tuple(execution.duration for execution in executions),
        tuple(_transitions(execution) for execution in executions),
    )


def _transitions(execution: Execution) -> int:
    """Return the state transitions that AWS charges: a retry is one too, and the start."""
    return sum(1 + max(0, len(visit.attempts) - 1) for visit in execution.visits) + 1
