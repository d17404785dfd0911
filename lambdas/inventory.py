"""The inventory service: reserves and releases stock. Its tables: inventory and stock."""

from collections import Counter

import tables
from faults import task
from order_check import check_order, check_order_id


class ErrReserveInventory(Exception):
    """The items could not be reserved."""


class ErrReleaseInventory(Exception):
    """The items could not be released."""


@task("ReserveInventory", ErrReserveInventory)
def reserve(order: dict) -> dict:
    """Take every item from the stock and write the Reserve row, in one transaction: all or nothing.

    Each side checks in its own transaction for the other's row, so one of them always comes first. If it is
    the release, this is refused; if it is the reservation, the release finds it and gives the stock back.
    """
    check_order(order, ErrReserveInventory)
    wanted = Counter()
    for line in order["items"]:
        wanted[line["item_id"]] += int(line["qty"])
    row = movement(order["order_id"], "Reserve", dict(wanted))
    release_id = tables.transaction_id(order["order_id"], "Release")

    earlier, undone, *short = tables.write(
        tables.new_row(tables.INVENTORY, row),
        tables.no_row(tables.INVENTORY, transaction_id=release_id),
        *[take(item_id, qty) for item_id, qty in wanted.items()],
    )
    if undone:
        raise ErrReserveInventory(f"the reservation of order {order['order_id']} was already undone")
    if not earlier and any(row is not None for row in short):
        raise ErrReserveInventory(shortage(wanted, short))
    return {**order, "inventory": tables.as_json(earlier or row)}


@task("ReleaseInventory", ErrReleaseInventory)
def release(order: dict) -> dict:
    """Give back what the Reserve row says was taken and write the Release row, in one transaction.

    Without a reservation it writes a Release row of no items: a tombstone that stops a late reserve.
    """
    check_order_id(order, ErrReleaseInventory)
    reserve_id = tables.transaction_id(order["order_id"], "Reserve")
    while True:  # a second time if a reservation came in between
        reserved = tables.read(tables.INVENTORY, transaction_id=reserve_id)
        quantities = reserved["quantities"] if reserved else {}
        row = movement(order["order_id"], "Release", quantities)
        still_none = [] if reserved else [tables.no_row(tables.INVENTORY, transaction_id=reserve_id)]
        earlier, *came_between = tables.write(
            tables.new_row(tables.INVENTORY, row),
            *still_none,
            *[give_back(item_id, qty) for item_id, qty in quantities.items()],
        )
        if not any(came_between):
            return {**order, "inventory": tables.as_json(earlier or row)}


def take(item_id: str, qty: int) -> dict:
    """Action: take so many of an item from the stock, if that many are left."""
    key, values = {"item_id": item_id}, {":qty": qty}
    return tables.change(tables.STOCK, key, "SET in_stock = in_stock - :qty", values, "in_stock >= :qty")


def give_back(item_id: str, qty: int) -> dict:
    """Action: give so many of an item back to the stock."""
    return tables.change(tables.STOCK, {"item_id": item_id}, "ADD in_stock :qty", {":qty": qty})


def movement(order_id: str, transaction_type: str, quantities: dict) -> dict:
    """Return a row of the inventory table: which items, and how many of each."""
    return {
        "transaction_id": tables.transaction_id(order_id, transaction_type),
        "transaction_date": tables.now(),
        "order_id": order_id,
        "items": list(quantities),
        "quantities": quantities,
        "transaction_type": transaction_type,
    }


def shortage(wanted: dict[str, int], short: list[dict | None]) -> str:
    """Say of each item in the way what was wanted and what is left."""
    return "; ".join(
        f"item {item_id}: {qty} wanted, " + (f"{row['in_stock']} left" if row else "there is no such item")
        for (item_id, qty), row in zip(wanted.items(), short, strict=True)
        if row is not None
    )
