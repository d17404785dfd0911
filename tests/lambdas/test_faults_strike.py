"""What each kind of fault does at the edge of a handler, in this process and in real Lambda workers."""

import json
import time

import pytest
from in_process import ERRORS, HANDLERS, UNDO_OF, make_order

from sagalab.deploying.package import package
from sagalab.orders.faults import Fault

RAISED = {
    "error": None,  # each service's own
    "transient": "Lambda.ServiceException",
    "throttle": "Lambda.TooManyRequestsException",
}


@pytest.fixture
def order(services):
    return make_order((services.stock(10), 2, 21.49))


def raised_by(services, task, order):
    """Call a handler that must raise; return the error's name."""
    with pytest.raises(Exception) as raised:
        services.call(task, order)
    return type(raised.value).__name__


def attempts_row(services, order, task):
    return services.row("attempts", f"{order['order_id']}#{task}")


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("kind", RAISED)
@pytest.mark.parametrize("task", HANDLERS)
def test_errors_strike_before_or_after_the_commit(services, order, task, kind, when):
    before = services.rows_of(order)
    faulty = getattr(Fault, kind)(task, when=when).apply(order)
    assert raised_by(services, task, faulty) == (RAISED[kind] or ERRORS[task])
    rows = services.rows_of(order)
    assert (rows == before) == (when == "before")
    if when == "after":
        assert services.call(task, order)
        assert services.rows_of(order) == rows


@pytest.mark.parametrize("times", [1, 3])
def test_only_the_first_attempts_are_struck(services, order, times):
    faulty = Fault.transient("ProcessPayment", times=times).apply(order)
    for _ in range(times):
        assert raised_by(services, "ProcessPayment", faulty) == "Lambda.ServiceException"
    assert services.call("ProcessPayment", faulty)["payment"]["payment_amount"] == 42.98
    assert attempts_row(services, order, "ProcessPayment") == {
        "key": f"{order['order_id']}#ProcessPayment",
        "attempts": times + 1,
    }


def test_a_fault_strikes_only_its_task_and_is_passed_on(services, order):
    faulty = Fault.error("ReserveInventory").apply(order)
    for task in ("ProcessOrder", "ProcessPayment", "ProcessRefund"):
        assert services.call(task, faulty)["faults"] == faulty["faults"]
        assert attempts_row(services, order, task) is None


@pytest.mark.parametrize("prefix", ["1", "2", "3"])
def test_the_seeds_prefixes_fail_after_the_write_unless_the_order_has_its_own_plan(services, prefix):
    task = {"1": "ProcessOrder", "2": "ProcessPayment", "3": "ReserveInventory"}[prefix]
    order = make_order((services.stock(10), 2, 1))
    order["order_id"] = prefix + order["order_id"][1:]
    assert services.fails(task, order) == f"{task} fails on purpose"
    written = services.rows_of(order)
    assert services.call(task, {**order, "faults": {}})
    assert services.rows_of(order) == written
    assert services.call(UNDO_OF[task], order)
    doubled = {**order, "order_id": prefix + order["order_id"]}
    services.fails(task, doubled)
    assert services.fails(UNDO_OF[task], doubled) == f"{UNDO_OF[task]} fails on purpose"


@pytest.mark.parametrize("when", ["before", "after"])
def test_slow_takes_longer_and_succeeds(services, order, when):
    started = time.monotonic()
    faulty = Fault.slow("ProcessPayment", when=when, ms=40).apply(order)
    assert services.call("ProcessPayment", faulty)["payment"]
    assert time.monotonic() - started >= 0.04
    assert "due" not in attempts_row(services, order, "ProcessPayment")


def test_timeout_before_never_commits(services, order):
    faulty = Fault.timeout("ProcessPayment", ms=20).apply(order)
    assert raised_by(services, "ProcessPayment", faulty) == "TimeoutError"
    assert services.movement("payments", order, "Debit") is None


def test_timeout_after_commits_first(services, order, monkeypatch):
    seen = []

    def sleep(seconds):
        seen.append(services.movement("payments", order, "Debit"))

    monkeypatch.setattr(time, "sleep", sleep)
    services.call("ProcessPayment", Fault.timeout("ProcessPayment", when="after", ms=20).apply(order))
    assert seen[0]["payment_amount"] > 0


@pytest.mark.parametrize("when", ["before", "after"])
def test_late_sleeps_then_commits_and_says_so_in_the_attempts_table(services, order, monkeypatch, when):
    seen = []

    def sleep(seconds):
        debit = services.movement("payments", order, "Debit")
        seen.append((debit, attempts_row(services, order, "ProcessPayment")))

    monkeypatch.setattr(time, "sleep", sleep)
    began = time.time()
    services.call("ProcessPayment", Fault.late("ProcessPayment", when=when, ms=9000).apply(order))
    debit, asleep = seen[0]
    assert debit is None and asleep["done"] is False
    assert 9 <= float(asleep["due"]) - began < 9 + time.time() - began + 0.01
    assert services.movement("payments", order, "Debit")
    assert attempts_row(services, order, "ProcessPayment") == {**asleep, "done": True}


def test_a_sleeper_is_not_waited_for_longer_than_its_function_lives(services, order, monkeypatch):
    monkeypatch.setattr(time, "sleep", lambda seconds: None)
    services.call("ProcessPayment", Fault.late("ProcessPayment", ms=900_000).apply(order))
    assert float(attempts_row(services, order, "ProcessPayment")["due"]) <= time.time() + 15


def test_a_late_debit_after_its_refund_takes_nothing(services, order, monkeypatch):
    monkeypatch.setattr(time, "sleep", lambda seconds: services.call("ProcessRefund", order))
    assert "already undone" in services.fails("ProcessPayment", Fault.late("ProcessPayment").apply(order))
    assert services.movement("payments", order, "Debit") is None
    assert attempts_row(services, order, "ProcessPayment")["done"] is True


def test_an_earlier_sleeper_does_not_say_that_a_later_one_is_done(services, order, monkeypatch):
    faulty = Fault.late("ProcessPayment", ms=5000).apply(order)
    seen = []

    def sleep(seconds):
        if not seen:
            seen.append("the first sleeps, the second comes and notes itself")
            key = f"{order['order_id']}#ProcessPayment"
            services.db.update_item(
                TableName=services.names["attempts"],
                Key={"key": {"S": key}},
                UpdateExpression="SET due = :later",
                ExpressionAttributeValues={":later": {"N": str(time.time() + 60)}},
            )

    monkeypatch.setattr(time, "sleep", sleep)
    services.call("ProcessPayment", faulty)
    assert attempts_row(services, order, "ProcessPayment")["done"] is False


# -- in real workers


@pytest.fixture(scope="module")
def invoke(cloud, services):
    """Invoke the debit in the local cloud's Lambda workers: (payload, whether it is an error)."""
    client, iam = cloud.client("lambda"), cloud.client("iam")
    allow = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    trust = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
    role = iam.create_role(RoleName="svc-role", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    client.create_function(
        FunctionName="svc-debit", Runtime="python3.13", Role=role, Handler="payments.debit",
        Code={"ZipFile": package().content}, Timeout=15, MemorySize=256,
        Environment={"Variables": services.environment},
    )  # fmt: skip

    def invoked(order):
        answer = client.invoke(FunctionName="svc-debit", Payload=json.dumps(order).encode())
        return json.loads(answer["Payload"].read()), "FunctionError" in answer

    return invoked


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_crash_ends_the_worker_and_its_attempts_count_over_all_workers(invoke, services, order, when):
    faulty = Fault.crash("ProcessPayment", when=when, times=2).apply(order)
    for _ in range(2):
        payload, failed = invoke(faulty)
        assert failed and payload["errorType"] == "Runtime.ExitError"
        assert (services.movement("payments", order, "Debit") is None) == (when == "before")
    payload, failed = invoke(faulty)
    assert not failed and payload["payment"]["payment_amount"] == 42.98
    assert attempts_row(services, order, "ProcessPayment")["attempts"] == 3


def test_the_names_of_errors_reach_the_caller(invoke, order):
    for kind, name in RAISED.items():
        payload, failed = invoke(getattr(Fault, kind)("ProcessPayment", times=None).apply(order))
        assert failed and payload["errorType"] == (name or "ErrProcessPayment")
    payload, failed = invoke({**order, "faults": {"ProcessPayment": {"kind": "explode"}}})
    assert failed and payload["errorType"] == "InvalidFaultPlan"
    assert "faults.ProcessPayment.kind" in payload["errorMessage"]
