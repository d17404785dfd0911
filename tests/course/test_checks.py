"""The course's checks: each typical mistake gets the message that names it, within limits of time and memory."""

import json
import time
from collections import Counter, UserDict
from types import MappingProxyType

import psutil
import pytest
from wrong_answers import WRONG

from sagalab import Fault, SagaLabError, check, definition, plan, task_state
from sagalab.course import judge_process, judging
from sagalab.course.exercises import exercises
from sagalab.course.outcome import CORRECT, NOT_ATTEMPTED
from sagalab.course.outcome import WRONG as WRONG_NAME


@pytest.fixture(autouse=True)
def no_cloud(monkeypatch, tmp_path):
    """No check needs a cloud: one that asked for AWS would find no credentials, and the state folder stays bare."""
    monkeypatch.setenv("SAGALAB_STATE_DIR", str(tmp_path))
    monkeypatch.setenv("SAGALAB_CLOUD", "aws")
    yield
    assert {path.name.partition(".")[0] for path in tmp_path.iterdir()} <= {"progress"}


def test_every_exercise_has_eight_wrong_answers():
    counts = Counter(name for name, *_ in WRONG)
    assert set(counts) == set(exercises())
    assert {name: count for name, count in counts.items() if count < 8} == {}


@pytest.mark.parametrize(
    ("name", "change", "words"), [(n, c, w) for n, _, c, w in WRONG], ids=[f"{n}-{d}" for n, d, *_ in WRONG]
)
def test_a_wrong_answer_gets_the_message_that_names_its_mistake(request, name, change, words, monkeypatch):
    if "endless" in request.node.name:  # each would take as much of the computer as fifty other answers
        monkeypatch.setattr(judging, "CPU_SECONDS", 0.5)
    answer = check.reference(name)
    changed = change(answer)
    outcome = getattr(check, name)(answer if changed is None else changed)
    assert outcome.name == WRONG_NAME
    assert words in outcome.because
    assert "text/html" in outcome._repr_mimebundle_()


def test_other_correct_solutions_pass():
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
    assert check.go_on(definition("hardened")).is_correct  # it waits for a human, once somebody was told
    assert check.go_on(definition("variations/parallel_compensation")).is_correct


def test_a_machine_may_be_any_mapping():
    for kind in (UserDict, MappingProxyType, json.dumps):
        assert check.output(kind(check.reference("output"))).is_correct


def test_other_plans_break_it():
    failed = Fault.error("ReserveInventory", when="after")
    for faults in (
        plan(failed, Fault.error("ReleaseInventory")),
        {"ReserveInventory": {"kind": "throttle", "when": "after"}},
    ):
        assert check.break_it(faults).is_correct, faults
    for no_debt in (Fault.late("ReserveInventory", ms=3000), Fault.late("ReserveInventory")):
        assert not check.break_it(no_debt).is_correct  # only slow; and committed after the end


def test_other_readings_debits_and_books_pass():
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


def test_other_hardened_machines_pass():
    assert check.harden(definition("hardened")).is_correct
    named = check.reference("harden")  # errors by their names, in place of States.ALL
    for name in ("ReleaseInventory", "ProcessRefund", "UpdateOrderStatus"):
        errors = [f"Err{name}", "Runtime.ExitError", "Lambda.TooManyRequestsException"]
        named["States"][name]["Retry"] = [{"ErrorEquals": errors, "MaxAttempts": 1}]
    assert check.harden(named).is_correct


def test_other_undos_and_tokens_pass():
    branches = [
        {"StartAt": name, "States": {name: task_state(function, payload="{% $states.input %}")}}
        for name, function in (
            ("Reset", "UpdateOrderFunction"),
            ("Refund", "CreditPaymentFunction"),
            ("Release", "ReleaseInventoryFunction"),
        )
    ]
    at_once = {"Type": "Parallel", "Branches": branches, "End": True}  # the undos do not need each other
    assert check.undo({"QueryLanguage": "JSONata", "StartAt": "P", "States": {"P": at_once}}).is_correct
    in_turn = check.reference("undo")
    in_turn["States"]["Refund"]["Retry"] = [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 5}]
    assert check.undo(in_turn).is_correct

    assert check.token("{% $hash($states.input.order_id, 'SHA-256') %}").is_correct
    assert check.token("{% $states.context.Execution.Input.order_id %}").is_correct


def test_another_delivery_passes():
    plain = check.reference("heartbeat")  # a wait of its own before the second, and everything caught
    deliver = plain["States"]["Deliver"]
    deliver["HeartbeatSeconds"] = 45
    deliver["Retry"] = [{"ErrorEquals": ["States.HeartbeatTimeout"], "MaxAttempts": 1, "IntervalSeconds": 10}]
    deliver["Catch"] = [{"ErrorEquals": ["States.ALL"], "Next": "NotDelivered"}]
    assert check.heartbeat(plain).is_correct
    two = check.reference("heartbeat")  # the second courier is asked by a state of his own
    first = two["States"]["Deliver"]
    two["States"]["DeliverAgain"] = {**first, "Retry": []}
    first["Retry"] = []
    first["Catch"] = [{"ErrorEquals": ["States.HeartbeatTimeout"], "Next": "DeliverAgain"}, *first["Catch"]]
    two["States"]["DeliverAgain"]["Arguments"] = two["States"]["Deliver"]["Arguments"] | {
        "Message": "{% $states.context.Task.Token %}"
    }
    assert check.heartbeat(two).is_correct


def test_other_steps_and_locks_that_no_race_spoils_pass():
    added = """
def take(item_id, qty):
    return tables.change(tables.STOCK, {"item_id": item_id}, "ADD in_stock :less", {":less": -qty, ":qty": qty},
                         "NOT in_stock < :qty")
"""
    assert check.take(added).is_correct
    its_own_names = """
LEAST = "in_stock >= :qty"
if LEAST:
    def take(item_id, qty, least=LEAST):
        return tables.change(tables.STOCK, {"item_id": item_id}, "SET in_stock = in_stock - :qty", {":qty": qty}, least)
"""
    assert check.take(its_own_names).is_correct

    assert check.lock(definition("variations/semantic_lock")).is_correct
    loop = check.reference("lock")  # a Wait and a way back in place of the retrier
    states = loop["States"]
    states["ReserveInventory"]["Retry"].pop()
    again = {
        "ErrorEquals": ["ErrReserveInventory"],
        "Assign": {"tried": "{% $exists($tried) ? $tried + 1 : 1 %}"},
    }
    states["ReserveInventory"]["Catch"].insert(0, again | {"Next": "Again"})
    once_more = {"Condition": "{% $tried < 3 %}", "Next": "Later"}
    states["Again"] = {"Type": "Choice", "Choices": [once_more], "Default": "ReleaseInventory"}
    states["Later"] = {"Type": "Wait", "Seconds": 1, "Next": "ReserveInventory"}
    assert check.lock(loop).is_correct


def test_a_check_that_runs_too_long_gives_signs_of_life_and_ends(monkeypatch, capsys):
    monkeypatch.setattr(judge_process, "SIGN_SECONDS", 0.2)
    monkeypatch.setattr(judge_process, "WALL_SECONDS", 3.0)
    check.waits([3])  # the process is there
    begun = time.monotonic()
    outcome = check.books(lambda tables: time.sleep(100))
    assert outcome.because == "the answer does not come to an end" and "books" in outcome.happened
    assert time.monotonic() - begun < 60
    lines = [line for line in capsys.readouterr().out.splitlines() if line.startswith("… ")]
    assert len(lines) > 3 and "the books: two orders complete" in lines[-1]


def test_a_check_that_is_interrupted_leaves_no_process(monkeypatch):
    check.waits([3])
    process = psutil.Process(judge_process.kept().process.pid)

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(judge_process.JudgeProcess, "heard", interrupted)
    with pytest.raises(KeyboardInterrupt):
        check.waits([3, 6])
    assert not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


def test_a_fault_of_the_check_itself_is_said_as_such(monkeypatch):
    monkeypatch.setattr(judge_process, "as_bytes", lambda answer: b"no pickle")
    with pytest.raises(SagaLabError, match="The check waits itself failed: .*mistake of the workshop"):
        check.waits([3])


def test_what_an_answer_prints_and_changes_stays_in_its_process(capsys):
    def rude(tables):
        print("hello")
        judging.MEMORY_BYTES = 0
        return False

    assert not check.books(rude).is_correct
    assert "hello" not in capsys.readouterr().out
    assert judging.MEMORY_BYTES and check.books(check.reference("books")).is_correct


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


def test_a_machine_of_a_thousand_states_is_judged_and_not_drawn():
    states = {f"S{number}": {"Type": "Pass", "Next": f"S{number + 1}"} for number in range(1000)}
    outcome = check.output({"StartAt": "S0", "States": {**states, "S1000": {"Type": "Succeed"}}})
    assert "no order was placed" in outcome.because
    assert "1,001 states: too many for a picture" in outcome._repr_mimebundle_()["text/html"]


def test_an_unknown_exercise_names_those_that_there_are():
    with pytest.raises(SagaLabError, match="Do you mean retry.* There are: .*retry"):
        check.retri  # noqa: B018
    assert not hasattr(check, "nothing")
    for name in ("retri", "", None, []):
        with pytest.raises(SagaLabError, match="There are: .*retry"):
            check.hint(name)


def test_a_check_without_an_answer_is_not_yet_attempted():
    assert check.retry().name == NOT_ATTEMPTED


def test_a_strategy_by_hand_and_an_undo_by_the_sdk_s_presets_are_correct():
    by_hand = """
from aws_durable_execution_sdk_python.config import Duration
from aws_durable_execution_sdk_python.retries import RetryDecision

def strategy(error, attempts_made):
    if type(error).__name__.startswith("Lambda.") and attempts_made < 5:
        return RetryDecision.retry(Duration.from_seconds(attempts_made))
    return RetryDecision.no_retry()
"""
    assert check.tries(by_hand).is_correct
    presets = """
from aws_durable_execution_sdk_python.retries import RetryPresets

DO = StepConfig(RetryPresets.none(), StepSemantics.AT_MOST_ONCE_PER_RETRY)
UNDO = StepConfig(RetryPresets.critical(), StepSemantics.AT_MOST_ONCE_PER_RETRY)

def compensate(context, undos, order):
    owed = []
    for name, undo in undos:
        try:
            do(context, name, undo, order, UNDO)
        except Exception:
            owed += [name]
    return [{"undo": name} for name in owed]
"""
    assert check.survive(presets).is_correct
