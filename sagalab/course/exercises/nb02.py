"""Exercises of notebook 02: the output of a state, a variable, and the happy path."""

import json
from itertools import pairwise
from typing import Any

from sagalab.course.exercise import exercise
from sagalab.course.outcome import Mistake
from sagalab.course.shown import shown
from sagalab.course.trial import Trial
from sagalab.course.trial_run import Run, function_of
from sagalab.deploying.names import TASKS
from sagalab.rehearsal.services.addresses import function_task
from sagalab.rehearsal.services.edited import with_functions

NOTEBOOK = "02_first_state_machine"
FUNCTIONS = {task.task: task.substitution for task in TASKS}
FORWARD = ["ProcessOrder", "ProcessPayment", "ReserveInventory"]
# after the orders service: it gives back one field more, which who puts the order together cannot know
_RECEIPT = """
_place = new_order

def new_order(event, context):
    return {**_place(event, context), "receipt": "R-17"}
"""
_LAMBDA_ANSWER = "Payload"  # a field that Lambda's answer has, and the order has not


@exercise(
    "output",
    notebook=NOTEBOOK,
    title="Let the execution give back the order, and nothing around it.",
    hints=(
        "A state's Output says what leaves it. Look at the execution's output: which key holds the order?",
        "In a JSONata field, $states.result is what the task answered. Expressions stand between {% and %}.",
        'The order is $states.result.Payload. So: "Output": "{% … %}", with that expression inside.',
    ),
)
def output(trial: Trial) -> str:
    """Judge by the execution's output: the order as the service returned it."""
    [run] = trial.run(a_good_order=None)
    expected = "the order, with the status New"
    _must_succeed(run, expected)
    if run.verdict.ledger.status != "New":
        raise Mistake(
            "no order was placed: the output is right only if the service made it",
            expected=expected,
            happened="NewOrderFunction was not called: the orders table has no row",
            run=run,
        )
    found = run.execution.output
    around = _around(found, run.execution.input["order_id"])
    if around and not (isinstance(found, dict) and "StatusCode" in found):
        raise Mistake(
            "there is something around the order", expected=expected, happened=f"the order is {around} of the output", run=run
        )  # fmt: skip
    if isinstance(found, dict) and _LAMBDA_ANSWER in found:
        raise Mistake(
            "the output is the whole answer of the Lambda call",
            expected=expected,
            happened=f"an object with {', '.join(sorted(found))}: the order is under Payload",
            run=run,
        )
    if isinstance(found, str) and json.dumps(found) not in json.dumps(trial.definition):
        raise Mistake(
            "the output is a text, and not the order itself", expected=expected,
            happened=f"{found[:80]!r}: that is what the expression made", run=run,
        )  # fmt: skip
    if isinstance(found, str):
        raise Mistake(
            "the output is a text, and not the value of an expression",
            expected=expected,
            happened=f"{found[:80]!r}: JSONata is evaluated only between {{% and %}}",
            run=run,
        )
    if not isinstance(found, dict) or found.get("order_id") != run.execution.input["order_id"]:
        raise Mistake(
            "the output is not the order", expected=expected, happened=f"{str(found)[:80]}", run=run
        )
    if found.get("order_status") != "New":
        raise Mistake(
            "the output is the input, not what the task made of it",
            expected=expected,
            happened="an order without the status New",
            run=run,
        )
    made = _answer_of(run, "ProcessOrder")
    if made is not None and found != made:
        raise Mistake(
            "the output is not the order as the service gave it back",
            expected="the Payload of the task's answer, nothing added and nothing left out",
            happened=_difference(found, made),
            run=run,
        )
    [other] = Trial("output", trial.definition, code=_with_receipts()).run(the_service_says_more=None)
    made = _answer_of(other, "ProcessOrder")
    if made is None or other.execution.output != made:
        raise Mistake(
            "the output is put together by the machine: it is not what the service gave back",
            expected="the Payload of the task's answer, whatever is in it",
            happened=_difference(other.execution.output, made or {}), run=other,
        )  # fmt: skip
    return "the execution gives back the order, with the status New."


def _with_receipts() -> dict[str, str]:
    return {"orders": with_functions("orders", "")["orders"] + _RECEIPT}


def _around(found: Any, order_id: str) -> str:
    """Return where in an output the order stands, when it is not the output itself."""
    if isinstance(found, list) and len(found) == 1 and _is_order(found[0], order_id):
        return "the one element"
    if isinstance(found, dict) and len(found) == 1:
        [(name, value)] = found.items()
        return f"under {name}" if _is_order(value, order_id) else ""
    return ""


def _is_order(value: Any, order_id: str) -> bool:
    return isinstance(value, dict) and value.get("order_id") == order_id


@exercise(
    "assign",
    notebook=NOTEBOOK,
    title="Keep the order in a variable, and take the payment in a second state.",
    hints=(
        "Three things are missing: what ProcessOrder keeps, where it goes, and what ProcessPayment is given.",
        'Assign makes variables: {"order": "{% … %}"}. From then on every later state can read $order.',
        "Assign the Payload of $states.result. Then the Payload argument of ProcessPayment is {% $order %}.",
    ),
)
def assign(trial: Trial) -> str:
    """Judge by path and tables: the order is placed, then paid."""
    [run] = trial.run(a_good_order=None)
    expected = "ProcessOrder → ProcessPayment, the order placed and paid"
    _must_be_in_order(run, FORWARD[:2], expected)
    _must_receive_the_order(trial, run, expected)
    _must_succeed(run, expected)
    _must_follow(run, FORWARD[:2], expected)
    _must_not_pass_over(run, expected)
    if run.verdict.ledger.status != "New":
        raise Mistake(
            "no order was placed", expected=expected, happened="the orders table has no row", run=run
        )
    if not run.verdict.ledger.balance:
        raise Mistake(
            "no payment was taken",
            expected=expected,
            happened="the payments table has no row: does ProcessPayment call DebitPaymentFunction?",
            run=run,
        )
    _must_call_their_own(run, FORWARD[:2])
    _must_take_the_right_amount(run)
    return f"the order is placed, and {run.verdict.ledger.balance} is taken."


@exercise(
    "happy_path",
    notebook=NOTEBOOK,
    title="Complete the happy path: reserve the items, and give back the whole order.",
    hints=(
        "ProcessPayment must no longer end the execution. Remove its End, and give it a Next.",
        "ReserveInventory needs the order as it is after the payment: ProcessPayment assigns $order too.",
        "The last state has End: true, and an Output with the order: {% $states.result.Payload %}.",
    ),
)
def happy_path(trial: Trial) -> str:
    """Judge by path, tables and output: all three steps are done, each with what the one before it made."""
    [run] = trial.run(a_good_order=None)
    expected = "ProcessOrder → ProcessPayment → ReserveInventory, everything done"
    _must_be_in_order(run, FORWARD, expected)
    _must_receive_the_order(trial, run, expected)
    _must_succeed(run, expected)
    _must_follow(run, FORWARD, expected)
    _must_not_pass_over(run, expected)
    _must_not_undo(run, expected)
    if run.verdict.name != "consistent":
        raise Mistake("not every step was done", expected=expected, happened=run.verdict.words, run=run)
    _must_call_their_own(run, FORWARD)
    found = run.execution.output
    if not isinstance(found, dict) or "order_id" not in found:
        raise Mistake(
            "the output is not the order",
            expected="the order, with payment and inventory filled in",
            happened=f"an object with {', '.join(sorted(found))}"
            if isinstance(found, dict) and found
            else shown(found),
            run=run,
        )
    missing = [name for name in ("payment", "inventory") if name not in found]
    if missing:
        raise Mistake(
            f"the order has lost its {missing[0]} on the way",
            run=run,
            expected="the order, with payment and inventory filled in",
            happened=f"without {' and '.join(missing)}: which state does not assign its result to $order?",
        )
    made = _answer_of(run, "ReserveInventory")
    if made is not None and found != made:
        raise Mistake(
            "the output is not the order as the last step gave it back",
            expected="the order, with payment and inventory filled in", happened=_difference(found, made), run=run,
        )  # fmt: skip
    return "all three steps are done, and the order tells of each."


def _must_succeed(run: Run, expected: str) -> None:
    if not run.succeeded:
        where = run.path[-1] if run.path else "the start"
        raise Mistake(f"the execution fails in {where}", expected=expected, happened=run.ending, run=run)


def _must_follow(run: Run, path: list[str], expected: str) -> None:
    """Raise Mistake for a state that is missing, or that does not wait for the one before; others may come between."""
    for name in path:
        if name not in run.path:
            raise Mistake(f"{name} never runs", expected=expected, happened=" → ".join(run.path), run=run)
    for one, other in pairwise(path):
        if max(run.visits(one)[-1].events) > min(run.visits(other)[0].events):
            raise Mistake(
                f"{other} does not wait for {one}: both run at the same time", expected=expected,
                happened=" → ".join(run.path), run=run,
            )  # fmt: skip


def _must_be_in_order(run: Run, path: list[str], expected: str) -> None:
    """Raise Mistake for steps that are all there, and run in another order."""
    if run.order_of(*path) not in ([], path) and sorted(run.order_of(*path)) == sorted(path):
        raise Mistake(
            "the steps run in another order", expected=expected, happened=" → ".join(run.path), run=run
        )


def _must_not_pass_over(run: Run, expected: str) -> None:
    """Raise Mistake for a good order one of whose states fails, and whose failure is caught."""
    for visit in run.execution.visits:
        if visit.status == "caught":
            raise Mistake(
                f"{visit.name} fails with {visit.caught_error}, and a Catch passes over it", expected=expected,
                happened=run.summary, run=run,
            )  # fmt: skip


def _must_not_undo(run: Run, expected: str) -> None:
    """Raise Mistake for a call of an undo: nothing has failed."""
    for visit in run.execution.visits:
        for task in run.calls(visit.name):
            if task not in FORWARD:
                raise Mistake(
                    f"{visit.name} calls {FUNCTIONS[task]}, which undoes a step: nothing has failed here",
                    expected=expected, happened=run.verdict.words, run=run,
                )  # fmt: skip


def _must_call_their_own(run: Run, states: list[str]) -> None:
    """Raise Mistake for a state that calls another step's function: all is done, and under wrong names."""
    for name in states:
        for task in run.calls(name):
            if task != name:
                raise Mistake(
                    f"{name} calls {FUNCTIONS[task]}, the function of another step",
                    expected=f"{name} calls {FUNCTIONS[name]}", happened=_calls(run, states), run=run,
                )  # fmt: skip


def _must_take_the_right_amount(run: Run) -> None:
    ledger = run.verdict.ledger
    if ledger.balance != ledger.total:
        raise Mistake(
            "the payment is not what the order costs", expected=f"{ledger.total}", happened=f"{ledger.balance}",
            run=run,
        )  # fmt: skip


def _calls(run: Run, states: list[str]) -> str:
    return "; ".join(
        f"{name} calls {', '.join(FUNCTIONS[each] for each in run.calls(name))}" for name in states
    )


def _answer_of(run: Run, task: str) -> Any:
    """Return what the function of a task gave back last, or None."""
    answers = [
        attempt.result for visit in run.execution.visits for attempt in visit.attempts
        if attempt.outcome == "succeeded" and function_task(function_of(attempt)) == task
    ]  # fmt: skip
    if not answers:
        return None
    return answers[-1].get("Payload", answers[-1]) if isinstance(answers[-1], dict) else None


def _difference(found: Any, made: Any) -> str:
    """Say in which fields an output differs from what the service gave back."""
    if not isinstance(found, dict):
        return shown(found)
    more = [f"{name} is added" for name in found if name not in made]
    less = [f"{name} is missing" for name in made if name not in found]
    other = [
        f"{name} is {shown(found[name], 30)}" for name in found if name in made and found[name] != made[name]
    ]
    return "; ".join([*more, *less, *other])


def _must_receive_the_order(trial: Trial, run: Run, expected: str) -> None:
    """Raise Mistake, naming the state, when a task was called with something that is not the order."""
    order = run.execution.input
    for visit in run.execution.visits:
        for attempt in visit.attempts:
            sent = attempt.parameters.get("Payload") if isinstance(attempt.parameters, dict) else None
            if isinstance(sent, dict) and sent.get("order_id") not in (None, order["order_id"]):
                raise Mistake(
                    f"{visit.name} is given another order than the one that came in", expected=expected,
                    happened=f"its order_id is {shown(sent['order_id'], 40)}", run=run,
                )  # fmt: skip
    if run.succeeded or not run.execution.visits:
        return
    last = run.execution.visits[-1]
    for attempt in last.attempts:
        sent = attempt.parameters.get("Payload") if isinstance(attempt.parameters, dict) else None
        if isinstance(sent, dict) and _LAMBDA_ANSWER in sent:
            raise Mistake(
                f"{last.name} is given the whole answer of the Lambda call before it, not the order",
                expected=expected,
                happened=run.ending,
                run=run,
            )
        if not isinstance(sent, dict) or "order_id" not in sent:
            raise Mistake(
                f"{last.name} is not given the order",
                expected=expected,
                happened=f"its Payload is {str(sent)[:60]!r}: {run.ending}",
                run=run,
            )
        lost = [name for name in order if name not in sent]
        if lost:
            raise Mistake(
                f"{last.name} is given a part of the order only: {', '.join(lost)} is missing",
                expected=expected, happened=run.ending, run=run,
            )  # fmt: skip
    if "$order" in str(run.execution.cause):
        raise Mistake(
            f"{last.name} reads $order, and nothing has assigned it",
            expected=expected,
            happened=run.ending,
            run=run,
        )
