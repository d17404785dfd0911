"""A storm: no order is lost, and the books balance; with the seed's saga they need not."""

from collections import Counter

from sagalab.rehearsal.order_storm import order_storm
from sagalab.rehearsal.storm_mix import storm_orders


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
