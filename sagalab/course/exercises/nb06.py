"""Exercise of notebook 06: read the history of a run that somebody else made."""

import json
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from sagalab.course.exercise import exercise
from sagalab.course.outcome import Mistake
from sagalab.course.shown import kind, shown
from sagalab.course.trial_run import Run
from sagalab.deploying.machines import definition
from sagalab.history.execution import Execution
from sagalab.project import NOTEBOOKS

HISTORY = NOTEBOOKS / "data" / "a_run_of_someone_else.json"
UNDO_OF = {
    "ProcessOrder": "UpdateOrderStatus",
    "ProcessPayment": "ProcessRefund",
    "ReserveInventory": "ReleaseInventory",
}
PAY = "ProcessPayment"
_MUCH = 100_000
FIELDS = {
    "ended_in": "the state in which the run ended",
    "error": "the name of the error that ended it",
    "payment_calls": "how often the payment was tried",
    "paid": "how much money was taken",
    "undone": "the list of the compensations that ran",
    "owed": "the list of the undos that are owed for certain",
    "perhaps": "the list of the undos that may be owed: the history cannot tell",
}


@exercise(
    "read_run",
    notebook="06_reading_executions",
    title="Read the run of someone else: where it ended, what was paid, and what is owed.",
    takes="value",
    hints=(
        "case.table() has a row for each visit. The last row is where the run ended, and with which error.",
        "A call that failed took no answer home. Look at the result of the attempt that succeeded: what was paid?",
        "A step that succeeded is owed its undo for certain. A step that crashed may have committed, or not.",
    ),
)
def read_run(answer: Any) -> str:
    """Judge each field by what the model of the execution says."""
    case = Execution.from_history(
        json.loads(HISTORY.read_text(encoding="utf-8"))["events"], definition("saga")
    )
    run = Run("the run of someone else", case)
    if not isinstance(answer, Mapping):
        raise Mistake(
            "the answer is no dict",
            expected=f"{{{', '.join(FIELDS)}}}",
            happened=f"it is of type {kind(answer)}",
        )
    for name in FIELDS:
        if name not in answer:
            raise Mistake(f"the field {name} is missing", expected=FIELDS[name], run=run)
    for name, judge in _JUDGES.items():
        because = judge(answer[name], case)
        if because:
            said = shown(answer[name])
            raise Mistake(
                f'under "{name}": {because}', expected=FIELDS[name], happened=f"you say {said}", run=run
            )
    paid = _paid(case)
    return (
        f"{paid:.2f} is to be refunded, the order set back, and the inventory table asked for a reservation."
    )


def _ended_in(found: Any, case: Execution) -> str:
    last = case.visits[-1]
    if not isinstance(found, str):
        return "it is no name of a state"
    if found == last.name:
        return ""
    if found not in case.path:
        return f"the run never came to {found}; it is not in its path"
    return f"{found} is not where it ended: the run went on after it"


def _error(found: Any, case: Execution) -> str:
    if not isinstance(found, str):
        return "it is no name of an error"
    if found == case.error:
        return ""
    healed = [visit for visit in case.visits for each in visit.attempts if each.error == found]
    if healed and healed[0].status == "succeeded":
        return f"{found} struck {healed[0].name}, and a retry healed it; it did not end the run"
    if found == f"Err{case.visits[-1].name}":
        return f"{found} is what the Catch waits for, and it did not come: so nothing was caught"
    return f"no error of the name {shown(found)} ended the run; look at case.error"


def _payment_calls(found: Any, case: Execution) -> str:
    [visit] = [each for each in case.visits if each.name == PAY]
    if _number(found) == visit.tries:
        return ""
    if isinstance(found, bool) or not isinstance(found, int | float | Decimal | str):
        return "it is no number"
    if _number(found) == visit.tries - 1:
        return "these are the calls that failed, or the retries; count all calls"
    return "count the attempts of ProcessPayment"


def _paid(case: Execution) -> Decimal:
    """Return what the payments say that succeeded: the step's id is made of the order's, so once is all."""
    answers = [
        attempt.result for visit in case.visits if visit.name == PAY for attempt in visit.attempts
        if attempt.outcome == "succeeded"
    ]  # fmt: skip
    return sum((Decimal(str(each["Payload"]["payment"]["payment_amount"])) for each in answers), Decimal(0))


def _money(found: Any, case: Execution) -> str:
    right, amount = _paid(case), _number(found)
    if amount == right:
        return ""
    if amount is None:
        return "it is no number"
    if amount == 0:
        return "money was taken: the last call of ProcessPayment succeeded"
    if amount == right * 100:
        return "the amounts are not in cents"
    if right < amount < _MUCH and amount % right == 0:
        return f"not {amount / right:g} times: the calls that failed took nothing, and a repeat pays once"
    return "the answer of ProcessPayment's last attempt says what was taken"


def _undone(found: Any, case: Execution) -> str:
    names = _names(found)
    if names is None:
        return "it is no list of names"
    ran = {name for name in UNDO_OF.values() if name in case.path}
    if names == ran:
        return ""
    wrong = sorted(names ^ ran)
    which = ", ".join(each or "an empty text" for each in wrong)
    return f"{which} {'is' if len(wrong) == 1 else 'are'} not in the path: the run ended before that"


def _owed(found: Any, case: Execution) -> str:
    return _debts(
        found, case, "succeeded", "it is owed for certain: its step succeeded, and nothing undid it"
    )


def _perhaps(found: Any, case: Execution) -> str:
    return _debts(found, case, "failed", "its step crashed: before its commit, or after it")


def _debts(found: Any, case: Execution, status: str, why: str) -> str:
    names = _names(found)
    if names is None:
        return "it is no list of names"
    steps = {undo: [each for each in case.visits if each.name == step] for step, undo in UNDO_OF.items()}
    right = {undo for undo, visits in steps.items() if visits and visits[-1].status == status}
    for name in sorted(names - right):
        if name not in steps:
            return f"{name} is no compensation; there are {', '.join(UNDO_OF.values())}"
        if status == "succeeded":
            return f"{name} is not certain: its step crashed, and the history cannot tell if it had committed"
        return f"{name} is certain, and not only perhaps owed: its step succeeded"
    for name in sorted(right - names):
        return f"{name} is missing: {why}"
    return ""


def _names(found: Any) -> set[str] | None:
    if isinstance(found, list | tuple | set | frozenset) and all(isinstance(each, str) for each in found):
        return set(found)
    return None


def _number(found: Any) -> Decimal | None:
    try:
        number = None if isinstance(found, bool) else Decimal(str(found))
    except (InvalidOperation, ValueError):  # an int of too many digits
        return None
    return number if number is not None and number.is_finite() else None


_JUDGES: dict[str, Callable[[Any, Execution], str]] = {
    "ended_in": _ended_in,
    "error": _error,
    "payment_calls": _payment_calls,
    "paid": _money,
    "undone": _undone,
    "owed": _owed,
    "perhaps": _perhaps,
}
