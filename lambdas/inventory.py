"""The inventory service: reserves and releases stock. Its tables: inventory and stock."""

from collections import Counter

import stock
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

    The same transaction checks that there is no Release row, as release checks that there is no Reserve
    row it did not see. So whichever comes first, no stock stays taken for an order that was undone.
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
        *[stock.take(item_id, qty) for item_id, qty in wanted.items()],
    )
    if undone:
        raise ErrReserveInventory(f"the reservation of order {order['order_id']} was already undone")
    if not earlier and any(left is not None for left in short):
        raise ErrReserveInventory(shortage(wanted, short))
    return {**order, "inventory": tables.as_json(earlier or row)}


@task("ReleaseInventory", ErrReleaseInventory)
def release(order: dict) -> dict:
    """Give back what the Reserve row says was taken and write the Release row, in one transaction.

    Without a reservation it writes a Release row of no items: a tombstone that stops a late reserve.
    """
    check_order_id(order, ErrReleaseInventory)
    reserve_id = tables.transaction_id(order["order_id"], "Reserve")
    reserved = tables.read(tables.INVENTORY, transaction_id=reserve_id)
    quantities = reserved["quantities"] if reserved else {}
    row = movement(order["order_id"], "Release", quantities)

    actions = [stock.give_back(item_id, qty) for item_id, qty in quantities.items()]
    if not reserved:
        actions.append(tables.no_row(tables.INVENTORY, transaction_id=reserve_id))
    earlier, *came_between = tables.write(tables.new_row(tables.INVENTORY, row), *actions)
    if any(came_between):
        return release.business(order)
    return {**order, "inventory": tables.as_json(earlier or row)}


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
        f"item {item_id}: {qty} wanted, {left['in_stock']} left" if left else f"item {item_id}: not in the catalogue"
        for (item_id, qty), left in zip(wanted.items(), short, strict=True)
        if left is not None
    )
