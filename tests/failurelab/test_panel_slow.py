"""The panel in slow motion and step by step: the run is not slowed, and nothing is told before it is shown."""

import asyncio

import pytest
from lab_panels import played, text, until, words

from sagalab import FailureLab, Fault, SagaLabError, deploy
from sagalab.failurelab.moments import moments
from sagalab.failurelab.replay import AS_IT_RUNS, STEP, Pace

SHOWN = ("ProcessOrder (running)", "ProcessPayment (running)", "OrderFailed")


@pytest.fixture(scope="module")
def deployed(cloud):
    return deploy(cloud, prefix="slow", progress=False)


@pytest.fixture
def lab(deployed):
    return FailureLab(deployed)


def test_step_by_step_the_verdict_comes_after_the_last_step(lab):
    """Each Next shows one moment more; the execution has long ended, and neither tab nor message tells how."""
    panel = lab.show(step=True).panel
    lab.choose(Fault.error("ProcessPayment"))
    seen = []

    async def play() -> None:
        panel.run_button.click()
        await until(lambda: panel._over)  # the execution is over, its ledger read, and nothing is shown
        assert panel.frames == 0 and "Nothing yet" in text(panel.tabs.result)
        assert "press Next" in text(panel.message) and panel.stop_button.disabled
        steps = len(moments(panel._run.execution))
        for number in range(1, steps + 1):
            assert "ended" not in text(panel.message) and "Nothing yet" in text(panel.tabs.result)
            panel.replay.next.click()
            await until(lambda number=number: panel.frames == number)
            seen.append((words(panel.picture.value), text(panel.replay.caption)))
        await panel.task

    asyncio.run(play())
    assert [caption.split(": ", 1)[1].split(".")[0] for _, caption in seen[:3]] == [
        "ProcessOrder begins", "ProcessPayment begins", "ProcessPayment: attempt 1 has failed, ErrProcessPayment",
    ]  # fmt: skip
    assert "ProcessPayment (running)" in seen[1][0] and "ProcessRefund" not in seen[1][0]
    run = lab.history[-1]
    assert f"Run 1 ended, FAILED (shown slowly; it took {run.seconds:.1f} s). consistent" in text(
        panel.message
    )
    assert f"it took {run.seconds:.2f} s" in seen[-1][1]


def test_in_slow_motion_every_moment_is_shown_in_order(lab):
    panel = lab.show(slow=0.2).panel
    pictures = [words(picture) for picture in played(panel)]
    run = lab.history[-1]
    assert panel.frames == len(moments(run.execution))
    reached = [sum(f"{state}" in picture for state in run.path) for picture in pictures if "Path:" in picture]
    assert reached == sorted(reached) and reached[-1] == len(run.path)
    assert text(panel.replay.caption).startswith(
        f"Step {panel.frames} of {panel.frames}, "
    ) or "Step" in text(panel.replay.caption)


def test_end_shows_the_rest_at_once(lab):
    panel = lab.show(step=True).panel
    played(panel, panel.replay.end.click)  # pressed while the execution still runs
    assert "Run 1 ended, SUCCEEDED (shown slowly" in text(panel.message) and panel.bar.value == 1


def test_a_run_that_was_shown_is_walked_through_again(lab):
    panel = lab.panel
    lab.run(Fault.error("ProcessOrder"))

    async def play() -> None:
        panel.replay.back.click()
        await until(lambda: "the execution has failed" not in text(panel.replay.caption))
        panel.replay.end.click()
        await until(lambda: "the execution has failed: SagaFailed" in text(panel.replay.caption))

    assert panel.replay.next.disabled and not panel.replay.back.disabled
    asyncio.run(play())


def test_the_speed_is_chosen_in_the_panel_or_in_python(lab):
    panel = lab.panel
    panel.replay.speed.choose(STEP)
    assert lab.pace == STEP
    assert lab.show(slow=2.5) is lab
    assert panel.replay.pace == Pace(2.5) and panel.replay.speed.label == "2.5 s a step"
    lab.reset()
    assert lab.pace == panel.replay.pace == AS_IT_RUNS
    for wrong in ({"slow": 0}, {"slow": 61}, {"slow": 2, "step": True}):
        with pytest.raises(SagaLabError, match="cannot be shown"):
            lab.show(**wrong)


def test_reset_while_it_is_shown_slowly_shows_nothing_more(lab):
    panel = lab.show(step=True).panel

    async def play() -> None:
        panel.run_button.click()
        live = panel.task
        panel.replay.next.click()
        await until(lambda: panel.frames == 1)
        panel.reset_button.click()
        await asyncio.gather(live, *panel.tasks)

    asyncio.run(play())
    assert panel.frames == 1 and panel.bar.value == 0 and lab.history == []
    assert text(panel.replay.caption) == " " and panel.replay.play.disabled
    assert "Path:" not in words(panel.picture.value) and SHOWN[0] not in words(panel.picture.value)
