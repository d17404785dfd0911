"""Fault plans as Python values: they print as their code, and an invalid one is refused with its field."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from in_process import HANDLERS

from sagalab.errors import SagaLabError
from sagalab.orders.faults import (
    DEFAULT_MS,
    KINDS,
    SEED_PLANS,
    TASKS,
    Fault,
    FaultPlan,
    plan,
    seed_plan,
    validate,
)

faults = st.builds(
    Fault,
    task=st.sampled_from(TASKS),
    kind=st.sampled_from(list(KINDS)),
    when=st.sampled_from(["before", "after"]),
    times=st.none() | st.integers(1, 1000),
    ms=st.none() | st.integers(1, 900_000),
)
plans = st.lists(faults, max_size=6, unique_by=lambda fault: fault.task).map(lambda chosen: plan(*chosen))


def test_the_tasks_are_the_six_of_the_saga():
    assert set(TASKS) == set(HANDLERS)


def test_every_kind_has_its_constructor_and_only_those_that_take_time_have_ms():
    for kind in KINDS:
        fault = getattr(Fault, kind)("ProcessPayment", when="after")
        assert (fault.kind, fault.when) == (kind, "after")
        assert fault.ms == DEFAULT_MS.get(kind)
    assert set(DEFAULT_MS) == {"timeout", "late", "slow"}


@given(faults)
def test_a_fault_is_its_repr_and_its_dict(fault):
    assert eval(repr(fault)) == fault
    assert Fault.from_dict(fault.to_dict()) == fault


@given(plans)
def test_a_plan_is_its_repr_and_its_dict(made):
    assert eval(repr(made)) == made
    assert FaultPlan.from_dict(made.to_dict()) == made == plan(made.to_dict())
    assert list(made.to_dict()) == sorted(made.to_dict(), key=TASKS.index)
    validate(made.to_dict())


def test_plans_print_as_one_would_write_them():
    made = Fault.crash("ReserveInventory", when="after", times=2) + Fault.slow("ProcessOrder", ms=30)
    made += Fault.transient("ProcessPayment")
    assert repr(made) == (
        "plan(Fault.slow('ProcessOrder', ms=30), Fault.transient('ProcessPayment'), "
        "Fault.crash('ReserveInventory', when='after', times=2))"
    )
    assert made.to_dict() == {
        "ProcessOrder": {"kind": "slow", "when": "before", "ms": 30},
        "ProcessPayment": {"kind": "transient", "when": "before", "times": 1},
        "ReserveInventory": {"kind": "crash", "when": "after", "times": 2},
    }


def test_a_plan_goes_into_a_copy_of_the_order():
    order = {"order_id": "1-from-the-seed", "items": []}
    faulty = Fault.error("ProcessPayment").apply(order)
    assert faulty == {**order, "faults": {"ProcessPayment": {"kind": "error", "when": "before"}}}
    assert plan().apply(order) == {**order, "faults": {}}
    assert "faults" not in order


def test_two_faults_on_one_task_are_refused():
    with pytest.raises(SagaLabError, match="Two faults on one task: Fault.error.*Fault.crash"):
        Fault.error("ProcessPayment") + Fault.crash("ProcessPayment", when="after")


INVALID = [
    ([], "faults must be an object"),
    (None, "faults must be an object"),
    ({"Payment": {"kind": "error"}}, "faults.Payment must be one of the tasks ProcessOrder, "),
    ({"ProcessPayment": "error"}, "faults.ProcessPayment must be an object with a kind, not 'error'"),
    ({"ProcessPayment": {}}, "faults.ProcessPayment.kind must be one of error, "),
    ({"ProcessPayment": {"kind": "explode"}}, "faults.ProcessPayment.kind must be .*, not 'explode'"),
    ({"ProcessPayment": {"kind": ["error"]}}, "faults.ProcessPayment.kind must be "),
    ({"ProcessPayment": {"kind": "error", "when": "during"}}, "faults.ProcessPayment.when must be before or"),
    ({"ProcessPayment": {"kind": "error", "times": 0}}, "faults.ProcessPayment.times must be .*, not 0"),
    ({"ProcessPayment": {"kind": "error", "times": 1.5}}, "faults.ProcessPayment.times must be .*, not 1.5"),
    ({"ProcessPayment": {"kind": "error", "times": True}}, "faults.ProcessPayment.times .*, not True"),
    ({"ProcessPayment": {"kind": "slow", "ms": -1}}, "faults.ProcessPayment.ms must be .*, not -1"),
    ({"ProcessPayment": {"kind": "slow", "ms": "500"}}, "faults.ProcessPayment.ms must be .*, not '500'"),
    ({"ProcessPayment": {"kind": "slow", "ms": float("nan")}}, "faults.ProcessPayment.ms must be "),
    ({"ProcessPayment": {"kind": "slow", "seconds": 5}}, "faults.ProcessPayment.seconds must be one of"),
    ({"ProcessOrder": {"kind": "error"}, "ProcessRefund": {}}, "faults.ProcessRefund.kind must be "),
]


@pytest.mark.parametrize(("faults", "message"), INVALID)
def test_an_invalid_plan_is_refused_before_and_at_run_time(services, faults, message):
    for refuse in (validate, plan):
        with pytest.raises(SagaLabError, match=message):
            refuse(faults)
    written = services.written
    for task in HANDLERS:
        with pytest.raises(Exception, match=message) as raised:
            services.call(task, {"order_id": "4", "faults": faults})
        assert type(raised.value).__name__ == "InvalidFaultPlan"
    assert services.written == written


def test_a_wrong_value_is_refused_where_the_fault_is_made():
    with pytest.raises(SagaLabError, match="faults.ProcessPayment.times must be"):
        Fault.crash("ProcessPayment", times=-1)
    with pytest.raises(SagaLabError, match="must be one of the tasks"):
        Fault.error("Payment")


def test_the_longest_prefix_of_the_seed_decides():
    assert seed_plan("1ae4") == plan(Fault.error("ProcessOrder", when="after"))
    assert set(seed_plan("11ae").to_dict()) == {"ProcessOrder", "UpdateOrderStatus"}
    assert set(seed_plan("22ae").to_dict()) == {"ProcessPayment", "ProcessRefund"}
    assert set(seed_plan("33ae").to_dict()) == {"ReserveInventory", "ReleaseInventory"}
    assert not any(seed_plan(digit) for digit in "4567890abc")
    assert sorted(SEED_PLANS) == ["1", "11", "2", "22", "3", "33"]
    for faults_of_prefix in SEED_PLANS.values():
        assert all(fault == {"kind": "error", "when": "after"} for fault in faults_of_prefix.values())
