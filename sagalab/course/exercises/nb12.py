"""Exercises of notebook 12: a token that outlives retry, redrive and a new execution; and the undo of a run that failed."""

from typing import Any

from sagalab.asl.engine.commands import CallTask
from sagalab.asl.engine.context import Execution as Names
from sagalab.asl.engine.errors import DATA_LIMIT
from sagalab.asl.engine.history import json_text
from sagalab.asl.engine.run import Run as EngineRun
from sagalab.asl.engine.told import Redriven
from sagalab.course.at import at
from sagalab.course.exercise import exercise
from sagalab.course.outcome import Mistake
from sagalab.course.shown import kind, shown
from sagalab.course.trial import Trial
from sagalab.course.trial_run import Run
from sagalab.deploying.machines import definition
from sagalab.errors import SagaLabError
from sagalab.ledger.verdict import CONSISTENT, Verdict
from sagalab.orders.faults import Fault, FaultPlan, plan
from sagalab.orders.orders import make_order
from sagalab.rehearsal.coming import Answer, Awake, Call
from sagalab.rehearsal.rehearse import ready
from sagalab.rehearsal.world import BEGINNING, World

NOTEBOOK = "12_redrive"
UNDOS = ("ReleaseInventory", "ProcessRefund", "UpdateOrderStatus")
STEPS = ("ProcessOrder", "ProcessPayment", "ReserveInventory")
_DAY = 24 * 3600 * 1000
_LIKE = '"{% $states.input.… %}"'
_EXECUTIONS = "arn:aws:states:us-east-1:123456789012:execution:your-machine"
_CAUSE = "The card is charged, and the answer was lost."
_LOST_ANSWERS = 3  # the first call, its retry, and the first one after the redrive


@exercise(
    "token",
    notebook=NOTEBOOK,
    title="Write the token with which the charge can tell a repeat from a new payment.",
    takes="value",
    hints=(
        "Which of these stays the same in a retry, in a redrive, and in a new execution for the same order: the time, "
        "the RetryCount, the execution's name, the order's id?",
        "And it must not be the same for two orders: not even for two of one customer, on one day, for the same items.",
        "The order is the state's input: \"{% $states.input.order_id & '-debit' %}\".",
    ),
)
def token(answer: Any) -> str:
    """Judge by the tokens that the charge gets: over retry, redrive, a new execution, and for other orders."""
    if not isinstance(answer, str):
        raise Mistake(
            "the token is no text",
            expected=f"an expression in a text, {_LIKE}",
            happened=f"it is of type {kind(answer)}",
        )
    try:
        answer.encode()
    except UnicodeEncodeError:
        raise Mistake(
            "the token holds half a character, which no text that is sent can have",
            expected=_LIKE,
            happened=shown(answer),
        ) from None
    order = make_order("7-lab-12", items={"1": 2})
    others = [
        make_order(each, items={"1": 2}) | {"order_date": order["order_date"]}
        for each in ("8-lab-12", "7-lab-13")
    ]
    at("the run that is redriven")
    first = _tokens(answer, order, "your-machine-1", BEGINNING)
    if len(set(map(json_text, first))) > 1:
        _explain_change(first)
    _explain_value(answer, first[0])
    at("a new execution for the same order")
    anew = _tokens(answer, order, "your-machine-2", BEGINNING + 20 * _DAY)
    if anew[0] != first[0]:
        raise Mistake(
            "a new execution for the same order has another token: the customer pays twice",
            expected="the same token, whichever execution charges for the order",
            happened=f"{shown(first[0])}, and 20 days later {shown(anew[0])}",
        )
    at("another order")
    for other in others:
        if _tokens(answer, other, "your-machine-3", BEGINNING)[0] == first[0]:
            raise Mistake(
                "two orders share one token: the second one is never paid",
                expected="another token for another order, even of the same customer for the same items",
                happened=f"{order['order_id']} and {other['order_id']} both have {shown(first[0])}",
            )
    return f"retry, redrive and a new execution all send {shown(first[0])}, and another order sends another token."


def charging(token: str) -> dict[str, Any]:
    """Return the machine with which a token is judged: one charge, which is tried again once."""
    return {
        "QueryLanguage": "JSONata",
        "StartAt": "Charge",
        "States": {
            "Charge": {
                "Type": "Task",
                "Resource": "arn:aws:states:::lambda:invoke",
                "Arguments": {"FunctionName": "charge", "Payload": {"token": token}},
                "Retry": [{"ErrorEquals": ["States.TaskFailed"], "IntervalSeconds": 5, "MaxAttempts": 1}],
                "End": True,
            }
        },
    }


class _Charge:
    """A service that charges, and whose first answers get lost. `tokens` has what it was sent."""

    def __init__(self) -> None:
        self.tokens: list[Any] = []

    def __call__(self, call: Call) -> Answer | Awake:
        assert isinstance(call.ask, CallTask)
        self.tokens.append(call.ask.parameters["Payload"]["token"])
        if len(self.tokens) <= _LOST_ANSWERS:
            return Answer(error="LostAnswer", cause=_CAUSE, failed=True)
        return Answer({"ExecutedVersion": "$LATEST", "Payload": {}, "StatusCode": 200})


def _tokens(token: str, order: dict[str, Any], name: str, begins: int) -> list[Any]:
    """Run the charge, redrive it a day later, and return the tokens that it got: of two calls, and of two more."""
    try:
        _, program = ready(charging(token), filled=False)
    except SagaLabError as error:
        raise Mistake(
            "Step Functions refuses the machine with this token", expected=f"an expression, {_LIKE}",
            happened=error.what,
        ) from None  # fmt: skip
    charge = _Charge()
    world = World(charge, now=begins)
    world.start(program, json_text(order), Names(arn=f"{_EXECUTIONS}:{name}", name=name, seed=name))
    run = world.finish()
    if not charge.tokens:
        raise _no_value(run)
    world.now += _DAY
    world.tell(0, Redriven(world.now))
    if world.finish().status != "SUCCEEDED":
        raise _no_value(run)
    return charge.tokens


def _no_value(run: EngineRun) -> Mistake:
    if run.error == DATA_LIMIT:
        return Mistake(
            "the token is too long: with it the call has more than 256 KiB, and Step Functions does not make it",
            expected="a short text", happened=f"{run.error}: {' '.join((run.cause or '').split())}",
        )  # fmt: skip
    cause = " ".join((run.cause or "").split()).partition("(entered at the event id #2). ")[2]
    return Mistake(
        "the expression fails, and so does the charge", expected=f"an expression that has a value, {_LIKE}",
        happened=f"{run.error}: {cause[:200]}",
    )  # fmt: skip


def _explain_value(answer: str, sent: Any) -> None:
    """Raise Mistake for a token that is no text, or the same for everybody."""
    if not isinstance(sent, str) or not sent.strip():
        what = "is empty" if isinstance(sent, str) else "is no text"
        raise Mistake(
            f"the token that is sent {what}", expected="a text with some characters",
            happened=f"{shown(answer)} is {shown(sent)}",
        )  # fmt: skip
    if sent == answer:
        raise Mistake(
            "the token is a plain text, and so the same for every order",
            expected=f"an expression between {{% and %}}, {_LIKE}",
            happened=f"{shown(sent)} is sent as it stands",
        )


def _explain_change(tokens: list[Any]) -> None:
    """Raise Mistake for a token that changes within one execution: by the retry, or by the redrive."""
    if tokens[0] != tokens[1]:
        raise Mistake(
            "a retry has another token: each call is a new payment",
            expected="the same token in the first call and in its retry",
            happened=f"{shown(tokens[0])}, and then {shown(tokens[1])}",
        )
    raise Mistake(
        "a redrive has another token: what was charged before it is charged again",
        expected="the same token before the redrive and after it",
        happened=f"{shown(tokens[1])}, and after the redrive {shown(tokens[2])}",
    )


@exercise(
    "undo",
    notebook=NOTEBOOK,
    title="Write the machine that undoes a run which failed and will not be redriven. Its input is the order.",
    hints=(
        "It is a machine of its own, and its execution has no variables yet: keep its input in $order first.",
        "You do not know how far the run came. Call all three undos, the last step's first: of nothing they do nothing.",
        'A Pass with "Assign": {"order": "{% $states.input %}"}, then task_state("ReleaseInventoryFunction", next=…), '
        '"CreditPaymentFunction" and "UpdateOrderFunction".',
    ),
)
def undo(trial: Trial) -> str:
    """Judge by the tables: the seed's saga fails at each step in turn, and then the answer gets the order, twice."""
    found = trial.after(
        definition("saga"),
        the_order_is_placed=Fault.crash("ProcessOrder", when="after"),
        nothing_is_paid=Fault.crash("ProcessPayment", when="before"),
        the_payment_is_taken=Fault.crash("ProcessPayment", when="after"),
        the_items_are_reserved=Fault.crash("ReserveInventory", when="after"),
    )
    for case in found:
        for run, verdict in case:
            _must_undo(run, verdict)
    for undo_of in UNDOS:
        [case] = trial.after(
            definition("saga"), may_go_on=True, **{f"{undo_of}_never_works": _never_works(undo_of)}
        )
        for run, verdict in case:
            _must_not_hide(run, verdict, undo_of)
    return f"{len(found)} runs that had failed at other places are undone, and a second time changes nothing."


def _never_works(undo_of: str) -> FaultPlan:
    return plan(Fault.crash("ReserveInventory", when="after"), Fault.error(undo_of))


def _must_not_hide(run: Run, verdict: Verdict, undo_of: str) -> None:
    """Raise Mistake for a machine that says that all went well while an undo has failed for good."""
    if run.succeeded and verdict.owed:
        raise Mistake(
            f"{undo_of} fails, and the machine says that all went well: nobody will look at what is still owed",
            expected="an execution that fails, or goes on trying, while anything is owed", happened=verdict.words, run=run,
        )  # fmt: skip


def _must_undo(run: Run, verdict: Verdict) -> None:
    forward = [task for visit in run.execution.visits for task in run.calls(visit.name) if task in STEPS]
    if forward:
        raise Mistake(
            f"it calls {forward[0]}, which is a step and no undo",
            expected=f"calls of the undos: {', '.join(UNDOS)}", happened=run.summary, run=run,
        )  # fmt: skip
    called = {task for visit in run.execution.visits for task in run.calls(visit.name)}
    if run.execution.error == "States.QueryEvaluationError" and "order" in (run.execution.cause or ""):
        raise Mistake(
            "a variable has no value: those of the run that failed are gone with it",
            expected="an execution that assigns $order from its input", happened=run.ending, run=run,
        )  # fmt: skip
    last = run.execution.visits[-1] if run.execution.visits else None
    if last is not None and last.type == "Task" and last.status in ("failed", "timed_out"):
        raise Mistake(
            f"{last.name} fails, and what would come after it never runs",
            expected="each undo gets the order, as in $order", happened=run.ending, run=run,
        )  # fmt: skip
    if not called:
        raise Mistake(
            "it calls no undo at all", expected=f"calls of {', '.join(UNDOS)}", happened=run.ending, run=run
        )
    passed = next((each for each in run.execution.visits if each.status == "caught"), None)
    if verdict.name != CONSISTENT and passed is not None:
        raise Mistake(
            f"{passed.name} fails with {passed.caught_error}, and a Catch passes over that: {verdict.words}",
            expected="nothing is owed, however far the run had come", happened=run.summary, run=run,
        )  # fmt: skip
    if verdict.name != CONSISTENT:
        missing = [each.undo for each in verdict.owed if each.undo not in called]
        because = f"{missing[0]} is never called" if missing else "something is owed all the same"
        raise Mistake(
            f"{because}: {verdict.words}", expected="nothing is owed, however far the run had come",
            happened=run.ending, run=run,
        )  # fmt: skip
    if not run.succeeded:
        raise Mistake(
            "it undoes everything, and then says that it failed",
            expected="SUCCEEDED: whoever undid the order wants to see that it went well",
            happened=run.ending, run=run,
        )  # fmt: skip
