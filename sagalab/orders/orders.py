"""Orders to send through the saga."""

import random
import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sagalab.deploying.catalogue import CATALOGUE
from sagalab.errors import SagaLabError
from sagalab.orders.faults import services_module

DEFAULT_ITEMS = {"1": 2, "2": 1}
DEFAULT_CUSTOMER = "customer-1"


def make_order(
    order_id: str | None = None,
    items: Mapping[str, int] | Sequence[Mapping[str, Any]] | None = None,
    customer_id: str = DEFAULT_CUSTOMER,
    *,
    faults: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return a new order, ready for `start` or `run`: plain JSON values, prices as numbers.

    `items` is {item_id: quantity} of the catalogue, or a list of whole items, which is taken as it is.
    Without an `order_id` a new one is made that begins with 4–9, so that none of the seed's errors is
    triggered. `faults` is a fault plan for this order. Raises SagaLabError for an unknown item.
    """
    order: dict[str, Any] = {
        "order_id": order_id or new_order_id(),
        "order_date": datetime.now(UTC).isoformat(timespec="seconds"),
        "customer_id": customer_id,
        "items": order_items(DEFAULT_ITEMS if items is None else items),
    }
    if faults is not None:
        order["faults"] = dict(faults)
    return order


def checked_order(order: Any) -> dict[str, Any]:
    """Return an order that the services take. Raises SagaLabError for anything else, in the services' words."""
    try:
        services_module("order_check").check_order(order, _NoOrder)
    except _NoOrder as problem:
        raise SagaLabError(
            f"{problem}.", "An order has order_id, customer_id and items; make_order() makes one."
        ) from None
    return order


class _NoOrder(Exception):
    """What the services' check says of a value that is no order."""


def new_order_id() -> str:
    """Return a random order id that begins with 4–9."""
    return random.choice("456789") + str(uuid.uuid4())[1:]


def order_items(items: Mapping[str, int] | Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the `items` of an order: {item_id: quantity} becomes whole items of the catalogue."""
    if not isinstance(items, Mapping):
        return [dict(item) for item in items]
    return [_order_item(item_id, qty) for item_id, qty in items.items()]


def _order_item(item_id: str, qty: int) -> dict[str, Any]:
    for item in CATALOGUE:
        if item.item_id == item_id:
            return {
                "item_id": item.item_id,
                "qty": qty,
                "description": item.description,
                "unit_price": float(item.unit_price),
            }
    known = ", ".join(item.item_id for item in CATALOGUE)
    raise SagaLabError(f"There is no item {item_id!r} in the catalogue.", f"Take one of: {known}.")
