"""Forget an order: delete its rows and give its reserved stock back, so that its id can run again."""

import time
import uuid
from typing import TYPE_CHECKING, Any

from boto3.dynamodb.types import TypeDeserializer
from botocore.exceptions import ClientError

from sagalab.cloud.aws_errors import explained
from sagalab.cloud.retrying import code
from sagalab.deploying.names import TASKS, Names
from sagalab.errors import SagaLabError

if TYPE_CHECKING:
    from sagalab.cloud.connect import Cloud

# The kinds of movements: what the key of each is made of (lambdas/payments.py, lambdas/inventory.py).
PAYMENT_TYPES = ("Debit", "Credit")
INVENTORY_TYPES = ("Reserve", "Release")
_TRIES, _PAUSE_SECONDS = 10, 0.5
_decode = TypeDeserializer().deserialize


def transaction_id(order_id: str, transaction_type: str) -> str:
    """Return the key of an order's row, as the services make it (lambdas/tables.py)."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{order_id}#{transaction_type}"))


@explained
def forget(cloud: "Cloud", order_id: str) -> None:
    """Delete an order's rows in all tables, and give back what is reserved for it and not yet released.

    The reservation and the stock change in one DynamoDB transaction, which holds only if the rows are still
    as they were read: no count is given back twice. Do not call it while the order is running. Raises
    SagaLabError when the rows keep changing.
    """
    names = Names(cloud.prefix)
    client = cloud.client("dynamodb")
    deletions = {
        names.table("orders"): [_deletion("order_id", order_id)],
        names.table("payments"): [
            _deletion("transaction_id", transaction_id(order_id, kind)) for kind in PAYMENT_TYPES
        ],
        names.table("attempts"): [_deletion("key", f"{order_id}#{task.task}") for task in TASKS],
    }
    for _ in range(_TRIES):
        # of a table that is asked too much DynamoDB hands requests back, and reports no error
        deletions = client.batch_write_item(RequestItems=deletions).get("UnprocessedItems")
        if not deletions:
            break
        time.sleep(_PAUSE_SECONDS)
    else:
        raise SagaLabError(
            f"The rows of order {order_id} cannot be deleted now: DynamoDB is busy.", "Run it again."
        )
    for _ in range(_TRIES):
        actions = _release(client, names, order_id)
        try:
            if actions:
                client.transact_write_items(TransactItems=actions)
            return
        except ClientError as error:
            if code(error) not in ("TransactionCanceledException", "TransactionConflictException"):
                raise
    raise SagaLabError(f"The rows of order {order_id} keep changing.", "Wait until its execution has ended.")


def _deletion(key: str, value: str) -> dict[str, Any]:
    return {"DeleteRequest": {"Key": {key: {"S": value}}}}


def _release(client: Any, names: Names, order_id: str) -> list[dict[str, Any]]:
    """Return the actions that delete the inventory rows and give back what they still hold, if any."""
    table = names.table("inventory")
    rows: dict[str, dict[str, Any]] = {}
    actions: list[dict[str, Any]] = []
    for kind in INVENTORY_TYPES:
        key = {"transaction_id": {"S": transaction_id(order_id, kind)}}
        item = client.get_item(TableName=table, Key=key, ConsistentRead=True).get("Item")
        condition = "attribute_exists(transaction_id)" if item else "attribute_not_exists(transaction_id)"
        actions.append({"Delete": {"TableName": table, "Key": key, "ConditionExpression": condition}})
        if item:
            rows[kind] = _decode({"M": item})
    if not rows:
        return []
    if "Reserve" in rows and "Release" not in rows:
        actions += [
            _give_back(names.table("stock"), item_id, qty)
            for item_id, qty in rows["Reserve"]["quantities"].items()
        ]
    return actions


def _give_back(table: str, item_id: str, qty: Any) -> dict[str, Any]:
    return {
        "Update": {
            "TableName": table,
            "Key": {"item_id": {"S": item_id}},
            "UpdateExpression": "ADD in_stock :qty",
            "ExpressionAttributeValues": {":qty": {"N": str(qty)}},
        }
    }
