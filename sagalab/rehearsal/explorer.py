"""The explorer: run a machine under every fault plan, and report the plans that leave something owed."""

import contextlib
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, overload

from sagalab.asl.plain import plain
from sagalab.deploying.deployment import Deployment
from sagalab.deploying.machines import definition as read_definition
from sagalab.deploying.machines import fill
from sagalab.errors import SagaLabError
from sagalab.history.execution import Execution
from sagalab.orders.durable_runs import DURABLE_NAMES
from sagalab.orders.faults import FaultPlan
from sagalab.rehearsal import plans as plans
from sagalab.rehearsal.fault_tree import Advance, fitted, grow, order, outlasting
from sagalab.rehearsal.rehearse import ready, rehearse
from sagalab.rehearsal.result import Case, Exploration
from sagalab.rehearsal.services.addresses import SUBSTITUTIONS
from sagalab.rehearsal.two_processes import grow_in_two

if TYPE_CHECKING:
    from sagalab.rehearsal.races.result import Races

MOST_FAULTS = 3
_ROUNDS = 40  # of triples that are drawn until enough of them meet


@overload  # one order has another result: Literal[1] is an int, and mypy warns of that
def explore(  # type: ignore[overload-overlap]
    machine: str | Path | Mapping[str, Any] = "saga",
    *,
    faults: int = 1,
    sample: int | None = None,
    seed: int = 1,
    only: Iterable[FaultPlan] | None = None,
    advance: Advance | None = None,
    real: bool = False,
    within: Deployment | None = None,
    orders: Literal[1] = 1,
) -> Exploration: ...


@overload
def explore(
    machine: str | Path | Mapping[str, Any] = "saga",
    *,
    faults: int = 1,
    sample: int | None = None,
    seed: int = 1,
    only: Iterable[FaultPlan] | None = None,
    advance: Advance | None = None,
    orders: int,
) -> "Races": ...


def explore(
    machine: str | Path | Mapping[str, Any] = "saga",
    *,
    faults: int = 1,
    sample: int | None = None,
    seed: int = 1,
    only: Iterable[FaultPlan] | None = None,
    advance: Advance | None = None,
    real: bool = False,
    within: Deployment | None = None,
    orders: int = 1,
) -> "Exploration | Races":
    """Run a machine under every single fault (`faults=1`), or every single one and every pair (`faults=2`).

    `machine` is a name, a file or a definition. `sample` takes so many of the plans, chosen by `seed`; with
    `faults=3` that many triples, whose three faults all strike. `only` gives the plans oneself.
    The machine runs as it is given, in this process and in virtual time, on the course's services in memory: see
    `rehearse`. A late commit lands at every later moment that matters. With `real` each plan is an execution on
    the local cloud, of an edition of the machine with short waits; `within` is a `sandbox` to use for it.
    "durable" and "durable-hardened" are the saga as code: see `explore_durable`.
    With `orders` 2 or 3 so many orders race for one item: see `explore_orders`, which returns Races.
    Ctrl-C ends it early; what was found is returned. Raises SagaLabError for a machine that AWS would refuse.
    """
    if isinstance(machine, str) and machine in DURABLE_NAMES:
        if real or within is not None or orders != 1:
            raise SagaLabError(
                f"{machine} is a durable function: the explorer rehearses it, one order at a time.",
                'Leave real and orders out; run(order, "durable") runs one on the cloud.',
            )
        from sagalab.rehearsal.durable.explore import explore_durable

        return explore_durable(machine, faults=faults, sample=sample, seed=seed, only=only, advance=advance)
    if orders != 1:
        from sagalab.rehearsal.races.explore import explore_orders

        return explore_orders(
            machine, orders=orders, faults=faults, only=only, sample=sample, seed=seed, advance=advance
        )
    if faults not in range(1, MOST_FAULTS + 1):
        raise SagaLabError(f"The explorer cannot strike {faults} faults at once.", "Take 1, 2 or 3.")
    if faults > 2 and sample is None and only is None:
        raise SagaLabError(
            f"There are some 240,000 plans of {faults} faults.", "Take a sample: --sample 300, or sample=300."
        )
    definition = plain(machine) if isinstance(machine, Mapping) else read_definition(machine)
    if only is not None:
        chosen, meeting = list(only), False
    elif faults > 2:
        chosen, meeting = _triples(definition, sample or 1, seed), False
    else:
        every = plans.singles() + (plans.pairs() if faults == 2 else [])
        chosen = plans.sample(every, sample, seed)
        meeting = faults == 2 and len(chosen) == len(every)
    if real or within is not None:
        from sagalab.rehearsal.real_search import explore_really

        first = plans.singles() if meeting else chosen
        return explore_really(definition, first, meeting=meeting, advance=advance, within=within)
    return _rehearsed(definition, chosen, seed, meeting, advance or (lambda done, of: None))


def _rehearsed(
    definition: Mapping[str, Any], chosen: Sequence[FaultPlan], seed: int, meeting: bool, advance: Advance
) -> Exploration:
    """Explore in this process. With `meeting` those pairs are left out whose run is that of one fault alone."""
    begun = time.monotonic()
    filled = fill(definition, SUBSTITUTIONS)
    tree, _ = ready(filled)
    found: dict[FaultPlan, Case] = {}
    left_out, moments, interrupted = 0, 0, False
    advance(0, len(chosen))
    try:
        for size in sorted({len(plan.faults) for plan in chosen}):  # an early end has the smallest plans
            some = [plan for plan in chosen if len(plan.faults) == size]
            with contextlib.closing(grow_in_two(filled, some, seed=seed)) as growing:
                for shared, case in growing:
                    moments += bool(case.landed)
                    for plan in shared:
                        if meeting and size > 1 and not _all_meet(plan, case):
                            left_out += not case.landed
                        else:
                            take(found, case.of_plan(plan))
                    advance(len(found) + left_out, len(chosen))
    except KeyboardInterrupt:
        interrupted = True
    cases = tuple(found[plan] for plan in chosen if plan in found)
    seconds = time.monotonic() - begun
    lasts = outlasting(tree)

    def again(case: Case) -> Execution:
        return rehearse(tree, order(fitted(case.plan, lasts).to_dict()), seed=seed)

    return Exploration(definition, cases, seconds, interrupted, left_out, 0, moments=moments, again=again)


def _all_meet(plan: FaultPlan, case: Case) -> bool:
    return all(fault.task in case.tasks for fault in plan.faults)


def take(found: dict[FaultPlan, Case], case: Case) -> None:
    """Keep one case a plan: that of the clock's moments, unless only another moment of a late commit shows a fault."""
    known = found.get(case.plan)
    if known is None or (case.finding and not known.finding):
        found[case.plan] = case


def _triples(definition: Mapping[str, Any], count: int, seed: int) -> list[FaultPlan]:
    """Draw plans of three faults that all strike, by a seed: their first two say whether the third is met."""
    tree, program = ready(fill(definition, SUBSTITUTIONS))
    drawn = plans.draw(MOST_FAULTS, seed)
    found: list[FaultPlan] = []
    for _ in range(_ROUNDS):
        batch = [next(drawn) for _ in range(count)]
        for shared, case in grow(tree, program, batch, seed=seed, moments=False):
            found += [plan for plan in shared if _all_meet(plan, case)]
        if len(found) >= count:
            break
    return found[:count]
