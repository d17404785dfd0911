"""Exercises of notebook 14: a step that no race can spoil, and a machine that locks the item before the money."""

import json
import re
from decimal import Decimal
from typing import Any

from sagalab.course.answer import names_made, python
from sagalab.course.at import at
from sagalab.course.exercise import exercise
from sagalab.course.outcome import Mistake
from sagalab.course.trial import Trial
from sagalab.errors import SagaLabError
from sagalab.orders.faults import Fault, plan
from sagalab.orders.orders import make_order
from sagalab.rehearsal.races.anomalies import IN_VAIN, LOCK_KEPT, LOST_UPDATE
from sagalab.rehearsal.races.explore import explore_orders
from sagalab.rehearsal.races.result import RaceCase, Races
from sagalab.rehearsal.services.edited import with_functions
from sagalab.rehearsal.services.services import Outcome, Services

NOTEBOOK = "14_races"
PAY, RESERVE, TAKE = "ProcessPayment", "ReserveInventory", "take"
_NO_ACTION = re.compile("'(NoneType|[a-z]+)' object has no attribute 'items'")
ITEM = "6"
PLANS = (
    plan(),
    plan(Fault.error(PAY)),
    plan(Fault.error(RESERVE, when="after")),
    plan(Fault.crash(RESERVE, when="after")),
)
_OTHERS_BETWEEN = "one write that counts from what is there, and holds only if there is enough"
_REFUSED_AND_TOLD = "an order that got nothing is told that all went well"
_REFUSED_AND_LEFT = "an order that is refused is not undone"


@exercise(
    "take",
    notebook=NOTEBOOK,
    title="Write take: whatever another order does meanwhile, nothing is lost and nothing is sold twice.",
    takes="source",
    hints=(
        "Do not look first. What is read before the write is old when the write comes.",
        'tables.change(table, key, expression, values, condition): "SET in_stock = in_stock - :qty" counts from what '
        "is there at that moment. A condition says when the whole transaction must not happen.",
        'return tables.change(tables.STOCK, {"item_id": item_id}, "SET in_stock = in_stock - :qty", {":qty": qty}, '
        '"in_stock >= :qty")',
    ),
)
def take(source: Any) -> str:
    """Judge by the stock: orders one after the other, and two at once in every order of their calls."""
    text = python(source)
    if TAKE not in names_made(text):
        raise Mistake(
            f"there is no function {TAKE}", expected="def take(item_id, qty): …", happened="the step would keep its own"
        )  # fmt: skip
    code = {"inventory": f"{with_functions('inventory', '')['inventory']}\n\n{text}"}
    try:
        _one_after_the_other(code)
        found = [_raced(code, stock) for stock in (1, 2)]
    except SagaLabError as error:
        raise Mistake(
            "it keeps something between its calls: the next call runs in another worker, which knows nothing of it",
            expected="all that it needs is in the table", happened=error.what,
        ) from None  # fmt: skip
    count = sum(len(each.cases) for each in found)
    return f"{count} schedules of two orders, and no update is lost: one poster is sold once, two are sold twice."


def _one_after_the_other(code: dict[str, str]) -> None:
    """Raise Mistake for what is wrong without any race."""
    at("one order")
    services, outcome = _reserved(code, {"3": 5, ITEM: 5}, {"3": 2, ITEM: 1})
    _must_be_done(outcome, "there were five of each")
    left = _stock(services)
    if set(left) != {"3", ITEM}:
        raise Mistake(
            "the row of an item is no longer there, or says no count", expected="the row, with a smaller in_stock",
            happened=f"the stock: {left}",
        )  # fmt: skip
    if left != {"3": 3, ITEM: 4}:
        raise Mistake(
            f"one order of two lamps and one poster leaves {left['3']} of 5 lamps and {left[ITEM]} of 5 posters",
            expected="3 lamps and 4 posters: qty of this item is taken, and nothing else",
            happened=f"the stock: {left}",
        )
    services, outcome = _reserved(code, {ITEM: 2}, {ITEM: 2})
    if outcome.error is not None:
        raise Mistake(
            "the last ones can never be sold: an order of two is refused where there are two",
            expected="an order takes all that there is", happened=_message(outcome),
        )  # fmt: skip
    services, outcome = _reserved(code, {ITEM: 1}, {ITEM: 2})
    if outcome.error is None or _stock(services).get(ITEM) != 1:
        raise Mistake(
            "it sells more than there is, without any race: two are wanted, and there is one",
            expected="nothing is taken, and the order is refused", happened=f"the stock: {_stock(services)}",
        )  # fmt: skip


def _reserved(code: dict[str, str], stock: dict[str, int], items: dict[str, int]) -> tuple[Services, Outcome]:
    services = Services("take", stock=stock, code=code)
    return services, services.invoke(RESERVE, make_order("4-take", items))


def _must_be_done(outcome: Outcome, why: str) -> None:
    given = _NO_ACTION.search(_message(outcome)) if outcome.error == "AttributeError" else None
    if given:
        raise Mistake(
            f"take returns no action, but {'nothing' if given[1] == 'NoneType' else 'something of type ' + given[1]}",
            expected="an action for the transaction, as tables.change makes it", happened=_message(outcome),
        )  # fmt: skip
    if outcome.error is not None:
        raise Mistake(
            f"a good order cannot be reserved, though {why}",
            expected="an action for the transaction, as tables.change makes it", happened=_message(outcome),
        )  # fmt: skip


def _raced(code: dict[str, str], stock: int) -> Races:
    at(f"two orders at once, and {stock} in stock")
    found = explore_orders("saga", faults=0, stock=stock, code=code)
    lost = found.smallest(LOST_UPDATE)
    if lost is not None:
        raise Mistake(
            "an update is lost: the count is read first, and another order writes before this one does",
            expected=_OTHERS_BETWEEN, happened=lost.sentence,
        )  # fmt: skip
    if found.findings:
        raise Mistake(
            "the last poster is sold twice: both orders find enough, and then both take",
            expected=_OTHERS_BETWEEN, happened=found.findings[0].sentence,
        )  # fmt: skip
    refused = next((case for case in found.cases if case.statuses.count("SUCCEEDED") < stock), None)
    if refused is not None:
        raise Mistake(
            "an order is refused though there is enough: another one changed the count between its look and its write",
            expected=_OTHERS_BETWEEN, happened=_of(refused),
        )  # fmt: skip
    return found


def _stock(services: Services) -> dict[str, int]:
    rows = services.rows("stock")
    return {row["item_id"]: int(row["in_stock"]) for row in rows if isinstance(row.get("in_stock"), Decimal)}


def _message(outcome: Outcome) -> str:
    """Return a failed call in one line."""
    cause = json.loads(outcome.cause or "{}")
    return f"{outcome.error}: {cause.get('errorMessage', '')}"[:200]


@exercise(
    "lock",
    notebook=NOTEBOOK,
    title="Lock the item before the money: nobody pays for what is gone, and who meets the lock waits for it.",
    hints=(
        "Three arrows make the new order of the steps. Then look where the Catch of ProcessPayment leads: is the lock "
        "given back on that way?",
        "A payment that is refused now leaves a reservation. So its undo must pass ReleaseInventory as well.",
        'Who meets the lock gets ErrReserveInventory. A second retrier for it waits: {"ErrorEquals": '
        '["ErrReserveInventory"], "IntervalSeconds": 1, "MaxAttempts": 3, "BackoffRate": 1}.',
    ),
)
def lock(trial: Trial) -> str:
    """Judge by runs of one order, and by every schedule of two under four fault plans."""
    calm, refused = trial.run(no_fault=None, the_payment_is_refused=Fault.error(PAY, when="after"))
    if not calm.succeeded or calm.verdict.name != "consistent":
        because = "ends well, and not all of it was done" if calm.succeeded else "fails"
        raise Mistake(
            f"a good order {because}", expected="reserved, paid, and told so",
            happened=f"{calm.ending}; {calm.verdict.words}", run=calm,
        )  # fmt: skip
    done = calm.done()
    if done.index(PAY) < done.index(RESERVE):
        raise Mistake(
            "the money is taken before the item is locked", expected=f"{RESERVE} before {PAY}",
            happened=" → ".join(done), run=calm,
        )  # fmt: skip
    if refused.succeeded or refused.verdict.name != "consistent":
        raise Mistake(
            "an order whose payment is refused is not undone: what it has locked stays locked",
            expected="ReleaseInventory, ProcessRefund and UpdateOrderStatus", happened=f"{refused.ending}; {refused.verdict.words}",
            run=refused,
        )  # fmt: skip
    [sold] = Trial("lock", trial.definition, stock={"1": 0, "2": 0}).run(there_is_nothing_left=None)
    if sold.succeeded or sold.verdict.name != "consistent":
        raise Mistake(
            _REFUSED_AND_TOLD if sold.succeeded else _REFUSED_AND_LEFT, expected="it is undone, and fails",
            happened=f"{sold.ending}; {sold.verdict.words}", run=sold,
        )  # fmt: skip
    at("two orders at once")
    found = explore_orders(trial.definition, only=PLANS)
    _must_end_well(found)
    met = [case for case in found.cases if any(_met_the_lock(case, order) for order in case.orders)]
    if not any(_met_the_lock(case, order) and _won(case, order) for case in met for order in case.orders):
        raise Mistake(
            f"who meets the lock gives up, though it may be given back a moment later{_why_not(trial)}",
            expected="a short wait for ErrReserveInventory, and another try", happened=_of(met[0]) if met else "",
        )  # fmt: skip
    waited = sum(_won(case, order) and _met_the_lock(case, order) for case in met for order in case.orders)
    return f"{len(found.cases)} schedules: nobody paid for what was gone, and in {waited} who met the lock waited and got it."


def _must_end_well(found: Races) -> None:
    """Raise Mistake for an anomaly, an order that does not end, and one that is not undone."""
    endless = next((case for case in found.cases if "RUNNING" in case.statuses), None)
    if endless is not None:
        raise Mistake(
            "who meets the lock asks again and again, though the item is sold", expected="a few tries, and then a refusal",
            happened=_of(endless),
        )  # fmt: skip
    for name, words in (
        (LOCK_KEPT, "an order that failed keeps the lock for ever"),
        (IN_VAIN, "an order is charged for what is gone"),
    ):
        case = found.smallest(name)
        if case is not None:
            raise Mistake(words, expected="none in any schedule", happened=case.sentence)
    if found.findings:
        raise Mistake("a race spoils it", expected="none does", happened=found.findings[0].sentence)
    leaked = next((case for case in found.cases if "leaked" in case.verdicts), None)
    if leaked is not None:
        told = leaked.statuses[leaked.verdicts.index("leaked")] == "SUCCEEDED"
        raise Mistake(
            _REFUSED_AND_TOLD if told else _REFUSED_AND_LEFT,
            expected="it is undone, and fails",
            happened=_of(leaked),
        )


def _met_the_lock(case: RaceCase, order: str) -> bool:
    return any(made.order == order and made.task == RESERVE and made.refused for made in case.made)


def _won(case: RaceCase, order: str) -> bool:
    return case.statuses[case.orders.index(order)] == "SUCCEEDED"


def _of(case: RaceCase) -> str:
    """Return in one line what became of both orders."""
    ends = "; ".join(
        f"order {number} {status}, {verdict}"
        for number, (status, verdict) in enumerate(zip(case.statuses, case.verdicts, strict=True), 1)
    )
    return f"{case.sentence} {ends}"


def _why_not(trial: Trial) -> str:
    """Return, for the message, what the retriers of ReserveInventory say of its business error."""
    state = trial.machine.state(RESERVE)
    for retrier in state.retriers if state is not None else ():
        if {"ErrReserveInventory", "States.ALL", "States.TaskFailed"} & set(retrier.errors):
            attempts = retrier.body.get("MaxAttempts", 3)
            return f": MaxAttempts is {attempts!r}" if attempts == 0 else ""
    return ": no retrier of ReserveInventory names ErrReserveInventory"
