"""Whether the rehearsed explorer says what the local cloud says: verdict, what is owed, and path, plan by plan."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sagalab.deploying.deployment import Deployment
from sagalab.deploying.machines import definition, fill
from sagalab.orders.faults import FaultPlan
from sagalab.rehearsal import plans as plans
from sagalab.rehearsal.explorer import explore
from sagalab.rehearsal.fault_tree import grow
from sagalab.rehearsal.rehearse import ready
from sagalab.rehearsal.result import UNDECIDED, Case
from sagalab.rehearsal.services.addresses import SUBSTITUTIONS

MACHINES = ("saga", "hardened")
Said = tuple[str, str, tuple[str, ...], tuple[str, ...]]  # status, verdict, owed, path


@dataclass(frozen=True)
class Difference:
    """A plan of which the two say different things."""

    plan: FaultPlan
    real: Said
    rehearsed: Said

    def __str__(self) -> str:
        parts = zip(("status", "verdict", "owed", "path"), self.real, self.rehearsed, strict=True)
        told = "; ".join(
            f"{name}: real {one}, rehearsed {other}" for name, one, other in parts if one != other
        )
        return f"{plans.in_short(self.plan)}: {told}"


@dataclass(frozen=True)
class Agreement:
    """How many plans were compared, which differ, and of how many the local cloud was too busy for a fair run.

    `moments`: of how many it ran as rehearsed with a late commit at another moment than the clock's.
    """

    compared: int
    differences: tuple[Difference, ...]
    undecided: int
    moments: int


def compare(
    machine: Any,
    chosen: Sequence[FaultPlan],
    *,
    within: Deployment | None = None,
    advance: Callable[[int, int], None] | None = None,
) -> Agreement:
    """Run plans in both, and compare. When a commit lands late is chance: any rehearsed moment may be the real one."""
    real = explore(machine, only=chosen, real=True, within=within, advance=advance)
    said = _rehearsed(machine, chosen)
    differences, undecided, moments = [], 0, 0
    for case in real.cases:
        if case.finding == UNDECIDED:
            undecided += 1
            continue
        first, *others = said[case.plan]
        heard = _said(case)
        if heard == first:
            continue
        if heard in others:
            moments += 1
        else:
            differences.append(Difference(case.plan, heard, first))
    return Agreement(len(real.cases) - undecided, tuple(differences), undecided, moments)


def chosen_plans(pairs: int, seed: int) -> list[FaultPlan]:
    """Return all single plans and a sample of pairs."""
    return plans.singles() + plans.sample(plans.pairs(), pairs, seed)


def _rehearsed(machine: Any, chosen: Sequence[FaultPlan]) -> dict[FaultPlan, list[Said]]:
    """Return what each plan's runs say; that of the clock's moments first."""
    given = definition(machine) if isinstance(machine, str) else machine
    tree, program = ready(fill(given, SUBSTITUTIONS))
    found: dict[FaultPlan, list[Said]] = defaultdict(list)
    for shared, case in grow(tree, program, chosen):
        for plan in shared:
            if case.landed:
                found[plan].append(_said(case))
            else:
                found[plan].insert(0, _said(case))
    return found


def _said(case: Case) -> Said:
    owed = tuple(each["words"] for each in case.owed)
    return case.status, case.verdict, owed, case.path


def in_words(machine: str, found: Agreement) -> Iterator[str]:
    """Say what was found, line by line."""
    yield (
        f"{machine}: {found.compared - len(found.differences)} of {found.compared} plans agree "
        f"({found.moments} at another moment of a late commit); {found.undecided} undecided."
    )
    for difference in found.differences:
        yield f"  ✗ {difference}"
