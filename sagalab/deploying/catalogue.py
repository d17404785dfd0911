"""The small catalogue of the shop, and the stock table that is seeded with it, and never reset unless asked."""

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from boto3.dynamodb.types import TypeSerializer

from sagalab.cloud.retrying import unless

if TYPE_CHECKING:
    from sagalab.cloud.connect import Cloud


@dataclass(frozen=True)
class Item:
    """One item of the catalogue; `in_stock` is the count that a new deployment starts with."""

    item_id: str
    description: str
    unit_price: Decimal
    in_stock: int


CATALOGUE = (
    Item("1", "Coffee mug", Decimal("8.50"), 5000),
    Item("2", "Notebook, dotted", Decimal("12.99"), 5000),
    Item("3", "Desk lamp", Decimal("34.90"), 1000),
    Item("4", "Backpack", Decimal("59.00"), 1000),
    Item("5", "Headphones", Decimal("129.95"), 100),
    Item("6", "Signed poster, one left", Decimal("250.00"), 1),
)

# What the orders buy that AWS's sample comes with (besides item 3): its services count no stock, ours do, and so
# its own test orders end here as they do there.
_SAMPLE_PRICES = {
    "28": "23.98",
    "67": "19.99",
    "123": "19.99",
    "189": "19.99",
    "234": "23.98",
    "256": "99.00",
    "322": "6.50",
    "345": "6.50",
    "546": "23.98",
    "567": "199.99",
    "677": "99.00",
    "789": "190.00",
    "987": "19.99",
}
SAMPLE_ITEMS = tuple(
    Item(item_id, "Cart item of AWS's sample", Decimal(price), 1000)
    for item_id, price in _SAMPLE_PRICES.items()
)
STOCKED = CATALOGUE + SAMPLE_ITEMS

_encode = TypeSerializer().serialize
_TRIES = 5


def seed_stock(cloud: "Cloud", table: str, *, reset: bool = False) -> int:
    """Put the items that the table lacks; with `reset` all of them. Return how many were put.

    These are the catalogue's, and those that the orders of AWS's sample buy.
    An item that is there keeps its count: orders have changed it since. All are put in one transaction; when another
    deployment puts them at the same time, what is lacking is looked up again.
    """
    client = cloud.client("dynamodb")
    only_new = {} if reset else {"ConditionExpression": "attribute_not_exists(item_id)"}
    for tries_left in reversed(range(_TRIES)):
        items = list(STOCKED) if reset else _missing(client, table)
        if not items:
            break
        puts = [{"Put": {"TableName": table, "Item": _row(item), **only_new}} for item in items]
        passing = ("TransactionCanceledException",) if tries_left else ()
        if unless(passing, client.transact_write_items, TransactItems=puts) is not None:
            return len(items)
    return 0


def _missing(client: Any, table: str) -> list[Item]:
    keys = [{"item_id": {"S": item.item_id}} for item in STOCKED]
    request = {table: {"Keys": keys, "ProjectionExpression": "item_id", "ConsistentRead": True}}
    found = client.batch_get_item(RequestItems=request)["Responses"].get(table, [])
    known = {row["item_id"]["S"] for row in found}
    return [item for item in STOCKED if item.item_id not in known]


def _row(item: Item) -> dict[str, Any]:
    row = {
        "item_id": item.item_id,
        "description": item.description,
        "unit_price": item.unit_price,
        "in_stock": item.in_stock,
    }
    return _encode(row)["M"]
