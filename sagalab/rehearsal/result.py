"""What an exploration found: one case a plan, the findings among them, and the smallest counterexamples."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sagalab.ledger.verdict import ANNOUNCED, LEAKED, Verdict, as_record
from sagalab.orders.faults import FaultPlan
from sagalab.rehearsal import plans as plans

if TYPE_CHECKING:
    import pandas as pd

    from sagalab.history.execution import Execution
    from sagalab.pictures.drawing import Drawing

LEAK, UNNEEDED, GIVEN_UP, UNDECIDED = "leaked", "unneeded debt", "given up", "undecided"
_PLAINEST = ("crash", "timeout", "late", "throttle", "transient", "error", "slow")  # to show first
MEANING = {
    LEAK: "something is owed, and nobody was told exactly what",
    UNNEEDED: "something is owed, though no undo was made to fail for ever",
    GIVEN_UP: "something is owed and was announced, but the execution ended: nobody can answer it",
    UNDECIDED: "the computer was too busy for a fair run",
}


@dataclass(frozen=True)
class Case:
    """One plan and what came of it. `tasks` are those that the run came to; `finding` is empty if all is well.

    `execution` is kept only for findings, for their pictures. `landed` says when its late commits landed, where
    that was at another moment than the clock's.
    """

    plan: FaultPlan
    path: tuple[str, ...]
    status: str
    verdict: str
    words: str
    owed: tuple[dict[str, str], ...]
    duration: float | None
    tasks: frozenset[str]
    finding: str
    execution: "Execution | None" = None
    landed: str = ""

    @classmethod
    def of(
        cls, plan: FaultPlan, execution: "Execution", verdict: Verdict, tasks: frozenset[str], ended: str
    ) -> "Case":
        """Return the case of a run. `ended`: ended, parked (it waits for a human), overdue or disturbed."""
        finding = _finding(plan, verdict.name, ended)
        record = as_record(verdict)
        first, last = execution.history[0].at, execution.history[-1].at
        return cls(
            plan,
            tuple(execution.path),
            "PARKED" if ended == "parked" else execution.status,
            verdict.name,
            verdict.words,
            tuple(record["owed"]),
            (last - first).total_seconds() if first and last else None,
            tasks,
            finding,
            execution if finding and len(plan.faults) == 1 else None,
        )

    def of_plan(self, plan: FaultPlan) -> "Case":
        """Return the case of another plan with the same run: what it has more never strikes."""
        if plan == self.plan:
            return self
        finding = _finding(
            plan, self.verdict, {"PARKED": "parked", "RUNNING": "overdue"}.get(self.status, "ended")
        )
        return replace(self, plan=plan, finding=finding)

    @property
    def sentence(self) -> str:
        """What struck, and what was not undone, in one sentence."""
        owed = "; ".join(each["words"] for each in self.owed) or self.words
        moment = f" ({self.landed})" if self.landed else ""
        remark = "" if self.finding in ("", LEAK) else f" ({MEANING[self.finding]})"
        return f"{plans.in_words(self.plan)}{moment}: {owed}{remark}."

    @property
    def record(self) -> dict[str, Any]:
        """Return the case as JSON values."""
        return {
            "plan": self.plan.to_dict(),
            "path": list(self.path),
            "status": self.status,
            "verdict": self.verdict,
            "words": self.words,
            "owed": list(self.owed),
            "finding": self.finding,
            "landed": self.landed,
            "duration": self.duration,
        }

    @property
    def size(self) -> tuple[int, ...]:
        """How large a counterexample is: fewest faults first, then the shortest path, then the plainest kind."""
        kinds = [_PLAINEST.index(fault.kind) for fault in self.plan.faults]
        return (len(self.plan.faults), len(self.path), *kinds)


def _finding(plan: FaultPlan, verdict: str, ended: str) -> str:
    if ended == "disturbed":
        return UNDECIDED
    if verdict == LEAKED:
        return LEAK
    if verdict != ANNOUNCED:
        return ""
    if not plans.undo_fails_for_ever(plan):
        return UNNEEDED
    return "" if ended == "parked" else GIVEN_UP


@dataclass(frozen=True)
class Exploration:
    """All cases of an exploration.

    `definition` is the machine as given; `seconds` the wall time; `interrupted` says that Ctrl-C ended it
    early. `left_out` counts the pairs whose run is that of one of their faults alone, and `repeated` the runs
    that were repeated because a task timed out that no fault had made time out (a busy computer). `moments`
    counts the runs in which a late commit landed at another moment than the clock's; `again` runs a case anew
    for its picture, where it was rehearsed.
    """

    definition: Mapping[str, Any]
    cases: tuple[Case, ...]
    seconds: float
    interrupted: bool
    left_out: int
    repeated: int
    moments: int = 0
    again: "Callable[[Case], Execution] | None" = None

    @cached_property
    def frame(self) -> "pd.DataFrame":
        """Return one row a plan: plan, path, status, verdict, owed, duration (seconds)."""
        from sagalab.table import Table  # it loads pandas

        rows = [
            (
                plans.in_short(case.plan),
                " → ".join(case.path),
                case.status,
                case.verdict,
                "; ".join(each["words"] for each in case.owed),
                case.duration,
            )
            for case in self.cases
        ]
        return Table(rows, columns=["plan", "path", "status", "verdict", "owed", "duration"])

    @property
    def findings(self) -> list[Case]:
        """Return the cases in which the machine failed, the smallest first."""
        found = (case for case in self.cases if case.finding not in ("", UNDECIDED))
        return sorted(found, key=lambda case: case.size)

    @property
    def undecided(self) -> int:
        """How many plans had no fair run: a task timed out, again and again, that no fault made time out."""
        return sum(case.finding == UNDECIDED for case in self.cases)

    def smallest(self, count: int = 5) -> list[Case]:
        """Return the smallest findings, each with another debt or another task that was struck.

        A pair of which one fault alone is a finding already is none of its own.
        """
        alone = {case.plan.faults[0] for case in self.findings if len(case.plan.faults) == 1}
        chosen: dict[tuple, Case] = {}
        for case in self.findings:
            if len(case.plan.faults) > 1 and alone & set(case.plan.faults):
                continue
            key = (case.finding, tuple(fault.task for fault in case.plan.faults), case.words)
            chosen.setdefault(key, case)
        return list(chosen.values())[:count]

    def picture(self, case: Case | None = None) -> "Drawing | None":
        """Return the picture of a finding, by default the smallest; None when there is none."""
        from sagalab.pictures.diagram import diagram

        smallest = self.smallest(1)
        case = case or (smallest[0] if smallest else None)
        if case is None:
            return None
        execution = case.execution or (self.again(case) if self.again is not None else None)
        # a durable function has no definition: then the picture is what the history shows
        known = dict(self.definition) or None
        return None if execution is None else diagram(known, execution, title=case.sentence)

    @property
    def counts(self) -> Counter[str]:
        """Return how many cases have each verdict."""
        return Counter(case.verdict for case in self.cases)

    @property
    def summary(self) -> str:
        """What was found, in one line."""
        found = Counter(case.finding for case in self.cases if case.finding)
        text = f"{found[LEAK]} of {len(self.cases)} plans leaked"
        for name in (UNNEEDED, GIVEN_UP, UNDECIDED):
            if found[name]:
                text += f"; {name}: {found[name]}"
        return text + f"; {self.counts[ANNOUNCED]} announced, {self.counts['consistent']} consistent."

    def __repr__(self) -> str:
        return f"<Exploration: {self.summary}>"
