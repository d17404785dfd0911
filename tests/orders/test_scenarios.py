"""The seven scenarios on the real local cloud: path, status and rows; runs, tables and commands."""

import json
from decimal import Decimal

import pytest
from typer.testing import CliRunner

from sagalab.commands.app import app, register_commands
from sagalab.deploying.deploy import deploy, deploy_machine
from sagalab.deploying.deployment import deployment
from sagalab.deploying.destroy import destroy
from sagalab.deploying.machines import definition
from sagalab.errors import SagaLabError
from sagalab.ledger.tables import COLUMNS, tables
from sagalab.orders.faults import Fault, plan
from sagalab.orders.forget import forget
from sagalab.orders.orders import make_order
from sagalab.orders.runs import run, start, wait
from sagalab.orders.scenarios import SCENARIOS, run_scenario, run_scenarios, scenario_order

PREFIX = "t-scenarios"
AMOUNT = Decimal("51.90")  # 2 × 8.50 + 34.90

# key: (order id, path, status): by hand from the seed's table
SEED = {
    "1": ("1ae4501d-ed92-4b27-bf0e-fd978ed45127", "ProcessOrder UpdateOrderStatus OrderFailed", "FAILED"),
    "11": (
        "11328abd-368d-43fd-bd4f-db15b5b63951",
        "ProcessOrder UpdateOrderStatus sns:NotifyUpdateOrderFail OrderFailed",
        "FAILED",
    ),
    "2": (
        "20b0b599-441b-45c3-910e-ad63fe992c43",
        "ProcessOrder ProcessPayment ProcessRefund UpdateOrderStatus OrderFailed",
        "FAILED",
    ),
    "22": (
        "222f741b-0292-4f93-a2f7-503f92486955",
        "ProcessOrder ProcessPayment ProcessRefund sns:NotifyProcessRefundFail OrderFailed",
        "FAILED",
    ),
    "3": (
        "3a7dc768-6f32-495d-a140-3d330c246f50",
        "ProcessOrder ProcessPayment ReserveInventory ReleaseInventory ProcessRefund UpdateOrderStatus "
        "OrderFailed",
        "FAILED",
    ),
    "33": (
        "33a49007-a815-4079-9b9b-e30ae7eca11f",
        "ProcessOrder ProcessPayment ReserveInventory ReleaseInventory sns:NotifyReleaseInventoryFail "
        "OrderFailed",
        "FAILED",
    ),
    "4": (
        "47063fe3-56d9-4c51-b91f-71929834ce03",
        "ProcessOrder ProcessPayment ReserveInventory sns:NotifySuccess OrderSucceeded",
        "SUCCEEDED",
    ),
}
# key: (order status, payments, movements): each service writes first and fails then, undos too
ROWS = {
    "1": ("Pending", {}, set()),
    "11": ("Pending", {}, set()),
    "2": ("Pending", {"Debit": AMOUNT, "Credit": -AMOUNT}, set()),
    "22": ("New", {"Debit": AMOUNT, "Credit": -AMOUNT}, set()),
    "3": ("Pending", {"Debit": AMOUNT, "Credit": -AMOUNT}, {"Reserve", "Release"}),
    "33": ("New", {"Debit": AMOUNT}, {"Reserve", "Release"}),
    "4": ("New", {"Debit": AMOUNT}, {"Reserve"}),
}


@pytest.fixture(scope="module")
def deployed(cloud):
    yield deploy(cloud, prefix=PREFIX, progress=False)
    destroy(cloud, prefix=PREFIX, progress=False)


@pytest.fixture(scope="module")
def ran(deployed):
    return {each.scenario.key: each for each in run_scenarios(deployment=deployed)}


def stock(deployed) -> dict[str, int]:
    frame = tables(deployed)["stock"]
    return dict(zip(frame["item_id"], frame["in_stock"], strict=True))


def test_the_scenarios_are_the_seeds():
    assert {each.key: (each.order_id, " ".join(each.path), each.status) for each in SCENARIOS} == SEED
    assert all(scenario_order(key)["order_id"] == order_id for key, (order_id, _, _) in SEED.items())


@pytest.mark.parametrize("key", SEED)
def test_a_scenario_takes_its_path_and_leaves_its_rows(deployed, ran, key):
    order_id, path, status = SEED[key]
    execution = ran[key].execution
    assert " ".join(execution.path) == path
    assert execution.status == status
    assert execution.error == (None if status == "SUCCEEDED" else "SagaFailed")
    assert ran[key].as_expected

    order_status, payments, movements = ROWS[key]
    found = tables(deployed, order_id)
    assert list(found["orders"]["order_status"]) == [order_status]
    amounts = found["payments"].set_index("payment_type")["payment_amount"].to_dict()
    assert amounts == payments
    assert set(found["inventory"]["transaction_type"]) == movements
    assert all(quantities == {"1": 2, "3": 1} for quantities in found["inventory"]["quantities"])


def test_a_rerun_forgets_the_earlier_run(deployed, ran):
    before = stock(deployed)
    again = run_scenario("4", deployment=deployed)
    assert again.status == "SUCCEEDED"
    assert again.output["inventory"]["transaction_type"] == "Reserve"
    assert stock(deployed) == before
    assert len(tables(deployed, scenario_order("4")["order_id"])["payments"]) == 1


def test_forget_deletes_the_rows_and_gives_the_stock_back(deployed):
    before = stock(deployed)
    order = make_order(items={"1": 3, "4": 1}, faults={"ProcessOrder": {"kind": "slow", "ms": 1}})
    assert run(order, deployment=deployed).status == "SUCCEEDED"
    assert stock(deployed) == {**before, "1": before["1"] - 3, "4": before["4"] - 1}
    for _ in range(2):  # the second time there is nothing to give back
        forget(deployed.cloud, order["order_id"])
        assert stock(deployed) == before
    found = tables(deployed, order["order_id"])
    assert [len(found[key]) for key in ("orders", "payments", "inventory")] == [0, 0, 0]
    attempts = deployed.cloud.client("dynamodb").scan(TableName=deployed.tables["attempts"])["Items"]
    assert not [row for row in attempts if row["key"]["S"].startswith(order["order_id"])]


def test_the_tables_keep_their_columns_when_empty_and_are_sorted(deployed, ran):
    nothing = tables(deployed, "no-such-order")
    assert {key: tuple(frame.columns) for key, frame in nothing.items()} == COLUMNS
    everything = tables(deployed)
    assert list(everything["orders"]["order_id"]) == sorted(everything["orders"]["order_id"])
    assert list(everything["stock"]["unit_price"])[0] == Decimal("8.50")


def test_the_notifications_name_order_and_status(deployed, ran):
    client, bodies = deployed.cloud.client("sqs"), {}
    while received := client.receive_message(QueueUrl=deployed.queue_url, MaxNumberOfMessages=10).get(
        "Messages"
    ):
        for message in received:
            body = json.loads(message["Body"])
            bodies[body["order_id"]] = body
            client.delete_message(QueueUrl=deployed.queue_url, ReceiptHandle=message["ReceiptHandle"])
    assert bodies[SEED["4"][0]] == {"order_id": SEED["4"][0], "status": "success"}
    assert bodies[SEED["22"][0]]["status"] == "failed"
    assert bodies[SEED["22"][0]]["error"]["Error"] == "ErrProcessRefund"
    assert not {SEED["1"][0], SEED["2"][0], SEED["3"][0]} & set(bodies)


def test_start_gives_a_unique_name_that_tells_the_order(deployed):
    order = make_order("weird id/ü", faults={})
    first, second = (start(order, deployment=deployed) for _ in range(2))
    assert first != second
    assert first.rsplit(":", 1)[1].startswith("weird-id--")
    assert {wait(arn, deployment=deployed).status for arn in (first, second)} == {"SUCCEEDED"}
    forget(deployed.cloud, order["order_id"])


def test_a_run_that_lasts_is_said_to_last(deployed):
    slow = make_order(faults={"ProcessOrder": {"kind": "slow", "ms": 400}})
    with pytest.raises(SagaLabError, match="still running after 0.05 s"):
        run(slow, timeout=0.05, deployment=deployed)


def test_errors_of_starting_are_for_people(cloud, deployed):
    with pytest.raises(SagaLabError, match="no state machine nope"):
        start(make_order(), "nope", deployment=deployed)
    with pytest.raises(SagaLabError, match="not JSON"):
        start({"order_id": Decimal("1")}, deployment=deployed)
    start(make_order(), deployment=deployed, name="twice")
    with pytest.raises(SagaLabError, match="exists already"):
        start(make_order(), deployment=deployed, name="twice")
    with pytest.raises(SagaLabError, match="no scenario 5"):
        run_scenario("5", deployment=deployed)


@pytest.fixture(scope="module")
def command_line():
    if not app.registered_commands:
        register_commands()
    return CliRunner()


@pytest.fixture
def prefix(deployed, monkeypatch):
    monkeypatch.setenv("SAGALAB_PREFIX", PREFIX)


def test_sagalab_scenarios_prints_seven_of_seven(command_line, prefix):
    done = command_line.invoke(app, ["scenarios"])
    assert done.exit_code == 0
    assert "7 of 7 as expected." in done.stdout
    assert done.stdout.count("✓ as expected") == 7


def test_sagalab_scenarios_fails_on_a_transition_that_is_wrong(command_line, deployed, prefix):
    broken = definition("saga")
    broken["States"]["ReleaseInventory"]["Next"] = "UpdateOrderStatus"
    deploy_machine(deployed, "broken", broken)
    done = command_line.invoke(app, ["scenarios", "--machine", "broken", "--json"])
    assert done.exit_code == 1
    assert [each["scenario"] for each in json.loads(done.stdout) if each["result"] == "differs"] == ["3"]


NO_ORDERS = {
    "[]": "holds no order: the order must be an object, not []",
    "7": "holds no order: the order must be an object, not 7",
    '{"customer_id": "c"}': "order_id must be text of 1 to 500 characters, not missing",
    '{"order_id": "4", "customer_id": "c", "items": {}}': "items must be a list of 1 to 98 items",
    '{"order_id": "4", "customer_id": "c", "items": [{"item_id": "1", "qty": NaN, "unit_price": 1}]}': "no number",
    "[" * 100_000: "nested too deeply",
}


def test_sagalab_run_runs_a_scenario_or_a_file(command_line, prefix, tmp_path):
    done = command_line.invoke(app, ["run", "--scenario", "2", "--json"])
    found = json.loads(done.stdout)
    assert (done.exit_code, found["status"], found["error"]) == (0, "FAILED", "SagaFailed")
    assert " ".join(found["path"]) == SEED["2"][1]

    path = tmp_path / "order.json"
    path.write_text(json.dumps(make_order()), encoding="utf-8")
    done = command_line.invoke(app, ["run", "--input", str(path)])
    assert done.exit_code == 0
    assert "SUCCEEDED" in done.stdout and "✓ consistent: all was done" in done.stdout

    for wrong, told in NO_ORDERS.items():
        path.write_text(wrong, encoding="utf-8")
        refused = command_line.invoke(app, ["run", "--input", str(path)]).exception
        assert isinstance(refused, SagaLabError) and told in refused.what and refused.cure, wrong

    path.write_text("{", encoding="utf-8")
    done = command_line.invoke(app, ["run", "--input", str(path)])
    assert isinstance(done.exception, SagaLabError)
    assert isinstance(command_line.invoke(app, ["run"]).exception, SagaLabError)


def test_sagalab_run_on_the_hardened_machine_deploys_it_and_shows_whom_it_waits_for(
    command_line, deployed, prefix, tmp_path, quick_retries
):
    stuck = plan(Fault.error("ReserveInventory", when="after"), Fault.error("ProcessRefund"))
    order = make_order(faults=stuck.to_dict())
    path = tmp_path / "order.json"
    path.write_text(json.dumps(order), encoding="utf-8")
    done = command_line.invoke(app, ["run", "--input", str(path), "--machine", quick_retries])
    assert done.exit_code == 0
    assert "RUNNING" in done.stdout and "! announced: 29.99 not refunded" in done.stdout
    assert f"sagalab resume {order['order_id']}" in done.stdout
    assert command_line.invoke(app, ["resume", order["order_id"], "--settled"]).exit_code == 0
    waiting = run_scenario("11", quick_retries, deployment=deployment())  # as all seven are run
    assert waiting.status == "RUNNING" and waiting.path[-1] == "sns:NotifyOwed"
    assert command_line.invoke(app, ["resume", waiting.input["order_id"], "--settled"]).exit_code == 0

    done = command_line.invoke(app, ["run", "--scenario", "4", "--machine", "hardened", "--json"])
    found = json.loads(done.stdout)
    assert (found["status"], found["verdict"], found["owed"]) == ("SUCCEEDED", "consistent", [])
    done = command_line.invoke(app, ["run", "--scenario", "4", "--machine", "nowhere"])
    assert isinstance(done.exception, SagaLabError) and "nowhere" in done.exception.what


@pytest.fixture
def quick_retries(command_line, deployed, tmp_path):
    """The hardened saga with quick retries, deployed by the command line under the name of its file."""
    machine = definition("hardened")
    for state in machine["States"].values():
        for retrier in state.get("Retry", []):
            retrier.update(IntervalSeconds=1, BackoffRate=1)
    (tmp_path / "quick.asl.json").write_text(json.dumps(machine), encoding="utf-8")
    done = command_line.invoke(app, ["deploy", "--machine", str(tmp_path / "quick.asl.json")])
    assert done.exit_code == 0 and "quick" in done.stdout
    return "quick"


def test_a_file_whose_name_cannot_be_a_machines_is_refused(command_line, prefix, tmp_path):
    path = tmp_path / "my machine.json"
    path.write_text("{}", encoding="utf-8")
    done = command_line.invoke(app, ["deploy", "--machine", str(path)])
    assert isinstance(done.exception, SagaLabError) and "'my machine'" in done.exception.what


def test_sagalab_deploy_status_and_destroy(command_line, monkeypatch, cloud):
    monkeypatch.setenv("SAGALAB_PREFIX", "t-command")
    assert command_line.invoke(app, ["status"]).exit_code == 1
    assert "deployed under the prefix t-command" in command_line.invoke(app, ["deploy"]).stdout
    states = json.loads(command_line.invoke(app, ["status", "--json"]).stdout)
    assert {part["state"] for part in states} == {"present"}
    assert "29 deleted." in command_line.invoke(app, ["destroy"]).stdout
    assert "0 deleted." in command_line.invoke(app, ["destroy"]).stdout


# What the test orders of AWS's sample buy, by the scenario that their ids begin with: (item, quantity)
SAMPLE_ORDERS = {
    "1": {"987": 1, "546": 1, "3": 2},
    "11": {"189": 1, "28": 1, "322": 2},
    "2": {"567": 1},
    "22": {"67": 1},
    "3": {"789": 2, "256": 1},
    "33": {"123": 2, "677": 1},
    "4": {"123": 1, "234": 1, "345": 2},
}


@pytest.mark.parametrize("key", SAMPLE_ORDERS)
def test_the_samples_own_orders_end_here_as_they_do_there(deployed, key):
    items = [
        {"item_id": item_id, "qty": float(qty), "description": "Cart item", "unit_price": 19.99}
        for item_id, qty in SAMPLE_ORDERS[key].items()
    ]
    order = {
        "order_id": f"{key}0b0b599-441b-45c3-910e-5a3b1e000001",
        "order_date": "2018-10-19T10:50:16+08:00",
        "customer_id": "8d04ea6f-c6b2-4422-8550-839a16f01feb",
        "items": items,
    }
    execution = run(order, deployment=deployed)
    assert (" ".join(execution.path), execution.status) == SEED[key][1:]
