"""Exercises of notebook 11: runs that come to every catcher of the saga, and one that shows what a catcher hides."""

import copy
from collections.abc import Mapping
from typing import Any

from sagalab.asl.document import Machine, read
from sagalab.course.at import at
from sagalab.course.exercise import exercise
from sagalab.course.outcome import Mistake
from sagalab.course.shown import kind
from sagalab.deploying.machines import definition
from sagalab.errors import SagaLabError
from sagalab.history.execution import Execution
from sagalab.ledger.verdict import CONSISTENT, LEAKED
from sagalab.rehearsal.any_saga.judgement import judge
from sagalab.rehearsal.rehearse import fails, never_answers, rehearse
from sagalab.testing.coverage import coverage
from sagalab.testing.items import Item
from sagalab.testing.words import path_in_words

MOST_RUNS = 30
ORDER = {
    "order_id": "7-lab-11",
    "order_date": "2026-01-01T09:00:00Z",
    "customer_id": "customer-1",
    "items": [{"item_id": "1", "qty": 1, "unit_price": 8.5}],
}
_ASKED = ("state", "next", "catch")
_A_MOCK = 'such as {"ProcessPayment": fails("ErrProcessPayment")}'


def leaky() -> dict[str, Any]:
    """Return the seed's saga with one more catcher, which the course's tests do not come to."""
    asl = definition("saga")
    asl["States"]["ProcessPayment"]["Catch"].append(
        {
            "ErrorEquals": ["States.Timeout"],
            "Assign": {"error": "{% $states.errorOutput %}"},
            "Next": "UpdateOrderStatus",
        }
    )
    return asl


def mended() -> dict[str, Any]:
    """Return that machine with the catcher leading to the refund."""
    asl = copy.deepcopy(leaky())
    asl["States"]["ProcessPayment"]["Catch"][-1]["Next"] = "ProcessRefund"
    return asl


@exercise(
    "cover",
    notebook="11_test_it",
    title="Write the mocks of runs that together come to every state, every way and every catcher of the saga.",
    takes="value",
    hints=(
        "Seven runs are enough: one that goes well, one for each step that fails, one for each undo that fails.",
        "To come to an undo that fails, a step must fail before it: mock two states in one run.",
        'my_runs = [{}] + [{step: fails("Err" + step)} for step in …], and for the undos '
        '{"ReserveInventory": fails("ErrReserveInventory"), undo: fails("Err" + undo)}.',
    ),
)
def cover(answer: Any) -> str:
    """Judge by the coverage of the runs."""
    if not isinstance(answer, list | tuple):
        raise Mistake(
            "the answer is no list of runs",
            expected=f"a list with the mocks of each run, {_A_MOCK}",
            happened=f"it is a {kind(answer)}",
        )
    if not answer:
        raise Mistake(
            "there is no run", expected=f"the mocks of each run, {_A_MOCK}", happened="an empty list"
        )
    if len(answer) > MOST_RUNS:
        raise Mistake(
            "these are more runs than anybody would read", expected=f"at most {MOST_RUNS}, seven are enough",
            happened=f"{len(answer)} runs",
        )  # fmt: skip
    machine = read(definition("saga"))
    runs = [_run(machine, mocks, f"run {number}") for number, mocks in enumerate(answer, 1)]
    found = coverage(machine, runs)
    missing = [item for item in found.missing if item.kind in _ASKED]
    if missing:
        _explain_uncaught(answer, runs)
        _explain_unreached(answer, runs)
        if all(run.status != "SUCCEEDED" for run in runs):
            raise Mistake(
                "no run goes well", expected="one run without a mock comes to OrderSucceeded",
                happened="; ".join(run.status for run in runs),
            )  # fmt: skip
        raise Mistake(
            _gap(missing, found.counts["state", missing[0].state, 0, ""] > 0),
            expected="every state, way and catcher of the saga is come to",
            happened=f"{len(missing)} are not: {found.percent:g} % of the machine is tested",
        )
    return f"{len(runs)} runs come to every state, every way and every catcher; the retriers are still open."


@exercise(
    "reveal",
    notebook="11_test_it",
    title="Find the mocks of a run that shows what the untested catcher hides.",
    takes="value",
    hints=(
        "Which error does the new catcher name, and of which state? The other tests never raise it.",
        "A task that never answers ends in that error, once its TimeoutSeconds have passed.",
        'my_mocks = {"ProcessPayment": never_answers()}',
    ),
)
def reveal(answer: Any) -> str:
    """Judge by the verdict on the leaky and on the mended machine."""
    run = _run(read(leaky()), answer, "the run")
    if run.status == "SUCCEEDED":
        raise Mistake(
            "the order goes well: nothing fails, so no catcher is asked", expected="an error that is caught",
            happened=path_in_words(run),
        )  # fmt: skip
    visits = [visit for visit in run.visits if visit.name == "ProcessPayment"]
    if not visits:
        raise Mistake(
            "the run never comes to ProcessPayment, where the new catcher stands", expected="ProcessPayment fails",
            happened=path_in_words(run),
        )  # fmt: skip
    if visits[-1].status == "succeeded":
        raise Mistake(
            "the payment succeeds, so its catchers are not asked", expected="ProcessPayment fails with States.Timeout",
            happened=path_in_words(run),
        )  # fmt: skip
    caught = visits[-1].caught_error
    if caught is None:
        raise Mistake(
            f"no catcher of ProcessPayment takes {visits[-1].error}: the execution ends there, on any machine",
            expected="the new catcher takes it", happened=path_in_words(run),
        )  # fmt: skip
    if caught not in ("States.Timeout", "States.HeartbeatTimeout"):
        raise Mistake(
            f"{caught} is taken by the catcher that the other tests come to", expected="the new catcher takes it",
            happened=path_in_words(run),
        )  # fmt: skip
    other = judge(_run(read(mended()), answer, "the run"))
    if other.name != CONSISTENT:
        raise Mistake(
            "it leaks on the mended machine too: it shows another hole than that of the catcher",
            expected="nothing but the payment fails", happened=f"mended: {other.words}",
        )  # fmt: skip
    found = judge(run)
    if found.name != LEAKED:
        raise Mistake(
            "nothing is owed at the end", expected="a leak", happened=f"{found.name}: {found.words}"
        )
    return f"{path_in_words(run)}: {found.words}. With the mended catcher nothing is owed."


def _run(machine: Machine, mocks: Any, title: str) -> Execution:
    """Rehearse with a participant's mocks. Raises Mistake for mocks that are none."""
    at(title)
    if not isinstance(mocks, Mapping):
        raise Mistake(
            f"{title}: its mocks are no dict of states",
            expected=_A_MOCK,
            happened=f"it is of type {kind(mocks)}" if mocks is not None else "there is nothing",
        )
    for name, mock in mocks.items():
        if mock is fails or mock is never_answers:
            call = 'fails("ErrProcessPayment")' if mock is fails else "never_answers()"
            raise Mistake(
                f"{title}: the mock of {name} is the function {mock.__name__} itself: it is not called", expected=call,
                happened=f"{name!r}: {mock.__name__}",
            )  # fmt: skip
        if isinstance(mock, str) and (mock.startswith(("Err", "States.", "Lambda.")) or "Error" in mock):
            raise Mistake(
                f"{title}: the mock of {name} is a text, so the task succeeds and answers it",
                expected=f"an error: fails({mock!r})", happened=f"{name!r}: {mock!r}",
            )  # fmt: skip
    try:
        return rehearse(machine, ORDER, tasks=mocks)
    except SagaLabError as error:
        raise Mistake(
            f"{title}: {error.what}",
            expected=f"mocks by the names of states, {_A_MOCK}",
            happened=error.cure,
        ) from None
    except (TypeError, ValueError) as error:
        raise Mistake(
            f"{title}: a mock is no JSON value and no error", expected=_A_MOCK, happened=str(error)[:160]
        ) from None


def _explain_uncaught(answer: Any, runs: list[Execution]) -> None:
    """Raise Mistake for a mocked error that nobody catches."""
    for number, run in enumerate(runs, 1):
        last = run.visits[-1] if run.visits else None
        if last is not None and last.name in answer[number - 1] and last.status in ("failed", "timed_out"):
            state = run.machine.state(last.name)
            names = ", ".join(name for catcher in state.catchers for name in catcher.errors) if state else ""
            raise Mistake(
                f"run {number}: nothing catches {last.error} of {last.name}",
                expected=f"an error that its Catch names: {names or 'it has none'}", happened=path_in_words(run),
            )  # fmt: skip


def _explain_unreached(answer: Any, runs: list[Execution]) -> None:
    """Raise Mistake for a mocked state that its run never comes to."""
    for number, run in enumerate(runs, 1):
        for name in answer[number - 1]:
            if name not in run.path and run.machine.state(name) is not None:
                raise Mistake(
                    f"run {number} mocks {name}, and never comes there", expected="a step before it fails too",
                    happened=path_in_words(run),
                )  # fmt: skip


def _gap(missing: list[Item], entered: bool) -> str:
    first = next((item for item in missing if item.kind == "catch"), missing[0])
    if first.kind == "catch":
        return f"no run comes to a catcher of {first.state}: {first.key[3]} is never caught"
    if first.kind == "state":
        return f"no run comes to {first.state}"
    return (
        f"no run goes from {first.state} on to {first.key[3]}"
        if entered
        else f"no run comes to {first.state}"
    )
