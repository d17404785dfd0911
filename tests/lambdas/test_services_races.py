"""Two workers at the same time: no interleaving takes money or stock twice, or leaves it taken."""

import functools
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from types import SimpleNamespace

import pytest
from botocore.exceptions import ClientError
from in_process import FORWARD, HANDLERS, ORIGINAL_OF, UNDO_OF, make_order


def at_once(*calls):
    """Make all calls at the same time; return each one's result or exception."""

    def outcome(call):
        try:
            return call()
        except Exception as error:
            return error

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(outcome, calls))


@pytest.mark.parametrize("task", HANDLERS)
def test_two_workers_do_the_same_step_once(services, task):
    order = make_order((services.stock(10), 2, 1.5))
    if task in ORIGINAL_OF:
        services.call(ORIGINAL_OF[task], order)
    results = at_once(*[lambda: services.call(task, order)] * 4)
    assert results == [results[0]] * 4
    expected = {"ReserveInventory": 8}.get(task, 10)
    assert services.left(order["items"][0]["item_id"]) == expected


@pytest.mark.parametrize("others", [1, 9])
def test_the_last_item_is_sold_once(services, others):
    item = services.stock(1)
    orders = [make_order((item, 1, 1)) for _ in range(1 + others)]
    results = at_once(*[lambda order=order: services.call("ReserveInventory", order) for order in orders])
    assert Counter(type(result).__name__ for result in results) == {"dict": 1, "ErrReserveInventory": others}
    assert services.left(item) == 0


@pytest.mark.parametrize("task", FORWARD)
def test_an_original_races_its_undo(services, task):
    """Whoever is first: in the end it is undone, and no money or stock is taken."""
    for _ in range(6):
        item = services.stock(10)
        order = make_order((item, 1, 9.99))
        original, undone = at_once(
            functools.partial(services.call, task, order),
            functools.partial(services.call, UNDO_OF[task], order),
        )
        assert isinstance(original, dict) or "already undone" in str(original)
        assert isinstance(undone, dict)
        assert services.left(item) == 10
        payments = [services.movement("payments", order, kind) for kind in ("Debit", "Credit")]
        assert sum(row["payment_amount"] for row in payments if row) == 0
        if task == "ProcessOrder":
            assert services.row("orders", order["order_id"])["order_status"] == "Pending"


@pytest.mark.parametrize("task", ["ProcessPayment", "ReserveInventory"])
def test_an_original_lands_between_the_undos_read_and_its_write(services, task, monkeypatch):
    item = services.stock(10)
    order = make_order((item, 2, 5))
    read, landed = services.tables.read, []

    def read_and_let_it_land(table, **key):
        row = read(table, **key)
        if not landed:
            landed.append(services.call(task, order))
        return row

    monkeypatch.setattr(services.tables, "read", read_and_let_it_land)
    services.call(UNDO_OF[task], order)
    assert landed and services.left(item) == 10
    if task == "ProcessPayment":
        assert services.movement("payments", order, "Credit")["payment_amount"] == Decimal(-10)


def refuse(services, monkeypatch, times, code="TransactionConflict"):
    """Let DynamoDB refuse the next transactions, as on AWS where two of them meet (moto never does)."""
    real, refusals = services.tables.dynamodb.transact_write_items, []

    def transact_write_items(**arguments):
        if len(refusals) < times:
            refusals.append(code)
            if code != "TransactionConflict":
                raise ClientError({"Error": {"Code": code}}, "TransactWriteItems")
            reasons = [{"Code": "None"}, {"Code": code}]
            response = {"Error": {"Code": "TransactionCanceledException"}, "CancellationReasons": reasons}
            raise ClientError(response, "TransactWriteItems")
        return real(**arguments)

    monkeypatch.setattr(services.tables.dynamodb, "transact_write_items", transact_write_items)
    return refusals


def test_a_conflict_is_tried_again_in_the_handler(services, monkeypatch):
    refusals = refuse(services, monkeypatch, times=2)
    order = make_order((services.stock(10), 2, 5))
    assert services.call("ReserveInventory", order)["inventory"]["transaction_type"] == "Reserve"
    assert len(refusals) == 2


@pytest.mark.parametrize("code", ["TransactionConflict", "ThrottlingException"])
def test_a_lasting_conflict_is_an_error_that_the_machine_retries(services, monkeypatch, code):
    monkeypatch.setattr(services.tables, "TRIES", 2)
    refuse(services, monkeypatch, times=99, code=code)
    for task in HANDLERS:
        with pytest.raises(Exception, match=f"busy.*{code}") as raised:
            services.call(task, make_order((services.stock(10), 2, 5)))
        assert type(raised.value).__name__ == "Lambda.ServiceException"


def test_another_refusal_is_no_business_error(services, monkeypatch):
    refuse(services, monkeypatch, times=99, code="AccessDeniedException")
    with pytest.raises(ClientError):
        services.call("ProcessPayment", make_order((services.stock(10), 2, 5)))


@pytest.mark.parametrize("busy", [1, 3, 6])
def test_a_busy_table_is_waited_for_longer_each_time(services, monkeypatch, busy):
    """Full jitter: between nothing and 20 ms, doubled with each try; no longer than 1.3 s in all."""
    tables, asked, drawn, slept = services.tables, [], [], []

    def refused(actions):
        asked.append(actions)
        return [{"Code": "TransactionConflict" if len(asked) <= busy else "None"}]

    def uniform(low, high):
        drawn.append((low, round(high, 3)))
        return high / 2

    monkeypatch.setattr(tables, "refused", refused)
    monkeypatch.setattr(tables, "random", SimpleNamespace(uniform=uniform))
    monkeypatch.setattr(tables, "time", SimpleNamespace(sleep=slept.append))
    if busy < tables.TRIES:
        assert tables.write({"Put": {}}) == [None] and len(asked) == busy + 1
    else:
        with pytest.raises(tables.TransientError, match="DynamoDB was busy 6 times"):
            tables.write({"Put": {}})
    assert drawn == [(0, 0.02), (0, 0.04), (0, 0.08), (0, 0.16), (0, 0.32), (0, 0.64)][:busy]
    assert slept == [pytest.approx(high / 2) for _, high in drawn]
