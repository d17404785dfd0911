"""The saga as code (lab 13) in the failure lab: chosen, run, shown, answered and stopped as a machine is."""

import asyncio

import pytest
from lab_panels import text, until, words

from sagalab import FailureLab, Fault, deploy, make_order, plan
from sagalab.failurelab.choice import STEPS_OF_CODE
from sagalab.rehearsal.durable.rehearse import rehearse_durable

FORWARD = ("ProcessOrder", "ProcessPayment", "ReserveInventory")
# The payment that nobody can give back: the hardened code asks a human.
OWES = plan(Fault.error("ReserveInventory"), Fault.crash("ProcessRefund", times=None))


@pytest.fixture(scope="module")
def deployed(cloud):
    return deploy(cloud, prefix="code", progress=False)


@pytest.fixture
def lab(deployed):
    return FailureLab(deployed)


def test_it_is_offered_runs_and_is_judged(lab):
    assert {"durable", "durable-hardened"} <= set(lab.machines())
    assert lab.no_sagas(lab.machines()) == set()
    run = lab.run(machine="durable")
    assert (run.path, run.status) == ((*FORWARD, "sns:NotifySuccess"), "SUCCEEDED")
    assert run.verdict.name == "consistent" and "machine='durable'" in run.code()


def test_the_panel_offers_it_and_draws_its_steps_as_they_come(lab):
    panel, pictures = lab.panel, []

    async def play() -> None:
        await panel.find_machines()
        panel.controls.machine.choose("durable-hardened")
        await until(lambda: "nothing can be drawn before it runs" in panel.picture.value)
        assert list(panel.prediction.states) == list(STEPS_OF_CODE["durable-hardened"])
        assert "ProcessRefund" in panel.controls.faults.task.options
        panel.picture.observe(lambda change: pictures.append(change["new"]), names="value")
        panel.run_button.click()
        await panel.task

    asyncio.run(play())
    shown = [words(picture) for picture in pictures]
    assert any("ProcessPayment (running)" in each for each in shown), shown
    assert "ended, SUCCEEDED. consistent: all was done" in text(panel.message)
    assert [label.split()[1] for label, _ in panel.tabs.states.options] == [*FORWARD, "sns:NotifySuccess"]


@pytest.mark.parametrize("answer", ["answer", "stop"])
def test_one_that_waits_for_a_human_is_answered_or_stopped(lab, answer):
    run = lab.run(OWES, machine="durable-hardened")
    assert run.parked and run.waits_in == "HumanAnswer" and run.verdict.name == "announced"
    if answer == "answer":
        assert lab.answer({"action": "settled"}).status == "FAILED"
    else:
        lab.stop()
        assert list(lab.go_on())[-1].execution.error == "Stopped"


@pytest.mark.parametrize("name", STEPS_OF_CODE)
def test_every_step_can_be_predicted(name):
    failing = ("ReleaseInventory", "ProcessRefund", "UpdateOrderStatus")
    fatal = [plan(Fault.error("ReserveInventory"), Fault.error(task, times=None)) for task in failing]
    seen = set()
    for each in (plan(), *fatal):
        seen |= set(rehearse_durable(name, make_order(faults=each.to_dict())).path)
    assert seen == set(STEPS_OF_CODE[name])
