"""What is owed, in words and as a notification names it: without a cloud."""

from decimal import Decimal

import pytest

from sagalab.ledger.ledger import Ledger
from sagalab.ledger.owed import named_in, refund, release, status

OWED = {each.undo: each for each in (refund(Decimal("17.00")), release({"2": 1, "1": 3}), status("New"))}


def test_the_words():
    assert [str(each) for each in OWED.values()] == [
        "17.00 not refunded",
        "3 × item 1, 1 × item 2 not released",
        "order still New",
    ]
    assert str(refund(Decimal("17"))) == "17.00 not refunded"  # DynamoDB trims zeros at a number's end
    assert str(refund(Decimal("-8.50"))) == "8.50 refunded too much"
    with pytest.raises(AttributeError):  # a ledger that was shown does not change
        OWED["ProcessRefund"].words = "nothing"


@pytest.mark.parametrize(
    ("entries", "named"),
    [
        (["ProcessRefund"], {"ProcessRefund"}),
        ([{"undo": "ProcessRefund", "amount": "17"}, "Unknown"], {"ProcessRefund", "Unknown"}),
        ([{"undo": "Other", "amount": 5}], {"Other"}),  # nothing is known of it, so nothing contradicts it
        ([{"undo": 7}, 7, None, {}], set()),
        ([{"undo": "ReleaseInventory", "items": [{"item_id": "1", "qty": 1}, {"item_id": "2", "qty": 1},
                                                 {"item_id": "1", "qty": 2}]}], {"ReleaseInventory"}),
    ],
)  # fmt: skip
def test_what_a_notification_names(entries, named):
    assert named_in({"owed": entries}, OWED) == named


@pytest.mark.parametrize(
    "entry",
    [
        {"undo": "ProcessRefund", "amount": 16.99},
        {"undo": "ProcessRefund", "amount": "much"},
        {"undo": "ProcessRefund", "amount": None},
        {"undo": "ProcessRefund", "items": [{"item_id": "1", "qty": 1}]},
        {"undo": "ReleaseInventory", "items": [{"item_id": "1", "qty": 3}]},
        {"undo": "ReleaseInventory", "items": [{"item_id": "1"}]},
        {"undo": "ReleaseInventory", "items": [{"item_id": "1", "qty": "x"}]},
        {"undo": "ReleaseInventory", "items": 3},
    ],
)
def test_details_that_do_not_agree_with_the_ledger_name_nothing(entry):
    assert named_in({"owed": ["UpdateOrderStatus", entry]}, OWED) is None


@pytest.mark.parametrize("body", [None, "text", [], {}, {"owed": None}, {"owed": "ProcessRefund"}])
def test_a_notification_without_a_list_names_nothing(body):
    assert named_in(body, OWED) == set()


def test_a_ledger_owes_by_how_the_execution_ended():
    order = {"order_status": "New"}
    debit = {"payment_type": "Debit", "payment_amount": Decimal(17)}
    reserved = {"transaction_type": "Reserve", "quantities": {"1": 2}}
    wanted = {"1": (2, Decimal("8.50"))}
    whole = Ledger("4", order=order, payments=(debit,), inventory=(reserved,), wanted=wanted)
    assert whole.all_done and whole.owed(succeeded=True) == ()
    assert [each.undo for each in whole.owed(succeeded=False)] == [
        "ProcessRefund", "ReleaseInventory", "UpdateOrderStatus",
    ]  # fmt: skip
    twice = Ledger("4", order=order, payments=(debit, debit), inventory=(reserved,), wanted=wanted)
    assert [str(each) for each in twice.owed(succeeded=True)] == ["17.00 not refunded"]
    assert Ledger("4").all_undone and Ledger("4").owed(succeeded=False) == ()
