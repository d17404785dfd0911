"""The attempts table: how often a task with a planned fault was tried, over all workers and retries.

One row an order and task, key "order_id#Task": `attempts`, and for a sleeper that outlasts its task
`due` (epoch seconds when it will be done) and `done`. So others can know of a commit on its way.
"""

import time
from contextlib import contextmanager, suppress
from decimal import Decimal

import tables


def count(key: str) -> int:
    """Add one attempt and return its number, from 1: one atomic step, so that no two get the same."""
    return int(update(key, "ADD attempts :one", {":one": 1})["attempts"])


@contextmanager
def on_its_way(key: str, seconds: float | None):
    """Note when the work inside will be done, and then that it is; with None, note nothing.

    A later sleeper of the same task overwrites the note, and then only it says that it is done.
    """
    if seconds is None:
        yield
        return
    due = Decimal(str(round(time.time() + seconds, 3)))
    update(key, "SET due = :due, done = :done", {":due": due, ":done": False})
    try:
        yield
    finally:
        with suppress(tables.dynamodb.exceptions.ConditionalCheckFailedException):
            update(key, "SET done = :done", {":due": due, ":done": True}, ConditionExpression="due = :due")


def update(key: str, expression: str, values: dict, **condition) -> dict:
    """Update the row and return it as it is then."""
    item = tables.dynamodb.update_item(
        TableName=tables.ATTEMPTS,
        Key=tables.encoded({"key": key}),
        UpdateExpression=expression,
        ExpressionAttributeValues=tables.encoded(values),
        ReturnValues="ALL_NEW",
        **condition,
    )["Attributes"]
    return tables.decoded(item)
