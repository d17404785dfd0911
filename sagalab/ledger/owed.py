"""What is still owed: the undos that a half-done order lacks, in words and as a notification may name them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any


@dataclass(frozen=True)
class Owed:
    """One undo that is missing: its task, what it would give back, and the same in words."""

    undo: str
    words: str
    amount: Decimal | None = None
    items: Mapping[str, int] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.words


def refund(amount: Decimal) -> Owed:
    """Money that was taken and not given back (or, below zero, given back too often)."""
    words = f"{amount:.2f} not refunded" if amount > 0 else f"{-amount:.2f} refunded too much"
    return Owed("ProcessRefund", words, amount=amount)


def release(items: Mapping[str, int]) -> Owed:
    """Items that are still reserved; item id → how many."""
    words = ", ".join(f"{qty} × item {item_id}" for item_id, qty in sorted(items.items()))
    return Owed("ReleaseInventory", f"{words} not released", items=dict(items))


def status(order_status: str) -> Owed:
    """An order that still stands as if it went ahead."""
    return Owed("UpdateOrderStatus", f"order still {order_status}")


def named_in(body: Any, owed: Mapping[str, Owed]) -> set[str] | None:
    """Return the undos that a notification names, or None when what it says of them is wrong.

    A notification names what is owed under `owed`: a list of undo tasks, as text or as objects
    `{"undo": "ProcessRefund", "amount": 42.98}` and `{"undo": "ReleaseInventory", "items":
    [{"item_id": "1", "qty": 2}]}`. Details may be left out; those given must agree with the ledger.
    """
    entries = body.get("owed") if isinstance(body, dict) else None
    if not isinstance(entries, list):
        return set()
    named = set()
    for entry in entries:
        entry = entry if isinstance(entry, dict) else {"undo": entry}
        undo = entry.get("undo")
        if not isinstance(undo, str):
            continue
        if undo in owed and not _agrees(entry, owed[undo]):
            return None
        named.add(undo)
    return named


def _agrees(entry: Mapping[str, Any], owed: Owed) -> bool:
    if "amount" in entry and _decimal(entry["amount"]) != owed.amount:
        return False
    return "items" not in entry or _items(entry["items"]) == dict(owed.items)


def _decimal(value: Any) -> Decimal | None:
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return None


def _items(value: Any) -> dict[str, int] | None:
    """Read `[{"item_id", "qty"}, …]` as item id → how many; the same item may stand there twice."""
    counts: dict[str, int] = {}
    try:
        for line in value:
            counts[line["item_id"]] = counts.get(line["item_id"], 0) + int(line["qty"])
    except (TypeError, KeyError, ValueError):
        return None
    return counts
