"""Exercises of notebook 13: a retry strategy for a saga's steps, and a saga as code that survives its process."""

from typing import TYPE_CHECKING, Any

from sagalab.course.answer import names_made, python
from sagalab.course.at import at
from sagalab.course.exercise import exercise
from sagalab.course.outcome import Mistake
from sagalab.orders.faults import Fault, FaultPlan, plan
from sagalab.orders.orders import make_order

if TYPE_CHECKING:
    from sagalab.rehearsal.durable.engine import Engine
    from sagalab.rehearsal.durable.rehearse import RehearsedDurable

# AWS's engine: imported where an answer is judged, and not with all exercises
_NEEDS = ("sagalab.rehearsal.durable.rehearse",)

_MOST_TRIES = 10
_LONGEST = 3600  # seconds
_STEP = "context.step(lambda _: task(order, context.lambda_context), name=name)"
_WITH_STRATEGY = _STEP.replace("name=name)", "name=name, config=_StepConfig(strategy))")
_IMPORT = "from aws_durable_execution_sdk_python.config import StepConfig as _StepConfig\n"
# Around the participant's parts: says so where compensate goes on after what was to end the invocation.
_WATCHED = """
_given_do, _given_compensate, _undoing, _signals = do, compensate, [], []

class SwallowedSignal(Exception):
    pass

def do(*given, **named):
    if _signals:
        raise _signals[0]
    try:
        return _given_do(*given, **named)
    except Exception:
        raise
    except BaseException as signal:
        _signals.extend([signal] if _undoing else [])
        raise

def compensate(*given, **named):
    _signals.clear()
    _undoing.append(True)
    try:
        owed = _given_compensate(*given, **named)
        if _signals:
            raise SwallowedSignal("a bare except")
        return owed
    finally:
        _undoing.clear()
        _signals.clear()
"""
_RESERVE_FAILS = Fault.error("ReserveInventory", when="after")


@exercise(
    "tries",
    notebook="13_the_same_saga_as_code",
    title="Write a retry strategy that tries again what another try may mend, and nothing else.",
    takes="source",
    imports=_NEEDS,
    hints=(
        "Two errors are worth another try: TransientError of tables, and Throttled of faults. Business errors are not.",
        "retryable_error_types takes a list of error classes. With it, every other error is tried once.",
        "max_attempts counts the first try too: the service may be busy for two tries, so 4 is a good number.",
    ),
)
def tries(source: Any) -> str:
    """Judge by the tries of the saga whose steps have this strategy."""
    from sagalab.rehearsal.durable.engine import Engine
    from sagalab.rehearsal.durable.rehearse import source_of

    text = python(source)
    whole = f"{text}\n{_IMPORT}{source_of('durable').replace(_STEP, _WITH_STRATEGY)}"
    names = names_made(text)
    if "strategy" not in names:
        raise Mistake(
            "the text makes no `strategy`", expected="strategy = create_retry_strategy(…)",
            happened=f"it makes {', '.join(names) or 'nothing'}",
        )  # fmt: skip
    with Engine() as engine:
        run = _runner(engine, whole)
        _must_succeed(run("an order without faults", plan()), "an order without faults")
        for title, fault in (
            ("the card is refused", Fault.error("ProcessPayment", when="after")),
            ("the items cannot be reserved", _RESERVE_FAILS),
        ):
            refused = run(title, plan(fault))
            _must_be_a_saga_s_end(refused, title)
            if _tries(refused, fault.task) > 1:
                raise Mistake(
                    f"a business error is tried {_tries(refused, fault.task)} times: {title} each time",
                    expected=f"Err{fault.task} is tried once", happened=_told(refused),
                )  # fmt: skip
        for title, fault in (
            ("a transient error", Fault.transient("ProcessPayment", times=2)),
            ("a throttled service", Fault.throttle("ReserveInventory", times=2)),
        ):
            mended = run(f"{title}, two times", plan(fault))
            _must_be_a_saga_s_end(mended, f"{title}, two times")
            if _tries(mended, fault.task) == 1:
                raise Mistake(
                    f"{title} is not tried again", expected="the third try succeeds", happened=_told(mended)
                )
            if mended.status != "SUCCEEDED":
                raise Mistake(
                    f"the strategy gives up after {_tries(mended, fault.task)} tries, and the third would succeed",
                    expected="3 tries or more", happened=_told(mended),
                )  # fmt: skip
        busy = run("a service that stays busy", plan(Fault.transient("ProcessPayment", times=None)))
        count = _tries(busy, "ProcessPayment")
        if busy.status == "ABORTED" or count > _MOST_TRIES:
            end = ", and no end in sight" if busy.status == "ABORTED" else ""
            raise Mistake(
                "the strategy hardly ever gives up: the order's undos wait all that time",
                expected=f"at most {_MOST_TRIES} tries", happened=f"{count} tries{end}",
            )  # fmt: skip
        if (busy.duration or 0) > _LONGEST:
            raise Mistake(
                "the strategy waits for hours before it gives up: the order's undos wait all that time",
                expected="an hour at the most", happened=f"{count} tries in {busy.duration / 3600:.0f} hours",
            )  # fmt: skip
    return f"a business error is tried once; a transient error and a throttle are tried again, and given up after {count}."


@exercise(
    "survive",
    notebook="13_the_same_saga_as_code",
    title="Mend the saga as code: it undoes all when its process dies, and names what it cannot undo.",
    takes="source",
    imports=_NEEDS,
    hints=(
        "By default a step that died runs again, and dies again, until the execution fails. "
        "StepSemantics.AT_MOST_ONCE_PER_RETRY lets the saga hear of it.",
        "An undo is worth more tries than a step, and for every error. StepConfig takes a strategy and the semantics.",
        'compensate: try: do(context, name, undo, order, UNDO), except StepError: owed.append({"undo": name}). '
        "It goes on with the other undos, and returns owed.",
    ),
)
def survive(source: Any) -> str:
    """Judge by the verdicts on the hardened saga with these parts in the place of its own."""
    from sagalab.rehearsal.durable.engine import Engine
    from sagalab.rehearsal.durable.rehearse import source_of

    text = python(source)
    missing = [name for name in ("DO", "UNDO", "compensate") if name not in names_made(text)]
    if missing:
        raise Mistake(
            f"the text makes no {missing[0]}", expected="DO, UNDO and compensate: the parts of the saga",
            happened=f"without {' and '.join(missing)} the saga would keep its own",
        )  # fmt: skip
    whole = f"{source_of('durable-hardened')}\n{text}\n{_WATCHED}"
    with Engine() as engine:
        run = _runner(engine, whole)
        _must_succeed(run("an order without faults", plan()), "an order without faults")
        refused = run("the items cannot be reserved", plan(_RESERVE_FAILS))
        _must_undo(refused, "the items cannot be reserved")
        undone = [
            name
            for name in refused.path
            if name in ("ReleaseInventory", "ProcessRefund", "UpdateOrderStatus")
        ]
        if undone != ["ReleaseInventory", "ProcessRefund", "UpdateOrderStatus"]:
            raise Mistake(
                "the undos do not come last step first", happened=" → ".join(undone) or _told(refused),
                expected="ReleaseInventory → ProcessRefund → UpdateOrderStatus, each a step of the execution",
            )  # fmt: skip
        if _tries(refused, "ReserveInventory") > 1:
            raise Mistake(
                f"a business error is tried {_tries(refused, 'ReserveInventory')} times",
                expected="DO tries it once", happened=_told(refused),
            )  # fmt: skip
        for task in ("ReserveInventory", "ProcessPayment"):
            _must_undo(
                run(f"{task} crashes", plan(Fault.crash(task, when="after"))), f"the process dies in {task}"
            )
        shaky = run(
            "the refund fails two times", plan(_RESERVE_FAILS, Fault.transient("ProcessRefund", times=2))
        )
        _must_undo(shaky, "the refund fails two times, and would succeed then")
        refuses = run(
            "the refund refuses two times", plan(_RESERVE_FAILS, Fault.error("ProcessRefund", times=2))
        )
        _must_undo(refuses, "the refund refuses two times, and would succeed then")
        for kind in ("error", "crash"):
            owes = run(f"the refund never works ({kind})", plan(_RESERVE_FAILS, Fault("ProcessRefund", kind)))
            _must_announce(owes, f"the refund never works ({kind})")
    return "whatever dies, all is undone; and an undo that never works is named, while a human is waited for."


def _runner(engine: "Engine", source: str) -> Any:
    """Return what runs the saga under a plan. It raises Mistake where the participant's Python fails."""

    from sagalab.rehearsal.durable.rehearse import rehearse_durable

    def run(title: str, faults: FaultPlan) -> "RehearsedDurable":
        at(title)
        try:
            return rehearse_durable(source, faults.apply(make_order("13-as-code")), engine=engine)
        except Exception as error:  # of the participant's text, while it is read
            raise Mistake(
                "the text cannot be read", expected="Python that defines the parts of the saga",
                happened=f"{type(error).__name__}: {error}",
            ) from None  # fmt: skip

    return run


def _tries(run: "RehearsedDurable", task: str) -> int:
    return sum(visit.tries for visit in run.visits if visit.name == task)


def _told(run: "RehearsedDurable") -> str:
    path = " → ".join(f"{visit.name}{f' ×{visit.tries}' if visit.tries > 1 else ''}" for visit in run.visits)
    return f"{path or 'nothing'}: {run.status}{f', {run.error}' if run.error else ''}"


def _must_be_a_saga_s_end(run: "RehearsedDurable", title: str) -> None:
    """Raise Mistake for an execution that ended by a fault of the participant's code, and not as a saga does."""
    if run.status == "ABORTED":
        raise Mistake(
            f"{title}: the saga never ends", expected="an end", happened=f"{len(run.invocations)} invocations"
        )
    if run.error == "SwallowedSignal":
        raise Mistake(
            f"{title}: an except that takes everything takes the SDK's own signal too, by which it waits for the next try",
            expected="except StepError", happened=_told(run),
        )  # fmt: skip
    if run.status == "FAILED" and run.error not in ("SagaFailed", "SagaOwes", "Runtime.ExitError"):
        raise Mistake(
            f"{title}: the code itself fails with {run.error}", expected="SagaFailed at the most",
            happened=str(run.cause)[:160],
        )  # fmt: skip


def _must_succeed(run: "RehearsedDurable", title: str) -> None:
    _must_be_a_saga_s_end(run, title)
    if run.status != "SUCCEEDED" or not run.ledger.all_done:
        raise Mistake(f"{title} does not go well", expected="all is done", happened=_told(run))


def _must_undo(run: "RehearsedDurable", title: str) -> None:
    _must_be_a_saga_s_end(run, title)
    if run.error == "Runtime.ExitError":
        raise Mistake(
            f"{title}, and the saga dies with it: nothing is undone",
            expected="a step that died is an error to the saga", happened=f"{_told(run)}. {run.verdict.words}",
        )  # fmt: skip
    if run.status == "SUCCEEDED":
        raise Mistake(
            f"{title}, and the execution says that it succeeded", expected="SagaFailed", happened=_told(run)
        )
    if run.parked:
        raise Mistake(
            f"{title}, and a human is asked: the undo was given up too soon",
            expected="more tries of an undo; and except StepError, as a bare except takes the SDK's own waiting for a failure",
            happened=_told(run),
        )  # fmt: skip
    if run.verdict.owed:
        raise Mistake(f"{title}, and something is left", expected="all is undone", happened=run.verdict.words)


def _must_announce(run: "RehearsedDurable", title: str) -> None:
    _must_be_a_saga_s_end(run, title)
    if run.error == "Runtime.ExitError":
        raise Mistake(
            f"{title}, and the saga dies with its undo: nobody is told", expected="the debt is named",
            happened=f"{_told(run)}. {run.verdict.words}",
        )  # fmt: skip
    owed = {each.undo for each in run.verdict.owed}
    if owed != {"ProcessRefund"}:
        raise Mistake(
            f"{title}, and the other undos are not done either", expected="only the refund is owed",
            happened=run.verdict.words,
        )  # fmt: skip
    if run.verdict.name != "announced" or not run.parked:
        raise Mistake(
            f"{title}, and nobody is told", expected='compensate returns it: [{"undo": "ProcessRefund"}]',
            happened=f"{run.verdict}",
        )  # fmt: skip
