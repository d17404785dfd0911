"""The services' tables as DataFrames: what a row becomes, and in which order the rows stand."""

from decimal import Decimal

import pytest

from sagalab import deploy, make_order, run, tables
from sagalab.ledger.tables import COLUMNS


@pytest.fixture(scope="module")
def deployed(cloud):
    return deploy(cloud, prefix="tables", progress=False)


def test_an_order_in_the_tables(deployed):
    order = make_order(items={"1": 2})
    run(order, deployment=deployed)
    run(make_order(items={"2": 1}), deployment=deployed)
    found = tables(deployed, order["order_id"])
    assert {key: tuple(frame.columns) for key, frame in found.items()} == COLUMNS
    [row] = found["orders"].to_dict("records")
    assert row["items"] == {"1": 2} and type(row["items"]["1"]) is int
    [row] = found["payments"].to_dict("records")
    assert row["payment_amount"] == Decimal("17.00") and str(row["payment_amount"]) == "17.00"
    [row] = found["inventory"].to_dict("records")
    assert row["quantities"] == {"1": 2} and type(row["quantities"]["1"]) is int
    assert len(tables(deployed)["orders"]) == 2


def test_item_2_stands_before_item_10(deployed):
    stock = deployed.cloud.resource("dynamodb").Table(deployed.tables["stock"])
    stock.put_item(Item={"item_id": "10", "description": "a tenth", "unit_price": Decimal(3), "in_stock": 7})
    stock.put_item(Item={"item_id": "11", "in_stock": Decimal("1.5")})  # as a broken function may write it
    frame = tables(deployed)["stock"]
    ids = list(frame["item_id"])
    assert ids == sorted(ids, key=int) and ids.index("2") < ids.index("10")
    shown = dict(zip(ids, frame["in_stock"], strict=True))
    assert (shown["10"], shown["11"]) == (7, Decimal("1.5"))


def test_rows_that_nobody_understands_are_shown_as_they_are(deployed):
    orders = deployed.cloud.resource("dynamodb").Table(deployed.tables["orders"])
    for number, items in enumerate(([], "none", ["1"])):
        orders.put_item(Item={"order_id": f"odd-{number}", "items": items})
        [row] = tables(deployed, f"odd-{number}")["orders"].to_dict("records")
        assert row["items"] == items and row["order_status"] is None
