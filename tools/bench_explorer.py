"""How quick the explorer is in this process: every single fault, every pair, and a hole that it finds."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sagalab.deploying.machines import definition
from sagalab.orders.faults import Fault, plan
from sagalab.rehearsal.any_saga.explore import explore_any
from sagalab.rehearsal.explorer import explore
from sagalab.rehearsal.races.explore import explore_orders
from tools.bench import Bar

PAIRS = 2_622  # single faults and pairs of the hardened saga whose faults can meet


@dataclass(frozen=True)
class ExplorerFigures:
    """What was measured, in seconds of wall time; leaks of the hardened saga's singles and pairs."""

    seed_seconds: float
    hardened_seconds: float
    pairs_seconds: float
    plans: int
    leaks: int
    hole_seconds: float
    own_seconds: float
    own_plans: int
    races_seconds: float


EXPLORER_BARS = (
    Bar("seed_seconds", "Explorer: 138 single faults of the seed's saga", "s", 3.0),
    Bar("hardened_seconds", "Explorer: 138 single faults of the hardened saga", "s", 3.0),
    Bar("pairs_seconds", "Explorer: all singles and pairs of the hardened saga", "s", 60.0),
    Bar("plans", "Explorer: so many plans", "", PAIRS, least=True),
    Bar("leaks", "Explorer: leaks among them", "", 0),
    Bar("hole_seconds", "Explorer: a hole in the hardened saga is found", "s", 1.0),
    Bar("own_seconds", "Explorer: a machine of one's own, singles and pairs", "s", 10.0),
    Bar("own_plans", "Explorer: so many plans of it", "", 2_000, least=True),
    Bar("races_seconds", "Explorer: two orders race, with every single fault in one", "s", 10.0),
)


def measure(say: Callable[[str], None] = lambda text: None) -> ExplorerFigures:
    """Explore in this process; `say` hears what is going on."""
    say("exploring every single fault")
    seed = explore("saga").seconds
    hardened = explore("hardened").seconds
    begun = time.perf_counter()
    machine = definition("hardened")
    machine["States"]["ReserveInventory"]["Catch"][0]["ErrorEquals"] = ["ErrReserveInventory"]
    hole = explore(machine, only=[plan(Fault.crash("ReserveInventory", when="after"))])
    assert hole.findings, "the explorer does not find a hole"
    hole_seconds = time.perf_counter() - begun
    say("exploring every pair")
    pairs = explore("hardened", faults=2)
    say("exploring a machine of one's own, and races")
    own = explore_any(_own_machine())
    races = explore_orders("saga")
    return ExplorerFigures(
        seed_seconds=seed,
        hardened_seconds=hardened,
        pairs_seconds=pairs.seconds,
        plans=len(pairs.cases),
        leaks=len(pairs.findings),
        hole_seconds=hole_seconds,
        own_seconds=own.seconds,
        own_plans=len(own.cases),
        races_seconds=races.seconds,
    )


def _own_machine(steps: int = 6) -> dict[str, Any]:
    """Return a saga with tasks of its own: so many steps in a row, each with an undo; all are tried again."""
    retried = [{"ErrorEquals": ["Lambda.ServiceException", "Lambda.SdkClientException"], "MaxAttempts": 6}]
    states: dict[str, Any] = {"Done": {"Type": "Succeed"}, "Undone": {"Type": "Fail", "Error": "Undone"}}
    for step in range(1, steps + 1):
        caught = [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": f"CancelStep{step}"}]
        called = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Retry": retried}
        called |= {"ResultPath": f"$.step{step}"}
        doing = {"FunctionName": f"book-step{step}", "Payload.$": "$"}
        undoing = {"FunctionName": f"cancel-step{step}", "Payload.$": "$"}
        after = f"BookStep{step + 1}" if step < steps else "Done"
        before = f"CancelStep{step - 1}" if step > 1 else "Undone"
        states[f"BookStep{step}"] = {**called, "Parameters": doing, "Catch": caught, "Next": after}
        states[f"CancelStep{step}"] = {**called, "Parameters": undoing, "Next": before}
    return {"StartAt": "BookStep1", "States": states}
