"""The ledger of one order: what the tables say was done and undone, and so what is still owed.

The saga guarantee (Garcia-Molina & Salem, "Sagas", SIGMOD 1987): all steps were done, or every step that was
done has been undone. The ledger reads the tables and never the machine: it judges what happened, not what a
workflow says of itself.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any

from sagalab.ledger import owed as debts
from sagalab.ledger.inbox import Notification
from sagalab.ledger.owed import Owed

UNDONE_STATUS = "Pending"


@dataclass(frozen=True)
class Ledger:
    """All that is known of one order.

    - `order`: its row, or None. A row of nothing but the status is the tombstone of an undo.
    - `payments`, `inventory`: its rows, oldest first, amounts as Decimal.
    - `stock`: item id → how many are left now, of the items of this order.
    - `notifications`: what came to the queue about it, oldest first.
    - `pending`: the tasks whose sleeper may still commit, each with the epoch second when it is due.
    - `wanted`: item id → (how many, unit price), as ordered.
    """

    order_id: str
    order: Mapping[str, Any] | None = None
    payments: tuple[Mapping[str, Any], ...] = ()
    inventory: tuple[Mapping[str, Any], ...] = ()
    stock: Mapping[str, int] = field(default_factory=dict)
    notifications: tuple[Notification, ...] = ()
    pending: Mapping[str, float] = field(default_factory=dict)
    wanted: Mapping[str, tuple[int, Decimal]] = field(default_factory=dict)

    @property
    def status(self) -> str | None:
        """The order's status, or None when there is no order."""
        return self.order.get("order_status") if self.order else None

    @property
    def total(self) -> Decimal:
        """What the order costs."""
        return sum((qty * price for qty, price in self.wanted.values()), Decimal(0))

    @cached_property
    def balance(self) -> Decimal:
        """Debits and credits added up: the money that is taken at this moment."""
        return sum((Decimal(row["payment_amount"]) for row in self.payments), Decimal(0))

    @cached_property
    def reserved(self) -> dict[str, int]:
        """Item id → how many are reserved at this moment (reservations less releases), without zeros."""
        net: Counter[str] = Counter()
        for row in self.inventory:
            sign = 1 if row["transaction_type"] == "Reserve" else -1
            for item_id, qty in row.get("quantities", {}).items():
                net[item_id] += sign * int(qty)
        return {item_id: qty for item_id, qty in net.items() if qty}

    @property
    def all_done(self) -> bool:
        """Every step was done, once: order placed, paid in full, everything reserved."""
        return self._placed and self.balance == self.total and self._all_reserved

    @property
    def all_undone(self) -> bool:
        """Nothing is left of any step: no order or one set back, no money taken, nothing reserved."""
        return not self._placed and self.balance == 0 and not self.reserved

    def owed(self, succeeded: bool) -> tuple[Owed, ...]:
        """Return what is missing to a consistent end of an execution that succeeded, or that did not.

        One that succeeded must have done all, any other must have undone all. So an order that is placed, paid
        and reserved owes all three undos when its execution failed. An order that succeeded and was paid more
        than once owes only what was taken too much.
        """
        if succeeded and (self.all_done or self._overpaid):
            return () if self.all_done else (debts.refund(self.balance - self.total),)
        found = []
        if self.balance:
            found.append(debts.refund(self.balance))
        if self.reserved:
            found.append(debts.release(self.reserved))
        if self._placed:
            found.append(debts.status(self.status or "without a status"))
        return tuple(found)

    @property
    def _overpaid(self) -> bool:
        return self._placed and self._all_reserved and self.balance > self.total

    @property
    def _placed(self) -> bool:
        return self.order is not None and self.status != UNDONE_STATUS

    @property
    def _all_reserved(self) -> bool:
        return bool(self.wanted) and self.reserved == {
            item_id: qty for item_id, (qty, _) in self.wanted.items()
        }

    def rows(self) -> list[tuple[str, str, str]]:
        """Return the ledger as rows for people: (service, what happened, what it comes to)."""
        lines = [("orders", f"order {self.status}" if self.order else "no order", "")]
        for row in self.payments:
            lines.append(("payments", row["payment_type"], f"{Decimal(row['payment_amount']):+.2f}"))
        lines.append(("payments", "sum", f"{self.balance:.2f}"))
        for row in self.inventory:
            sign = "−" if row["transaction_type"] == "Reserve" else "+"
            moved = ", ".join(
                f"{sign}{qty} × item {item_id}" for item_id, qty in row.get("quantities", {}).items()
            )
            lines.append(("inventory", row["transaction_type"], moved or "nothing"))
        left = ", ".join(f"item {item_id}: {count} left" for item_id, count in sorted(self.stock.items()))
        lines.append(("stock", "now", left or "unknown"))
        for note in self.notifications:
            lines.append(("notifications", "received", _short(note.body)))
        for task in self.pending:
            lines.append(("pending", task, "a commit may still be on its way"))
        return lines


def _short(body: Any) -> str:
    """Return a notification in one line: its status, and what it says is owed."""
    if not isinstance(body, dict):
        return str(body)[:80]
    text = str(body.get("status", "no status"))
    if body.get("owed"):
        names = [entry.get("undo") if isinstance(entry, dict) else entry for entry in body["owed"]]
        text += ", owed: " + ", ".join(map(str, names))
    return text
