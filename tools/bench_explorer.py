"""How quick the explorer is in this process: every single fault, every pair, and a hole that it finds."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from sagalab.deploying.machines import definition
from sagalab.orders.faults import Fault, plan
from sagalab.rehearsal.explorer import explore
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


EXPLORER_BARS = (
    Bar("seed_seconds", "Explorer: 138 single faults of the seed's saga", "s", 3.0),
    Bar("hardened_seconds", "Explorer: 138 single faults of the hardened saga", "s", 3.0),
    Bar("pairs_seconds", "Explorer: all singles and pairs of the hardened saga", "s", 60.0),
    Bar("plans", "Explorer: so many plans", "", PAIRS, least=True),
    Bar("leaks", "Explorer: leaks among them", "", 0),
    Bar("hole_seconds", "Explorer: a hole in the hardened saga is found", "s", 1.0),
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
    return ExplorerFigures(
        seed_seconds=seed,
        hardened_seconds=hardened,
        pairs_seconds=pairs.seconds,
        plans=len(pairs.cases),
        leaks=len(pairs.findings),
        hole_seconds=hole_seconds,
    )
