"""Names and orders: what follows from a prefix, and what a new order looks like."""

import json

import pytest

from sagalab.deploying.catalogue import CATALOGUE
from sagalab.deploying.names import TASKS, Names
from sagalab.errors import SagaLabError
from sagalab.orders.orders import make_order, order_items


@pytest.mark.parametrize("prefix", ["", "1a", "a b", "a_b", "-a", "a" * 41, "ä", "a\n"])
def test_a_prefix_that_aws_would_refuse_is_refused_at_once(prefix):
    with pytest.raises(SagaLabError, match="cannot be a prefix"):
        Names(prefix)


def test_every_name_fits_with_the_longest_prefix():
    names = Names("a" * 40)
    longest = [*(names.function_role(task) for task in TASKS), names.machine_role, names.dead_letter_queue]
    assert max(map(len, longest)) <= 64


def test_a_new_order_triggers_none_of_the_seeds_errors():
    orders = [make_order() for _ in range(50)]
    assert {order["order_id"][0] for order in orders} <= set("456789")
    assert len({order["order_id"] for order in orders}) == 50
    assert json.loads(json.dumps(orders)) == orders
    assert "faults" not in orders[0]


def test_items_are_taken_from_the_catalogue_or_as_they_are():
    first = CATALOGUE[0]
    [item] = order_items({first.item_id: 3})
    assert (item["qty"], item["unit_price"], item["description"]) == (
        3,
        float(first.unit_price),
        first.description,
    )
    assert make_order(items=[{"item_id": "x"}])["items"] == [{"item_id": "x"}]
    assert make_order(faults={})["faults"] == {}
    with pytest.raises(SagaLabError, match="no item 'x'"):
        make_order(items={"x": 1})
