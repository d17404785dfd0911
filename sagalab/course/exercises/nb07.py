"""Exercise of notebook 07: a debit that is idempotent, that the refund finds, and that a tombstone stops."""

from typing import Any

from sagalab.course.check_function import function_on_trial, payments_as_before
from sagalab.course.exercise import exercise
from sagalab.course.outcome import Mistake
from sagalab.course.trial import Trial, deployed
from sagalab.course.trial_run import Run

PAY, AGAIN, LATE, REFUND = "ProcessPayment", "ProcessPaymentAgain", "ProcessPaymentLate", "ProcessRefund"
_CREDIT = "${CreditPaymentFunction}"


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
    saga = deployed()
    with function_on_trial("idempotent", source, "debit", saga, PAY) as debit, payments_as_before(saga):
        once, other = _run(_calls({PAY: debit, AGAIN: debit}), the_call_comes_twice=None, another_order=None)
        _must_pay_once(once)
        if not _debits(other):
            raise Mistake(
                "another order of the same customer is not charged: both orders give the same id",
                expected="an id for each order", happened=_rows(other), run=other,
            )  # fmt: skip
        [refunded] = _run(_calls({PAY: debit, REFUND: _CREDIT}), a_payment_and_its_refund=None)
        if refunded.verdict.ledger.balance:
            raise Mistake(
                "the refund does not find the payment: it looks for another id",
                expected='the id tables.transaction_id(order["order_id"], "Debit")',
                happened=_rows(refunded), run=refunded,
            )  # fmt: skip
        [late] = _run(_calls({REFUND: _CREDIT, LATE: debit}), the_debit_comes_after_the_refund=None)
        _must_take_nothing(late)
    return "a repeat pays once, the refund finds the payment, and the late debit is refused."


def _calls(functions: dict[str, str]) -> dict[str, Any]:
    """Return a machine that gives the order to these functions, one after the other; a refused debit ends it."""
    names = list(functions)
    states: dict[str, Any] = {}
    for name, following in zip(names, [*names[1:], None], strict=True):
        states[name] = {
            "Type": "Task",
            "Resource": "arn:aws:states:::lambda:invoke",
            "Arguments": {"FunctionName": functions[name], "Payload": "{% $states.input %}"},
            "Output": "{% $states.input %}",
            **({"Next": following} if following else {"End": True}),
        }
        if name == LATE:
            states[name]["Catch"] = [{"ErrorEquals": ["States.ALL"], "Next": "Refused"}]
            states["Refused"] = {"Type": "Succeed"}
    return {"QueryLanguage": "JSONata", "StartAt": names[0], "States": states}


def _run(machine: dict[str, Any], **cases: None) -> list[Run]:
    """Run the machine for each case. Raises Mistake where a row is written that the ledger cannot read."""
    try:
        with Trial("idempotent", machine) as trial:
            return trial.run(**cases)
    except (KeyError, TypeError, ValueError, ArithmeticError) as error:
        raise Mistake(
            "the row is no payment: others cannot read it",
            expected="a row with order_id, payment_type, and payment_amount as a number",
            happened=f"{type(error).__name__}: {error}",
        ) from None


def _must_pay_once(run: Run) -> None:
    expected = "one row with order_id, payment_type Debit, and what the order costs"
    ledger = run.verdict.ledger
    if not run.succeeded and run.path[-1] == PAY:
        raise Mistake("the debit fails", expected=expected, happened=run.ending, run=run)
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
    if ledger.balance != ledger.total:
        raise Mistake(
            "the amount is not what the order costs", expected=f"{ledger.total}",
            happened=f"{ledger.balance}", run=run,
        )  # fmt: skip
    for visit in run.execution.visits:
        answer = visit.attempts[-1].result
        payload = answer.get("Payload") if isinstance(answer, dict) else None
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


def _debits(run: Run) -> list[Any]:
    return [row for row in run.verdict.ledger.payments if row.get("payment_type") == "Debit"]


def _rows(run: Run) -> str:
    rows = [f"{row.get('payment_type')} {row['payment_amount']}" for row in run.verdict.ledger.payments]
    return "the rows " + ", ".join(rows) if rows else "no row in the payments table"
