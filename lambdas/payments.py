"""The payment service: takes and gives back money. Its table: payments, one row a movement."""

import tables
from faults import task
from order_check import check_order, check_order_id, money


class ErrProcessPayment(Exception):
    """The card payment could not be taken."""


class ErrProcessRefund(Exception):
    """The card payment could not be given back."""


@task("ProcessPayment", ErrProcessPayment)
def debit(order: dict) -> dict:
    """Take the payment: write the Debit row, in one transaction with the check that there is no Credit row.

    Each side checks in its own transaction for the other's row, so one of them always comes first. If it is
    the credit, the debit is refused here; if it is the debit, the credit finds it and gives it back.
    """
    check_order(order, ErrProcessPayment)
    amount = sum(money(line["unit_price"]) * int(line["qty"]) for line in order["items"])
    row = payment(order["order_id"], "Debit", amount)
    credit_id = tables.transaction_id(order["order_id"], "Credit")

    earlier, undone = tables.write(
        tables.new_row(tables.PAYMENTS, row),
        tables.no_row(tables.PAYMENTS, transaction_id=credit_id),
    )
    if undone:
        raise ErrProcessPayment(f"the payment of order {order['order_id']} was already undone")
    return {**order, "payment": tables.as_json(earlier or row)}


@task("ProcessRefund", ErrProcessRefund)
def credit(order: dict) -> dict:
    """Give back what the Debit row says was taken: write the Credit row.

    Without a debit it writes a Credit row of 0, if there is still no Debit row in the same transaction: a
    tombstone that stops a late debit. The amount is that of the Debit row, whatever the order says.
    """
    check_order_id(order, ErrProcessRefund)
    debit_id = tables.transaction_id(order["order_id"], "Debit")
    while True:  # a second time if a debit came in between
        taken = tables.read(tables.PAYMENTS, transaction_id=debit_id)
        row = payment(order["order_id"], "Credit", -taken["payment_amount"] if taken else 0)
        still_none = [] if taken else [tables.no_row(tables.PAYMENTS, transaction_id=debit_id)]
        earlier, *came_between = tables.write(tables.new_row(tables.PAYMENTS, row), *still_none)
        if not any(came_between):
            return {**order, "payment": tables.as_json(earlier or row)}


def payment(order_id: str, payment_type: str, amount) -> dict:
    """Return a row of the payments table."""
    return {
        "transaction_id": tables.transaction_id(order_id, payment_type),
        "transaction_date": tables.now(),
        "order_id": order_id,
        "merchant_id": "merch1",
        "payment_amount": amount,
        "payment_type": payment_type,
    }
