"""A storm: no order is lost, and the books balance; with the seed's saga they need not."""

from collections import Counter

import pytest

from sagalab import Fault, make_order, plan
from sagalab.rehearsal import plans
from sagalab.rehearsal.order_storm import order_storm
from sagalab.rehearsal.rehearse import rehearse
from sagalab.rehearsal.storm_mix import STUBBORN, storm_orders


def test_the_books_of_a_storm_balance(cloud):
    storm = order_storm(20, seed=7)
    assert (storm.lost, storm.verdicts["leaked"]) == (0, 0)
    assert storm.books.balanced and storm.books.sold > 0
    assert storm.answered == sum(ride.status == "PARKED" for ride in storm.rides) > 0
    assert storm.paths["orders"].sum() == 20
    assert storm.chart().png().startswith(b"\x89PNG")


def test_the_mix_is_the_same_for_a_seed():
    def what(orders):
        return [(order["items"], order["faults"]) for order in orders]

    assert what(storm_orders(50, 3, 2)) == what(storm_orders(50, 3, 2))
    assert what(storm_orders(50, 3, 2)) != what(storm_orders(50, 4, 2))


def test_most_orders_meet_no_fault():
    counts = Counter(len(order["faults"]) for order in storm_orders(1000, 1, 2))
    assert 500 < counts[0] < 700 and counts[1] > 250 and 20 < counts[2] < 90


def test_baskets_have_one_to_three_items_of_one_to_four_each():
    lines = [order["items"] for order in storm_orders(600, 2, 2)]
    assert {len(each) for each in lines} == {1, 2, 3}
    assert {line["qty"] for each in lines for line in each} == {1, 2, 3, 4}


@pytest.mark.parametrize("kind", ["error", "throttle"])
def test_a_stubborn_undo_fails_as_often_as_the_hardened_saga_tries_it(kind):
    """Once more, and the human's retry would fail too; once less, and nobody would be asked."""
    for task, undo in zip(plans.FORWARD, reversed(plans.UNDOS), strict=True):
        stubborn = plan(Fault.error(task, when="after"), Fault(undo, kind, "before", STUBBORN))
        less = plan(Fault.error(task, when="after"), Fault(undo, kind, "before", STUBBORN - 1))
        ran = rehearse("hardened", make_order(faults=stubborn.to_dict()))
        assert {visit.name: visit.tries for visit in ran.visits}[undo] == STUBBORN
        assert ran.status == "RUNNING"  # it waits for a human
        assert rehearse("hardened", make_order(faults=less.to_dict())).status == "FAILED"


def test_each_share_of_a_storm_has_faults_of_its_kind():
    """A fault that passes strikes once, one that lasts always; an undo that fails is that of the task that failed."""
    undo_of = dict(zip(plans.FORWARD, reversed(plans.UNDOS), strict=True))
    for order in storm_orders(300, 5, 2):
        faults = order["faults"]
        if len(faults) == 2:
            failed, undo = faults
            assert undo_of[failed] == undo and faults[undo]["times"] == STUBBORN
        assert all(each.get("times") in (None, 1, STUBBORN) for each in faults.values())
