"""The plans of an exploration, and the edition that it runs."""

import pytest

from sagalab import definition
from sagalab.orders.faults import KINDS, TASKS, Fault, plan
from sagalab.rehearsal import plans as plans
from sagalab.rehearsal.edition import edition_of


def test_every_task_and_kind_is_among_the_single_faults_and_none_twice():
    singles = plans.singles()
    struck = {(each.faults[0].task, each.faults[0].kind) for each in singles}
    assert struck == {(task, kind) for task in TASKS for kind in KINDS}
    assert len(singles) == len(set(singles)) == 6 * (5 * 4 + 2 + 1)


def test_pairs_strike_two_tasks_and_none_is_there_twice():
    pairs = plans.pairs()
    assert len(pairs) == len(set(pairs)) == 15 * 23 * 23
    assert all(len({fault.task for fault in pair.faults}) == 2 for pair in pairs)


def test_a_pair_is_left_out_when_one_fault_alone_never_comes_to_the_others_task():
    known = {each: frozenset(TASKS[:3]) for each in plans.singles()}  # as if no run came to an undo
    met = plans.meeting_pairs(known)
    assert {fault.task for pair in met for fault in pair.faults} == set(TASKS[:3])
    assert len(plans.meeting_pairs({})) == len(plans.pairs())


@pytest.mark.parametrize("seed", [1, 2])
def test_a_sample_is_the_same_for_a_seed(seed):
    every = plans.singles()
    assert plans.sample(every, 5, seed) == plans.sample(every, 5, seed)
    assert plans.sample(every, 5, 1) != plans.sample(every, 5, 2)
    assert plans.sample(every, None, seed) == plans.sample(every, 1000, seed) == every


def test_only_an_undo_that_always_fails_makes_a_debt_unavoidable():
    assert plans.undo_fails_for_ever(plan(Fault.error("ProcessRefund")))
    assert not plans.undo_fails_for_ever(plan(Fault.error("ProcessRefund", times=1)))
    assert not plans.undo_fails_for_ever(plan(Fault.slow("ProcessRefund"), Fault.error("ProcessPayment")))


def test_plans_in_words():
    assert (
        plans.in_words(plan(Fault.crash("ReserveInventory"))) == "ReserveInventory crashed before its commit"
    )
    once = plan(Fault.throttle("ProcessRefund", when="after", times=1))
    assert plans.in_words(once) == "ProcessRefund was throttled once after its commit"


def test_an_edition_shortens_waits_and_changes_no_transition():
    given = definition("hardened")
    edition = edition_of(given)
    assert given == definition("hardened")
    state = edition["States"]["ProcessPayment"]
    assert (
        state["TimeoutSeconds"]
        == state["Retry"][0]["IntervalSeconds"]
        == state["Retry"][0]["BackoffRate"]
        == 1
    )
    for name, before in given["States"].items():
        after = edition["States"][name]
        assert (before.get("Next"), before.get("Catch")) == (after.get("Next"), after.get("Catch"))
        assert len(before.get("Retry", [])) == len(after.get("Retry", []))


def test_an_edition_of_any_json_is_made_without_an_error():
    for odd in ({}, {"States": []}, {"States": {"A": 1, "B": {"Type": "Parallel", "Branches": [None, {}]}}}):
        edition_of(odd)


def test_the_plan_of_no_fault_has_words_too():
    assert (plans.in_words(plan()), plans.in_short(plan())) == ("No fault struck", "no fault")


def test_plans_in_short():
    crash = Fault.crash("ReserveInventory", when="after", times=1)
    assert plans.in_short(plan(crash, Fault.slow("ProcessOrder"))) == (
        "ProcessOrder slow + ReserveInventory crash after, once"
    )
    assert plans.in_short(plan(Fault.late("ProcessPayment"))).startswith("ProcessPayment late, ")
