"""The explorer must be able to fail: copies of the hardened saga with one hole each are found."""

import copy
import json

import pytest
import typer
from typer.testing import CliRunner

from sagalab import definition, explore, plan
from sagalab.commands import explore as explore_command
from sagalab.orders.faults import Fault
from sagalab.rehearsal.result import GIVEN_UP, LEAK, UNNEEDED
from sagalab.rehearsal.sandbox import sandbox

RESERVE_FAILS = Fault.error("ReserveInventory", when="after")
REFUND_NEVER_WORKS = Fault.error("ProcessRefund")
REFUND_WORKS_AGAIN = Fault.transient("ProcessRefund")


@pytest.fixture
def hardened():
    return copy.deepcopy(definition("hardened"))


@pytest.fixture(scope="module")
def place(cloud):
    """One sandbox for all explorations of this file."""
    with sandbox("explore", workers=4) as found:
        yield found


@pytest.fixture
def finding(place):
    def explore_one(machine, *faults):
        [case] = explore(machine, only=[plan(*faults)], within=place).cases
        return case

    return explore_one


def test_the_hardened_saga_itself_has_no_finding(place, hardened):
    chosen = [
        plan(Fault.crash("ReserveInventory", when="after")),
        plan(Fault.late("ProcessPayment", times=1)),
        plan(RESERVE_FAILS, REFUND_NEVER_WORKS),
        plan(RESERVE_FAILS, REFUND_WORKS_AGAIN),
    ]
    found = explore(hardened, only=chosen, within=place)
    assert [(case.verdict, case.status) for case in found.cases] == [
        ("consistent", "FAILED"),
        ("consistent", "SUCCEEDED"),
        ("announced", "PARKED"),
        ("consistent", "FAILED"),
    ]
    assert found.findings == []
    assert [case.plan for case in found.cases] == chosen


def test_a_removed_catch_all_is_found(finding, hardened):
    hardened["States"]["ReserveInventory"]["Catch"][0]["ErrorEquals"] = ["ErrReserveInventory"]
    case = finding(hardened, Fault.crash("ReserveInventory", when="after"))
    assert case.finding == LEAK
    assert case.sentence == (
        "ReserveInventory crashed after its commit: "
        "29.99 not refunded; 2 × item 1, 1 × item 2 not released; order still New."
    )


def test_a_skipped_undo_is_found(finding, hardened):
    release = hardened["States"]["ReleaseInventory"]
    release["Next"] = release["Catch"][0]["Next"] = "UpdateOrderStatus"
    assert finding(hardened, RESERVE_FAILS).finding == LEAK


def test_a_missing_retry_of_an_undo_is_found(finding, hardened):
    del hardened["States"]["ProcessRefund"]["Retry"]
    case = finding(hardened, RESERVE_FAILS, REFUND_WORKS_AGAIN)
    assert (case.finding, case.verdict) == (UNNEEDED, "announced")


def test_the_wrong_payload_into_the_refund_is_found(finding, hardened):
    payload = {"order_id": "{% $order.payment.transaction_id %}"}
    hardened["States"]["ProcessRefund"]["Arguments"]["Payload"] = payload
    assert finding(hardened, RESERVE_FAILS).finding == LEAK


def test_fail_instead_of_park_is_found(finding, hardened):
    hardened["States"]["AnythingOwed"]["Choices"][0]["Next"] = "OrderFailed"
    for name in (
        "sns:NotifyOwed",
        "HumanAnswer",
        "OrderOwes",
    ):  # nothing leads there any more: AWS would refuse
        del hardened["States"][name]
    assert finding(hardened, RESERVE_FAILS, REFUND_NEVER_WORKS).finding == LEAK


def test_telling_and_then_failing_instead_of_waiting_is_found(finding, hardened):
    notify = hardened["States"]["sns:NotifyOwed"]
    notify["Resource"] = notify["Resource"].removesuffix(".waitForTaskToken")
    del notify["Arguments"]["Message"]["task_token"], notify["Assign"]
    notify["Next"] = "OrderFailed"
    del hardened["States"]["HumanAnswer"]
    case = finding(hardened, RESERVE_FAILS, REFUND_NEVER_WORKS)
    assert (case.finding, case.verdict) == (GIVEN_UP, "announced")


def test_two_swapped_undos_of_which_one_loses_what_the_other_reads_are_found(finding, hardened):
    states = hardened["States"]
    states["ReserveInventory"]["Catch"][0]["Next"] = "ProcessRefund"
    states["ProcessRefund"]["Assign"] = {"order": "{% {'items': $order.items, 'order_id': ''} %}"}
    states["ProcessRefund"]["Next"] = states["ProcessRefund"]["Catch"][0]["Next"] = "ReleaseInventory"
    states["ReleaseInventory"]["Next"] = states["ReleaseInventory"]["Catch"][0]["Next"] = "UpdateOrderStatus"
    assert finding(hardened, RESERVE_FAILS).finding


def test_the_command_reports_a_leak_as_json_and_draws_it(cloud, tmp_path):
    app = typer.Typer()
    explore_command.register(app)
    machine, picture = tmp_path / "mine.asl.json", tmp_path / "leak.svg"
    states = definition("saga")
    reached = ("ProcessOrder", "ProcessPayment", "ReserveInventory", "sns:NotifySuccess", "OrderSucceeded")
    states["States"] = {name: states["States"][name] for name in reached}
    for state in states["States"].values():
        state.pop("Catch", None)
    machine.write_text(json.dumps(states), encoding="utf-8")
    arguments = [
        "--machine",
        str(machine),
        "--sample",
        "8",
        "--seed",
        "2",
        "--picture",
        str(picture),
        "--json",
    ]
    result = CliRunner().invoke(app, ["explore", *arguments])
    assert result.exit_code == 1, result.exception
    cases = json.loads(result.stdout)
    assert len(cases) == 8
    leak = next(case for case in cases if case["verdict"] == "leaked")
    assert leak["owed"] and leak["plan"] and leak["path"][0] == "ProcessOrder"
    assert picture.read_text(encoding="utf-8").startswith("<svg")


def test_nothing_of_an_exploration_stays_behind(cloud):
    def there() -> tuple[list[str], list[str]]:
        machines = cloud.client("stepfunctions").list_state_machines()["stateMachines"]
        return cloud.client("dynamodb").list_tables()["TableNames"], [found["name"] for found in machines]

    before = there()  # among it the sandbox of this file
    explore("saga", only=[plan()])
    assert there() == before
