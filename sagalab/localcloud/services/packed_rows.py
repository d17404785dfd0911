"""Rows of a table that nobody has used lately are kept packed.

Why: moto 5.2.5 holds each attribute of a row as objects in objects, some 2,500 bytes a row and 9 kB a saga, which was
half of what the local cloud grew by. Here the newest 100 rows of a table stay as they are, and of the others some 300
bytes are kept, from which they are made again when they are asked for. No row is ever dropped.
"""

import pickle
import zlib
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from moto.dynamodb.models.dynamo_type import DynamoType, Item, LimitedSizeDict
from moto.dynamodb.models.table import Table

UNPACKED = 100  # rows of a table; those of one request are never more
_new_table = Table.__init__
_installed = False


class Rows(defaultdict):
    """The rows of a table by their hash key, as moto uses them. With a range key, nothing is packed.

    moto changes a row in place, so one that is asked for stays unpacked until 100 others were.
    """

    def __init__(self, *given: Any):
        super().__init__(dict, *given)
        self._unpacked: dict[DynamoType, None] = {}  # the longest unused first

    def __getitem__(self, key: DynamoType) -> Any:
        row = super().__getitem__(key)
        if isinstance(row, bytes):
            self[key] = row = unpacked(row)
        elif key in self._unpacked:
            self._used(key)
        return row

    def __setitem__(self, key: DynamoType, row: Any) -> None:
        super().__setitem__(key, row)
        if isinstance(row, Item):
            self._used(key)

    def _used(self, key: DynamoType) -> None:
        self._unpacked.pop(key, None)
        self._unpacked[key] = None
        if len(self._unpacked) > UNPACKED:
            oldest = next(iter(self._unpacked))
            del self._unpacked[oldest]
            super().__setitem__(oldest, packed(super().__getitem__(oldest)))

    def pop(self, key: DynamoType) -> Any:
        """Remove a row and return it. Raises KeyError as a dict does."""
        row = super().pop(key)
        self._unpacked.pop(key, None)
        return unpacked(row) if isinstance(row, bytes) else row

    def values(self) -> Iterator[Any]:
        """Yield all rows, to read them: a packed one is made for this once."""
        for row in super().values():
            yield unpacked(row) if isinstance(row, bytes) else row

    def __deepcopy__(self, memo: dict) -> "Rows":
        """Return a copy of all rows, for backups."""
        return Rows({key: packed(row) if isinstance(row, Item) else row for key, row in self.items()})


def packed(row: Item) -> bytes:
    """Return a row in few bytes."""
    range_key = None if row.range_key is None else _plain(row.range_key)
    content = _plain(row.hash_key), range_key, {name: _plain(value) for name, value in row.attrs.items()}
    return zlib.compress(pickle.dumps(content, protocol=5))


def unpacked(content: bytes) -> Item:
    """Return the row that was packed."""
    hash_key, range_key, attributes = pickle.loads(zlib.decompress(content))
    row = Item.__new__(Item)
    row.hash_key = DynamoType(hash_key)
    row.range_key = None if range_key is None else DynamoType(range_key)
    row.attrs = LimitedSizeDict.__new__(LimitedSizeDict)
    for name, value in attributes.items():
        dict.__setitem__(row.attrs, name, DynamoType(value))  # its size was checked when it was written
    return row


def _plain(value: DynamoType) -> dict[str, Any]:
    if value.is_map():
        return {value.type: {name: _plain(item) for name, item in value.value.items()}}
    if value.is_list():
        return {value.type: [_plain(item) for item in value.value]}
    return {value.type: value.value}


def _with_rows(self: Table, *args: Any, **kwargs: Any) -> None:
    _new_table(self, *args, **kwargs)
    self.items = Rows()


def install() -> None:
    """Install this file's adaptations into moto."""
    global _installed
    if _installed:
        return
    _installed = True
    Table.__init__ = _with_rows
