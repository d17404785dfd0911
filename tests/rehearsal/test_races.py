"""Races: two orders for the last item, in every order of their calls that matters."""

import json

import pytest
import typer
from typer.testing import CliRunner

from sagalab import Fault, explore, explore_orders, plan
from sagalab.commands import explore as explore_command
from sagalab.errors import SagaLabError
from sagalab.project import LAMBDAS
from sagalab.rehearsal.races.anomalies import write_skew
from sagalab.rehearsal.races.calls import Made
from sagalab.rehearsal.races.result import compared
from sagalab.rehearsal.services import known

INVENTORY = (LAMBDAS / "inventory.py").read_text(encoding="utf-8")
REFUSED_AFTERWARDS = plan(Fault.error("ReserveInventory", when="after"))
NO_FAULT = plan()


def changed(old, new):
    assert old in INVENTORY
    return {"inventory": INVENTORY.replace(old, new)}


def test_the_seed_s_saga_charges_in_vain_and_never_oversells():
    found = explore_orders("saga", faults=0)
    assert found.whole
    assert sorted(case.statuses for case in found.cases) == [("FAILED", "SUCCEEDED"), ("SUCCEEDED", "FAILED")]
    assert dict(found.counts) == {"charged in vain": 2}
    assert found.findings == []
    assert all(case.verdicts == ("consistent", "consistent") for case in found.cases)


@pytest.mark.parametrize("drawn", ["__import__('random').random() < 0.5", "context.aws_request_id < '8'"])
def test_what_functions_are_known_to_do_is_what_they_would_do(monkeypatch, drawn):
    """A function that is told the same is not run again, unless it draws by chance or says its request's id."""
    faults = (LAMBDAS / "faults.py").read_text(encoding="utf-8")
    begins = "def handler(event, context):\n"
    assert begins in faults
    twice = f"{begins}            if {drawn}: check_order_id(event, error); attempts.count('drawn')\n"
    for code in (None, {"faults": faults.replace(begins, twice)}):
        quick = explore_orders(faults=0, code=code)
        with monkeypatch.context() as patch:
            patch.setattr(known.Known, "step", lambda _, one, run: run(one))
            slow = explore_orders(faults=0, code=code)
        assert slow.cases == quick.cases


def test_the_semantic_lock_takes_no_money_for_what_is_gone():
    found = explore_orders("variations/semantic_lock", faults=0)
    assert len(found.cases) >= 2
    assert found.counts["charged in vain"] == 0
    assert set(found.counts) <= {"dirty read"}


def test_forward_recovery_waits_in_vain():
    found = explore_orders("variations/forward_recovery", faults=0)
    assert {case.statuses for case in found.cases} == {("SUCCEEDED", "RUNNING"), ("RUNNING", "SUCCEEDED")}
    assert dict(found.counts) == {"waits in vain": 2}


def test_a_refusal_because_of_what_is_given_back_is_a_dirty_read():
    found = explore_orders("hardened", only=[REFUSED_AFTERWARDS])
    case = found.smallest("dirty read")
    assert case.statuses == ("FAILED", "FAILED")
    words = next(each.words for each in case.anomalies if each.name == "dirty read")
    assert words == (
        "order 2 was refused because order 1 had taken item 6 of stock, and gave it back afterwards"
    )
    assert found.findings == []


def test_without_the_condition_the_last_item_is_sold_twice():
    found = explore_orders("saga", faults=0, code=changed(', "in_stock >= :qty")', ")"))
    assert {case.statuses for case in found.cases} == {("SUCCEEDED", "SUCCEEDED")}
    assert found.counts["oversold"] == len(found.cases)
    assert "of item 6 there were 1; 2 are reserved and -1 left" in found.findings[0].sentence


def test_a_count_that_is_read_and_then_written_is_lost():
    take = '''def take(item_id: str, qty: int) -> dict:
    """Action: write how many will be left."""
    left = tables.read(tables.STOCK, item_id=item_id)["in_stock"] - qty
    key, values = {"item_id": item_id}, {":left": left}
    return tables.change(tables.STOCK, key, "SET in_stock = :left", values)


'''
    start, end = INVENTORY.index("def take("), INVENTORY.index("def give_back(")
    code = {"inventory": INVENTORY[:start] + take + INVENTORY[end:]}
    found = explore_orders("saga", faults=0, stock=2, code=code)
    assert len(found.cases) > 2
    lost = found.smallest("lost update")
    assert "wrote item 6 of stock over what order" in lost.sentence
    assert found.counts["oversold"] > 0  # the books do not add up
    assert any(not case.anomalies for case in found.cases)  # one after the other it goes well


def test_a_crash_after_the_commit_keeps_the_lock():
    crash = plan(Fault.crash("ReserveInventory", when="after"))
    found = explore_orders("saga", only=[crash])
    assert found.counts["lock never given back"] > 0
    assert "order 1 ended as FAILED and keeps 1 of item 6" in found.findings[0].sentence
    assert explore_orders("hardened", only=[crash]).counts["lock never given back"] == 0


def test_a_late_commit_lands_before_and_after_the_other_order():
    found = explore_orders("hardened", only=[plan(Fault.late("ReserveInventory", times=1))])
    assert len({case.statuses for case in found.cases}) >= 2
    assert all(case.verdicts[1] == "consistent" for case in found.cases)


def test_what_orders_do_not_share_is_not_permuted():
    found = explore_orders("saga", faults=0, stock=2)
    assert len(found.cases) == 2  # who takes from the stock first; all else is each order's own
    assert not found.counts


def test_three_orders_are_drawn_by_seed():
    one, other = (explore_orders("saga", orders=3, faults=0, sample=12, seed=5) for _ in range(2))
    assert len(one.cases) == 12 and not one.whole
    assert [case.record for case in one.cases] == [case.record for case in other.cases]
    assert all(case.statuses.count("SUCCEEDED") == 1 for case in one.cases)


def test_tables_and_picture():
    races = {name: explore_orders(name, faults=0) for name in ("saga", "hardened")}
    table = compared(races)
    assert table.loc["charged in vain", "saga"] == "2 of 2"
    assert table.loc["oversold", "acceptable"] == "no"
    assert races["saga"].table.set_index("anomaly").loc["charged in vain", "without a fault"] == 2
    drawn = races["saga"].picture()
    assert "charged in vain: order 2 saw what order 1 had done" in drawn.words
    assert "order 1" in drawn.svg()
    assert explore_orders("saga", faults=0, stock=2).picture() is None


def test_ctrl_c_keeps_what_was_found():
    def advance(done, of):
        if done == 3:
            raise KeyboardInterrupt

    found = explore_orders("saga", advance=advance)
    assert found.interrupted and not found.whole and found.cases


def test_what_cannot_race_is_said():
    with pytest.raises(SagaLabError, match="Take 2 or 3 orders"):
        explore_orders("saga", orders=4)


def test_explore_races_too():
    assert explore("saga", orders=2, faults=0).counts["charged in vain"] == 2


def test_the_command_says_the_anomalies_and_ends_with_1_when_one_is_not_accepted(tmp_path):
    app = typer.Typer()
    explore_command.register(app)

    def run(*arguments):
        return CliRunner().invoke(app, ["explore", "--orders", "2", "--faults", "0", *arguments])

    result = run("--machine", "hardened", "--picture", str(tmp_path / "race.svg"))
    assert result.exit_code == 0
    assert "charged in vain" in result.output and "every schedule that matters" in result.output
    assert "order 2" in (tmp_path / "race.svg").read_text(encoding="utf-8")
    assert len(json.loads(run("--machine", "hardened", "--json").output)) == 2
    result = CliRunner().invoke(app, ["explore", "--orders", "2"])
    assert result.exit_code == 1 and "lock never given back" in result.output


def test_write_skew_is_two_decisions_on_rows_that_the_other_changed():
    def call(number, order, reads, writes):
        rows = {("t", (name,)): -1 for name in reads}
        wrote = frozenset(("t", (name,)) for name in writes)
        return Made(number, order, "Step", number, "UpdateItem", rows, wrote, frozenset(), False)

    names, won = {"a": "order 1", "b": "order 2"}, {"a": "SUCCEEDED", "b": "SUCCEEDED"}
    skewed = (call(0, "a", "x", ""), call(1, "b", "y", ""), call(2, "a", "y", "y"), call(3, "b", "x", "x"))
    [found] = write_skew(skewed, won, names)
    assert (
        found.words
        == "order 1 decided on row x of t and order 2 on row y of t: each then changed the other's"
    )
    assert write_skew(skewed, {**won, "b": "FAILED"}, names) == []
    in_a_row = (skewed[0], skewed[2], call(2, "b", "y", ""), call(3, "b", "x", "x"))
    assert write_skew(in_a_row, won, names) == []
    one_row = (call(0, "a", "x", ""), call(1, "b", "x", ""), call(2, "a", "", "x"), call(3, "b", "", "x"))
    assert write_skew(one_row, won, names) == []
