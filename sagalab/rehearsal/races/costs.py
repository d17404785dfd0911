"""What a countermeasure costs: transitions, calls, waiting, and goods that nobody got."""

from collections.abc import Mapping, Sequence
from statistics import mean
from typing import TYPE_CHECKING

from sagalab.rehearsal.races.result import RaceCase, Races

if TYPE_CHECKING:
    import pandas as pd

TRANSITIONS = "transitions of an order"
CALLS = "calls to tables of an order"
REFUSED = "refused after (s)"
UNSOLD = "nobody got it"
THROUGH = "orders that went through"
ROWS = (TRANSITIONS, CALLS, REFUSED, UNSOLD, THROUGH)


def costs(races: Mapping[str, Races]) -> "pd.DataFrame":
    """Return what each design costs: a row a cost, a column a design.

    Transitions and calls are means over all orders. REFUSED is the longest time until an order that met no fault of
    its own was refused, in seconds of its own clock ("waits" where one still waits). UNSOLD counts the schedules in
    which no order went through.
    """
    import pandas as pd

    columns = {name: _of(found.cases) for name, found in races.items()}
    return pd.DataFrame(columns, index=list(ROWS)).rename_axis(columns="cost")


def _of(cases: Sequence[RaceCase]) -> list[str]:
    transitions = [count for case in cases for count in case.transitions]
    calls = [
        sum(made.order == order and not made.is_bookkeeping for made in case.made)
        for case in cases
        for order in case.orders
    ]
    told = [
        seconds
        for case in cases
        for status, seconds in list(zip(case.statuses, case.seconds, strict=True))[bool(case.plan.faults) :]
        if status == "FAILED" and seconds is not None  # the plan strikes the first order
    ]
    waits = any(status == "RUNNING" for case in cases for status in case.statuses)
    refused = "waits" if waits else f"{max(told):.1f}" if told else "–"
    unsold = sum("SUCCEEDED" not in case.statuses and "RUNNING" not in case.statuses for case in cases)
    statuses = [status for case in cases for status in case.statuses]
    through = f"{statuses.count('SUCCEEDED')} of {len(statuses)}"
    return [f"{mean(transitions):.1f}", f"{mean(calls):.1f}", refused, f"{unsold} of {len(cases)}", through]
