"""A run that waits for a human: it is answered, from Python and in the panel, and never said to have ended."""

import asyncio

import pytest
from lab_panels import ASKS, text, until

from sagalab import FailureLab, Fault, SagaLabError, definition, deploy, deploy_machine, plan
from sagalab.asl.document import read
from sagalab.failurelab.answers import answers
from sagalab.ledger import resume

STUCK = plan(Fault.error("ReserveInventory", when="after"), Fault.error("ProcessRefund", times=5))


@pytest.fixture(scope="module")
def deployed(cloud):
    found = deploy(cloud, prefix="waits", progress=False)
    deploy_machine(found, "asks", ASKS)
    deploy_machine(found, "hardened", definition("hardened"))
    return found


@pytest.fixture
def lab(deployed):
    return FailureLab(deployed)


def test_from_python_it_is_returned_as_it_stands_and_answered(lab):
    run = lab.run(machine="asks")
    assert (run.stage, run.waits_in, run.status) == ("waiting", "Ask", "RUNNING")
    assert "waits for a human's answer in Ask" in repr(run) and "ended" not in repr(run)
    again = lab.answer({"go": "nowhere"})
    assert again is run and run.path == ("Ask", "Which", "Ask") and run.parked
    assert lab.answer({"go": "on"}) is run
    assert (run.stage, run.status, run.path[-1]) == ("ended", "SUCCEEDED", "Done")
    assert lab.history == [run]
    with pytest.raises(SagaLabError, match="No run waits for an answer"):
        lab.answer({"go": "on"})


def test_an_answer_can_be_a_failure(lab):
    run = lab.run(machine="asks")
    lab.answer(error="Refused", cause="not today")
    assert (run.status, run.execution.error) == ("FAILED", "Refused")


def test_an_answer_that_comes_too_late_is_said(lab):
    run = lab.run(machine="asks")
    lab.stop()
    with pytest.raises(SagaLabError, match="Ask waits no more"):
        lab.answer({"go": "on"})
    assert run.execution is not None


def test_the_panel_offers_what_the_machine_asks_about_and_goes_on(lab):
    panel = lab.panel
    lab.choose(machine="asks")

    async def play() -> None:
        panel.run_button.click()
        await until(lambda: panel.answer.box.layout.display == "")
        assert "Run 1 waits for a human's answer in Ask" in text(panel.message)
        assert "ended" not in text(panel.message) and panel.bar.value < 1 and not panel.stop_button.disabled
        panel.answer.text.value = "{go: on}"
        panel.answer.send.click()
        assert "This is no JSON" in text(panel.answer._words) and not panel.answer.send.disabled
        with pytest.raises(SagaLabError, match="it waits in Ask. Answer it"):
            lab.run()
        (on,) = panel.answer.quick
        assert on.description == "Answer go: on"
        on.click()
        await panel.task

    asyncio.run(play())
    assert "Run 1 ended, SUCCEEDED" in text(panel.message) and panel.answer.box.layout.display == "none"
    assert [run.status for run in lab.history] == ["SUCCEEDED"]


def test_a_run_that_a_cell_left_waiting_is_answered_in_the_panel(lab):
    panel = lab.panel
    run = lab.run(machine="asks")
    assert panel.answer.box.layout.display == "" and not panel.stop_button.disabled

    async def play() -> None:
        panel.answer.fail.click()
        await until(lambda: panel.task is not None)
        await panel.task

    asyncio.run(play())
    assert (run.status, run.execution.error) == ("FAILED", "Refused")
    assert "Run 1 ended, FAILED" in text(panel.message) and lab.history == [run]


def test_answered_elsewhere_the_panel_goes_on_as_well(lab, deployed):
    panel = lab.panel
    lab.choose(STUCK, machine="hardened")

    async def play() -> None:
        panel.run_button.click()
        await until(lambda: panel.answer.box.layout.display == "" or panel.task.done())
        assert [each.description for each in panel.answer.quick] == [
            "Answer action: retry",
            "Answer action: settled",
        ]
        await asyncio.to_thread(resume, lab._drive.run.order["order_id"], "settled", deployment=deployed)
        await panel.task

    asyncio.run(play())
    assert "Run 1 ended, FAILED" in text(panel.message)


def test_stop_ends_a_run_that_waits(lab):
    panel = lab.panel
    lab.choose(machine="asks")

    async def play() -> None:
        panel.run_button.click()
        await until(lambda: panel.answer.box.layout.display == "")
        panel.stop_button.click()
        await panel.task

    asyncio.run(play())
    assert "Run 1 ended, ABORTED" in text(panel.message) and panel.answer.box.layout.display == "none"


@pytest.mark.parametrize(
    ("machine", "state", "expected"),
    [
        ("hardened", "sns:NotifyOwed", [{"action": "retry"}, {"action": "settled"}]),
        ("human_approval", "sns:AskForApproval", [{"approved_by": "…"}]),
        ("saga", "sns:NotifySuccess", []),
    ],
)
def test_what_a_machine_asks_about(machine, state, expected):
    from sagalab.project import STATEMACHINE

    path = STATEMACHINE / "variations" / f"{machine}.asl.json"
    document = definition(path if path.exists() else machine)
    assert answers(read(document), state) == expected
