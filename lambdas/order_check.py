"""Is this an order? Every complaint names the field, what it must be and what it was."""

import json
from decimal import Decimal

MAX_LINES = 98  # a DynamoDB transaction holds 100 actions, and a reservation needs two beside its items
MAX_QTY = 10_000
MAX_PRICE = 1_000_000  # with these bounds every amount is exact to the cent as a JSON number
MAX_TEXT = 500


def check_order(order, error: type[Exception]) -> None:
    """Raise `error` if this is not a complete order: order_id, customer_id and items."""
    check_order_id(order, error)
    check_text(order.get("customer_id"), "customer_id", error)
    if order.get("order_date") is not None:
        check_text(order["order_date"], "order_date", error)
    lines = order.get("items")
    if not isinstance(lines, list) or not 1 <= len(lines) <= MAX_LINES:
        found = f"{len(lines)} items" if isinstance(lines, list) else shown(lines)
        raise error(f"items must be a list of 1 to {MAX_LINES} items, not {found}")
    for number, line in enumerate(lines):
        check_line(line, f"items[{number}]", error)


def check_order_id(order, error: type[Exception]) -> None:
    """Raise `error` if there is no usable order_id: all that an undo needs."""
    if not isinstance(order, dict):
        raise error(f"the order must be an object, not {shown(order)}")
    check_text(order.get("order_id"), "order_id", error)


def check_line(line, field: str, error: type[Exception]) -> None:
    """Raise `error` if one line of the order lacks its item_id, qty or unit_price."""
    if not isinstance(line, dict):
        raise error(f"{field} must be an object, not {shown(line)}")
    check_text(line.get("item_id"), f"{field}.item_id", error)
    if line.get("description") is not None:
        check_text(line["description"], f"{field}.description", error, empty=True)
    qty = line.get("qty")
    if not is_number(qty) or not 1 <= qty <= MAX_QTY or qty != int(qty):
        raise error(f"{field}.qty must be a whole number of at least 1, at most {MAX_QTY}, not {shown(qty)}")
    price = line.get("unit_price")
    if not is_number(price) or not 0 <= price <= MAX_PRICE or money(price) != Decimal(str(price)):
        must_be = f"a number from 0 to {MAX_PRICE} with at most 2 decimals"
        raise error(f"{field}.unit_price must be {must_be}, not {shown(price)}")


def check_text(value, field: str, error: type[Exception], empty: bool = False) -> None:
    """Raise `error` if this is not text that a table can hold."""
    if not isinstance(value, str) or len(value) > MAX_TEXT or not (empty or value.strip()):
        least = 0 if empty else 1
        raise error(f"{field} must be text of {least} to {MAX_TEXT} characters, not {shown(value)}")
    if any("\ud800" <= character <= "\udfff" for character in value):
        raise error(f"{field} must be text in Unicode, not {shown(value)}")


def is_number(value) -> bool:
    """Say whether this is a number; true and false are not."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def money(value) -> Decimal:
    """Return a JSON number as an amount in cents, exactly."""
    return Decimal(str(value)).quantize(Decimal("0.01"))


def shown(value) -> str:
    """Show a wrong value as it stood in the order, cut where it is long."""
    if value is None:
        return "missing"
    text = json.dumps(value, default=repr)
    return text if len(text) <= 60 else f"{text[:57]}…"
