"""The stock table: seeded with the catalogue, and never reset unless asked."""

from typing import TYPE_CHECKING, Any

from boto3.dynamodb.types import TypeSerializer

from sagalab.cloud.retrying import unless
from sagalab.orders.orders import CATALOGUE, Item

if TYPE_CHECKING:
    from sagalab.cloud.connect import Cloud

_encode = TypeSerializer().serialize


def seed_stock(cloud: "Cloud", table: str, *, reset: bool = False) -> int:
    """Put the catalogue's items that the table lacks; with `reset` all of them. Return how many were put.

    An item that is there keeps its count: orders have changed it since.
    """
    client = cloud.client("dynamodb")
    items = list(CATALOGUE) if reset else _missing(client, table)
    only_new = {} if reset else {"ConditionExpression": "attribute_not_exists(item_id)"}
    for item in items:
        unless(
            ("ConditionalCheckFailedException",),
            client.put_item,
            TableName=table,
            Item=_row(item),
            **only_new,
        )
    return len(items)


def _missing(client: Any, table: str) -> list[Item]:
    keys = [{"item_id": {"S": item.item_id}} for item in CATALOGUE]
    request = {table: {"Keys": keys, "ProjectionExpression": "item_id", "ConsistentRead": True}}
    found = client.batch_get_item(RequestItems=request)["Responses"].get(table, [])
    known = {row["item_id"]["S"] for row in found}
    return [item for item in CATALOGUE if item.item_id not in known]


def _row(item: Item) -> dict[str, Any]:
    row = {
        "item_id": item.item_id,
        "description": item.description,
        "unit_price": item.unit_price,
        "in_stock": item.in_stock,
    }
    return _encode(row)["M"]
