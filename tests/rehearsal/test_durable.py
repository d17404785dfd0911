"""Durable functions rehearsed: AWS's engine in this process, the same verdicts as on the local cloud."""

from collections import Counter

import pytest

from sagalab import SagaLabError, explore, make_order, plan, rehearse, rehearse_durable, verdict
from sagalab.deploying.deploy import deploy
from sagalab.orders.faults import Fault
from sagalab.orders.runs import start, wait
from sagalab.project import LAMBDAS
from sagalab.rehearsal.durable.explore import explore_durable, fitted
from sagalab.rehearsal.result import LEAK

PREFIX = "t-durable-same"


def test_an_order_is_rehearsed_with_its_ledger():
    done = rehearse_durable("durable", make_order("r-1"))
    assert done.path == ["ProcessOrder", "ProcessPayment", "ReserveInventory", "sns:NotifySuccess"]
    assert verdict(done).words == "all was done" and len(done.invocations) == 1
    assert [note.body["status"] for note in done.ledger.notifications] == ["success"]


def test_the_default_retries_wait_for_minutes_and_a_rehearsal_does_not():
    done = rehearse_durable("durable", plan(Fault.error("ProcessPayment")).apply(make_order("r-2")))
    payment = done.visits[1]
    assert payment.tries == 6 and len(done.invocations) == 6
    assert {attempt.error for attempt in payment.attempts} == {"ErrProcessPayment"}
    assert done.duration > 5  # of skipped time: the least that five waits of a second and more can be


def test_machine_and_code_leak_under_other_plans():
    plain, hardened = explore("durable"), explore("durable-hardened")
    assert len(plain.cases) == len(hardened.cases) == len(explore("saga").cases)
    assert hardened.findings == []
    leaks = Counter((fault.kind, fault.times) for case in plain.findings for fault in case.plan.faults)
    assert leaks == {("crash", None): 5, ("timeout", None): 5, ("late", None): 2}
    assert {case.finding for case in plain.findings} == {LEAK}
    assert plain.picture() is not None


def test_a_debt_is_announced_and_waits_for_a_human():
    owes = plan(Fault.error("ReserveInventory"), Fault.error("ProcessRefund"))
    [case] = explore_durable("durable-hardened", only=[owes]).cases
    assert (case.verdict, case.status, case.finding) == ("announced", "PARKED", "")
    [case] = explore_durable("durable", only=[owes]).cases
    assert (case.verdict, case.finding) == ("leaked", LEAK)


@pytest.mark.parametrize(
    ("old", "new", "struck"),
    [
        ("StepSemantics.AT_MOST_ONCE_PER_RETRY", "StepSemantics.AT_LEAST_ONCE_PER_RETRY", "crash"),
        ("undos.insert(0, (undo_name, undo))", "undos", "error"),
        ("owed.append({", "print({", "error"),
    ],
)
def test_a_hole_in_the_hardened_saga_is_found(old, new, struck):
    whole = (LAMBDAS / "durable_saga_hardened.py").read_text(encoding="utf-8")
    assert whole.count(old) == 1
    plans = [plan(Fault("ReserveInventory", struck, "after"), Fault.error("ProcessRefund"))]
    plans += [plan(Fault("ReserveInventory", struck, "after"))]
    assert explore_durable(whole, only=plans).findings == []
    assert explore_durable(whole.replace(old, new), only=plans).findings


def test_what_is_no_durable_function_is_said():
    with pytest.raises(SagaLabError, match="no handler"):
        rehearse_durable("x = 1\n", make_order("r-3"))
    with pytest.raises(SagaLabError, match="cannot be read"):
        rehearse_durable("nowhere.py", make_order("r-3"))


SAME = [
    plan(),
    plan(Fault.error("ReserveInventory", when="after")),
    plan(Fault.transient("ProcessPayment", times=2)),
    plan(Fault.crash("ProcessPayment", times=1)),
    plan(Fault.crash("ProcessOrder", when="after")),
    plan(Fault.throttle("ReserveInventory")),
    plan(Fault.error("ReserveInventory"), Fault.error("ProcessRefund")),
]


@pytest.fixture(scope="module")
def deployed(cloud):
    return deploy(cloud, prefix=PREFIX, progress=False, durable=True)


@pytest.mark.parametrize("function", ["durable", "durable-hardened"])
def test_a_rehearsal_says_what_the_local_cloud_says(deployed, function):
    orders = [fitted(each).apply(make_order(f"s{number}{function}")) for number, each in enumerate(SAME)]
    arns = [start(order, function, deployment=deployed) for order in orders]
    for order, arn, each in zip(orders, arns, SAME, strict=True):
        real = wait(arn, deployment=deployed, until_parked=True)
        here = rehearse_durable(function, order)
        tries = [[(visit.name, visit.status, visit.tries) for visit in one.visits] for one in (real, here)]
        ends = [(one.status, one.error, verdict(one, deployed).words) for one in (real, here)]
        # the SDK sends a step's start with its end, or after a second: a slow one that dies may have it on record
        assert tries[0] == tries[1] or "crash" in repr(each), each
        assert ends[0] == ends[1], each


def test_a_sample_is_taken_of_single_faults_and_pairs():
    found = explore("durable", faults=2, sample=15, seed=3)
    assert len(found.cases) == 15 and {len(case.plan.faults) for case in found.cases} == {1, 2}


def test_what_only_machines_can_do_is_said():
    with pytest.raises(SagaLabError, match="one order at a time"):
        explore("durable", orders=2)
    with pytest.raises(SagaLabError, match="rehearse_durable"):
        rehearse("durable", {})
