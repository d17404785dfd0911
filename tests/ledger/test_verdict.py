"""The verdict that a ledger and an execution imply: without a cloud."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from history_writer import HistoryWriter

from sagalab.history.execution import Execution
from sagalab.ledger.inbox import Notification
from sagalab.ledger.ledger import Ledger
from sagalab.ledger.verdict import judge, verdict, verdicts

MONEY_TAKEN = Ledger("4", payments=({"payment_type": "Debit", "payment_amount": Decimal(17)},))


def told(*undos: str) -> Notification:
    return Notification("m", datetime(2026, 1, 1, tzinfo=UTC), {"order_id": "4", "owed": list(undos)})


def ran(release: str = "", end: str = "Failed") -> Execution:
    """Return a run that failed; its last state is ReleaseInventory, which succeeded or failed as said."""
    history = HistoryWriter()
    last = 1
    if release:
        last = history.schedule(history.enter("ReleaseInventory", last))
        last = history.exit(
            "ReleaseInventory", history.succeed(last) if release == "succeeded" else history.fail(last)
        )
    if end:
        history.add(f"Execution{end}", last, error="SagaFailed")
    return Execution.from_history(history.events)


@pytest.mark.parametrize(
    ("release", "name"), [("failed", "announced"), ("succeeded", "leaked"), ("", "leaked")]
)
def test_a_notification_may_also_name_an_undo_whose_answer_was_lost(release, name):
    """The undo took effect and its task failed: the workflow cannot know. Of one that succeeded it does."""
    ledger = replace(MONEY_TAKEN, notifications=(told("ProcessRefund", "ReleaseInventory"),))
    assert judge(ledger, ran(release)).name == name


def test_the_last_notification_about_debts_counts():
    names_it, names_another, names_none = told("ProcessRefund"), told("UpdateOrderStatus"), told()
    for notes, name in (
        ((names_another, names_it), "announced"),
        ((names_it, names_another), "leaked"),
        ((names_it, names_none), "announced"),
        ((names_none,), "leaked"),
    ):
        assert judge(replace(MONEY_TAKEN, notifications=notes), ran()).name == name


def test_a_run_that_goes_on_may_be_at_either_end():
    done = Ledger(
        "4",
        order={"order_status": "Pending"},
        payments=({"payment_type": "Debit", "payment_amount": Decimal(17)},),
        inventory=({"transaction_type": "Reserve", "quantities": {"1": 2}},),
        wanted={"1": (2, Decimal("8.50"))},
    )
    placed = replace(done, order={"order_status": "New"})
    assert str(judge(placed, ran(end=""))) == "consistent: all was done"
    assert str(judge(Ledger("4"), ran(end=""))) == "consistent: all was undone"
    assert judge(placed, ran(end="Failed")).name == judge(MONEY_TAKEN, ran(end="")).name == "leaked"
    assert str(judge(Ledger("4"), ran(end="Succeeded"))) == (
        "leaked: the execution succeeded, but nothing of the order is left"
    )


def test_the_ledger_for_people_has_a_line_for_each_thing():
    ledger = replace(MONEY_TAKEN, notifications=(told("ProcessRefund"),), pending={"ReserveInventory": 1.0})
    lines = ledger.rows()
    assert lines[0] == ("orders", "no order", "") and ("payments", "Debit", "+17.00") in lines
    assert ("payments", "sum", "17.00") in lines
    assert [line[:2] for line in lines[-2:]] == [
        ("notifications", "received"),
        ("pending", "ReserveInventory"),
    ]
    assert ("stock", "now", "unknown") in lines


def test_what_may_still_commit_is_said():
    assert str(judge(replace(MONEY_TAKEN, pending={"ProcessPayment": 1.0}), ran())) == (
        "leaked: 17.00 not refunded; ProcessPayment may still commit"
    )


@dataclass
class Rehearsed:
    """A run with ledgers of its own: as it ended, and as it was when the last late commit had landed."""

    ledger: Ledger
    ledger_at_end: Ledger
    status: str = "FAILED"
    visits: tuple = ()


def test_a_rehearsed_run_is_judged_by_its_own_ledgers():
    late = Rehearsed(MONEY_TAKEN, Ledger("4"))
    assert (verdict(late).name, verdict(late, wait=False).name) == ("leaked", "consistent")
    assert [found.name for found in verdicts([late, Rehearsed(Ledger("4"), MONEY_TAKEN)])] == [
        "leaked",
        "consistent",
    ]
