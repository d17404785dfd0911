"""The failure lab from Python: choices, runs, predictions, history, code that runs again, and what goes wrong."""

import threading

import pytest
from lab_panels import ASKS

import sagalab
from sagalab import FailureLab, Fault, SagaLabError, definition, deploy, deploy_machine, plan
from sagalab.failurelab.prediction import Prediction

FORWARD = ("ProcessOrder", "ProcessPayment", "ReserveInventory")
GOOD = (*FORWARD, "sns:NotifySuccess", "OrderSucceeded")


@pytest.fixture(scope="module")
def deployed(cloud):
    return deploy(cloud, prefix="lab", progress=False)


@pytest.fixture
def lab(deployed):
    return FailureLab(deployed)


def test_a_run_without_a_fault(lab):
    run = lab.run()
    assert (run.path, run.status, run.verdict.name, run.stage) == (GOOD, "SUCCEEDED", "consistent", "ended")
    assert lab.history == [run] and not lab.busy


def test_a_fault_strikes_and_the_ledger_tells(lab):
    run = lab.run(Fault.crash("ProcessPayment", when="after"))
    assert run.path == FORWARD[:2]
    assert str(run.verdict) == "leaked: 29.99 not refunded; order still New"


@pytest.mark.parametrize("key", [each.key for each in sagalab.SCENARIOS])
def test_a_scenario_is_a_choice_with_its_path(lab, key):
    choice = lab.choose(scenario=key)
    assert choice.scenario == key
    wanted = next(each for each in sagalab.SCENARIOS if each.key == key)
    run = lab.run()
    assert (run.path, run.status) == (wanted.path, wanted.status)


def test_arguments_replace_the_whole_choice(lab):
    lab.choose(Fault.error("ProcessOrder"), items={"3": 2})
    assert lab.choose(plan()).items == {"1": 2, "2": 1}
    assert lab.choice.faults == plan()


def test_the_code_runs_the_same_again(lab, deployed, monkeypatch):
    """What the panel shows for copying is executed as it stands: once in a lab and once without one."""
    deploy_machine(deployed, "copied", definition("saga"))
    first = lab.run(
        plan(Fault.transient("ProcessOrder", times=2), Fault.error("ReserveInventory", when="after")),
        items={"3": 2},
        machine="copied",
    )
    monkeypatch.setenv("SAGALAB_PREFIX", deployed.prefix)
    ran = []
    real = sagalab.run
    monkeypatch.setattr(sagalab, "run", lambda *given, **more: ran.append(real(*given, **more)))
    space = {}
    exec(first.code(), space)
    (again,) = space["lab"].history
    assert again.order["items"] == first.order["items"] == ran[0].input["items"]
    assert again.choice == first.choice
    assert tuple(again.path) == first.path == tuple(ran[0].path)
    assert again.attempts == first.attempts == {"ProcessOrder": 3}
    assert str(again.verdict) == str(first.verdict)
    assert ran[0].arn.split(":")[-2] == "lab-copied"


def test_a_prediction_counts_for_the_next_run_only(lab):
    lab.predict(*FORWARD, "ReleaseInventory")
    run = lab.run()
    assert run.prediction.words(run.path) == (
        "The first 3 states were right. Then you expected ReleaseInventory, and the run came to sns:NotifySuccess."
    )
    assert lab.run().prediction is None


@pytest.mark.parametrize(
    ("expected", "words"),
    [
        (("A", "B"), "Your prediction was right: all 2 states."),
        (("A",), "The first state was right. Then you expected the end, and the run came to B."),
        (("A", "B", "C"), "The first 2 states were right. Then you expected C, and the run came to its end."),
        (("B",), "At the start you expected B, and the run came to A."),
        ((), "At the start you expected the end, and the run came to A."),
    ],
)
def test_the_words_of_a_prediction(expected, words):
    prediction = Prediction(expected)
    assert prediction.words(("A", "B")) == words
    assert prediction.html(("A", "B")).count("✓") == prediction.right(("A", "B"))


def test_two_runs_are_compared_by_their_numbers(lab):
    lab.run()
    lab.run(Fault.error("ProcessPayment"))
    assert lab.compare(1, 2).parted_at == "ProcessPayment"
    with pytest.raises(SagaLabError, match="no run 9 in the history. There is: 1, 2"):
        lab.compare(1, 9)


def test_stop_in_the_middle_is_an_abort_that_the_ledger_judges(lab):
    """The payment sleeps; the run is stopped as soon as it is seen to be in there."""
    lab.choose(Fault.slow("ReserveInventory", ms=1500))
    for run in lab.updates():
        if run.path == FORWARD and run.status == "RUNNING":
            stopper = threading.Thread(target=lab.stop)
            stopper.start()
            stopper.join()
    assert (run.status, run.execution.error, run.stage) == ("ABORTED", "Stopped", "ended")
    assert run.verdict.name == "leaked"
    lab.stop()
    assert lab.run().status == "SUCCEEDED"


def test_stopped_before_it_began_starts_nothing(lab):
    updates = lab.updates()
    lab.stop()
    with pytest.raises(SagaLabError, match="Stopped before the execution began"):
        next(updates)
    assert not lab.busy and lab.history == []


def test_only_one_run_at_a_time(lab):
    updates = lab.updates()
    next(updates)
    with pytest.raises(SagaLabError, match="A run is under way"):
        lab.run()
    assert list(updates)[-1].status == "SUCCEEDED"


def test_a_run_that_waits_for_a_human_is_parked(lab, deployed):
    deploy_machine(deployed, "asks", ASKS)
    run = lab.run(machine="asks")
    assert run.parked and run.status == "RUNNING" and "waits for a human" in repr(run)
    lab.stop()


def test_a_late_commit_is_waited_for(lab, deployed):
    machine = definition("saga")
    machine["States"]["ProcessPayment"]["TimeoutSeconds"] = 1
    deploy_machine(deployed, "impatient", machine)
    stages = []
    lab.choose(Fault.late("ProcessPayment", ms=1600), machine="impatient")
    for run in lab.updates():
        stages.append(run.stage)
    assert "late" in stages and stages[-1] == "ended"
    assert str(run.verdict) == "leaked: 29.99 not refunded; order still New"


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"machine": "nowhere"}, "no state machine 'nowhere'"),
        ({"items": {"1": 0}}, "The order is empty"),
        ({"items": {"99": 1}}, "no item '99'"),
        ({"faults": {"ProcessPayment": {"kind": "bang"}}}, "faults.ProcessPayment.kind"),
        ({"scenario": "5"}, "no scenario 5"),
        ({"scenario": "3", "items": {"1": 1}}, "Give either, not both"),
    ],
)
def test_what_cannot_be_is_said_and_the_lab_goes_on(lab, wrong, words):
    with pytest.raises(SagaLabError, match=words):
        lab.run(**wrong)
    assert lab.run(plan()).status == "SUCCEEDED"


def test_a_run_that_takes_too_long_can_still_be_stopped(lab):
    with pytest.raises(SagaLabError, match="still goes on after 0.3 s. lab.stop"):
        lab.run(Fault.slow("ProcessOrder", ms=1500), timeout=0.3)
    lab.stop()
    assert lab.run(plan()).status == "SUCCEEDED"


def test_reset_forgets(lab):
    lab.run(Fault.error("ProcessOrder"))
    lab.reset()
    assert lab.history == [] and lab.choice.faults == plan() and lab.run().number == 1


def test_a_reset_during_a_run_leaves_nothing_of_it(lab):
    """The old run goes on to its end beside the new one; it is not told, and its number is free."""
    lab.choose(Fault.slow("ReserveInventory", ms=1500))
    old, shown = lab.updates(), []
    lab.on_run = shown.append
    while next(old).path != FORWARD:
        pass
    lab.reset()
    assert not lab.busy and lab.history == []
    new = lab.run()
    assert list(old)[-1].status == "ABORTED"
    assert [run.number for run in lab.history] == [1] and lab.history == shown == [new]
    assert new.status == "SUCCEEDED" and not lab.busy


def test_a_run_from_a_cell_that_is_reset_meanwhile_is_not_shown(lab):
    shown, begun = [], threading.Event()
    lab.on_run = shown.append
    lab.choose(Fault.slow("ProcessOrder", ms=1500))
    real = lab.updates

    def updates(**options):
        for run in real(**options):
            begun.set()
            yield run

    lab.updates = updates
    cell = threading.Thread(target=lab.run)
    cell.start()
    begun.wait(30)
    lab.reset()
    cell.join(30)
    assert lab.history == [] == shown


def test_two_runs_that_are_asked_for_together_do_not_both_begin(lab):
    first, second = lab.updates(), lab.updates()
    assert next(second).number == 1  # the later one took its place
    with pytest.raises(SagaLabError, match="A run is under way"):
        next(first)
    assert list(second)[-1].stage == "ended" and [run.number for run in lab.history] == [1]

    runs = [lab.updates() for _ in range(8)]
    refused, gate = [], threading.Barrier(len(runs))

    def begin(run) -> None:
        gate.wait()
        try:
            list(run)
        except SagaLabError as error:
            refused.append(error)

    threads = [threading.Thread(target=begin, args=(run,)) for run in runs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(refused) == 7 and [run.number for run in lab.history] == [1, 2]


def test_waits_are_told_by_the_time_scale_of_the_cloud(lab, monkeypatch):
    monkeypatch.setenv("SAGALAB_TIME_SCALE", "9")  # a notebook's, set after the cloud was started
    assert lab.run().scale == 0.02
