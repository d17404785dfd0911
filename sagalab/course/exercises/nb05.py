"""Exercise of notebook 05: a fault plan with which the seed's machine leaves all three kinds of debt."""

from collections.abc import Mapping
from typing import Any

from sagalab.course.exercise import exercise
from sagalab.course.outcome import Mistake
from sagalab.course.shown import kind, shown
from sagalab.course.trial import Trial
from sagalab.course.trial_run import Run
from sagalab.deploying.machines import definition
from sagalab.errors import SagaLabError
from sagalab.orders.faults import TASKS, Fault, FaultPlan, plan
from sagalab.rehearsal.plans import in_words

MOST_FAULTS = 2
DEBTS = {"ProcessRefund": "money", "ReleaseInventory": "items", "UpdateOrderStatus": "the order's status"}
PAY, RESERVE = "ProcessPayment", "ReserveInventory"
_EXPECTED = "money, items and the order's status are owed when the execution has ended"


@exercise(
    "break_it",
    notebook="05_failure_lab",
    title="Find a plan of at most two faults after which money, items and the order's status are owed.",
    takes="value",
    hints=(
        "All three steps must have committed, and none may be undone. Which step must the fault strike?",
        "The reservation has to commit, and fail then. And its error must lead past all compensations.",
        'Which errors does the Catch of ReserveInventory not name? Such a fault, with when="after", is enough.',
    ),
)
def break_it(answer: Any) -> str:
    """Judge by the ledger at the end of a run of the seed's machine with this plan; later commits do not count."""
    faults = _plan(answer)
    if not faults:
        raise Mistake("the plan holds no fault", expected=_EXPECTED, happened="nothing would break")
    if len(faults.faults) > MOST_FAULTS:
        raise Mistake(
            f"the plan has {len(faults.faults)} faults, and may have {MOST_FAULTS}",
            expected=f"at most {MOST_FAULTS} faults",
            happened=shown(str(faults)),
        )
    run = _run(faults)
    _must_owe_all(run)
    return f"{in_words(faults)}: {run.at_end.words}. It is {run.at_end.name}."


def _plan(answer: Any) -> FaultPlan:
    """Return the answer as a plan, or raise Mistake: a Fault, a plan, or an order's `faults` is one."""
    if not isinstance(answer, Fault | FaultPlan | Mapping):
        raise Mistake(
            "the answer is no fault plan",
            expected="a Fault, or plan(Fault…, Fault…)",
            happened=f"it is of type {kind(answer)}",
        )
    try:
        return plan(answer)
    except SagaLabError as error:
        raise Mistake(
            "the fault plan is not valid", expected=f"tasks: {', '.join(TASKS)}", happened=error.what
        ) from None


def _run(faults: FaultPlan) -> Run:
    """Run the seed's machine with this plan."""
    [run] = Trial("break_it", definition("saga")).run(your_plan_on_the_saga=faults)
    return run


def _must_owe_all(run: Run) -> None:
    """Raise Mistake, naming the debts that are not there and why, unless there are all three."""
    if run.succeeded:
        raise Mistake(
            "the execution succeeds with this plan: the order is complete, and nobody is owed anything",
            expected=_EXPECTED,
            happened=run.at_end.words,
            run=run,
        )
    if run.at_end.name == "consistent" and not run.at_end.ledger.pending:
        raise Mistake(
            "everything is undone: the Catch takes this error, and all compensations run",
            expected=_EXPECTED,
            happened=run.at_end.words,
            run=run,
        )
    owed = {each.undo for each in run.at_end.owed}
    missing = [undo for undo in DEBTS if undo not in owed]
    if missing:
        raise Mistake(
            "; ".join(_why_not(undo, run) for undo in missing),
            expected=_EXPECTED,
            happened=run.at_end.words,
            run=run,
        )


def _why_not(undo: str, run: Run) -> str:
    """Say why there is no debt of this undo."""
    ledger = run.at_end.ledger
    done = {
        "ProcessRefund": any(row["payment_type"] == "Debit" for row in ledger.payments),
        "ReleaseInventory": any(row["transaction_type"] == "Reserve" for row in ledger.inventory),
        "UpdateOrderStatus": ledger.order is not None,
    }[undo]
    if undo == "UpdateOrderStatus":
        return "the order's status is set back" if done else "no order was placed"
    what = {"ProcessRefund": ("the money", "taken", "given back", PAY),
            "ReleaseInventory": ("the items", "reserved", "released", RESERVE)}[undo]  # fmt: skip
    thing, doing, undoing, task = what
    if done:
        return f"{thing} {'is' if undo == 'ProcessRefund' else 'are'} {undoing}"
    why = f"{task} did not commit" if run.visits(task) else f"the run never came to {task}"
    if task in ledger.pending:
        why = f"the commit of {task} comes only after the end of the execution"
    return f"{thing} {'was' if undo == 'ProcessRefund' else 'were'} never {doing}: {why}"
