"""Exercises of notebook 04: catch a failure, undo in reverse order, and skip no undo."""

from sagalab.course.exercise import exercise
from sagalab.course.outcome import Mistake
from sagalab.course.shown import shown
from sagalab.course.trial import Trial
from sagalab.course.trial_run import Run, error_in_words
from sagalab.deploying.names import TASKS
from sagalab.history.visits import Visit
from sagalab.ledger.verdict import ANNOUNCED
from sagalab.orders.faults import Fault, plan

NOTEBOOK = "04_catch_and_compensate"
ORDER, PAY, RESERVE = "ProcessOrder", "ProcessPayment", "ReserveInventory"
RELEASE, REFUND, RESET = "ReleaseInventory", "ProcessRefund", "UpdateOrderStatus"
FUNCTIONS = {task.task: task.substitution for task in TASKS}
UNDO = {
    "ProcessRefund": "refund",
    "ReleaseInventory": "release of the items",
    "UpdateOrderStatus": "order's new status",
}


@exercise(
    "catch",
    notebook=NOTEBOOK,
    title="Catch the failed payment, keep its error, and undo what was done.",
    hints=(
        "Catch stands in the state that can fail: in ProcessPayment. It is a list, as Retry is.",
        "A catcher has ErrorEquals, Next, and here Assign. Refund a failed payment: it may be written.",
        'ErrorEquals ["ErrProcessPayment"], Assign error: {% $states.errorOutput %}, Next ProcessRefund.',
    ),
)
def catch(trial: Trial) -> str:
    """Judge by path and ledger of a failed payment, whether it was written or not."""
    calm, before, after = trial.run(
        no_fault=None,
        the_payment_fails_before_it_is_written=Fault.error(PAY),
        the_payment_fails_after_it_was_written=Fault.error(PAY, when="after"),
    )
    _must_do_all(calm)
    for run in (after, before):
        _must_catch(trial, run, PAY)
        _must_fail(run)
        _must_undo(run, [REFUND, RESET])
    visit = after.visits(PAY)[0]
    kept = next(
        (each.assigned["error"] for each in reversed(after.execution.visits) if "error" in each.assigned),
        None,
    )
    if not isinstance(kept, dict) or kept.get("Error") != "ErrProcessPayment":
        raise Mistake(
            "nobody can say later what went wrong: $error does not hold the error",
            expected="$error with Error ErrProcessPayment",
            run=after,
            happened=f"the Catch assigns {', '.join(visit.assigned) or 'nothing'}",
        )
    if kept.get("Cause") != visit.attempts[-1].cause:
        raise Mistake(
            "$error has the error's name, and not its cause: nobody can say later why",
            expected="$error with Error and Cause, as they are in $states.errorOutput", happened=shown(kept), run=after,
        )  # fmt: skip
    return "the failed payment is caught, refunded, and the order is Pending. $error tells why."


@exercise(
    "compensate",
    notebook=NOTEBOOK,
    title="Undo a failed reservation: release, refund, reset, in this order.",
    hints=(
        "The last step is undone first. Which undo belongs to ReserveInventory, and which one follows it?",
        "ReserveInventory catches ErrReserveInventory. Its row may be written: its own undo comes first.",
        "Catch: Next ReleaseInventory. ReleaseInventory: Next ProcessRefund, which goes on as before.",
    ),
)
def compensate(trial: Trial) -> str:
    """Judge by path and ledger, with each forward step failing in its turn."""
    calm, first, second, third = trial.run(
        no_fault=None,
        the_order_fails=Fault.error(ORDER, when="after"),
        the_payment_fails=Fault.error(PAY, when="after"),
        the_reservation_fails=Fault.error(RESERVE, when="after"),
    )
    _must_do_all(calm)
    for run, state, undos in (
        (third, RESERVE, [RELEASE, REFUND, RESET]),
        (second, PAY, [REFUND, RESET]),
        (first, ORDER, [RESET]),
    ):
        _must_catch(trial, run, state)
        _must_fail(run)
        _must_undo(run, undos)
    return "whichever step fails, what was done is undone, last step first."


@exercise(
    "go_on",
    notebook=NOTEBOOK,
    title="When the release fails, still refund and reset, and still tell somebody.",
    hints=(
        "ReleaseInventory's Catch leads to a notification, and that one to OrderFailed. What is skipped?",
        "The notification may stay where it is. Change what comes after it.",
        'sns:NotifyReleaseInventoryFail: Next "ProcessRefund". The rest of the chain follows by itself.',
    ),
)
def go_on(trial: Trial) -> str:
    """Judge by path, ledger and notifications, with the reservation failing and its undo too."""
    broken = plan(Fault.error(RESERVE, when="after"), Fault.error(RELEASE))
    calm, undone, stuck = trial.run(
        may_wait=True,  # for a human, once somebody was told
        no_fault=None,
        the_reservation_fails=Fault.error(RESERVE, when="after"),
        the_reservation_fails_and_its_release_too=broken,
    )
    _must_do_all(calm)
    _must_fail(undone)
    _must_undo(undone, [RELEASE, REFUND, RESET], in_order=False)
    _must_fail(stuck)
    for undo in (REFUND, RESET):
        if undo not in stuck.done():
            raise Mistake(
                f"the {UNDO[undo]} is skipped when the release fails",
                expected=f"{REFUND} and {RESET} run all the same, in whatever order",
                happened=f"{stuck.ending}; {stuck.verdict.words}",
                run=stuck,
            )
    told = [note.body for note in stuck.verdict.ledger.notifications if isinstance(note.body, dict)]
    announced = stuck.verdict.name == ANNOUNCED
    if not announced and not any(body.get("status") == "failed" for body in told):
        notes = stuck.verdict.ledger.notifications
        because = "nobody is told that the items are still reserved"
        if notes:
            because += ": the message does not have the status failed"
        raise Mistake(
            because,
            expected='a notification with "status": "failed" in its Message',
            happened=f"{shown(notes[-1].body) if notes else 'no notification that names the order'}; {stuck.verdict.words}",
            run=stuck,
        )
    if [each.undo for each in stuck.verdict.owed] != [RELEASE]:
        raise Mistake(
            "more is owed than the items, which nobody can release",
            expected="the money is back, and the order is Pending",
            happened=stuck.verdict.words,
            run=stuck,
        )
    return "the money is back and the order is Pending, and somebody knows of the items."


@exercise(
    "from_nothing",
    notebook=NOTEBOOK,
    title="A saga from nothing: three steps, and whichever fails or crashes, what was done is undone.",
    hints=(
        "Nine states are enough: a Pass that keeps the order, three steps, three undos, a Succeed and a Fail.",
        "Each step needs a Catch that leads to its own undo; the undos lead to each other, the last step's first.",
        'A crash is no business error: ErrorEquals ["States.ALL"]. The undo of the step that failed comes first, since '
        "it may have committed.",
    ),
)
def from_nothing(trial: Trial) -> str:
    """Judge by the tables alone, under errors and crashes before and after each commit: names do not matter."""
    [calm] = trial.run(no_fault=None)
    if not calm.succeeded or calm.verdict.name != "consistent":
        raise Mistake(
            "a good order fails" if not calm.succeeded else "a good order is not done as a whole",
            expected="all three steps are done, and the execution succeeds", happened=_first_failure(calm) or calm.verdict.words,
            run=calm,
        )  # fmt: skip
    for step, words in ((RESERVE, "reservation"), (PAY, "payment"), (ORDER, "order")):
        for kind in ("error", "crash"):
            for when in ("after", "before"):
                title = f"the_{words}_{'fails' if kind == 'error' else 'crashes'}_{when}_its_commit"
                [run] = trial.run(may_wait=False, **{title: Fault(step, kind, when)})
                _must_fail(run)
                _must_not_turn_again(run)
                if run.verdict.name != "consistent":
                    raise Mistake(
                        _left_over(run, step, words, kind),
                        expected="all is undone",
                        happened=run.verdict.words,
                        run=run,
                    )
    return "twelve faults, and whichever strikes, nothing is left over. The saga is yours."


def _left_over(run: Run, step: str, words: str, kind: str) -> str:
    """Say what of a saga of one's own is missing, as the run shows it."""
    what = "fails" if kind == "error" else "crashes"
    caught = False  # the step's own failure
    for visit in run.execution.visits:
        tasks = run.calls(visit.name)
        if caught and step in tasks:
            return f"when the {words} {what}, {visit.name} calls {FUNCTIONS[step]} again: that is a step, and no undo"
        caught = caught or (step in tasks and visit.status == "caught")
        if visit.status in ("failed", "timed_out") and step in tasks:
            return f"when the {words} {what}, nothing catches it in {visit.name}"
        if visit.status in ("failed", "timed_out", "caught") and step not in tasks and visit.type == "Task":
            passed = ", and a Catch passes over that" if visit.status == "caught" else ""
            return f"when the {words} {what}, {visit.name} fails too{passed}: {_failure(visit)}"
    missing = [UNDO[each.undo] for each in run.verdict.owed]
    return f"when the {words} {what}, this is never made: the {', the '.join(missing)}"


def _first_failure(run: Run) -> str:
    """Return in words which state failed first, and why; an empty text where none did."""
    failed = next(
        (each for each in run.execution.visits if each.status in ("failed", "timed_out", "caught")), None
    )
    return f"{failed.name} fails: {_failure(failed)}" if failed is not None else ""


def _failure(visit: Visit) -> str:
    error, cause = (
        (visit.attempts[-1].error, visit.attempts[-1].cause) if visit.attempts else (visit.error, visit.cause)
    )
    return error_in_words(error or visit.caught_error, cause)


def _must_do_all(run: Run) -> None:
    if not run.succeeded or run.verdict.name != "consistent":
        happened = run.ending if not run.succeeded else run.verdict.words
        raise Mistake(
            "a good order fails now", expected="the happy path as before", happened=happened, run=run
        )


def _must_catch(trial: Trial, run: Run, state: str) -> None:
    """Raise Mistake when the error of this state was not caught there; say where a Catch stands instead."""
    visits = run.visits(state)
    if visits and visits[0].status == "caught":
        return
    found = trial.machine.state(state)
    if found is not None and found.catchers:
        names = ", ".join(name for each in found.catchers for name in each.errors)
        because = f"the Catch of {state} does not take its error: it names {names}"
    else:
        others = [each.name for each in trial.machine.states if each.catchers]
        where = f", the Catch stands in {', '.join(others)}" if others else ""
        because = f"nothing catches the error in {state}{where}"
    raise Mistake(because, expected=f"Err{state} is caught in {state}", happened=run.ending, run=run)


def _must_fail(run: Run) -> None:
    if run.succeeded:
        raise Mistake(
            "the execution succeeds although the order failed",
            expected="it ends in OrderFailed, as FAILED",
            happened=run.summary,
            run=run,
        )


def _must_undo(run: Run, undos: list[str], in_order: bool = True) -> None:
    """Raise Mistake unless these undos were done (in this order), and the tables say that all is undone.

    What was done is told by the functions that were called: the states may have any names.
    """
    expected = " → ".join(undos)
    _must_call_their_own(run, undos, expected)
    for visit in run.execution.visits:
        if visit.name in undos and visit.status in ("failed", "caught"):
            _raise_failed_undo(run, visit.name, expected)
    _must_not_turn_again(run)
    done = [task for task in dict.fromkeys(run.done()) if task in undos]
    for name in undos:
        if name not in done:
            raise Mistake(
                f"the {UNDO[name]} is skipped", expected=expected, happened=run.verdict.words, run=run
            )
    if in_order and done != undos:
        raise Mistake(
            "the undos run in the wrong order: the last step is undone first",
            expected=expected,
            happened=" → ".join(done),
            run=run,
        )
    if run.verdict.name != "consistent":
        raise Mistake(
            "something is still owed", expected="all is undone", happened=run.verdict.words, run=run
        )


def _must_not_turn_again(run: Run) -> None:
    """Raise Mistake for a step that is called once the undos have begun: what it does nobody undoes."""
    undoing = False
    for visit in run.execution.visits:
        tasks = run.calls(visit.name)
        if undoing and (steps := [task for task in tasks if task in (ORDER, PAY, RESERVE)]):
            raise Mistake(
                f"{visit.name} calls {FUNCTIONS[steps[0]]} on the way back: that is a step, and no undo",
                expected="undos only, once the first of them has run", happened=run.summary, run=run,
            )  # fmt: skip
        undoing = undoing or any(task in UNDO for task in tasks)


def _must_call_their_own(run: Run, states: list[str], expected: str) -> None:
    """Raise Mistake for an undo that calls another's function: its name says what it does not do."""
    for name in states:
        for task in run.calls(name):
            if task == name:
                continue
            owed = "something is still owed: " if run.verdict.name != "consistent" else ""
            what = f"the {UNDO[task]}" if task in UNDO else f"{task}, which is no undo"
            raise Mistake(
                f"{owed}{name} calls {FUNCTIONS[task]}: that is {what}, and not the {UNDO[name]}",
                expected=f"{expected}, each with its own function",
                happened=run.verdict.words,
                run=run,
            )


def _raise_failed_undo(run: Run, name: str, expected: str) -> None:
    """Raise the Mistake of an undo that failed: most often it was not given the order."""
    visit = run.visits(name)[-1]
    sent = visit.attempts[-1].parameters if visit.attempts else {}
    payload = sent.get("Payload") if isinstance(sent, dict) else None
    if isinstance(payload, dict) and "Error" in payload:
        because = f"{name} is given the error in place of the order: $order was overwritten"
        because = (
            because
            if "$order" in str(run.execution.machine.by_name[name].body)
            else (f"{name} is given the error, not the order")
        )
    elif visit.attempts and (not isinstance(payload, dict) or "order_id" not in payload):
        because = f"{name} is not given the order"
    else:
        because = f"{name} fails"
    raise Mistake(because, expected=expected, happened=run.ending, run=run)
