"""The fault plans that an exploration runs: every single fault and every pair, without those that say the same.

Left out as equal to another plan: `late` with another `when` (it commits late, whatever it says), and `slow` with
another `when` or `times` (it hinders nothing, so the task is done at its first attempt).
"""

import random
from collections.abc import Collection, Iterator
from dataclasses import replace
from itertools import combinations

from sagalab.orders.faults import DEFAULT_MS, KINDS, TASKS, WHEN, Fault, FaultPlan, plan

FORWARD, UNDOS = TASKS[:3], TASKS[3:]
OUTLASTING = tuple(kind for kind in DEFAULT_MS if kind != "slow")
OVER_MS = 250  # a fault that outlasts a timeout does so by this
SLOW_MS = 100
_TIMES = (1, None)  # strikes the first attempt only, or always


def faults_of(task: str) -> list[Fault]:
    """Return the faults of one task that differ from each other."""
    return [fault for kind in KINDS for fault in _of_kind(task, kind)]


def _of_kind(task: str, kind: str) -> list[Fault]:
    if kind == "slow":
        return [Fault(task, kind)]
    moments = WHEN[:1] if kind == "late" else WHEN
    return [Fault(task, kind, when, times) for when in moments for times in _TIMES]


def fitted(faults: FaultPlan, timeout_seconds: int) -> FaultPlan:
    """Return the plan for an edition whose tasks time out after so many seconds: its `ms` are made to fit."""
    ms = dict.fromkeys(OUTLASTING, timeout_seconds * 1000 + OVER_MS) | {"slow": SLOW_MS}
    return FaultPlan(tuple(replace(fault, ms=ms.get(fault.kind)) for fault in faults.faults))


def singles() -> list[FaultPlan]:
    """Return every plan of one fault."""
    return [plan(fault) for task in TASKS for fault in faults_of(task)]


def pairs() -> list[FaultPlan]:
    """Return every plan of two faults; they are of different tasks, as a plan holds one a task."""
    return [
        plan(one, other)
        for first, second in combinations(TASKS, 2)
        for one in faults_of(first)
        for other in faults_of(second)
    ]


def draw(size: int, seed: int) -> Iterator[FaultPlan]:
    """Draw plans of so many faults by a seed, without end, none twice."""
    chance, known = random.Random(seed), set()
    while True:
        tasks = sorted(chance.sample(TASKS, size), key=TASKS.index)
        drawn = plan(*[chance.choice(faults_of(task)) for task in tasks])
        if drawn not in known:
            known.add(drawn)
            yield drawn


def meeting_pairs(visited: dict[FaultPlan, Collection[str]]) -> list[FaultPlan]:
    """Return the pairs whose two faults can both strike; `visited` says which tasks each single plan's run ran.

    If the run of one fault alone never comes to the other's task, then the pair's run is that single run
    again: nothing differs before that task is reached. A pair with a single plan that is not known is kept.
    """
    return [pair for pair in pairs() if _meet(pair, visited)]


def _meet(pair: FaultPlan, visited: dict[FaultPlan, Collection[str]]) -> bool:
    one, other = pair.faults
    everywhere = frozenset(TASKS)
    return other.task in visited.get(plan(one), everywhere) and one.task in visited.get(
        plan(other), everywhere
    )


def sample(plans: list[FaultPlan], count: int | None, seed: int) -> list[FaultPlan]:
    """Return `count` of the plans, chosen by `seed` and in their order; None is all."""
    if count is None or count >= len(plans):
        return plans
    chosen = sorted(random.Random(seed).sample(range(len(plans)), count))
    return [plans[index] for index in chosen]


def holds_a_worker(faults: FaultPlan) -> bool:
    """Tell whether a run of the plan sleeps in a Lambda worker for long."""
    return any(fault.kind in OUTLASTING for fault in faults.faults)


def undo_fails_for_ever(faults: FaultPlan) -> bool:
    """Tell whether the plan makes some undo fail at every attempt, so that a debt cannot be avoided."""
    return any(
        fault.task in UNDOS and fault.times is None and fault.kind != "slow" for fault in faults.faults
    )


_STRIKES = {
    "error": "failed (business error)",
    "transient": "failed (transient error)",
    "timeout": "timed out",
    "late": "timed out and committed late",
    "crash": "crashed",
    "throttle": "was throttled",
    "slow": "was slow",
}


def in_words(faults: FaultPlan) -> str:
    """Say what a plan does: "ReserveInventory crashed before its commit"; a fault that passes says "once"."""
    return ", ".join(_fault_in_words(fault) for fault in faults.faults) or "No fault struck"


def _fault_in_words(fault: Fault) -> str:
    moment = "" if fault.kind in ("late", "slow") else f" {fault.when} its commit"
    once = " once" if fault.times is not None else ""
    return f"{fault.task} {_STRIKES[fault.kind]}{once}{moment}"


def in_short(faults: FaultPlan) -> str:
    """Name a plan in one line: `ReserveInventory crash before, always`."""
    return " + ".join(_fault_in_short(fault) for fault in faults.faults) or "no fault"


def _fault_in_short(fault: Fault) -> str:
    moment = "" if fault.kind in ("late", "slow") else f" {fault.when}"
    often = "" if fault.kind == "slow" else ", always" if fault.times is None else ", once"
    return f"{fault.task} {fault.kind}{moment}{often}"
