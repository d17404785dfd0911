"""The course's checks on the local cloud: each typical mistake gets the message that names it."""

from collections import Counter

import pytest
from wrong_answers import WRONG

from sagalab import Fault, SagaLabError, check, definition, deploy, plan, tables
from sagalab.course.exercises import exercises
from sagalab.course.outcome import CORRECT, NOT_ATTEMPTED
from sagalab.course.outcome import WRONG as WRONG_NAME


@pytest.fixture(scope="module")
def deployed(cloud):
    patch = pytest.MonkeyPatch()
    patch.setenv("SAGALAB_PREFIX", "checks")
    yield deploy(progress=False)
    patch.undo()


def test_every_exercise_has_six_wrong_answers():
    counts = Counter(name for name, *_ in WRONG)
    assert set(counts) == set(exercises())
    assert {name: count for name, count in counts.items() if count < 6} == {}


@pytest.mark.parametrize(
    ("name", "change", "words"), [(n, c, w) for n, _, c, w in WRONG], ids=[f"{n}-{d}" for n, d, *_ in WRONG]
)
def test_a_wrong_answer_gets_the_message_that_names_its_mistake(deployed, name, change, words):
    answer = check.reference(name)
    changed = change(answer)
    outcome = getattr(check, name)(answer if changed is None else changed)
    assert outcome.name == WRONG_NAME
    assert words in outcome.because
    assert "text/html" in outcome._repr_mimebundle_()


def test_other_correct_solutions_pass(deployed):
    by_output = check.reference("assign")  # without a variable: the order travels as output and input
    first, second = by_output["States"].values()
    del first["Assign"]
    first["Output"], second["Arguments"]["Payload"] = "{% $states.result.Payload %}", "{% $states.input %}"
    assert check.assign(by_output).is_correct

    loop = check.reference("forward")  # a Catch that leads back to the same state, in place of the Retry
    del loop["States"]["ReserveInventory"]["Retry"]
    loop["States"]["ReserveInventory"]["Catch"] = [{"ErrorEquals": ["States.ALL"], "Next": "Later"}]
    loop["States"]["Later"] = {"Type": "Wait", "Seconds": 60, "Next": "ReserveInventory"}
    assert check.forward(loop).is_correct

    everything = check.reference("catch")  # one catcher for all errors
    everything["States"]["ProcessPayment"]["Catch"][0]["ErrorEquals"] = ["States.ALL"]
    assert check.catch(everything).is_correct

    two = check.reference("patience")  # another retrier beside it, and the defaults left out
    retry = two["States"]["ProcessPayment"]["Retry"]
    del retry[0]["BackoffRate"], retry[0]["IntervalSeconds"]
    retry.insert(0, {"ErrorEquals": ["Lambda.ServiceException"]})
    assert check.patience(two).is_correct

    later = check.reference("go_on")  # told at the end of the chain, under other names
    states = later["States"]
    states["ReleaseInventory"]["Catch"][0]["Next"] = "ProcessRefund"
    states["Tell"] = states.pop("sns:NotifyReleaseInventoryFail") | {"Next": "OrderFailed"}
    states["UpdateOrderStatus"]["Next"] = "Tell"
    assert check.go_on(later).is_correct


def test_other_plans_break_it(deployed):
    failed = Fault.error("ReserveInventory", when="after")
    for faults in (
        Fault.late("ReserveInventory"),
        plan(failed, Fault.error("ReleaseInventory")),
        {"ReserveInventory": {"kind": "throttle", "when": "after"}},
    ):
        assert check.break_it(faults).is_correct, faults
    assert not check.break_it(
        Fault.late("ReserveInventory", ms=3000)
    ).is_correct  # within its 10 s: only slow


def test_other_readings_debits_and_books_pass(deployed):
    reading = check.reference("read_run")
    assert check.read_run(
        {**reading, "owed": {"UpdateOrderStatus", "ProcessRefund"}, "paid": "155.45"}
    ).is_correct

    assert check.idempotent("from payments import debit\n").is_correct  # the saga's own
    by_hand = """
import uuid
from decimal import Decimal
import tables

def key(order, kind):
    return {"S": str(uuid.uuid5(uuid.NAMESPACE_URL, order["order_id"] + "#" + kind))}

def debit(order, context):
    total = str(sum(Decimal(str(each["unit_price"])) * each["qty"] for each in order["items"]))
    row = {"transaction_id": key(order, "Debit"), "order_id": {"S": order["order_id"]},
           "payment_type": {"S": "Debit"}, "payment_amount": {"N": total}}
    none = {"TableName": tables.PAYMENTS, "ConditionExpression": "attribute_not_exists(transaction_id)"}
    tables.dynamodb.transact_write_items(TransactItems=[
        {"Put": {"TableName": tables.PAYMENTS, "Item": row}},
        {"ConditionCheck": {**none, "Key": {"transaction_id": key(order, "Credit")}}}])
    return order
"""
    assert check.idempotent(by_hand).is_correct

    def in_python(tables):
        sold, cost = Counter(), 0
        prices = dict(zip(tables["stock"]["item_id"], tables["stock"]["unit_price"], strict=True))
        for row in tables["orders"].itertuples():
            if row.order_status != "Pending":
                sold.update(row.items)
                cost += sum(prices[item] * qty for item, qty in row.items.items())
        counts = (dict(zip(tables[name]["item_id"], tables[name]["in_stock"], strict=True))
                  for name in ("stock_before", "stock"))  # fmt: skip
        before, after = counts
        left = {item: count - sold[item] for item, count in before.items()}
        return float(tables["payments"]["payment_amount"].sum() - cost) == 0 and left == after

    assert check.books(in_python).is_correct


def test_other_hardened_machines_pass(deployed):
    assert check.harden(definition("hardened")).is_correct
    named = check.reference("harden")  # errors by their names, in place of States.ALL
    for name in ("ReleaseInventory", "ProcessRefund", "UpdateOrderStatus"):
        errors = [f"Err{name}", "Runtime.ExitError", "Lambda.TooManyRequestsException"]
        named["States"][name]["Retry"] = [{"ErrorEquals": errors, "MaxAttempts": 1}]
    assert check.harden(named).is_correct


def test_a_function_on_trial_leaves_nothing(deployed):
    assert check.idempotent(check.reference("idempotent")).is_correct
    assert not check.idempotent("def debit(order, context):\n    raise ValueError\n").is_correct
    names = [each["FunctionName"] for each in deployed.cloud.client("lambda").list_functions()["Functions"]]
    groups = deployed.cloud.client("logs").describe_log_groups()["logGroups"]
    assert not [name for name in [*names, *(each["logGroupName"] for each in groups)] if "-check-" in name]
    rows = tables(deployed)
    assert (len(rows["payments"]), len(rows["orders"])) == (0, 0)


def test_a_check_leaves_machines_and_stock_as_they_were(deployed):
    before = tables(deployed)["stock"]
    assert check.happy_path(check.reference("happy_path")).is_correct
    assert tables(deployed)["stock"].equals(before)
    machines = deployed.cloud.client("stepfunctions").list_state_machines()["stateMachines"]
    assert not [each["name"] for each in machines if each["name"].startswith("checks-check-")]


@pytest.mark.parametrize("answer", [{"StartAt": "A"}, [1, 2], "{ no JSON", {"States": {"A": object()}}, 7])
def test_an_answer_that_is_no_machine_is_wrong_and_nothing_worse(answer):
    outcome = check.retry(answer)
    assert outcome.name == WRONG_NAME
    assert "no state machine" in outcome.because or "not JSON" in outcome.because


@pytest.mark.parametrize(
    "stub", [None, ..., {"States": {"A": {"Retry": ...}}}, {"States": {"A": {"Next": "TODO"}}}, [1, ...]]
)
def test_a_stub_is_not_yet_attempted(stub):
    outcome = check.retry(stub)
    assert outcome.name == NOT_ATTEMPTED
    assert 'check.reference("retry")' in str(outcome)


def test_correct_says_so_in_words_and_with_a_sign():
    outcome = check.waits([3, 6, 12, 20, 20])
    assert outcome.name == CORRECT
    assert str(outcome).startswith("✓ correct: ")


def test_an_unknown_exercise_names_those_that_there_are():
    with pytest.raises(AttributeError, match="retry"):
        check.retri  # noqa: B018
    with pytest.raises(SagaLabError, match="There are: .*retry"):
        check.hint("retri")


def test_the_orders_of_a_check_that_broke_are_forgotten(deployed, monkeypatch):
    """A ledger that cannot be read, or Ctrl-C: the stock and the tables are as before."""
    from sagalab.course import trial

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    before = {name: len(rows) for name, rows in tables(deployed).items()}
    stock = tables(deployed)["stock"].set_index("item_id")["in_stock"].to_dict()
    monkeypatch.setattr(trial, "verdicts", interrupted)
    with pytest.raises(KeyboardInterrupt):
        check.output(check.reference("output"))
    assert {name: len(rows) for name, rows in tables(deployed).items()} == before
    assert tables(deployed)["stock"].set_index("item_id")["in_stock"].to_dict() == stock
