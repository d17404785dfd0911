"""The ledger's verdict on real runs: the seven scenarios, and states of the tables that were made by hand."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from sagalab import deploy, destroy, make_order, run, run_scenario, tables
from sagalab.ledger.inbox import AT_ONCE, notifications
from sagalab.ledger.read import FEW, MANY, read_ledger, read_ledgers
from sagalab.ledger.verdict import verdict

UNIT = Decimal("8.50")  # item 1 of the catalogue


@pytest.fixture(scope="module")
def deployed(cloud):
    return deploy(cloud, prefix="ledger", progress=False)


def order_of(qty=2, **more):
    return make_order(items={"1": qty}, **more)


def write(deployed, table, **row):
    deployed.cloud.resource("dynamodb").Table(deployed.tables[table]).put_item(Item=row)


def publish(deployed, **message):
    import json

    deployed.cloud.client("sns").publish(TopicArn=deployed.topic_arn, Message=json.dumps(message))


@pytest.mark.parametrize(
    ("key", "name", "words"),
    [
        ("1", "consistent", "all was undone"),
        ("11", "consistent", "all was undone"),  # the status was set before the error
        ("2", "consistent", "all was undone"),
        ("22", "leaked", "order still New"),  # the refund was written before the error
        ("3", "consistent", "all was undone"),
        ("33", "leaked", "51.90 not refunded; order still New"),  # hole 2: the refund is skipped
        ("4", "consistent", "all was done"),
    ],
)
def test_the_seven_scenarios(deployed, key, name, words):
    found = verdict(run_scenario(key, deployment=deployed), deployed)
    assert (found.name, found.words) == (name, words)


def test_a_run_cut_off_after_the_payment_owes_money_and_the_order(deployed):
    order = order_of(faults={"ReserveInventory": {"kind": "crash", "when": "before"}})
    found = verdict(run(order, deployment=deployed), deployed)
    assert str(found) == "leaked: 17.00 not refunded; order still New"
    assert [each.undo for each in found.owed] == ["ProcessRefund", "UpdateOrderStatus"]


def test_a_crash_after_the_reservation_owes_all_three(deployed):
    order = order_of(faults={"ReserveInventory": {"kind": "crash", "when": "after"}})
    found = verdict(run(order, deployment=deployed), deployed)
    assert found.words == "17.00 not refunded; 2 × item 1 not released; order still New"


def test_nothing_done_is_consistent(deployed):
    order = order_of(faults={"ProcessOrder": {"kind": "crash", "when": "before"}})
    execution = run(order, deployment=deployed)
    assert execution.status == "FAILED"
    assert str(verdict(execution, deployed)) == "consistent: all was undone"


def test_money_taken_twice_leaks_though_the_execution_succeeded(deployed):
    order = order_of()
    execution = run(order, deployment=deployed)
    write(
        deployed, "payments", transaction_id=f"second-{order['order_id']}", order_id=order["order_id"],
        payment_type="Debit", payment_amount=2 * UNIT,
    )  # fmt: skip
    assert str(verdict(execution, deployed)) == "leaked: the execution succeeded, but 17.00 not refunded"


def half_done(deployed, message=None):
    """Run an order into a refund that is owed, with everything else undone by hand, and publish a message."""
    order = order_of(faults={"ReserveInventory": {"kind": "crash", "when": "before"}})
    execution = run(order, deployment=deployed)
    write(deployed, "orders", order_id=order["order_id"], order_status="Pending")
    if message is not None:
        publish(deployed, order_id=order["order_id"], **message)
    return execution


@pytest.mark.parametrize(
    "owed",
    [
        ["ProcessRefund"],
        [{"undo": "ProcessRefund"}],
        [{"undo": "ProcessRefund", "amount": 17}],
    ],
)
def test_a_notification_that_names_what_is_owed_announces_it(deployed, owed):
    found = verdict(half_done(deployed, {"status": "failed", "owed": owed}), deployed)
    assert str(found) == "announced: 17.00 not refunded; a notification names it"


@pytest.mark.parametrize(
    "message",
    [
        None,
        {"status": "failed"},
        {"status": "failed", "owed": []},
        {"status": "failed", "owed": ["ReleaseInventory"]},
        {"status": "failed", "owed": ["ProcessRefund", "ReleaseInventory"]},  # nothing is reserved
        {"status": "failed", "owed": [{"undo": "ProcessRefund", "amount": 16.99}]},
        {"status": "failed", "owed": "ProcessRefund"},
    ],
)
def test_a_notification_that_does_not_name_exactly_what_is_owed_does_not(deployed, message):
    found = verdict(half_done(deployed, message), deployed)
    assert str(found) == "leaked: 17.00 not refunded"


def test_a_late_commit_is_waited_for_or_said_to_be_pending(deployed):
    """The debit sleeps past its task's timeout and commits after it."""
    machine = {
        "QueryLanguage": "JSONata",
        "StartAt": "ProcessPayment",
        "States": {
            "ProcessPayment": {
                "Type": "Task",
                "Resource": "arn:aws:states:::lambda:invoke",
                "Arguments": {"FunctionName": "${DebitPaymentFunction}", "Payload": "{% $states.input %}"},
                "TimeoutSeconds": 1,
                "End": True,
            }
        },
    }
    from sagalab import deploy_machine

    deploy_machine(deployed, "late", machine)
    order = order_of(faults={"ProcessPayment": {"kind": "late", "ms": 1800}})
    execution = run(order, "late", deployment=deployed)
    assert execution.error == "States.Timeout"
    early = verdict(execution, deployed, wait=False)
    assert list(early.ledger.pending) == ["ProcessPayment"]
    assert str(early) == "consistent: all was undone; ProcessPayment may still commit"
    assert str(verdict(execution, deployed)) == "leaked: 17.00 not refunded"


def test_messages_of_other_orders_are_kept(deployed):
    one, other = order_of(), order_of()
    run(one, deployment=deployed)
    run(other, deployment=deployed)
    assert [note.body["status"] for note in notifications(deployed, one["order_id"])] == ["success"]
    assert [note.body["status"] for note in notifications(deployed, other["order_id"])] == ["success"]


def test_rows_and_html_tell_the_ledger(deployed):
    order = order_of(faults={"ReserveInventory": {"kind": "crash", "when": "after"}})
    found = verdict(run(order, deployment=deployed), deployed)
    assert ("payments", "Debit", "+17.00") in found.ledger.rows()
    assert ("inventory", "Reserve", "−2 × item 1") in found.ledger.rows()
    assert "leaked" in found._repr_html_() and "−2 × item 1" in found._repr_html_()


@pytest.mark.parametrize("others", [FEW, MANY - 1, MANY])
def test_a_ledger_says_the_same_in_a_crowd(deployed, others):
    """One order is looked up by the index, some are picked by the service, and for many the tables are read whole."""
    order = order_of(faults={"ReserveInventory": {"kind": "crash", "when": "after"}})
    run(order, deployment=deployed)
    alone = read_ledger(order, deployed)
    assert len(alone.payments) == len(alone.inventory) == 1
    found = read_ledgers([order, *({"order_id": f"other-{number}"} for number in range(others))], deployed)
    assert found[0] == alone
    assert not any(each.payments or each.inventory for each in found[1:])


def test_the_ledger_of_an_unknown_order_is_empty(deployed):
    ledger = read_ledger({"order_id": "never-sent"}, deployed)
    assert ledger.all_undone and not ledger.owed(succeeded=False)


def test_without_a_deployment_the_environments_is_judged(deployed, monkeypatch):
    monkeypatch.setenv("SAGALAB_PREFIX", deployed.prefix)
    order = order_of(faults={"ReserveInventory": {"kind": "crash", "when": "before"}})
    found = verdict(run(order, deployment=deployed))
    assert str(found) == "leaked: 17.00 not refunded; order still New"


@pytest.mark.parametrize(
    "items", [None, 3, ["1"], [{"item_id": "1"}], [{"item_id": "1", "qty": "x", "unit_price": 1}]]
)
def test_the_ledger_of_an_order_that_is_none_wants_nothing(deployed, items):
    ledger = read_ledger({"order_id": "malformed", "items": items}, deployed)
    assert ledger.wanted == {} and ledger.stock == {} and not ledger.all_done


@pytest.mark.parametrize("item_id", [1, "", "x" * 2049, "no such item", None])
def test_an_item_that_nobody_has_is_wanted_and_has_no_stock(deployed, item_id):
    line = {"item_id": item_id, "qty": 1, "unit_price": 1}
    ledger = read_ledger({"order_id": "odd-item", "items": [line]}, deployed)
    assert list(ledger.wanted) == [item_id] and ledger.stock == {}


def test_what_was_ordered_is_read_from_the_row_when_only_the_id_is_given(deployed):
    order = order_of()
    run(order, deployment=deployed)
    ledger = read_ledger({"order_id": order["order_id"]}, deployed)
    assert ledger.wanted == {"1": (2, UNIT)} and ledger.all_done and list(ledger.stock) == ["1"]


def test_an_index_that_lags_behind_hides_no_row(deployed):
    """On AWS an index follows its table within moments; what our services wrote is found by its key."""
    order = order_of()
    execution = run(order, deployment=deployed)
    client = deployed.cloud.client("dynamodb")

    def not_yet(parsed, **_):
        parsed["Items"] = []

    client.meta.events.register("after-call.dynamodb.Query", not_yet, unique_id="lag")
    try:
        assert str(verdict(execution, deployed)) == "consistent: all was done"
    finally:
        client.meta.events.unregister("after-call.dynamodb.Query", unique_id="lag")


@pytest.mark.parametrize("others", [0, MANY - 1, MANY * 6])
def test_every_read_but_that_of_the_index_is_consistent(deployed, others):
    """An eventually consistent read right after a run misses rows: on AWS that would be a false leak."""
    asked = []
    events = deployed.cloud.client("dynamodb").meta.events
    for name in ("Scan", "BatchGetItem"):
        events.register(
            f"provide-client-params.dynamodb.{name}", lambda params, **_: asked.append(params), unique_id=name
        )
    try:
        order = order_of()
        read_ledgers([order, *({"order_id": f"other-{number}"} for number in range(others))], deployed)
        tables(deployed)
    finally:
        for name in ("Scan", "BatchGetItem"):
            events.unregister(f"provide-client-params.dynamodb.{name}", unique_id=name)
    whole = [each for each in asked if "TableName" in each]
    by_key = [each for request in asked for each in request.get("RequestItems", {}).values()]
    assert len(whole) >= 4 and (by_key or others)
    assert all(each["ConsistentRead"] is True for each in [*whole, *by_key])


def test_a_verdict_takes_five_reads_and_takes_its_message_off_the_queue(deployed):
    """Attempts first: what is not under way there has its rows in what is read after."""
    execution = run(order_of(), deployment=deployed)
    notifications(deployed)
    publish(deployed, order_id=execution.input["order_id"], status="again")
    asked: list[str] = []
    for service in ("dynamodb", "sqs"):
        events = deployed.cloud.client(service).meta.events
        events.register("before-call", lambda model, **_: asked.append(model.name), unique_id="calls")
    try:
        found = verdict(execution, deployed)
    finally:
        for service in ("dynamodb", "sqs"):
            deployed.cloud.client(service).meta.events.unregister("before-call", unique_id="calls")
    assert len(found.ledger.notifications) == 2
    assert asked == [
        "BatchGetItem", "Query", "Query", "BatchGetItem", "ReceiveMessage", "DeleteMessageBatch",
    ]  # fmt: skip


def test_what_a_batch_leaves_out_is_asked_for_again(deployed):
    """DynamoDB hands back keys when it is asked too much, of whichever table."""
    execution = run(order_of(), deployment=deployed)
    client = deployed.cloud.client("dynamodb")
    handed_back: list[set[str]] = []

    def leaves_out(parsed, **_):
        if len(parsed["Responses"]) > 1 and not handed_back:
            rows = {table: parsed["Responses"].pop(table) for table in sorted(parsed["Responses"])[1:]}
            handed_back.append(set(rows))
            parsed["UnprocessedKeys"] = {
                table: {"Keys": [{key: item[key]} for item in items], "ConsistentRead": True}
                for table, items in rows.items()
                for key in [
                    next(each for each in ("transaction_id", "order_id", "item_id") if each in items[0])
                ]
            }

    client.meta.events.register("after-call.dynamodb.BatchGetItem", leaves_out, unique_id="busy")
    client.meta.events.register(
        "after-call.dynamodb.Query", lambda parsed, **_: parsed.update(Items=[]), unique_id="lag"
    )
    try:
        assert str(verdict(execution, deployed)) == "consistent: all was done"
    finally:
        client.meta.events.unregister("after-call.dynamodb.BatchGetItem", unique_id="busy")
        client.meta.events.unregister("after-call.dynamodb.Query", unique_id="lag")
    assert len(handed_back[0]) == 3


@pytest.mark.parametrize("waiting", [1, AT_ONCE, AT_ONCE + 1])
def test_every_message_that_waits_is_taken(deployed, waiting):
    order_id = order_of()["order_id"]
    for _ in range(waiting):
        publish(deployed, order_id=order_id, status="said")
    assert len(notifications(deployed, order_id)) == waiting


@pytest.mark.parametrize(("earlier_ms", "heard"), [(0, True), (1, True), (1000, False)])
def test_a_message_of_the_millisecond_in_which_the_run_began_counts(deployed, earlier_ms, heard):
    """SQS says when a message was sent in whole milliseconds, Step Functions knows the microsecond."""
    order = order_of()
    publish(deployed, order_id=order["order_id"], status="failed")
    [note] = notifications(deployed, order["order_id"])
    since = note.sent + timedelta(milliseconds=earlier_ms, microseconds=-1)
    found = read_ledger(order, deployed, since=since)
    assert bool(found.notifications) is heard


def test_on_aws_the_queue_is_asked_with_patience_and_a_deployment_that_goes_takes_its_inbox_along(cloud):
    mine = deploy(cloud, prefix="ledger-inbox", progress=False)
    on_aws = replace(mine, cloud=replace(cloud, endpoint=None, _made=cloud._made))
    asked = []
    events = cloud.client("sqs").meta.events
    events.register("provide-client-params.sqs.ReceiveMessage", lambda params, **_: asked.append(params))
    publish(mine, order_id="x")
    assert [note.order_id for note in notifications(on_aws)] == ["x"]
    assert {each["WaitTimeSeconds"] for each in asked} == {2}
    kept = on_aws.inbox_file
    assert kept.is_file() and cloud.region in kept.name and cloud.account not in kept.name
    assert (
        kept != mine.inbox_file
        and kept != replace(on_aws, cloud=replace(on_aws.cloud, region="x")).inbox_file
    )
    publish(mine, order_id="y")
    assert notifications(mine) and mine.inbox_file.is_file()
    destroy(cloud, prefix="ledger-inbox", progress=False)
    assert not mine.inbox_file.exists()
    kept.unlink()
