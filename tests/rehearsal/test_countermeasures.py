"""What each countermeasure against races admits, and what it costs: measured by the explorer."""

import copy

import pytest

from sagalab import Fault, SagaLabError, definition, explore, explore_orders, plan
from sagalab.project import LAMBDAS
from sagalab.rehearsal.races.costs import REFUSED, THROUGH, TRANSITIONS, UNSOLD, costs
from sagalab.rehearsal.services.edited import with_functions

PLANS = [
    plan(),
    plan(Fault.error("ProcessPayment")),
    plan(Fault.error("ReserveInventory", when="after")),
    plan(Fault.crash("ReserveInventory", when="after")),
]
LATE = plan(Fault.late("ReserveInventory", times=1))
READ_AND_WRITE = """
def take(item_id, qty):
    left = tables.read(tables.STOCK, item_id=item_id)["in_stock"] - qty
    return tables.change(tables.STOCK, {"item_id": item_id}, "SET in_stock = :left", {":left": left})
"""
COMMUTATIVE = """
def take(item_id, qty):
    return tables.change(tables.STOCK, {"item_id": item_id}, "SET in_stock = in_stock - :qty", {":qty": qty})
"""
REREAD = """
def take(item_id, qty):
    seen = tables.read(tables.STOCK, item_id=item_id)["in_stock"]
    values = {":left": seen - qty, ":seen": seen, ":qty": qty}
    return tables.change(tables.STOCK, {"item_id": item_id}, "SET in_stock = :left", values,
                         "in_stock = :seen AND in_stock >= :qty")
"""
LOOK_FIRST = """
@task("ProcessOrder", ErrProcessOrder)
def new_order(order):
    if any(tables.read(tables.STOCK, item_id=line["item_id"])["in_stock"] < line["qty"] for line in order["items"]):
        raise ErrProcessOrder("sold out")
    tables.write(tables.new_row(tables.ORDERS, {"order_id": order["order_id"], "order_status": "New"}, key="order_id"))
    return {**order, "order_status": "New"}
"""
WINDOW = """
def take(item_id, qty):
    other = {"5": "6", "6": "5"}[item_id]
    if tables.read(tables.STOCK, item_id=other)["in_stock"] == 0:
        raise ErrReserveInventory("the window would be empty")
    return tables.change(tables.STOCK, {"item_id": item_id}, "SET in_stock = in_stock - :qty", {":qty": qty},
                         "in_stock >= :qty")
"""


def raced(functions="", module="inventory", **options):
    code = with_functions(module, functions) if functions else None
    return explore_orders(options.pop("machine", "hardened"), **{"faults": 0, "code": code, **options})


def pessimistic():
    machine = definition("variations/semantic_lock")
    machine["States"]["ReserveInventory"]["Retry"].pop()
    return machine


def test_commutative_updates_lose_nothing_and_need_a_condition():
    assert raced(READ_AND_WRITE, stock=2).counts["lost update"] == 2
    assert not raced(COMMUTATIVE, stock=2).counts
    assert dict(raced(COMMUTATIVE).counts) == {"oversold": 2}
    assert dict(raced().counts) == {"charged in vain": 2}


def test_to_reread_the_value_loses_nothing_and_refuses_where_there_was_enough():
    found = raced(REREAD, stock=2)
    assert set(found.counts) == {"charged in vain"} and not found.findings
    assert costs({"reread": found}).loc[THROUGH, "reread"] == "6 of 8"
    assert costs({"course": raced(stock=2)}).loc[THROUGH, "course"] == "4 of 4"


def test_a_look_beforehand_is_a_fuzzy_read_and_no_lock():
    found = raced(LOOK_FIRST, module="orders")
    assert found.counts["charged in vain"] == found.counts["fuzzy read"] == 2 < len(found.cases)
    [words] = [each.words for each in found.smallest("fuzzy read").anomalies if each.name == "fuzzy read"]
    assert words == (
        "order 2 looked at item 6 of stock in ProcessOrder, and ReserveInventory found it changed by order 1"
    )
    assert not found.findings  # a saga has no isolation: it is accepted


def test_a_state_that_is_tried_again_reads_anew_and_that_is_no_fuzzy_read():
    assert raced(machine="variations/semantic_lock", only=PLANS).counts["fuzzy read"] == 0


def test_to_give_back_what_was_taken_is_no_second_look():
    assert raced(only=PLANS, stock=2).counts["fuzzy read"] == 0


def test_a_rule_over_two_rows_is_a_write_skew_until_both_are_in_one_transaction():
    wants = [{"5": 1}, {"6": 1}]
    found = raced(WINDOW, wants=wants)
    assert found.counts["write skew"] == 1 and len(found.cases) == 3
    picture = found.picture("write skew")
    assert "write skew: order 2 changed what order 1 had decided on" in picture.words
    decided = (
        "order 1 ReserveInventory (reads item 6 of stock); order 2 ReserveInventory (reads item 5 of stock)"
    )
    assert decided in picture.words and "changes item 5 of stock" in picture.svg()
    assert "ProcessPayment (" not in picture.words  # a row of one order alone
    assert not raced(wants=wants).counts


def test_the_version_file_stops_a_late_reservation():
    """Frank and Zahle's version file: the Release row, written first, refuses the reservation that comes late."""
    source = (LAMBDAS / "inventory.py").read_text(encoding="utf-8")
    check = "        tables.no_row(tables.INVENTORY, transaction_id=release_id),\n"
    assert check in source
    without = source.replace(check, "").replace(
        "earlier, undone, *short", "undone = None\n    earlier, *short"
    )
    machine = definition("hardened")
    del machine["States"]["ReserveInventory"]["Retry"]
    assert raced(machine=machine, only=[LATE]).counts["lock never given back"] == 0
    found = explore_orders(machine, only=[LATE], code={"inventory": without})
    assert found.counts["lock never given back"] == 1


def test_the_lock_makes_dirty_reads_rarer_and_waits():
    designs = {
        "pays first": "hardened",
        "pessimistic view": pessimistic(),
        "lock": "variations/semantic_lock",
    }
    found = {name: explore_orders(machine, only=PLANS) for name, machine in designs.items()}
    share = {name: each.counts["dirty read"] / len(each.cases) for name, each in found.items()}
    assert share["lock"] < share["pessimistic view"]
    assert [each.counts["charged in vain"] for each in found.values()] == [6, 0, 0]
    calm = costs({name: explore_orders(machine, faults=0) for name, machine in designs.items()})
    assert list(calm.loc[REFUSED]) == ["0.0", "0.0", "3.0"]
    table = costs(found)  # of the order that met no fault: the other one's retries are not counted
    assert list(table.loc[REFUSED]) == ["0.0", "0.0", "3.0"]
    assert table.loc[UNSOLD, "lock"] == "3 of 20" and table.loc[UNSOLD, "pessimistic view"] == "3 of 11"
    assert float(table.loc[TRANSITIONS, "lock"]) > float(table.loc[TRANSITIONS, "pessimistic view"])


def test_a_lock_that_is_asked_for_ten_times_comes_to_its_end_and_one_for_ever_does_not():
    machine = definition("variations/semantic_lock")
    waits = machine["States"]["ReserveInventory"]["Retry"][-1]
    waits["MaxAttempts"] = 10
    found = explore_orders(machine, faults=0)
    assert all("RUNNING" not in case.statuses for case in found.cases)
    assert costs({"ten": found}).loc[REFUSED, "ten"] == "10.1"
    waits["MaxAttempts"] = 10_000
    assert any("RUNNING" in case.statuses for case in explore_orders(machine, faults=0).cases)


def test_who_waits_in_vain_is_never_refused():
    found = costs({"forward": explore_orders("variations/forward_recovery", faults=0)})
    assert found.loc[REFUSED, "forward"] == "waits" and found.loc[UNSOLD, "forward"] == "0 of 2"


def test_by_value_locks_what_is_dear_and_charges_for_what_is_cheap():
    dear = explore_orders("variations/by_value", only=PLANS)
    cheap = explore_orders("variations/by_value", only=PLANS, wants=[{"1": 1}] * 2)
    assert dear.counts["charged in vain"] == 0 and not dear.findings
    assert cheap.counts["charged in vain"] > 0 and not cheap.findings


def test_by_value_leaks_under_no_single_fault():
    assert explore("variations/by_value").findings == []


def test_a_function_is_replaced_with_its_decorator_and_a_new_one_is_added():
    found = with_functions(
        "inventory", "def take(item_id, qty):\n    return more(qty)\n\ndef more(qty):\n    return qty\n"
    )
    source = found["inventory"]
    compile(source, "inventory.py", "exec")
    assert source.count("def take(") == 1 and source.endswith("\n\n\ndef more(qty):\n    return qty\n")
    two = "def movement():\n    return 1\n\ndef take():\n    return 2\n"
    both = with_functions("inventory", two)["inventory"]
    compile(both, "inventory.py", "exec")
    assert both.count("def take():\n    return 2") == both.count("def movement():\n    return 1") == 1
    assert "def give_back(item_id: str" in both and "def shortage(" in both
    assert "def take(item_id" not in both and "def movement(order_id" not in both
    placed = with_functions("orders", LOOK_FIRST)["orders"]
    assert placed.count('@task("ProcessOrder"') == 1 and "sold out" in placed
    for module, text, words in (("inventry", "", "no module 'inventry'"), ("orders", "def (", "not Python")):
        with pytest.raises(SagaLabError, match=words):
            with_functions(module, text)


def test_the_number_of_orders_is_the_number_of_wishes():
    with pytest.raises(SagaLabError, match="Take 2 or 3 orders"):
        explore_orders("saga", wants=[{"6": 1}])
    machine = copy.deepcopy(definition("saga"))
    assert len(explore_orders(machine, faults=0, wants=[{"5": 1}, {"6": 1}]).cases) == 1  # nothing is shared


def test_races_of_the_saga_as_code_are_told_what_to_take():
    with pytest.raises(SagaLabError, match="durable is the saga as code, and no state machine") as told:
        explore_orders("durable")
    assert "Races of orders are explored for state machines only" in told.value.cure
