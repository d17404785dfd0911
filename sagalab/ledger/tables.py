"""The services' tables as pandas DataFrames, for the notebooks."""

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from boto3.dynamodb.types import TypeDeserializer

from sagalab.cloud.aws_errors import explained
from sagalab.deploying.deployment import Deployment
from sagalab.deploying.deployment import deployment as find_deployment
from sagalab.threads import together

if TYPE_CHECKING:
    import pandas as pd

# The columns of each table, always these and in this order. A row's other fields are not shown.
COLUMNS = {
    "orders": ("order_id", "order_status", "customer_id", "order_date", "items"),
    "payments": (
        "order_id",
        "payment_type",
        "payment_amount",
        "merchant_id",
        "transaction_date",
        "transaction_id",
    ),
    "inventory": ("order_id", "transaction_type", "quantities", "transaction_date", "transaction_id"),
    "stock": ("item_id", "description", "unit_price", "in_stock"),
}
_SORTED_BY = {
    "orders": ["order_id"],
    "payments": ["order_id", "transaction_date", "payment_type"],
    "inventory": ["order_id", "transaction_date", "transaction_type"],
    "stock": ["item_id"],
}
_MONEY = ("payment_amount", "unit_price")
_decode = TypeDeserializer().deserialize


@explained
def tables(deployment: Deployment | None = None, order_id: str | None = None) -> "dict[str, pd.DataFrame]":
    """Return the tables orders, payments, inventory and stock as DataFrames, read consistently.

    With an `order_id`, the first three hold only that order's rows. Columns and sorting never change, also
    when a table is empty. Money is Decimal with two digits, counts are int, and `items` and `quantities`
    are {item_id: count}.
    """
    found = deployment or find_deployment()
    rows = together(lambda key: _rows(found, key, order_id), COLUMNS)
    return {key: _frame(key, of_table) for key, of_table in zip(COLUMNS, rows, strict=True)}


def _rows(deployment: Deployment, key: str, order_id: str | None) -> list[dict[str, Any]]:
    arguments: dict[str, Any] = {"TableName": deployment.tables[key], "ConsistentRead": True}
    if order_id is not None and key != "stock":
        arguments |= {
            "FilterExpression": "order_id = :order_id",
            "ExpressionAttributeValues": {":order_id": {"S": order_id}},
        }
    pages = deployment.cloud.client("dynamodb").get_paginator("scan").paginate(**arguments)
    return [_readable(_decode({"M": item})) for page in pages for item in page["Items"]]


def _readable(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _value(name, value) for name, value in row.items()}


def _value(name: str, value: Any) -> Any:
    if name in _MONEY:
        return Decimal(value).quantize(Decimal("0.01"))
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else value
    if name == "items" and value and isinstance(value[0], Mapping):
        return {line["item_id"]: int(line["qty"]) for line in value}
    if name == "quantities":
        return {item_id: int(qty) for item_id, qty in value.items()}
    return value


def _rank(name: str, text: str) -> tuple[int, str]:
    """Return what sorts a field: item 2 comes before item 10."""
    return (len(text) if name == "item_id" else 0), text


def _frame(key: str, rows: list[dict[str, Any]]) -> "pd.DataFrame":
    from sagalab.table import Table  # it loads pandas

    ordered = sorted(rows, key=lambda row: [_rank(name, str(row.get(name, ""))) for name in _SORTED_BY[key]])
    values = [[row.get(name) for name in COLUMNS[key]] for row in ordered]
    return Table(values, columns=list(COLUMNS[key]))
