"""DynamoDB: one request at a time, and a transaction that costs what it touches.

Why: moto 5.2.5's server answers in threads and its tables have no lock. Of 400 transactions at once
more than half failed with a 500, a refused transaction put the whole table back and so lost the writes of
others, and two conditional writes could both find their condition true. It also copies every table
that a transaction names, deeply, to be able to put it back.
"""

import copy
import functools
import threading
from collections.abc import Callable
from typing import Any

from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.table import Table
from moto.dynamodb.responses import DynamoHandler

_one_at_a_time = threading.RLock()
moto_call_action = DynamoHandler.call_action
_moto_transact = DynamoDBBackend.transact_write_items


@functools.wraps(moto_call_action)
def call_one_at_a_time(self: DynamoHandler) -> Any:
    with _one_at_a_time:
        return moto_call_action(self)


@functools.wraps(_moto_transact)
def _transact(self: DynamoDBBackend, transact_items: list[dict[str, Any]]) -> None:
    by_arn = []  # moto copies only tables that go by their name
    put_back = []
    for action in transact_items:
        by_arn.append({})
        for kind, operation in action.items():
            table = self.get_table(operation["TableName"])
            by_arn[-1][kind] = {**operation, "TableName": table.table_arn}
            put_back.append(_restorer(self, table, operation.get("Key") or operation["Item"]))
    try:
        _moto_transact(self, by_arn)
    except Exception:
        for restore in put_back:
            restore()
        raise


def _restorer(backend: DynamoDBBackend, table: Table, key: dict[str, Any]) -> Callable[[], None]:
    """Return what puts one item, and its table's stream, back to what they are now."""
    hash_key, range_key = backend.get_keys_value(table, key)
    item = copy.deepcopy(table.get_item(hash_key, range_key))
    records = list(table.stream_shard.items) if table.stream_shard else []

    def restore() -> None:
        if item is None:
            table.delete_item(hash_key, range_key)
        elif range_key is None:
            table.items[hash_key] = item
        else:
            table.items[hash_key][range_key] = item
        if table.stream_shard:
            table.stream_shard.items = records

    return restore


def install() -> None:
    """Install this file's adaptations into moto."""
    DynamoHandler.call_action = call_one_at_a_time
    DynamoDBBackend.transact_write_items = _transact
