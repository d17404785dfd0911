"""What the explorer found in any saga: a case a plan, the findings, the smallest counterexamples, and reports."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sagalab.ledger.verdict import ANNOUNCED, CONSISTENT, LEAKED
from sagalab.rehearsal.any_saga.acts import Run
from sagalab.rehearsal.any_saga.faults import Fault, words_of
from sagalab.rehearsal.any_saga.judgement import Owed, Verdict
from sagalab.rehearsal.any_saga.roles import Roles
from sagalab.rehearsal.any_saga.trial import Stage
from sagalab.rehearsal.result import LEAK, UNNEEDED

if TYPE_CHECKING:
    import pandas as pd

    from sagalab.pictures.drawing import Drawing


@dataclass(frozen=True, slots=True)
class Case:
    """One plan and what came of it; `finding` is empty if all is well, else "leaked" or "unneeded debt"."""

    plan: tuple[Fault, ...]
    path: tuple[str, ...]
    status: str
    error: str | None
    verdict: str
    words: str
    owed: tuple[Owed, ...]
    remarks: tuple[str, ...]
    finding: str

    @classmethod
    def of(
        cls,
        plan: tuple[Fault, ...],
        run: Run,
        verdict: Verdict,
        roles: Roles,
    ) -> "Case":
        """Return the case of a run."""
        finding = LEAK if verdict.name == LEAKED else ""
        lasting = {fault.state for fault in plan if fault.times is None}
        if verdict.name == ANNOUNCED and not run.turning and lasting.isdisjoint(roles.undos):
            finding = UNNEEDED
        status = "GOES ROUND" if run.turning else "WAITS" if run.waiting else run.status
        return cls(
            plan,
            run.path,
            status,
            run.error,
            verdict.name,
            verdict.words,
            verdict.owed,
            verdict.remarks,
            finding,
        )

    @property
    def sentence(self) -> str:
        """What struck, and what is owed, in one sentence."""
        return f"{words_of(self.plan)}: {self.words}."

    @property
    def uncatchable(self) -> bool:
        """Whether it needs a result that the next state cannot read: States.Runtime, which no Catch takes."""
        return self.error == "States.Runtime" and any(fault.kind == "unreadable" for fault in self.plan)

    @property
    def record(self) -> dict[str, Any]:
        """Return the case as JSON values."""
        return {
            "plan": [fault.record for fault in self.plan],
            "path": list(self.path),
            "status": self.status,
            "error": self.error,
            "verdict": self.verdict,
            "words": self.words,
            "owed": [each.record for each in self.owed],
            "remarks": list(self.remarks),
            "finding": self.finding,
        }

    @property
    def size(self) -> tuple[Any, ...]:
        """How large a counterexample is: what no Catch can take comes last, then fewest faults, shortest path."""
        plain = [fault.plainness for fault in self.plan]
        return (self.uncatchable, len(self.plan), len(self.path), plain)


@dataclass(frozen=True)
class AnyExploration:
    """All cases of an exploration of any saga.

    `roles` says who is who, `stage` holds the input and the answers of the happy path, `happy` its run.
    `left_out` counts the pairs that were not run, as they are the same run as another plan;
    `sampled`: where they were too many, only every so manyth was run (0: all).
    """

    definition: Mapping[str, Any]
    stage: Stage
    roles: Roles
    cases: tuple[Case, ...]
    seconds: float
    interrupted: bool
    left_out: int
    happy: Run
    sampled: int = 0

    @cached_property
    def findings(self) -> list[Case]:
        """Return the cases in which the machine failed, the smallest first."""
        return sorted((case for case in self.cases if case.finding), key=lambda case: case.size)

    def smallest(self, count: int = 5) -> list[Case]:
        """Return the smallest findings, each owing something else, and one for each undo whose failure is owed.

        A pair stands there only if none of its two faults is a finding alone.
        """
        alone = {case.plan[0] for case in self.findings if len(case.plan) == 1}
        chosen: dict[Any, Case] = {}
        for case in self.findings:
            if len(case.plan) > 1 and alone & set(case.plan):
                continue
            undos = tuple(sorted(fault.state for fault in case.plan if fault.state in self.roles.undos))
            struck = undos or tuple(sorted(fault.state for fault in case.plan))
            owed = () if undos else tuple(sorted((each.step, each.kind) for each in case.owed))
            chosen.setdefault((case.finding, owed, struck, case.uncatchable), case)
        return list(chosen.values())[:count]

    def picture(self, case: Case | None = None) -> "Drawing | None":
        """Return the picture of a finding, by default the smallest: the saga with the path taken; or None."""
        from sagalab.pictures.diagram import diagram

        smallest = self.smallest(1)
        case = case or (smallest[0] if smallest else None)
        if case is None:
            return None
        return diagram(dict(self.definition), self.stage.execution(case.plan), title=case.sentence)

    @cached_property
    def remarks(self) -> Counter[str]:
        """Return what is no finding but must be known, and in how many plans it came up."""
        return Counter(remark for case in self.cases for remark in case.remarks)

    @property
    def counts(self) -> Counter[str]:
        """Return how many cases have each verdict."""
        return Counter(case.verdict for case in self.cases)

    @cached_property
    def frame(self) -> "pd.DataFrame":
        """Return one row a plan: plan, path, status, verdict, owed."""
        from sagalab.table import Table  # it loads pandas

        rows = [
            (
                words_of(case.plan),
                " → ".join(case.path),
                case.status,
                case.verdict,
                "; ".join(each.words for each in case.owed),
            )
            for case in self.cases
        ]
        return Table(rows, columns=["plan", "path", "status", "verdict", "owed"])

    @cached_property
    def table(self) -> "pd.DataFrame":
        """Return who is who: task, part in the saga, how that was recognised."""
        from sagalab.table import Table  # it loads pandas

        return Table(self.roles.rows(), columns=["task", "part", "recognised"])

    @property
    def summary(self) -> str:
        """What was found, in one line."""
        found = Counter(case.finding for case in self.cases if case.finding)
        text = f"{found[LEAK]} of {len(self.cases)} plans leaked"
        only = sum(case.uncatchable for case in self.findings)
        if only:
            text += f" ({only} by a result that cannot be read: States.Runtime, which no Catch takes)"
        if found[UNNEEDED]:
            text += f"; {UNNEEDED}: {found[UNNEEDED]}"
        return text + f"; {self.counts[ANNOUNCED]} announced, {self.counts[CONSISTENT]} consistent."

    @property
    def record(self) -> dict[str, Any]:
        """Return all as JSON values."""
        roles = [dict(zip(("task", "part", "recognised"), row, strict=True)) for row in self.roles.rows()]
        return {
            "summary": self.summary,
            "roles": roles,
            "undo": dict(self.roles.undo_of),
            "input": self.stage.input,
            "answers": {**self.stage.answers.fields, **self.stage.answers.given},
            "happy_path": list(self.happy.path),
            "seconds": round(self.seconds, 3),
            "interrupted": self.interrupted,
            "remarks": dict(self.remarks),
            "cases": [case.record for case in self.cases],
        }

    def __repr__(self) -> str:
        return f"<AnyExploration: {self.summary}>"
