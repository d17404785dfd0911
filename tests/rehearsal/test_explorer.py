"""The explorer must be able to fail: copies of the hardened saga with one hole each are found, each at once."""

import copy
import json
from dataclasses import replace

import pytest
import typer
from typer.testing import CliRunner

from sagalab import SagaLabError, definition, explore, plan
from sagalab.commands import explore as explore_command
from sagalab.deploying.machines import fill
from sagalab.orders.faults import Fault
from sagalab.project import LAMBDAS, STATEMACHINE
from sagalab.rehearsal import plans as plans
from sagalab.rehearsal.explorer import take
from sagalab.rehearsal.fault_tree import fitted, grow, order, outlasting
from sagalab.rehearsal.rehearse import ready, rehearse
from sagalab.rehearsal.result import GIVEN_UP, LEAK, UNNEEDED
from sagalab.rehearsal.services.addresses import SUBSTITUTIONS

RESERVE_FAILS = Fault.error("ReserveInventory", when="after")
REFUND_NEVER_WORKS = Fault.error("ProcessRefund")
REFUND_WORKS_AGAIN = Fault.transient("ProcessRefund")


@pytest.fixture
def hardened():
    return copy.deepcopy(definition("hardened"))


@pytest.fixture
def finding():
    def explore_one(machine, *faults):
        [case] = explore(machine, only=[plan(*faults)]).cases
        return case

    return explore_one


def test_the_hardened_saga_itself_has_no_finding(hardened):
    chosen = [
        plan(Fault.crash("ReserveInventory", when="after")),
        plan(Fault.late("ProcessPayment", times=1)),
        plan(RESERVE_FAILS, REFUND_NEVER_WORKS),
        plan(RESERVE_FAILS, REFUND_WORKS_AGAIN),
    ]
    found = explore(hardened, only=chosen)
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


def test_the_command_reports_a_leak_as_json_and_draws_it(tmp_path):
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


def test_no_single_fault_and_no_pair_of_a_hundred_leaks_in_the_hardened_saga():
    found = explore("hardened")
    assert (len(found.cases), found.findings, found.undecided) == (138, [], 0)
    found = explore("hardened", faults=2, sample=100)
    assert (len(found.cases), found.findings) == (100, [])


def test_the_same_seed_finds_the_same():
    def cases(seed):
        return [case.record for case in explore("saga", sample=40, seed=seed).cases]

    assert cases(1) == cases(1)
    assert cases(1) != cases(2)


def test_all_pairs_leave_out_those_that_are_the_run_of_one_fault():
    states = definition("saga")
    states["States"] = {
        name: states["States"][name] for name in ("ProcessOrder", "sns:NotifySuccess", "OrderSucceeded")
    }
    states["States"]["ProcessOrder"].pop("Catch")
    states["States"]["ProcessOrder"]["Next"] = "sns:NotifySuccess"
    found = explore(states, faults=2)
    assert (len(found.cases), found.left_out) == (138, len(plans.pairs()))


def test_triples_are_a_sample_in_which_all_three_strike():
    found = explore("hardened", faults=3, sample=5, seed=4)
    assert len(found.cases) == 5
    for case in found.cases:
        assert len(case.plan.faults) == 3 and {fault.task for fault in case.plan.faults} <= case.tasks
    with pytest.raises(SagaLabError, match="240,000 plans"):
        explore("hardened", faults=3)


def test_a_plan_that_never_strikes_is_the_run_without_it(finding):
    case = finding("saga", Fault.crash("ProcessRefund"))
    assert (case.plan, case.status, case.finding) == (plan(Fault.crash("ProcessRefund")), "SUCCEEDED", "")


def test_each_case_is_the_run_of_its_plan_alone():
    """What plans share in the tree of worlds changes nothing: path, verdict and what is owed are those of one run."""
    tree, _ = ready("hardened")
    found = explore("hardened", faults=2, sample=40, seed=3)
    for case in found.cases:
        alone = rehearse("hardened", order(fitted(case.plan, outlasting(tree)).to_dict()), seed=3)
        assert (tuple(alone.path), alone.verdict.name, alone.verdict.words) == (
            case.path,
            case.verdict,
            case.words,
        )


def test_a_machine_that_tries_for_ever_is_left_while_it_runs():
    forward = STATEMACHINE / "variations" / "forward_recovery.asl.json"
    [case] = explore(forward, only=[plan(Fault.crash("ReserveInventory"))]).cases
    assert (case.status, case.finding) == ("RUNNING", LEAK)
    assert "ReserveInventory" in case.path[-1]


def test_no_plans_are_no_runs():
    assert explore("saga", only=[]).cases == ()


def test_ctrl_c_keeps_what_was_found():
    def stop(done, of):
        if done > 30:
            raise KeyboardInterrupt

    found = explore("saga", advance=stop)
    assert found.interrupted
    assert 0 < len(found.cases) < 138


def test_a_finding_has_its_picture(hardened):
    hardened["States"]["ReserveInventory"]["Catch"][0]["ErrorEquals"] = ["ErrReserveInventory"]
    found = explore(hardened, only=[plan(Fault.crash("ReserveInventory", when="after"))])
    assert "29.99 not refunded" in found.picture().svg()


# a late commit lands at every later moment that matters


def machine_that_undoes_only_once(hardened):
    """Refund at once after a timeout; the refund's tombstone is all that stops a late debit."""
    del hardened["States"]["ProcessPayment"]["Retry"]
    return hardened


def services_without_the_tombstone():
    """A payment service that takes money again after it was given back."""
    source = (LAMBDAS / "payments.py").read_text(encoding="utf-8")
    check = "        tables.no_row(tables.PAYMENTS, transaction_id=credit_id),\n"
    assert check in source
    return (
        source.replace(check, "")
        .replace("earlier, undone = ", "[earlier] = ")
        .replace("if undone:", "if False:")
    )


def test_a_late_commit_lands_before_and_after_what_follows(hardened):
    tree, program = ready(fill(machine_that_undoes_only_once(hardened), SUBSTITUTIONS))
    late = plan(Fault.late("ProcessPayment"))
    runs = {case.landed: case for _, case in grow(tree, program, [late])}
    assert list(runs) == ["", "ProcessPayment committed before ProcessRefund"]
    assert {case.verdict for case in runs.values()} == {"consistent"}


def test_a_commit_that_is_late_finds_the_hole_that_the_clock_s_moment_hides(hardened):
    """Retries hide it by the clock: the second attempt commits first. Only a commit after the undo takes money again."""
    tree, program = ready(fill(machine_that_undoes_only_once(hardened), SUBSTITUTIONS))
    late = plan(Fault.late("ProcessPayment"))
    services = {"payments": services_without_the_tombstone()}
    runs = {case.landed: case for _, case in grow(tree, program, [late], code=services)}
    leaks = [landed for landed, case in runs.items() if case.finding == LEAK]
    assert "ProcessPayment committed after the end" in leaks
    assert runs["ProcessPayment committed before ProcessRefund"].finding == ""


def test_no_commit_comes_after_lambda_s_time_limit(hardened):
    """A machine that waits until the function must have ended is safe, and no moment says otherwise."""
    states = machine_that_undoes_only_once(hardened)["States"]
    states["ProcessPayment"]["Catch"][0]["Next"] = "WaitForIt"
    states["WaitForIt"] = {"Type": "Wait", "Seconds": 6, "Next": "ProcessRefund"}
    tree, program = ready(fill(hardened, SUBSTITUTIONS))
    late = plan(Fault.late("ProcessPayment"))
    services = {"payments": services_without_the_tombstone()}
    assert [case.finding for _, case in grow(tree, program, [late], code=services)] == [""]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_jitter_may_be_nothing_so_a_late_commit_meets_a_retry_that_waits_by_chance(hardened, seed):
    retrier = hardened["States"]["ProcessPayment"]["Retry"][0]
    retrier |= {"IntervalSeconds": 20, "MaxDelaySeconds": 20}
    late, before = (
        plan(Fault.late("ProcessPayment", times=1)),
        "ProcessPayment committed before ProcessPayment",
    )

    def moments():
        tree, program = ready(fill(hardened, SUBSTITUTIONS))
        return {case.landed for _, case in grow(tree, program, [late], seed=seed)}

    assert before in moments()
    del retrier["JitterStrategy"]  # now it waits for 20 s, and Lambda's limit of 15 s comes first
    assert before not in moments()


def test_a_finding_at_another_moment_is_shown_and_one_by_the_clock_comes_first():
    [case] = explore("saga", only=[plan(Fault.crash("ProcessPayment"))]).cases
    calm, later = replace(case, finding=""), replace(case, landed="ProcessPayment committed after the end")
    assert kept(calm, later) == kept(later, calm) == later
    assert kept(case, later) == case
    assert "(ProcessPayment committed after the end)" in later.sentence


def kept(*cases):
    found = {}
    for case in cases:
        take(found, case)
    return found[cases[0].plan]
