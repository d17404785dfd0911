"""How the services reach their tables: one client a process, one way to write, one way to name a row."""

import os
import random
import time
import uuid
from datetime import UTC, datetime
from decimal import Decimal

import boto3
from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from botocore.exceptions import ClientError

dynamodb = boto3.client("dynamodb")
to_dynamodb = TypeSerializer().serialize
from_dynamodb = TypeDeserializer().deserialize

# Each service has its own table; a function knows only the names that it may use.
ORDERS = os.environ.get("ORDERS_TABLE", "")
PAYMENTS = os.environ.get("PAYMENTS_TABLE", "")
INVENTORY = os.environ.get("INVENTORY_TABLE", "")
STOCK = os.environ.get("STOCK_TABLE", "")
ATTEMPTS = os.environ.get("ATTEMPTS_TABLE", "")

# The error name decides whether Step Functions tries again: every Retry of the saga names this one.
TransientError = type("Lambda.ServiceException", (Exception,), {"__doc__": "Try again in a moment."})

CONFLICT = {"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"}
TRIES = 6


def transaction_id(order_id: str, transaction_type: str) -> str:
    """Name a row: the same order and type always give the same id, so a repeat finds its own row."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{order_id}#{transaction_type}"))


def now() -> str:
    """Return the time as ISO 8601 text in UTC, to the millisecond."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def encode_row(row: dict) -> dict:
    """Write a row as DynamoDB wants it: {"qty": 2} becomes {"qty": {"N": "2"}}."""
    return {name: to_dynamodb(value) for name, value in row.items()}


def decode_row(item: dict) -> dict:
    """Read a row as DynamoDB has it; numbers become Decimal."""
    return {name: from_dynamodb(value) for name, value in item.items()}


def read(table: str, **key) -> dict | None:
    """Return a row as it is at this moment, or None."""
    item = dynamodb.get_item(TableName=table, Key=encode_row(key), ConsistentRead=True).get("Item")
    return item and decode_row(item)


def new_row(table: str, row: dict, key: str = "transaction_id") -> dict:
    """Action for `write`: add this row; there must be none with its key."""
    return {"Put": {"TableName": table, "Item": encode_row(row), **only_if(f"attribute_not_exists({key})")}}


def no_row(table: str, **key) -> dict:
    """Action for `write`: touch nothing; there must be no row with this key."""
    condition = only_if(f"attribute_not_exists({next(iter(key))})")
    return {"ConditionCheck": {"TableName": table, "Key": encode_row(key), **condition}}


def only_if(condition: str) -> dict:
    """Return the part of an action that says when it may run, and that asks for the row in its way."""
    return {"ConditionExpression": condition, "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}


def write(*actions: dict) -> list[dict | None]:
    """Do all of these actions in one DynamoDB transaction, or none of them.

    Returns one entry an action: None where nothing stood in its way, else the row that did ({} where a
    row was missing). All None: the transaction is done. Any other: nothing was written. Two transactions
    on one row at the same time make DynamoDB refuse one of them: that one is tried again here, and after
    some tries raises `TransientError`, which the state machine retries.
    """
    for tried in range(TRIES):
        try:
            dynamodb.transact_write_items(TransactItems=list(actions))
            return [None] * len(actions)
        except dynamodb.exceptions.TransactionCanceledException as refusal:
            reasons = refusal.response["CancellationReasons"]
        except ClientError as refusal:
            if refusal.response["Error"]["Code"] != "TransactionInProgressException":
                raise
            reasons = [{"Code": "TransactionConflict"}]
        codes = {reason["Code"] for reason in reasons}
        if not codes & CONFLICT:
            break
        time.sleep(random.uniform(0, 0.02 * 2**tried))
    else:
        raise TransientError(f"DynamoDB refused the transaction {TRIES} times: {sorted(codes & CONFLICT)}")
    if odd := codes - {"None", "ConditionalCheckFailed"}:
        raise RuntimeError(f"DynamoDB refused the transaction: {sorted(odd)}: {reasons}")
    return [
        decode_row(reason.get("Item", {})) if reason["Code"] == "ConditionalCheckFailed" else None
        for reason in reasons
    ]


def as_json(value):
    """Turn a row into what JSON can say: every Decimal becomes a number."""
    if isinstance(value, dict):
        return {name: as_json(part) for name, part in value.items()}
    if isinstance(value, list):
        return [as_json(part) for part in value]
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value
