"""What came of a storm: totals, latencies, and whether money and goods add up."""

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sagalab.ledger.verdict import Verdict

if TYPE_CHECKING:
    import pandas as pd

    from sagalab.history.execution import Execution
    from sagalab.pictures.chart import Chart

PERCENTILES = (50, 95, 99)


@dataclass(frozen=True)
class Ride:
    """One order of a storm. `seconds` is its latency; `status` PARKED when it waited for a human."""

    arn: str
    items: tuple[dict[str, Any], ...]
    path: tuple[str, ...]
    status: str
    verdict: str
    words: str
    seconds: float

    @classmethod
    def of(cls, order: dict[str, Any], execution: "Execution", verdict: Verdict, ended: str) -> "Ride":
        """Return the ride of an execution that has ended, or is parked."""
        first, last = execution.history[0].at, execution.history[-1].at
        status = "PARKED" if ended == "parked" else execution.status
        return cls(
            str(execution.arn),
            tuple(order["items"]),
            tuple(execution.path),
            status,
            verdict.name,
            verdict.words,
            (last - first).total_seconds() if first and last else 0.0,
        )

    @property
    def total(self) -> Decimal:
        """What the order costs."""
        return sum((Decimal(str(line["unit_price"])) * int(line["qty"]) for line in self.items), Decimal(0))


@dataclass(frozen=True)
class Books:
    """The sums over all tables: money taken and given back, what the completed orders cost, items."""

    money: Decimal
    completed: Decimal
    stock_gone: int
    sold: int

    @property
    def balanced(self) -> bool:
        """True when debits and credits are what completed orders cost, and the stock lacks what was sold."""
        return self.money == self.completed and self.stock_gone == self.sold

    def rows(self) -> list[tuple[str, str, str, str]]:
        """Return the two equations as (sign, left side, relation, right side)."""
        money, goods = self.money == self.completed, self.stock_gone == self.sold
        return [
            ("✓" if money else "✗", f"debits and credits: {self.money:.2f}", "=" if money else "≠",
             f"completed orders: {self.completed:.2f}"),
            ("✓" if goods else "✗", f"gone from the stock: {self.stock_gone}", "=" if goods else "≠",
             f"items sold: {self.sold}"),
        ]  # fmt: skip


@dataclass(frozen=True)
class Storm:
    """A storm: its orders as they ended, how many parked ones were answered, the books, the wall time.

    `tables` are the services' tables as they were at the end (see tables.py), and `stock_before`.
    """

    count: int
    rides: tuple[Ride, ...]
    answered: int
    books: Books
    tables: "dict[str, pd.DataFrame]"
    seconds: float

    @property
    def lost(self) -> int:
        """Orders that came to no end: none is the promise."""
        return self.count - sum(ride.status != "RUNNING" for ride in self.rides)

    @property
    def verdicts(self) -> Counter[str]:
        """How many orders have each verdict; those that parked as they waited."""
        return Counter(ride.verdict for ride in self.rides)

    @cached_property
    def frame(self) -> "pd.DataFrame":
        """Return one row an order: path, status, verdict, words, seconds, total."""
        from sagalab.table import Table  # it loads pandas

        rows = [
            (" → ".join(ride.path), ride.status, ride.verdict, ride.words, ride.seconds, ride.total)
            for ride in self.rides
        ]
        return Table(rows, columns=["path", "status", "verdict", "words", "seconds", "total"])

    @property
    def paths(self) -> "pd.DataFrame":
        """Return one row a path and verdict, the most frequent first: orders, p50 of the latency in seconds."""
        groups = self.frame.groupby(["path", "verdict"])["seconds"].agg(orders="count", p50="median")
        return groups.sort_values("orders", ascending=False, kind="stable").reset_index()

    @property
    def latency(self) -> dict[str, float]:
        """Return the latencies' percentiles in seconds: p50, p95, p99."""
        return {f"p{each}": float(self.frame["seconds"].quantile(each / 100)) for each in PERCENTILES}

    @property
    def record(self) -> dict[str, Any]:
        """Return the storm as JSON values."""
        paths = self.paths
        return {
            "orders": self.count,
            "ended": len(self.rides),
            "lost": self.lost,
            "verdicts": dict(self.verdicts),
            "parked_and_answered": self.answered,
            "paths": [
                {"path": row.path.split(" → "), "verdict": row.verdict, "orders": int(row.orders)}
                for row in paths.itertuples()
            ],
            "latency_seconds": {name: round(value, 3) for name, value in self.latency.items()},
            "money": float(self.books.money),
            "completed": float(self.books.completed),
            "stock_gone": self.books.stock_gone,
            "sold": self.books.sold,
            "balanced": self.books.balanced,
            "seconds": round(self.seconds, 1),
        }

    def chart(self) -> "Chart":
        """Return two charts: orders by where they ended, and latencies. Verdicts differ by sign and hatching too.

        A notebook shows it at once, and no window is opened elsewhere.
        """
        from sagalab.rehearsal.storm_chart import storm_chart  # it loads matplotlib

        return storm_chart(self.frame, self.latency)

    def __repr__(self) -> str:
        parts = ", ".join(f"{number} {name}" for name, number in sorted(self.verdicts.items()))
        return f"<Storm: {self.count} orders, {self.lost} lost; {parts}>"
