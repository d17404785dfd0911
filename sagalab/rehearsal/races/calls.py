"""The course's services with a record of every call: which rows it read and wrote, and whose it was."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sagalab.rehearsal.services.invocation import current
from sagalab.rehearsal.services.refused import Refused
from sagalab.rehearsal.services.services import Services

Row = tuple[str, tuple[str, ...]]  # (table, values of its key)
_OWN_VALUE = re.compile(r"\bADD\b|[+-]|if_not_exists|list_append", re.IGNORECASE)  # counts from what is there


@dataclass(frozen=True)
class Made:
    """A call of DynamoDB by a function of an order.

    `reads`: each row that it saw, with the number of the call that wrote it last (-1: it stood there before).
    `blind`: rows written without a look at what stood there. `refused`: a condition did not hold.
    """

    number: int
    order: str
    task: str
    invocation: int
    operation: str
    reads: Mapping[Row, int]
    writes: frozenset[Row]
    blind: frozenset[Row]
    refused: bool

    @property
    def is_bookkeeping(self) -> bool:
        """Whether it only counts attempts, for the faults."""
        return bool(self.rows) and all(table.endswith("-attempts") for table, _ in self.rows)

    @property
    def rows(self) -> frozenset[Row]:
        """All rows that it touched."""
        return self.writes | set(self.reads)


class RecordingServices(Services):
    """Services whose calls are kept in `made`, in the order in which they happened."""

    made: tuple[Made, ...] = ()
    _writers: Mapping[Row, int] = {}

    def _api(self, service: str, operation: str, request: dict[str, Any]) -> dict[str, Any]:
        if service != "dynamodb":
            return super()._api(service, operation, request)
        looked, written, blind = self._footprint(operation, request)
        refused = False
        try:
            return super()._api(service, operation, request)
        except Refused:
            refused = True
            raise
        finally:
            invocation = current().invocation
            number = len(self.made)
            task = next((name for name, handler in _TASKS.items() if handler == invocation.function), "")
            event = json.loads(invocation.event)
            order = str(event.get("order_id")) if isinstance(event, dict) else ""
            done = frozenset() if refused else frozenset(written)
            made = Made(
                number,
                order,
                task,
                invocation.number,
                operation,
                {row: self._writers.get(row, -1) for row in looked},
                done,
                frozenset(blind) & done,
                refused,
            )
            self.made = (*self.made, made)
            if done:
                self._writers = {**self._writers, **dict.fromkeys(done, number)}

    def _footprint(self, operation: str, request: Mapping[str, Any]) -> tuple[set[Row], set[Row], set[Row]]:
        """Return the rows that a call looks at, those it writes, and those it writes without a look."""
        if operation in ("TransactWriteItems", "TransactGetItems"):
            found: tuple[set[Row], set[Row], set[Row]] = (set(), set(), set())
            for action in request["TransactItems"]:
                [(kind, inner)] = action.items()
                for together, part in zip(found, self._one(kind, inner), strict=True):
                    together |= part
            return found
        if operation in ("Query", "Scan"):
            name = request["TableName"]
            return {(name, key) for key in self._keys(name)}, set(), set()
        return self._one(operation.removesuffix("Item"), request)

    def _one(self, kind: str, request: Mapping[str, Any]) -> tuple[set[Row], set[Row], set[Row]]:
        if "TableName" not in request:
            return set(), set(), set()
        item = request.get("Key") or request.get("Item") or {}
        name = request["TableName"]
        row = (
            name,
            tuple(str(next(iter(item[key].values()))) for key in self.tables.keys[name] if key in item),
        )
        if kind in ("Get", "ConditionCheck"):
            return {row}, set(), set()
        looks = "ConditionExpression" in request or (
            kind == "Update" and _OWN_VALUE.search(request.get("UpdateExpression", "")) is not None
        )
        return ({row} if looks else set()), {row}, (set() if looks else {row})

    def _keys(self, name: str) -> list[tuple[str, ...]]:
        return [tuple(str(row[key]) for key in self.tables.keys[name]) for row in self.tables.rows(name)]


def _handlers() -> dict[str, str]:
    from sagalab.deploying.names import TASKS

    return {task.task: task.handler for task in TASKS}


_TASKS = _handlers()
