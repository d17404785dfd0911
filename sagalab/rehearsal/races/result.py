"""What a race showed: a case a schedule, the anomalies by name, and the table of what each machine admits."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sagalab.orders.faults import FaultPlan
from sagalab.rehearsal import plans as plans
from sagalab.rehearsal.races.anomalies import ACCEPTABLE, MEANING, NAMES, Anomaly, row_in_words
from sagalab.rehearsal.races.calls import Made, Row

if TYPE_CHECKING:
    import pandas as pd

    from sagalab.pictures.drawing import Drawing


@dataclass(frozen=True)
class RaceCase:
    """One schedule under one fault plan: the calls in their order, and what became of each order.

    `seconds`: how long each order took on its own clock (None: it still waits); `transitions`: what AWS charges.
    """

    plan: FaultPlan
    made: tuple[Made, ...]
    orders: tuple[str, ...]
    statuses: tuple[str, ...]
    verdicts: tuple[str, ...]
    anomalies: tuple[Anomaly, ...]
    seconds: tuple[float | None, ...]
    transitions: tuple[int, ...]

    @property
    def sentence(self) -> str:
        """What struck, and what the orders did to each other."""
        what = "; ".join(f"{each.name}: {each.words}" for each in self.anomalies) or "no anomaly"
        return f"{plans.in_words(self.plan)}: {what}."

    @property
    def shared(self) -> frozenset[Row]:
        """The rows that more than one order touched."""
        touched: dict[Row, set[str]] = {}
        for each in self.made:
            for row in each.rows:
                touched.setdefault(row, set()).add(each.order)
        return frozenset(row for row, orders in touched.items() if len(orders) > 1)

    @property
    def findings(self) -> tuple[Anomaly, ...]:
        """The anomalies that no design accepts."""
        return tuple(each for each in self.anomalies if each.name not in ACCEPTABLE)

    @property
    def record(self) -> dict[str, Any]:
        """Return the case as JSON values."""
        return {
            "plan": self.plan.to_dict(),
            "calls": [f"{each.order} {each.task} {each.operation}" for each in self.made],
            "statuses": list(self.statuses),
            "verdicts": list(self.verdicts),
            "anomalies": [{"name": each.name, "words": each.words} for each in self.anomalies],
        }


@dataclass(frozen=True)
class Races:
    """All schedules of a race. `whole`: every schedule that matters was run; `seconds`: the wall time."""

    definition: Mapping[str, Any]
    cases: tuple[RaceCase, ...]
    seconds: float
    whole: bool
    interrupted: bool

    @cached_property
    def counts(self) -> Counter[str]:
        """Return in how many schedules each anomaly came up."""
        return Counter(name for case in self.cases for name in {each.name for each in case.anomalies})

    @property
    def findings(self) -> list[RaceCase]:
        """Return the cases with an anomaly that no design accepts, fewest calls first."""
        found = (case for case in self.cases if case.findings)
        return sorted(found, key=lambda case: (len(case.plan.faults), len(case.made)))

    def smallest(self, name: str) -> RaceCase | None:
        """Return the case with the fewest faults and calls that shows an anomaly; None when none does."""
        shown = [case for case in self.cases if any(each.name == name for each in case.anomalies)]
        return min(shown, key=lambda case: (len(case.plan.faults), len(case.made)), default=None)

    @cached_property
    def table(self) -> "pd.DataFrame":
        """Return one row an anomaly: in how many schedules without a fault and with one, accepted, meaning."""
        import pandas as pd

        rows = []
        for name in NAMES:
            shown = [case for case in self.cases if any(each.name == name for each in case.anomalies)]
            plain = sum(not case.plan.faults for case in shown)
            accepted = "accepted: a saga has no isolation" if name in ACCEPTABLE else "never accepted"
            rows.append((name, plain, len(shown) - plain, accepted, MEANING[name]))
        columns = ["anomaly", "without a fault", "with a fault", "by design", "meaning"]
        return pd.DataFrame(rows, columns=columns)

    def picture(self, name: str | None = None) -> "Drawing | None":
        """Return the picture of an anomaly's smallest case: a lane an order, time downwards; None without any."""
        from sagalab.pictures.race import Call, race_picture

        case = self.smallest(name) if name else next(iter(self.findings), None)
        if case is None and name is None:
            case = next((found for each in NAMES if (found := self.smallest(each))), None)
        if case is None:
            return None
        shared = case.shared
        calls = [
            Call(
                case.orders.index(each.order),
                each.task,
                each.operation,
                each.refused,
                each.number,
                ", ".join(_did(each, row) for row in sorted(each.rows & shared)),
            )  # fmt: skip
            for each in case.made
            if each.order in case.orders and not each.is_bookkeeping
        ]
        arrows = [
            (one, other, each.name)
            for each in case.anomalies
            if name is None or each.name == name
            for one, other in each.saw
        ]
        ends = [f"{status}, {verdict}" for status, verdict in zip(case.statuses, case.verdicts, strict=True)]
        return race_picture(calls, arrows, ends, title=case.sentence)

    @property
    def summary(self) -> str:
        """What was found, in one line."""
        shown = (
            ", ".join(f"{name}: {self.counts[name]}" for name in NAMES if self.counts[name]) or "no anomaly"
        )
        every = "every schedule that matters" if self.whole else "not every schedule"
        return f"{len(self.cases)} schedules ({every}); {shown}."

    def __repr__(self) -> str:
        return f"<Races: {self.summary}>"


def _did(made: Made, row: Row) -> str:
    """Return in words what a call did to a row."""
    verb = "changes" if row in made.writes else "needs" if made.refused else "reads"
    return f"{verb} {row_in_words(row)}"


def compared(races: Mapping[str, Races], *, found_only: bool = False) -> "pd.DataFrame":
    """Return what each machine admits: a row an anomaly, a column a machine, in how many of its schedules.

    With `found_only` the anomalies are left out that none of them admits.
    """
    import pandas as pd

    columns = {
        machine: [
            f"{found.counts[name]} of {len(found.cases)}" if found.counts[name] else "–" for name in NAMES
        ]
        for machine, found in races.items()
    }
    accepted = ["yes" if name in ACCEPTABLE else "no" for name in NAMES]
    table = pd.DataFrame({"acceptable": accepted, **columns}, index=list(NAMES)).rename_axis(
        columns="anomaly"
    )
    return table[[not found_only or any(found.counts[name] for found in races.values()) for name in NAMES]]
