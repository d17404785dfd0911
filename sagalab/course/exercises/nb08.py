"""Exercise of notebook 08: harden the seed's machine until the explorer finds no leak in a set of plans."""

from sagalab.course.exercise import exercise
from sagalab.course.outcome import Mistake
from sagalab.course.trial import Trial
from sagalab.course.trial_run import Run, error_in_words
from sagalab.ledger.verdict import CONSISTENT
from sagalab.orders.faults import Fault, FaultPlan, plan
from sagalab.rehearsal.plans import in_words

ORDER, PAY, RESERVE = "ProcessOrder", "ProcessPayment", "ReserveInventory"
UNDOS = ("ReleaseInventory", "ProcessRefund", "UpdateOrderStatus")
_FAILED = Fault.error(RESERVE, when="after")
PLANS = {
    "the_reservation_crashes_after_its_commit": plan(Fault.crash(RESERVE, when="after")),
    "the_reservation_crashes_before_its_commit": plan(Fault.crash(RESERVE)),
    "the_payment_crashes_after_its_commit": plan(Fault.crash(PAY, when="after")),
    "the_order_crashes_after_its_commit": plan(Fault.crash(ORDER, when="after")),
    "the_release_fails_once": plan(_FAILED, Fault.error("ReleaseInventory", times=1)),
    "the_refund_crashes_once": plan(_FAILED, Fault.crash("ProcessRefund", times=1)),
    "the_reset_is_throttled_once": plan(_FAILED, Fault.throttle("UpdateOrderStatus", times=1)),
    # whatever else may become of a step: it must be taken too
    **{
        f"the_{words}_{kind}_{when}_its_commit": plan(Fault(task, kind, when))
        for task, words in ((RESERVE, "reservation"), (PAY, "payment"), (ORDER, "order"))
        for kind in ("timeout", "throttle", "transient", "error", "late")
        for when in (("before", "after") if kind != "late" else ("before",))
    },
}


@exercise(
    "harden",
    notebook="08_prove_it",
    title="Harden the seed's saga: a step may crash, and an undo may fail once. Nothing may leak.",
    hints=(
        "Two loops are missing: one over the three forward steps, one over the three undos.",
        "A forward step needs a second catcher, for States.ALL, that leads where the first one leads. An undo "
        "needs a retrier for every error.",
        'catchers.append({**catchers[0], "ErrorEquals": ["States.ALL"]}), and for the undos: '
        '["Retry"] = [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 4}].',
    ),
)
def harden(trial: Trial) -> str:
    """Judge as the explorer does: by the verdict on a run for each plan."""
    [calm] = trial.run(no_fault=None)
    if not calm.succeeded or calm.verdict.name != "consistent":
        raise Mistake(
            "a good order fails now", expected="the happy path as before",
            happened=f"{calm.ending}; {calm.verdict.words}", run=calm,
        )  # fmt: skip
    for title, faults in PLANS.items():
        [run] = trial.run(may_wait=False, **{title: faults})
        if run.verdict.name != CONSISTENT:
            owed = "; ".join(each.words for each in run.verdict.owed) or run.verdict.words
            raise Mistake(
                _hole(faults, run), expected="nothing is owed at the end",
                happened=f"{in_words(faults)}: {owed}", run=run,
            )  # fmt: skip
    return f"{len(PLANS)} plans, and the explorer finds nothing: no money, no items, no order is left over."


def _hole(faults: FaultPlan, run: Run) -> str:
    """Name the hole: what the machine lacks, as its run shows it."""
    struck = faults.faults[-1].task
    for name in (RESERVE, PAY, ORDER):
        visits = run.visits(name)
        if visits and visits[-1].status in ("failed", "timed_out"):
            return f"nothing in {name} catches {visits[-1].error or 'States.Timeout'}: the execution ends there, and no undo runs"
    if run.execution.status == "TIMED_OUT":
        where = run.path[-1] if run.path else "the first state"
        return f"the time of the execution is over in {where}, before its undos are done"
    if run.succeeded:
        return f"the failure of {struck} is hidden: the execution succeeds, and the work is not done"
    failed = [
        name for name in UNDOS if any(visit.status in ("failed", "caught") for visit in run.visits(name))
    ]
    if failed:
        tries = run.tries(failed[0])
        often = "once" if tries == 1 else f"{tries} times"
        if failed[0] == struck:
            return f"{struck} is tried {often}, and given up: the fault would have passed"
        last = run.visits(failed[0])[-1]
        why = last.attempts[-1] if last.attempts else last
        return f"{failed[0]} fails, though no fault strikes it: {error_in_words(why.error, why.cause)}"
    owed = {each.undo for each in run.verdict.owed}
    skipped = [undo for undo in UNDOS if undo in owed and not run.visits(undo)]
    if skipped:
        return f"the failure of {struck} is caught, and these undos are skipped: {', '.join(skipped)}"
    return f"the failure of {struck} is caught, and something is owed all the same"
