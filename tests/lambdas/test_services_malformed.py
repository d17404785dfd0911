"""What is no order is refused by the service's own error, with the field named, and writes nothing."""

import json
import math

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from in_process import ERRORS, FORWARD, UNDO, make_order

QTY = "items[0].qty must be a whole number of at least 1, at most 10000"
GOOD = {"item_id": "1", "qty": 1, "unit_price": 1.5}


def item(**changed):
    """An order with one item that is wrong in some field (None: the field is missing)."""
    return {"items": [{k: v for k, v in (GOOD | changed).items() if v is not None}]}


MALFORMED = {
    "no order_id": ({"order_id": None}, "order_id must be text of 1 to 500 characters, not missing"),
    "empty order_id": ({"order_id": ""}, 'order_id must be text of 1 to 500 characters, not ""'),
    "blank order_id": ({"order_id": "  "}, "order_id"),
    "number order_id": ({"order_id": 47}, "order_id must be text of 1 to 500 characters, not 47"),
    "long order_id": ({"order_id": "4" * 501}, "order_id"),
    "half a character": ({"order_id": "4\ud800"}, "order_id must be text in Unicode"),
    "no customer": ({"customer_id": None}, "customer_id must be text of 1 to 500 characters, not missing"),
    "customer true": ({"customer_id": True}, "customer_id must be text of 1 to 500 characters, not true"),
    "date as number": ({"order_date": 20260131}, "order_date"),
    "no items": ({"items": None}, "items must be a list of 1 to 98 items, not missing"),
    "empty items": ({"items": []}, "items must be a list of 1 to 98 items, not 0 items"),
    "items an object": ({"items": {"1": 2}}, 'items must be a list of 1 to 98 items, not {"1": 2}'),
    "items text": ({"items": "mug"}, "items must be a list"),
    "too many items": ({"items": [GOOD] * 99}, "items must be a list of 1 to 98 items, not 99 items"),
    "item text": ({"items": ["mug"]}, 'items[0] must be an object, not "mug"'),
    "second item": ({"items": [GOOD, {**GOOD, "qty": -1}]}, "items[1].qty must be a whole number"),
    "no item_id": (item(item_id=None), "items[0].item_id must be text of 1 to 500 characters, not missing"),
    "number item_id": (item(item_id=1), "items[0].item_id"),
    "negative qty": (item(qty=-1), f"{QTY}, not -1"),
    "zero qty": (item(qty=0), f"{QTY}, not 0"),
    "fractional qty": (item(qty=1.5), "items[0].qty"),
    "true qty": (item(qty=True), f"{QTY}, not true"),
    "text qty": (item(qty="2"), f'{QTY}, not "2"'),
    "no qty": (item(qty=None), "items[0].qty"),
    "huge qty": (item(qty=10**400), "items[0].qty"),
    "NaN qty": (item(qty=math.nan), "items[0].qty"),
    "price as text": (item(unit_price="1.50"), 'at most 2 decimals, not "1.50"'),
    "negative price": (item(unit_price=-0.01), "items[0].unit_price"),
    "NaN price": (item(unit_price=math.nan), "items[0].unit_price"),
    "infinite price": (item(unit_price=math.inf), "items[0].unit_price"),
    "price of 3 decimals": (item(unit_price=1.005), "items[0].unit_price"),
    "huge price": (item(unit_price=1e300), "items[0].unit_price"),
    "false price": (item(unit_price=False), "items[0].unit_price"),
    "no price": (item(unit_price=None), "items[0].unit_price"),
    "description a list": (item(description=["mug"]), "items[0].description must be text of 0 to"),
}


@pytest.fixture(scope="module")
def item_1(services):
    """Item "1" is in stock, so that an order is refused for its form and for nothing else."""
    services.stock(1_000_000, item_id="1")


@pytest.mark.usefixtures("item_1")
@pytest.mark.parametrize(("changed", "message"), MALFORMED.values(), ids=MALFORMED.keys())
def test_a_malformed_order_is_refused_with_the_field_named(services, changed, message):
    order = {k: v for k, v in (make_order(("1", 1, 1.5)) | changed).items() if v is not None}
    written = services.written
    for task in FORWARD:
        assert message in services.fails(task, order)
    assert services.written == written


@pytest.mark.parametrize("event", [None, [], "4", 4, True])
def test_what_is_no_object_is_refused_by_all_six(services, event):
    written = services.written
    for task in ERRORS:
        assert services.fails(task, event).startswith("the order must be an object, not ")
    assert services.written == written


@pytest.mark.parametrize("task", UNDO)
def test_an_undo_needs_only_the_order_id(services, task):
    assert services.call(task, make_order(items="nonsense", customer_id=None))
    for wrong in (None, "", 4, ["4"]):
        assert services.fails(task, {"order_id": wrong}).startswith("order_id must be text")


@pytest.mark.parametrize(
    ("least_or_most", "changed"),
    [
        ({"qty": 1, "unit_price": 0, "description": ""}, {"customer_id": "c", "order_date": None}),
        ({"qty": 10_000, "unit_price": 1_000_000, "description": "d" * 500}, {"customer_id": "c" * 500}),
    ],
    ids=["least", "most"],
)
def test_the_least_and_the_most_that_an_order_may_hold_are_taken(services, least_or_most, changed):
    item_id = services.stock(10_000, item_id="i" * 500 if least_or_most["description"] else None)
    order = make_order((item_id, 1, 1)) | changed
    order["items"][0] |= least_or_most
    for task in FORWARD:
        assert services.call(task, order)
    assert services.left(item_id) == 10_000 - least_or_most["qty"]


@pytest.mark.parametrize("whole", [2, 2.0])
def test_json_has_one_kind_of_number(services, whole):
    """JSONata may turn 2 into 2.0: still a whole number, and it comes back as it was."""
    order = make_order((services.stock(5), whole, 3))
    result = services.call("ReserveInventory", services.call("ProcessPayment", order))
    assert result["payment"]["payment_amount"] == 6
    assert result["items"] == order["items"]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)


@st.composite
def nearly_orders(draw):
    """An order that the services take, in which up to two fields hold any JSON, or are missing."""
    order = make_order(("1", draw(st.integers(1, 3)), 1.5), order_id=f"4-{draw(st.uuids())}")
    for _ in range(draw(st.integers(0, 2))):
        line = order["items"][0] if isinstance(order.get("items"), list) and order["items"] else order
        target = draw(st.sampled_from([order, line if isinstance(line, dict) else order]))
        field = draw(st.sampled_from([*target, "note", "payment", "inventory", "description"]))
        if draw(st.booleans()):
            target[field] = draw(json_values)
        else:
            target.pop(field, None)
    return order


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(event=nearly_orders() | nearly_orders() | json_values)
@pytest.mark.usefixtures("item_1")
def test_any_json_gives_an_order_or_the_business_error_and_no_rows(services, event):
    sent = json.dumps(event)
    for task in ERRORS:
        written = services.written
        try:
            result = services.call(task, event)
        except Exception as error:
            assert type(error).__name__ == ERRORS[task] and str(error)
            assert services.written == written
        else:
            own = {"order_status", "payment", "inventory"}
            others, as_sent = ({k: v for k, v in of.items() if k not in own} for of in (result, event))
            assert json.dumps(others, sort_keys=True) == json.dumps(as_sent, sort_keys=True)
        assert json.dumps(event) == sent
