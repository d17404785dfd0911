"""What each service writes and returns, and that a repeat changes nothing."""

import copy
from decimal import Decimal

import pytest
from in_process import FORWARD, HANDLERS, ORIGINAL_OF, UNDO, UNDO_OF, make_order


@pytest.fixture
def order(services):
    """An order of 42.98 whose items are in stock; unknown fields must come back as they are."""
    item = services.stock(10)
    return make_order((item, 2, 21.49), gift={"wrap": [True, None, 1.5]}, order_status="Draft")


def test_new_order_writes_the_order_with_status_new(services, order):
    sent = copy.deepcopy(order)
    assert services.call("ProcessOrder", order) == {**sent, "order_status": "New"}
    assert order == sent
    assert services.row("orders", order["order_id"]) == {
        "order_id": order["order_id"],
        "order_date": "2026-01-31T10:00:00Z",
        "customer_id": "customer-1",
        "order_status": "New",
        "items": [{**order["items"][0], "unit_price": Decimal("21.49")}],
    }


def test_debit_writes_the_amount_of_the_items(services, order):
    result = services.call("ProcessPayment", order)
    row = services.movement("payments", order, "Debit")
    assert row.pop("transaction_date").endswith("Z")
    assert row == {
        "transaction_id": services.tables.transaction_id(order["order_id"], "Debit"),
        "order_id": order["order_id"],
        "merchant_id": "merch1",
        "payment_amount": Decimal("42.98"),
        "payment_type": "Debit",
    }
    assert result["payment"]["payment_amount"] == 42.98
    assert {k: v for k, v in result.items() if k != "payment"} == order


def test_credit_takes_its_amount_from_the_row_and_not_from_the_event(services, order):
    services.call("ProcessPayment", order)
    changed = copy.deepcopy(order)
    changed["items"][0]["unit_price"] = 1000
    changed["payment"] = {"payment_amount": 5000}
    result = services.call("ProcessRefund", changed)
    assert services.movement("payments", order, "Credit")["payment_amount"] == Decimal("-42.98")
    assert result["payment"]["payment_type"] == "Credit"
    assert result["payment"]["payment_amount"] == -42.98


def test_reserve_takes_the_stock_and_release_gives_it_back(services, order):
    item = order["items"][0]["item_id"]
    reserved = services.call("ReserveInventory", order)["inventory"]
    assert services.left(item) == 8
    assert (reserved["items"], reserved["quantities"]) == ([item], {item: 2})
    assert reserved["transaction_type"] == "Reserve"
    row = services.movement("inventory", order, "Reserve")
    assert (row["items"], row["quantities"], row["order_id"]) == ([item], {item: 2}, order["order_id"])

    released = services.call("ReleaseInventory", {**order, "items": []})["inventory"]
    assert services.left(item) == 10
    assert (released["quantities"], released["transaction_type"]) == ({item: 2}, "Release")
    assert services.movement("inventory", order, "Release")["quantities"] == {item: 2}


def test_the_same_item_twice_is_summed(services):
    item, other = services.stock(10), services.stock(10)
    order = make_order((item, 2, 1.10), (other, 1, 5), (item, 3, 1.10))
    assert services.call("ReserveInventory", order)["inventory"]["quantities"] == {item: 5, other: 1}
    assert (services.left(item), services.left(other)) == (5, 9)
    assert services.call("ProcessPayment", order)["payment"]["payment_amount"] == 10.5


def test_update_order_sets_pending_and_leaves_the_rest(services, order):
    services.call("ProcessOrder", order)
    before = services.row("orders", order["order_id"])
    assert services.call("UpdateOrderStatus", order) == {**order, "order_status": "Pending"}
    assert services.row("orders", order["order_id"]) == {**before, "order_status": "Pending"}


@pytest.mark.parametrize("task", HANDLERS)
def test_a_repeat_returns_the_same_and_writes_nothing_new(services, order, task):
    if task in ORIGINAL_OF:
        services.call(ORIGINAL_OF[task], order)
    first = services.call(task, order)
    rows = services.rows_of(order)
    assert services.call(task, order) == first
    assert services.rows_of(order) == rows


@pytest.mark.parametrize("task", UNDO)
def test_undoing_what_never_happened_succeeds_twice(services, order, task):
    bare = {"order_id": order["order_id"]}
    first = services.call(task, bare)
    assert services.call(task, bare) == first
    assert services.left(order["items"][0]["item_id"]) == 10
    if task == "ProcessRefund":
        assert services.movement("payments", order, "Credit")["payment_amount"] == 0
    if task == "ReleaseInventory":
        assert services.movement("inventory", order, "Release")["quantities"] == {}


@pytest.mark.parametrize("done_before", [False, True])
@pytest.mark.parametrize("task", FORWARD)
def test_an_original_after_its_undo_fails_and_writes_nothing(services, order, task, done_before):
    if done_before:
        services.call(task, order)
    services.call(UNDO_OF[task], order)
    rows = services.rows_of(order)
    message = services.fails(task, order)
    assert "already undone" in message and order["order_id"] in message
    assert services.rows_of(order) == rows


def test_out_of_stock_names_every_item_and_what_is_left(services):
    full, short = services.stock(10), services.stock(1)
    order = make_order((full, 1, 1), (short, 2, 1), ("no-such", 3, 1))
    rows = services.rows_of(order)
    message = services.fails("ReserveInventory", order)
    assert message == f"item {short}: 2 wanted, 1 left; item no-such: 3 wanted, there is no such item"
    assert services.rows_of(order) == rows


def test_a_repeated_reserve_succeeds_when_the_stock_is_gone(services):
    item = services.stock(2)
    order = make_order((item, 2, 1))
    first = services.call("ReserveInventory", order)
    assert services.call("ReserveInventory", order) == first
    assert services.left(item) == 0


def test_the_largest_order_is_reserved_and_released_in_one_transaction(services):
    items = [services.stock(1) for _ in range(98)]
    order = make_order(*[(item, 1, 999_999.99) for item in items])
    assert services.call("ProcessPayment", order)["payment"]["payment_amount"] == 97_999_999.02
    services.call("ReserveInventory", order)
    assert [services.left(items[0]), services.left(items[97])] == [0, 0]
    services.call("ReleaseInventory", order)
    assert [services.left(items[0]), services.left(items[97])] == [1, 1]
