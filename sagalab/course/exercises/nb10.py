"""Exercise of notebook 10: forward recovery after the pivot, and still the way back before it."""

from sagalab.course.exercise import exercise
from sagalab.course.outcome import Mistake
from sagalab.course.trial import Trial
from sagalab.course.trial_run import Run
from sagalab.orders.faults import Fault

PAY, RESERVE = "ProcessPayment", "ReserveInventory"
FAILURES, THROTTLED = 12, 2  # more failures than a few tries forgive: after the pivot nobody gives up


@exercise(
    "forward",
    notebook="10_variations",
    title="Make ProcessPayment the pivot: ReserveInventory is tried until it is done.",
    hints=(
        "Two fields of ReserveInventory change. Which one leads back? Which one says how often it is tried?",
        "After the pivot every error is tried again, business errors too. And nothing leads back.",
        'Retry: ErrorEquals ["States.ALL"], and a large MaxAttempts. No Catch: del reserve["Catch"].',
    ),
)
def forward(trial: Trial) -> str:
    """Judge by status and ledger: reservations that fail, are throttled or time out, and a refused payment."""
    calm, hard, throttled, slow, refused = trial.run(
        no_fault=None,
        the_reservation_fails_twelve_times=Fault.error(RESERVE, times=FAILURES),
        the_reservation_is_throttled_twice=Fault.throttle(RESERVE, times=THROTTLED),
        the_reservation_times_out_once=Fault.timeout(RESERVE, times=1),
        the_payment_is_refused=Fault.error(PAY, when="after"),
    )
    if not calm.succeeded or calm.verdict.name != "consistent":
        raise Mistake(
            "a good order fails now", expected="the happy path as before",
            happened=f"{calm.ending}; {calm.verdict.words}", run=calm,
        )  # fmt: skip
    _must_go_forward(hard, FAILURES, "the business error")
    _must_go_forward(throttled, THROTTLED, "a throttled call")
    _must_go_forward(slow, 1, "a call that timed out")
    if refused.succeeded or refused.verdict.name != "consistent":
        raise Mistake(
            "a refused payment is not undone: before the pivot has committed, the way back stays open",
            expected="ProcessRefund and UpdateOrderStatus, then FAILED",
            happened=f"{refused.ending}; {refused.verdict.words}", run=refused,
        )  # fmt: skip
    return f"after {FAILURES} failures the order is complete all the same; a refused payment is undone."


def _must_go_forward(run: Run, failures: int, what: str) -> None:
    """Raise Mistake unless the reservation was tried until it was done; `what` is the error that it met."""
    if run.succeeded and run.verdict.name == "consistent":
        return
    tries = run.tries(RESERVE)
    if run.succeeded:
        because = "the execution succeeds, and nothing is reserved: the failure is only passed over"
    elif tries > failures:
        because = "the reservation is done, and the order fails all the same"
    else:
        because = f"{what} is not tried again" if tries == 1 else f"it gives up after {tries} calls"
        undone = run.verdict.name == "consistent"
        because += ": it goes back, and refunds the money" if undone else ", and the money is taken"
    raise Mistake(
        because, expected=f"{RESERVE} is called until it succeeds, and the order is complete",
        happened=f"{run.ending}; {run.verdict.words}", run=run,
    )  # fmt: skip
