"""Reading ledgers from the tables and the queue: one order's, or those of many orders at once."""

import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from boto3.dynamodb.types import TypeDeserializer

from sagalab.cloud.aws_errors import explained
from sagalab.deploying.names import TASKS
from sagalab.ledger.inbox import Notification, notifications
from sagalab.ledger.ledger import Ledger
from sagalab.orders.forget import INVENTORY_TYPES, PAYMENT_TYPES, transaction_id

if TYPE_CHECKING:
    from sagalab.deploying.deployment import Deployment

Row = dict[str, Any]
_decode = TypeDeserializer().deserialize

FEW = 20  # up to so many orders are looked up one by one
MANY = 100  # up to so many the service picks the rows (the most values that DynamoDB's IN takes); for more, we do
_PAUSE_SECONDS = 0.2
OVERDUE_SECONDS = 2.0  # a sleeper that is later than this was killed and will not commit


def read_ledger(
    order: Mapping[str, Any],
    deployment: "Deployment",
    *,
    wait: bool = True,
    since: datetime | None = None,
) -> Ledger:
    """Return the ledger of one order (the order as it was sent; `order_id` is enough).

    `wait=True` waits for a late commit that is on its way (some seconds at most: until it is due);
    `wait=False` lists it under `pending`. `since` leaves out older notifications (UTC).
    """
    return read_ledgers([order], deployment, wait=wait, since=since)[0]


@explained
def read_ledgers(
    orders: Sequence[Mapping[str, Any]],
    deployment: "Deployment",
    *,
    wait: bool = True,
    since: datetime | None = None,
) -> list[Ledger]:
    """Return the ledgers of many orders, in their order. Arguments as for `read_ledger`.

    Rows are read as they are at this moment. Those of our services are found by their keys, which the order's id
    gives. An index follows its table within moments and not at once (Amazon DynamoDB developer guide, "Global
    secondary indexes"): of up to 20 orders it adds the rows that a service of one's own wrote under other keys.
    For more orders the tables are read whole; of up to 100 orders only their rows are sent.
    """
    ids = [str(order.get("order_id")) for order in orders]
    pending = _pending(ids, deployment)
    while wait and any(pending.values()):
        last = max(due for tasks in pending.values() for due in tasks.values())
        time.sleep(min(max(last - time.time(), 0.02), 0.5))
        pending = _pending(ids, deployment)
    placed, payments, inventory, stocked = (
        _few(ids, orders, deployment) if len(ids) <= FEW else _many(ids, deployment)
    )
    stock = {item_id: int(row["in_stock"]) for item_id, row in stocked.items()}
    notes = _notes_by_order(notifications(deployment), since)
    return [
        ledger_of(
            order,
            placed=placed.get(order_id),
            payments=payments.get(order_id, ()),
            inventory=inventory.get(order_id, ()),
            stock=stock,
            notifications=notes.get(order_id, ()),
            pending=pending[order_id],
        )
        for order, order_id in zip(orders, ids, strict=True)
    ]


def ledger_of(
    order: Mapping[str, Any],
    *,
    placed: Row | None,
    payments: Iterable[Row],
    inventory: Iterable[Row],
    stock: Mapping[str, int],
    notifications: Iterable[Notification],
    pending: Mapping[str, float],
) -> Ledger:
    """Return the ledger of an order from its rows (numbers as Decimal, oldest first) and what else is known."""
    wanted = _wanted(order) or _wanted(placed or {})
    return Ledger(
        str(order.get("order_id")),
        order=placed,
        payments=tuple(payments),
        inventory=tuple(inventory),
        stock={item_id: stock[item_id] for item_id in wanted if item_id in stock},
        notifications=tuple(notifications),
        pending=dict(pending),
        wanted=wanted,
    )


def sleepers(attempts: Mapping[str, Row], now: float) -> dict[str, float]:
    """Return task → epoch second when it is due, of the rows of attempts that say of a commit on its way.

    `attempts`: task → its row ({} for none); `now`: epoch seconds. See lambdas/attempts.py.
    """
    return {
        task: float(row["due"])
        for task, row in attempts.items()
        if "due" in row and not row.get("done") and float(row["due"]) + OVERDUE_SECONDS > now
    }


def _wanted(order: Mapping[str, Any]) -> dict[str, tuple[int, Decimal]]:
    """Return item id → (quantity, unit price) of an order; {} when it is malformed or a tombstone."""
    wanted: dict[str, tuple[int, Decimal]] = {}
    try:
        for line in order.get("items", ()):
            qty, price = int(line["qty"]), Decimal(str(line["unit_price"]))
            wanted[line["item_id"]] = (wanted.get(line["item_id"], (0, price))[0] + qty, price)
    except (TypeError, KeyError, ValueError, ArithmeticError):
        return {}
    return wanted


def _pending(order_ids: Iterable[str], deployment: "Deployment") -> dict[str, dict[str, float]]:
    """Return order id → {task: due} of the sleepers that have not said that they are done (see lambdas/attempts.py)."""
    keys = {f"{order_id}#{task.task}": (order_id, task.task) for order_id in order_ids for task in TASKS}
    rows = _by_key(list(keys), deployment.tables["attempts"], "key", deployment)
    found: dict[str, dict[str, Row]] = {order_id: {} for order_id, _ in keys.values()}
    for key, row in rows.items():
        order_id, task = keys[key]
        found[order_id][task] = row
    return {order_id: sleepers(attempts, time.time()) for order_id, attempts in found.items()}


def _notes_by_order(notes: Iterable[Notification], since: datetime | None) -> dict[str, list[Notification]]:
    found: dict[str, list[Notification]] = {}
    for note in notes:
        # SQS gives whole milliseconds: a message of the same millisecond counts.
        if note.order_id is not None and (
            since is None or note.sent.timestamp() + 0.001 >= since.timestamp()
        ):
            found.setdefault(note.order_id, []).append(note)
    return found


_Tables = tuple[dict[str, Row], dict[str, list[Row]], dict[str, list[Row]], dict[str, Row]]
"""Order id → its row of the table orders, and its rows of payments and inventory, oldest first; item id → its stock."""


def _few(ids: Sequence[str], orders: Sequence[Mapping[str, Any]], deployment: "Deployment") -> _Tables:
    """Return the rows of a few orders: by their keys in one call, and what the indexes of the two tables know besides."""
    tables = deployment.tables
    types = {tables["payments"]: PAYMENT_TYPES, tables["inventory"]: INVENTORY_TYPES}
    indexed = {
        table: {row["transaction_id"]: row for order_id in ids for row in _query(order_id, table, deployment)}
        for table in types
    }
    keys: dict[str, tuple[str, list[str]]] = {tables["orders"]: ("order_id", list(ids))}
    for table, kinds in types.items():
        keys[table] = (
            "transaction_id",
            [transaction_id(order_id, kind) for order_id in ids for kind in kinds],
        )
    keys[tables["stock"]] = ("item_id", _items(orders))
    found = _by_keys(keys, deployment)
    placed, stocked = found[tables["orders"]], found[tables["stock"]]
    if more := [item_id for item_id in _items(placed.values()) if item_id not in keys[tables["stock"]][1]]:
        stocked |= _by_key(more, tables["stock"], "item_id", deployment)  # only the row says what was ordered
    payments, inventory = (_by_order((indexed[table] | found[table]).values()) for table in types)
    return placed, payments, inventory, stocked


def _items(orders: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return the items that orders want, as far as their ids can be keys of DynamoDB: text of 1 to 2048 bytes."""
    wanted = {item_id for order in orders for item_id in _wanted(order)}
    return [each for each in wanted if isinstance(each, str) and 0 < len(each.encode()) <= 2048]


def _many(ids: Sequence[str], deployment: "Deployment") -> _Tables:
    """Return the rows of many orders: the tables are read whole, of up to MANY orders only their rows are sent."""
    tables = deployment.tables
    placed = _by_key(ids, tables["orders"], "order_id", deployment)
    chosen: dict[str, Any] = {}
    if len(ids) <= MANY:
        values = {f":id{number}": {"S": order_id} for number, order_id in enumerate(ids)}
        chosen = {
            "FilterExpression": f"order_id IN ({', '.join(values)})",
            "ExpressionAttributeValues": values,
        }
    payments, inventory = (
        _by_order(_scan(tables[key], deployment, **chosen)) for key in ("payments", "inventory")
    )
    stocked = {row["item_id"]: row for row in _scan(tables["stock"], deployment)}
    return placed, payments, inventory, stocked


def _by_order(rows: Iterable[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in sorted(rows, key=lambda row: str(row.get("transaction_date", ""))):
        found.setdefault(row["order_id"], []).append(row)
    return found


def _query(order_id: str, table: str, deployment: "Deployment") -> list[Row]:
    pages = (
        deployment.cloud.client("dynamodb")
        .get_paginator("query")
        .paginate(
            TableName=table,
            IndexName="orderIDIndex",
            KeyConditionExpression="order_id = :order_id",
            ExpressionAttributeValues={":order_id": {"S": order_id}},
        )
    )
    return [_row(item) for page in pages for item in page["Items"]]


def _scan(table: str, deployment: "Deployment", **chosen: Any) -> list[Row]:
    scan = deployment.cloud.client("dynamodb").get_paginator("scan")
    pages = scan.paginate(TableName=table, ConsistentRead=True, **chosen)
    return [_row(item) for page in pages for item in page["Items"]]


def _by_key(values: Sequence[str], table: str, key: str, deployment: "Deployment") -> dict[str, Row]:
    """Return key value → row; very many are found by reading the table whole."""
    if len(values) > MANY * len(TASKS):
        wanted = set(values)
        return {row[key]: row for row in _scan(table, deployment) if row[key] in wanted}
    return _by_keys({table: (key, values)}, deployment)[table]


def _by_keys(
    wanted: Mapping[str, tuple[str, Sequence[str]]], deployment: "Deployment"
) -> dict[str, dict[str, Row]]:
    """Return table → key value → row, of table → (the name of its key, values).

    They are looked up 100 at a time, of several tables at once: the most that BatchGetItem takes.
    """
    client = deployment.cloud.client("dynamodb")
    unique = [(table, value) for table, (_, values) in wanted.items() for value in dict.fromkeys(values)]
    found: dict[str, dict[str, Row]] = {table: {} for table in wanted}
    for start in range(0, len(unique), 100):
        request: dict[str, Any] = {}
        for table, value in unique[start : start + 100]:
            asked = request.setdefault(table, {"Keys": [], "ConsistentRead": True})
            asked["Keys"].append({wanted[table][0]: {"S": value}})
        while request:
            answer = client.batch_get_item(RequestItems=request)
            for table, items in answer["Responses"].items():
                for item in items:
                    row = _row(item)
                    found[table][row[wanted[table][0]]] = row
            request = answer.get("UnprocessedKeys") or {}
            if request:  # DynamoDB is asked too much
                time.sleep(_PAUSE_SECONDS)
    return found


def _row(item: Mapping[str, Any]) -> Row:
    return {name: _decode(value) for name, value in item.items()}
