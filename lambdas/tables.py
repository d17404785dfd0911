"""How the services reach their tables: read one row, and write several in one transaction or none."""

import os
import random
import time
import uuid
from datetime import UTC, datetime
from decimal import Decimal

import boto3
from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from botocore.exceptions import ClientError

# Each function's environment holds the names of the tables that it may use, and no others.
ORDERS = os.environ.get("ORDERS_TABLE", "")
PAYMENTS = os.environ.get("PAYMENTS_TABLE", "")
INVENTORY = os.environ.get("INVENTORY_TABLE", "")
STOCK = os.environ.get("STOCK_TABLE", "")
ATTEMPTS = os.environ.get("ATTEMPTS_TABLE", "")

dynamodb = boto3.client("dynamodb")  # once a process: every later call is quick
to_dynamodb = TypeSerializer().serialize
from_dynamodb = TypeDeserializer().deserialize

# The name of an error decides what Step Functions does: every Retry of the saga names this one.
TransientError = type("Lambda.ServiceException", (Exception,), {"__doc__": "Try again in a moment."})

# What DynamoDB says when it is only busy: as a transaction's reason, and as an error.
# https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
BUSY = {
    "TransactionConflict", "ProvisionedThroughputExceeded", "ThrottlingError",
    "TransactionInProgressException", "ProvisionedThroughputExceededException", "ThrottlingException",
}  # fmt: skip
TRIES = 6


def transaction_id(order_id: str, transaction_type: str) -> str:
    """Name a row: the same order and type always give the same id, so a repeat finds its own row."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{order_id}#{transaction_type}"))


def now() -> str:
    """Return the time in UTC as ISO 8601 text, to the millisecond."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def read(table: str, **key) -> dict | None:
    """Return a row as it is at this moment, or None."""
    item = dynamodb.get_item(TableName=table, Key=encoded(key), ConsistentRead=True).get("Item")
    return item and decoded(item)


def write(*actions: dict) -> list[dict | None]:
    """Do all of these actions in one DynamoDB transaction, or none of them.

    Returns one entry an action: None if nothing was in its way, else the row that was ({} if there is
    none). All None means done; any other means that nothing was written. Where two transactions meet,
    DynamoDB refuses one: it is tried again here, and then by the state machine (TransientError).
    """
    for tried in range(TRIES):
        reasons = refused(actions)
        if not any(reason["Code"] in BUSY for reason in reasons):
            return [
                decoded(reason.get("Item", {})) if reason["Code"] == "ConditionalCheckFailed" else None
                for reason in reasons
            ]
        time.sleep(random.uniform(0, 0.02 * 2**tried))
    raise TransientError(f"DynamoDB was busy {TRIES} times with these rows: {reasons}")


def refused(actions: tuple[dict, ...]) -> list[dict]:
    """Try the transaction once and return DynamoDB's reasons against it, one an action."""
    try:
        dynamodb.transact_write_items(TransactItems=list(actions))
        return [{"Code": "None"} for _ in actions]
    except ClientError as error:
        if error.response["Error"]["Code"] in BUSY:
            return [{"Code": error.response["Error"]["Code"]}]
        reasons = error.response.get("CancellationReasons", [])
        if {reason["Code"] for reason in reasons} & (BUSY | {"ConditionalCheckFailed"}):
            return reasons
        raise


def new_row(table: str, row: dict, key: str = "transaction_id") -> dict:
    """Action: write this row, if there is none with its key. Fields that are None are left out."""
    item = encoded({name: value for name, value in row.items() if value is not None})
    return {"Put": {"TableName": table, "Item": item, **only_if(f"attribute_not_exists({key})")}}


def no_row(table: str, **key) -> dict:
    """Action: write nothing, and hold only if there is no row with this key."""
    condition = only_if(f"attribute_not_exists({next(iter(key))})")
    return {"ConditionCheck": {"TableName": table, "Key": encoded(key), **condition}}


def change(table: str, key: dict, expression: str, values: dict, condition: str = "") -> dict:
    """Action: change fields of a row (and make it if it is missing), if the condition holds."""
    update = {
        "TableName": table,
        "Key": encoded(key),
        "UpdateExpression": expression,
        "ExpressionAttributeValues": encoded(values),
    }
    return {"Update": update | (only_if(condition) if condition else {})}


def only_if(condition: str) -> dict:
    """Return the part of an action that holds its condition, and that asks for the row in its way."""
    return {"ConditionExpression": condition, "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}


def encoded(row: dict) -> dict:
    """Write a row as DynamoDB wants it: {"qty": 2} becomes {"qty": {"N": "2"}}."""
    return {name: to_dynamodb(value) for name, value in row.items()}


def decoded(item: dict) -> dict:
    """Read a row as DynamoDB has it; its numbers become Decimal."""
    return {name: from_dynamodb(value) for name, value in item.items()}


def as_json(value):
    """Return a row as JSON can say it: every Decimal becomes a number."""
    if isinstance(value, dict):
        return {name: as_json(part) for name, part in value.items()}
    if isinstance(value, list):
        return [as_json(part) for part in value]
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value
