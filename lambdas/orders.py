"""The order service: writes the order's status. Its table: orders, one row an order."""

from decimal import Decimal

import tables
from faults import task
from order_check import check_order, check_order_id


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
        "items": [
            {
                "item_id": line["item_id"],
                "qty": int(line["qty"]),
                "description": line.get("description"),
                "unit_price": Decimal(str(line["unit_price"])),
            }
            for line in order["items"]
        ],
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
    tables.dynamodb.update_item(
        TableName=tables.ORDERS,
        Key=tables.encode_row({"order_id": order["order_id"]}),
        UpdateExpression="SET order_status = :status",
        ExpressionAttributeValues=tables.encode_row({":status": "Pending"}),
    )
    return {**order, "order_status": "Pending"}
