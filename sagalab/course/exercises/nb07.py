"""Exercise of notebook 07: a debit that is idempotent, that the refund finds, and that a tombstone stops."""

import contextlib
from collections.abc import Iterator
from typing import Any

from sagalab.course.answer import python
from sagalab.course.at import at
from sagalab.course.exercise import exercise
from sagalab.course.outcome import Mistake
from sagalab.course.shown import shown
from sagalab.course.trial import Trial
from sagalab.course.trial_run import Run
from sagalab.orders.orders import make_order
from sagalab.rehearsal.services.services import Services
from sagalab.rehearsal.world import BEGINNING

PAY, AGAIN, LATE, REFUND = "ProcessPayment", "ProcessPaymentAgain", "ProcessPaymentLate", "ProcessRefund"
_CREDIT, _DEBIT = "${CreditPaymentFunction}", "${DebitPaymentFunction}"
_MODULE = "answer"  # the participant's source, beside the modules of lambdas/
_HANDLERS = {PAY: f"{_MODULE}.debit"}
_MOST_CALLS = 12  # of a debit to DynamoDB, between which others come


@exercise(
    "idempotent",
    notebook="07_the_ambiguous_failure",
    title="Mend the debit: a repeat pays once, the refund finds the payment, and a late debit takes nothing.",
    takes="source",
    hints=(
        "Three places: the id of the row, what else must hold when it is written, and what to do when it does not.",
        "tables.transaction_id(order_id, kind) makes the ids of this saga. The refund writes a row of the kind "
        '"Credit". tables.no_row(tables.PAYMENTS, transaction_id=…) holds when there is no such row.',
        'The id: tables.transaction_id(order["order_id"], "Debit"). The second action: tables.no_row with the id '
        "of the Credit. If `undone` is not None, raise an error: the payment was undone already.",
    ),
)
def idempotent(source: Any) -> str:
    """Judge by the payments table: a repeated call, a refund after it, and a call after the refund."""
    text = python(source)
    once, other = _run(text, _calls(PAY, AGAIN), the_call_comes_twice=None, another_order=None)
    _must_pay_once(once, text)
    _must_add_up_each_order(text)
    if not _debits(other):
        raise Mistake(
            "another order of the same customer is not charged: both orders give the same id",
            expected="an id for each order", happened=_rows(other), run=other,
        )  # fmt: skip
    [refunded] = _run(text, _calls(PAY, REFUND), a_payment_and_its_refund=None)
    if refunded.verdict.ledger.balance:
        raise Mistake(
            "the refund does not find the payment: it looks for another id",
            expected='the id tables.transaction_id(order["order_id"], "Debit")',
            happened=_rows(refunded), run=refunded,
        )  # fmt: skip
    [late] = _run(text, _calls(REFUND, LATE), the_debit_comes_after_the_refund=None)
    _must_take_nothing(late)
    [again] = _run(text, _calls(PAY, REFUND, LATE), the_call_comes_again_after_its_refund=None)
    if again.verdict.ledger.balance:
        raise Mistake(
            "a repeat after the refund spoils the books: what was paid and given back no longer adds up to nothing",
            expected="the rows Debit and Credit stay as they are", happened=_rows(again), run=again,
        )  # fmt: skip
    _must_stand_between_calls(text)
    return "a repeat pays once, the refund finds the payment, and the late debit is refused: whoever comes between."


def _calls(*names: str) -> dict[str, Any]:
    """Return a machine that gives the order to these functions, one after the other; a refused debit ends it."""
    states: dict[str, Any] = {}
    for name, following in zip(names, [*names[1:], None], strict=True):
        states[name] = {
            "Type": "Task",
            "Resource": "arn:aws:states:::lambda:invoke",
            "Arguments": {
                "FunctionName": _CREDIT if name == REFUND else _DEBIT,
                "Payload": "{% $states.input %}",
            },
            "Output": "{% $states.input %}",
            **({"Next": following} if following else {"End": True}),
        }
        if name == LATE:
            states[name]["Catch"] = [{"ErrorEquals": ["States.ALL"], "Next": "Refused"}]
            states["Refused"] = {"Type": "Succeed"}
    return {"QueryLanguage": "JSONata", "StartAt": names[0], "States": states}


def _run(text: str, machine: dict[str, Any], **cases: None) -> list[Run]:
    """Run the machine for each case, on the same tables. Raises Mistake for a row that the ledger cannot read."""
    trial = Trial("idempotent", machine, handlers=_HANDLERS, code={_MODULE: text}, one_place=True)
    with _readable():
        return trial.run(may_wait=False, **cases)


@contextlib.contextmanager
def _readable() -> Iterator[None]:
    """Raise Mistake where a row is written that the ledger cannot read."""
    try:
        yield
    except (KeyError, TypeError, ValueError, ArithmeticError) as error:
        raise Mistake(
            "the row is no payment: others cannot read it",
            expected="a row with order_id, payment_type, and payment_amount as a number",
            happened=f"{type(error).__name__}: {error}",
        ) from None


def _must_stand_between_calls(text: str) -> None:
    """Let the refund, and a second debit, come between any two calls of the debit to DynamoDB, and look at the rows.

    A debit that looks for the tombstone in one request and writes in another passes all that comes one after the
    other, and takes money from a customer whose order was undone in between.
    """
    for comes, words in ((REFUND, "the refund"), (PAY, "the same call once more")):
        for place in range(_MOST_CALLS):
            at(f"{words} comes before call {place + 1} of the debit to DynamoDB")
            services = Services(comes, code={_MODULE: text}, handlers=_HANDLERS)
            order = make_order("4-between")
            left = [place]

            def between(operation: str, services: Services = services, left: list[int] = left) -> None:
                left[0] -= 1
                if left[0] == -1:
                    services.invoke(comes, order)  # noqa: B023

            services.invoke(PAY, order, between=between)
            if left[0] >= 0:
                break  # it makes fewer calls
            if comes == REFUND and not _came(services, "Credit"):
                services.invoke(REFUND, order)
            with _readable():
                _must_add_up(services, order, comes, place)


def _came(services: Services, kind: str) -> bool:
    return any(row.get("payment_type") == kind for row in services.rows("payments"))


def _must_add_up(services: Services, order: dict[str, Any], comes: str, place: int) -> None:
    ledger = services.ledger(order, BEGINNING)
    rows = [f"{row.get('payment_type')} {row['payment_amount']}" for row in ledger.payments]
    happened = (
        f"before its call {place + 1} to DynamoDB came {'the refund' if comes == REFUND else 'another debit'}"
    )
    happened += f"; the rows {', '.join(rows)}"
    if comes == REFUND and ledger.balance:
        raise Mistake(
            "the debit looks for the tombstone first and writes then: the refund can come between, and the money "
            "is taken",
            expected="one transaction that writes the row and checks that there is no Credit row",
            happened=happened,
        )
    if comes == PAY and ledger.balance != ledger.total:
        raise Mistake(
            "two calls at once charge the customer twice: it looks for the row first and writes then",
            expected="a write that holds only if there is no such row yet", happened=happened,
        )  # fmt: skip


def _must_pay_once(run: Run, text: str) -> None:
    expected = "one row with order_id, payment_type Debit, and what the order costs"
    ledger = run.verdict.ledger
    if not run.succeeded and run.path[-1] == PAY:
        raise Mistake("the debit fails", expected=expected, happened=run.ending, run=run)
    if not _debits(run) and ledger.payments:
        kinds = ", ".join(shown(row.get("payment_type")) for row in ledger.payments)
        raise Mistake(
            f"the row is no debit: its payment_type is {kinds}",
            expected=expected,
            happened=_rows(run),
            run=run,
        )
    if not _debits(run) and (others := _rows_of_others(text)):
        raise Mistake(
            "the row is not that of the order: the order_id in it is another one", expected=expected,
            happened=f"order_id is {shown(others[0].get('order_id'))}", run=run,
        )  # fmt: skip
    if not _debits(run):
        raise Mistake("no payment is written", expected=expected, happened=_rows(run), run=run)
    if len(_debits(run)) > 1:
        raise Mistake(
            "the customer is charged twice: the second call writes a row of its own, with a new id",
            expected=expected, happened=_rows(run), run=run,
        )  # fmt: skip
    if not run.succeeded:
        raise Mistake(
            "the repeat fails: the payment is there, and the caller is told that it is not",
            expected="the repeat answers as the first call did", happened=run.ending, run=run,
        )  # fmt: skip
    if any(isinstance(row["payment_amount"], str) for row in ledger.payments):
        raise Mistake(
            "the amount is a text: the refund cannot give back a text", expected="payment_amount as a number",
            happened=_rows(run), run=run,
        )  # fmt: skip
    if ledger.balance != ledger.total:
        raise Mistake(
            "the amount is not what the order costs", expected=f"{ledger.total}",
            happened=f"{ledger.balance}", run=run,
        )  # fmt: skip
    for visit in run.execution.visits:
        answer = visit.attempts[-1].result
        payload = answer.get("Payload") if isinstance(answer, dict) else None
        sent = visit.attempts[-1].parameters.get("Payload") or {}
        lost = [name for name in sent if isinstance(payload, dict) and name not in payload]
        if lost and isinstance(payload, dict) and payload.get("order_id") == ledger.order_id:
            raise Mistake(
                f"what the function returns is not the order: {', '.join(lost)} {'is' if len(lost) == 1 else 'are'} missing",
                expected="return order", happened=shown(payload), run=run,
            )  # fmt: skip
        if not isinstance(payload, dict) or payload.get("order_id") != ledger.order_id:
            raise Mistake(
                "the function does not return the order: the next state would get nothing",
                expected="return order", happened=f"{str(payload)[:60]}", run=run,
            )  # fmt: skip


def _must_take_nothing(run: Run) -> None:
    if run.verdict.ledger.balance:
        raise Mistake(
            "the late debit takes the money, and nobody gives it back: it does not look for the tombstone",
            expected="no money is taken once the refund has been there", happened=_rows(run), run=run,
        )  # fmt: skip
    if run.did(LATE):
        raise Mistake(
            "the refused debit says that all went well: its caller would go on as if the money was taken",
            expected="an error", happened=f"{LATE} succeeded; {_rows(run)}", run=run,
        )  # fmt: skip


def _must_add_up_each_order(text: str) -> None:
    """Raise Mistake for an amount that is right for one order only."""
    at("an order of other items")
    services, order = (
        Services("other items", code={_MODULE: text}, handlers=_HANDLERS),
        make_order("4-other", {"3": 2}),
    )
    services.invoke(PAY, order)
    with _readable():
        ledger = services.ledger(order, BEGINNING)
    if ledger.balance != ledger.total:
        raise Mistake(
            "the amount is not what the order costs: it is right for one order, and wrong for one of other items",
            expected=f"{ledger.total}, for two of item 3", happened=f"{ledger.balance}",
        )  # fmt: skip


def _rows_of_others(text: str) -> list[dict[str, Any]]:
    """Return the rows that the debit writes for an order, and that are not its own."""
    services, order = Services("others", code={_MODULE: text}, handlers=_HANDLERS), make_order("4-others")
    services.invoke(PAY, order)
    return [row for row in services.rows("payments") if row.get("order_id") != order["order_id"]]


def _debits(run: Run) -> list[Any]:
    return [row for row in run.verdict.ledger.payments if row.get("payment_type") == "Debit"]


def _rows(run: Run) -> str:
    rows = [f"{row.get('payment_type')} {row['payment_amount']}" for row in run.verdict.ledger.payments]
    return "the rows " + ", ".join(rows) if rows else "no row in the payments table"
