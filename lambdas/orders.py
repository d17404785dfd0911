"""The order service: writes the order's status. Its table: orders, one row an order."""

import tables
from faults import task
from order_check import check_order, check_order_id, money


class ErrProcessOrder(Exception):
    """The order could not be accepted."""


class ErrUpdateOrderStatus(Exception):
    """The order could not be set back."""


@task("ProcessOrder", ErrProcessOrder)
def new_order(order: dict) -> dict:
    """Write the order with status New. A repeat finds its row and changes nothing.

    A row that is no longer New was undone: a late original must fail, and not bring the order back.
    """
    check_order(order, ErrProcessOrder)
    row = {
        "order_id": order["order_id"],
        "order_date": order.get("order_date"),
        "customer_id": order["customer_id"],
        "order_status": "New",
        "items": [row_item(item) for item in order["items"]],
    }
    [earlier] = tables.write(tables.new_row(tables.ORDERS, row, key="order_id"))
    if earlier and earlier["order_status"] != "New":
        raise ErrProcessOrder(f"order {order['order_id']} was already undone")
    return {**order, "order_status": "New"}


@task("UpdateOrderStatus", ErrUpdateOrderStatus)
def update_order(order: dict) -> dict:
    """Set the order's status to Pending: the undo of new_order.

    Without an order it leaves a row with nothing but the status: a tombstone that stops a late original.
    """
    check_order_id(order, ErrUpdateOrderStatus)
    key = {"order_id": order["order_id"]}
    tables.write(tables.change(tables.ORDERS, key, "SET order_status = :status", {":status": "Pending"}))
    return {**order, "order_status": "Pending"}


def row_item(item: dict) -> dict:
    """Return an item of the order as its row holds it: whole quantities, exact prices."""
    return {
        "item_id": item["item_id"],
        "qty": int(item["qty"]),
        "description": item.get("description") or "",
        "unit_price": money(item["unit_price"]),
    }
