"""The failure lab's panel without a browser: its widgets are clicked, its HTML is read."""

import asyncio
import threading
from dataclasses import replace

import ipywidgets
import pytest
from lab_panels import played, text, until, words

from sagalab import FailureLab, Fault, SagaLabError, definition, deploy, deploy_machine, plan
from sagalab.cloud.connect import local_cloud_at
from sagalab.cloud.local_key import LocalKey
from sagalab.failurelab import drive as lab_drive
from sagalab.failurelab.tabs import TITLES

GOOD = ("ProcessOrder", "ProcessPayment", "ReserveInventory", "sns:NotifySuccess", "OrderSucceeded")


@pytest.fixture(scope="module")
def deployed(cloud):
    return deploy(cloud, prefix="panel", progress=False)


@pytest.fixture
def lab(deployed):
    return FailureLab(deployed)


def test_run_shows_every_state_blue_then_green_and_the_verdict(lab):
    panel = lab.panel
    pictures = played(panel)
    for _number, state in enumerate(GOOD[:-1]):
        running = [f"{state} (running)" in words(picture) for picture in pictures]
        beyond = [f"{state} →" in words(picture) and "Path:" in words(picture) for picture in pictures]
        assert any(running), f"{state} was never seen running"
        assert running.index(True) < beyond.index(True)
    assert "consistent : all was done" in text(panel.tabs.result)
    assert "Run 1 ended, SUCCEEDED. consistent: all was done" in text(panel.message)
    assert panel.bar.value == 1 and not panel.run_button.disabled and panel.stop_button.disabled


def test_the_tabs_tell_the_run(lab):
    panel = lab.panel
    lab.choose(Fault.transient("ProcessPayment"))
    played(panel)
    panel.tabs.box.selected_index = TITLES.index("Events")
    assert "TaskFailed" in panel.tabs.events.value and "Lambda.ServiceException" in panel.tabs.events.value
    assert [label.split()[1] for label, _ in panel.tabs.states.options] == list(GOOD)
    panel.tabs.states.value = 1
    assert "ProcessPayment" in text(panel.tabs.data) and "Lambda.ServiceException" in text(panel.tabs.data)
    assert "payment_amount" in panel.tabs.data.value
    assert "Fault.transient('ProcessPayment')" in panel.tabs.code.value
    assert "ProcessPayment: transient before ×1" in text(panel.tabs.history)


def test_a_timeline_is_drawn_when_its_tab_is_opened_and_of_the_run_that_is_shown(lab, monkeypatch):
    panel, timeline = lab.panel, lab.panel.tabs.timeline
    drawn: list[str] = []
    make = panel.tabs.make
    monkeypatch.setattr(panel.tabs, "make", lambda title, run: drawn.append(title) or make(title, run))
    played(panel)
    assert drawn == [] and "<svg" not in timeline.value
    panel.tabs.box.selected_index = TITLES.index("Timeline")
    assert drawn == ["Timeline"] and 'role="img" aria-label="Timeline' in timeline.value
    assert "OrderSucceeded" in timeline.value
    panel.tabs.box.selected_index = 0
    panel.tabs.box.selected_index = TITLES.index("Timeline")
    assert drawn == ["Timeline"], "what is there is not drawn again"
    seen: list[str] = []
    timeline.observe(lambda change: seen.append(change["new"]), names="value")
    lab.choose(Fault.error("ProcessOrder"))
    played(panel)
    assert drawn == ["Timeline"] * 2 and ["<svg" in each for each in seen] == [False, False, True]
    assert "OrderFailed" in timeline.value and "OrderSucceeded" not in timeline.value
    lab.run(Fault.error("ProcessPayment"))
    assert drawn == ["Timeline"] * 3 and "ProcessPayment" in timeline.value
    panel.tabs.box.selected_index = 0
    lab.run()
    assert len(drawn) == 3 and "<svg" not in timeline.value, "an older run's timeline is left there"


def test_a_tab_opened_while_another_is_made_is_made_too_and_reset_leaves_neither(lab, monkeypatch):
    panel, goes_on = lab.panel, threading.Event()
    make = panel.tabs.make
    monkeypatch.setattr(panel.tabs, "make", lambda *asked: goes_on.wait(60) and make(*asked))
    lab.run()

    async def play(reset: bool) -> None:
        panel.tabs.box.selected_index = TITLES.index("Timeline")
        (task,) = panel.tasks
        await asyncio.sleep(0)
        panel.tabs.box.selected_index = TITLES.index("Events")
        if reset:
            panel.reset_button.click()
        goes_on.set()
        await asyncio.gather(task, *panel.tasks)

    asyncio.run(play(reset=False))
    assert "<svg" in panel.tabs.timeline.value and "ExecutionStarted" in panel.tabs.events.value
    goes_on.clear()
    panel.tabs.box.selected_index = 0
    lab.run()
    asyncio.run(play(reset=True))
    assert "Nothing yet" in text(panel.tabs.timeline) and "Nothing yet" in text(panel.tabs.events)


def test_a_timeline_that_cannot_be_drawn_is_said_and_tried_again(lab, monkeypatch):
    panel, made = lab.panel, []

    def broken(title, _execution):
        made.append(title)
        raise RuntimeError("no font")

    lab.run()
    monkeypatch.setattr(panel.tabs, "make", broken)
    for times in (1, 2):
        panel.tabs.box.selected_index = TITLES.index("Timeline")
        assert "could not be drawn" in text(panel.tabs.timeline) and len(made) == times
        assert "The cloud does not answer" not in text(panel.message) and "no font" in text(panel.message)
        panel.tabs.box.selected_index = 0


def test_the_form_is_the_choice_and_the_choice_is_the_form(lab):
    panel, controls = lab.panel, lab.panel.controls
    controls.preset.choose("33")
    assert controls.faults.task.options["ProcessRefund"] == "ProcessRefund: no fault"
    assert controls.faults.task.options["ReleaseInventory"] == "ReleaseInventory: error after"
    assert lab.choice.scenario == "33" and lab.choice.items == {"1": 2, "3": 1}
    assert Fault.error("ReleaseInventory", when="after") in controls.faults.faults
    controls.faults.task.choose("ProcessRefund")
    assert controls.faults.kind.label == "no fault"
    controls.faults.kind.choose("crash")
    assert controls.preset.label == "your own" and Fault.crash("ProcessRefund") in lab.choice.faults.faults
    mine = plan(Fault.late("ProcessOrder", ms=1234, times=7), Fault.throttle("ProcessRefund", when="after"))
    lab.choose(mine, items={"5": 1})
    assert controls.choice == lab.choice and controls.choice.faults == mine
    assert repr(mine) in panel.tabs.code.value


def test_an_empty_order_is_refused_in_words_and_nothing_runs(lab):
    panel = lab.panel
    for quantity in panel.controls.items.values():
        quantity.text.value = "0"
    assert "The order is empty" in text(panel.message)
    panel.run_button.click()
    assert panel.task is None and lab.history == [] and not panel.run_button.disabled


def test_a_double_click_runs_once(lab):
    panel = lab.panel
    played(panel, panel.run_button.click, panel.run_button.click)
    assert len(lab.history) == 1


def test_stop_in_the_middle(lab):
    panel = lab.panel
    lab.choose(Fault.slow("ProcessPayment", ms=1500))

    async def play() -> None:
        panel.run_button.click()
        while "ProcessPayment (running)" not in words(panel.picture.value) and not panel.task.done():
            await asyncio.sleep(0.02)
        panel.stop_button.click()
        await panel.task

    asyncio.run(play())
    assert "ABORTED" in text(panel.message) and lab.history[-1].status == "ABORTED"
    assert not panel.run_button.disabled
    lab.choose()
    played(panel)
    assert lab.history[-1].status == "SUCCEEDED"


def test_stop_at_once_says_that_nothing_was_done(lab):
    panel = lab.panel
    played(panel, panel.stop_button.click)
    assert lab.history == [] or lab.history[-1].status == "ABORTED"
    assert not panel.run_button.disabled


def test_a_stop_that_comes_too_late_leaves_the_verdict(lab):
    panel = lab.panel
    played(panel)
    said = text(panel.message)
    panel.stop_button.click()
    assert text(panel.message) == said and "Run 1 ended, SUCCEEDED" in said
    assert panel.stop_button.disabled and not panel.tasks


def test_prediction_first_then_the_run_is_shown(lab):
    panel = lab.panel
    panel.predict.value = True
    pictures = played(panel)
    assert not any("Path:" in words(picture) for picture in pictures)
    assert "Hidden until" in text(panel.tabs.result)
    for state in (*GOOD[:3], "ReleaseInventory", "OrderFailed"):
        panel.prediction.states[state].click()
    assert "The first 3 states were right" in text(panel.tabs.result)
    assert "sns:NotifySuccess → OrderSucceeded" in words(panel.picture.value)


def test_a_prediction_while_the_run_is_starting_is_of_this_run(lab):
    panel = lab.panel
    panel.predict.value = True

    def predict() -> None:  # before the cloud has told anything
        panel.prediction.states["ProcessOrder"].click()
        panel.prediction.stop_here.click()

    played(panel, predict)
    assert lab.history[-1].prediction.path == ("ProcessOrder",) and lab.prediction is None
    assert "The first state was right" in text(panel.tabs.result)


def test_reset_then_at_once_a_run_and_a_prediction_lose_no_click_and_no_picture(lab, monkeypatch):
    """Reset looks at the machine beside: however late the cloud answers, the new run and its prediction keep what they have."""
    panel, machine, answers = lab.panel, lab.machine, threading.Event()

    def late(name: str):
        answers.wait(60)
        return machine(name)

    monkeypatch.setattr(lab, "machine", late)

    async def play() -> None:
        panel.reset_button.click()
        reset = panel.task
        panel.predict.value = True
        panel.run_button.click()
        panel.prediction.states["ProcessOrder"].click()
        run = panel.task
        await until(lambda: lab.busy)
        answers.set()
        await reset
        for state in GOOD[1:]:
            panel.prediction.states[state].click()
        await run

    asyncio.run(play())
    assert "Your prediction was right: all 5 states" in text(panel.tabs.result)
    assert "OrderSucceeded" in words(panel.picture.value) and "Path:" in words(panel.picture.value)


def test_machines_that_are_found_late_take_no_message_away(lab, monkeypatch):
    panel, machines, answers = lab.panel, lab.machines, threading.Event()
    monkeypatch.setattr(lab, "machines", lambda: answers.wait(60) and machines())

    async def play() -> None:
        panel.find_button.click()
        (finding,) = panel.tasks
        await asyncio.sleep(0)
        panel.reset_button.click()
        answers.set()
        await asyncio.gather(finding, panel.task)
        assert "Everything is set back" in text(panel.message)
        panel.find_button.click()
        await asyncio.gather(*panel.tasks)

    asyncio.run(play())
    assert "Machines: saga" in text(panel.message)


def test_predicted_before_the_run_nothing_is_hidden(lab):
    panel = lab.panel
    panel.predict.value = True
    panel.prediction.states["ProcessOrder"].click()
    panel.prediction.states["ProcessPayment"].click()
    panel.prediction.back.click()
    panel.prediction.stop_here.click()
    assert "counts for the next run" in text(panel.message)
    lab.choose(Fault.crash("ProcessOrder"))
    played(panel)
    assert lab.history[-1].prediction.path == ("ProcessOrder",)
    assert "Your prediction was right" in text(panel.tabs.result)
    panel.run_button.click()
    assert panel.prediction.path == [] and "Hidden" in text(panel.tabs.result)


def test_reset_in_the_middle_leaves_a_fresh_panel(lab):
    panel = lab.panel
    lab.choose(Fault.slow("ProcessOrder", ms=1500))

    async def play() -> None:
        panel.run_button.click()
        panel.reset_button.click()
        while "set back" not in text(panel.message):
            await asyncio.sleep(0.02)

    asyncio.run(play())
    assert lab.history == [] and lab.choice.faults == plan() and not panel.run_button.disabled
    assert "No run yet" in text(panel.tabs.history)


def test_machines_deployed_later_are_found_and_their_tasks_shown(lab, deployed):
    panel = lab.panel
    small = definition("saga")
    small["States"] = {name: small["States"][name] for name in ("ProcessOrder", "OrderFailed")}
    small["States"]["ProcessOrder"] |= {"Next": "OrderFailed", "Catch": []}
    deploy_machine(deployed, "small", small)

    async def play() -> None:
        await panel.find_machines()
        panel.controls.machine.choose("small")
        await asyncio.gather(*panel.tasks)

    asyncio.run(play())
    assert list(panel.controls.faults.task.options) == ["ProcessOrder"]
    assert list(panel.prediction.states) == ["ProcessOrder", "OrderFailed"]
    played(panel)
    assert lab.history[-1].path == ("ProcessOrder", "OrderFailed")


def test_two_runs_are_compared_in_the_panel(lab):
    panel = lab.panel
    lab.run()
    assert panel.tabs.compare.disabled
    lab.run(Fault.error("ProcessOrder"))
    panel.tabs.compare.click()
    assert "run 1 and run 2 part at ProcessOrder" in text(panel.tabs.comparison)


def test_a_lost_cloud_is_said_and_the_next_run_works(lab, deployed, monkeypatch):
    """Nothing listens at the address of the cloud: as after its process was killed."""
    dead = local_cloud_at(
        "http://127.0.0.1:9", "another", LocalKey("LOCAL", "x"), deployed.cloud.account, deployed.prefix, 1.0
    )
    with monkeypatch.context() as patch:
        patch.setattr(lab_drive, "ready", lambda _prefix: replace(deployed, cloud=dead))
        played(lab.panel)
    assert "The local cloud is gone" in text(lab.panel.message) and not lab.panel.run_button.disabled
    played(lab.panel)
    assert lab.history[-1].status == "SUCCEEDED"


def test_an_unknown_machine_is_said(lab):
    panel = lab.panel
    lab.choose(machine="nowhere")
    played(panel)
    assert "no state machine 'nowhere'" in text(panel.message) and not panel.run_button.disabled


def test_everything_has_a_name_for_screen_readers(lab):
    """Each control has a text of its own; a picture and each table has a label; messages are read out."""
    panel = lab.panel
    lab.run()
    todo, controls = [panel.box], []
    while todo:
        widget = todo.pop()
        todo += getattr(widget, "children", ())
        if isinstance(
            widget,
            ipywidgets.Button | ipywidgets.SelectionSlider | ipywidgets.Text | ipywidgets.Checkbox,
        ):
            controls.append(widget)
    assert len(controls) > 40
    assert all(widget.description or widget.tooltip for widget in controls)
    assert "aria-live" in panel.message.value and "aria-label" in panel.picture.value
    assert panel.tabs.result.value.count("<table") == panel.tabs.result.value.count("<table aria-label")


def test_shown_without_a_front_end_it_is_one_line(lab):
    lab.choose(Fault.error("ProcessOrder"))
    bundle = lab._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in bundle
    assert bundle["text/plain"].startswith("The failure lab: saga, ProcessOrder: error before.")


def test_a_python_run_while_the_panel_runs_is_refused(lab):
    panel = lab.panel
    lab.choose(Fault.slow("ProcessOrder", ms=800))

    async def play() -> None:
        panel.run_button.click()
        while not lab.busy:
            await asyncio.sleep(0.02)
        with pytest.raises(SagaLabError, match="A run is under way"):
            lab.run()
        await panel.task

    asyncio.run(play())
    assert len(lab.history) == 1


@pytest.mark.parametrize("state", [None, "ProcessOrder", "ProcessPayment", "ReserveInventory"])
def test_reset_during_a_run_sets_everything_back_at_once(lab, state):
    panel = lab.panel
    lab.choose(Fault.slow("ReserveInventory", ms=1500))

    async def play() -> None:
        panel.run_button.click()
        live = panel.task
        while state and f"{state} (running)" not in words(panel.picture.value) and not live.done():
            await asyncio.sleep(0.01)
        panel.reset_button.click()
        assert lab.history == [] and lab.choice.faults == plan() and not lab.busy
        assert "set back" in text(panel.message) and not panel.run_button.disabled
        await asyncio.gather(live, *panel.tasks)
        assert "set back" in text(panel.message) and lab.history == []  # the old run says nothing more
        assert "(running)" not in words(panel.picture.value) and "ABORTED" not in text(panel.tabs.result)
        panel.run_button.click()
        await panel.task

    asyncio.run(play())
    assert [(run.number, run.status) for run in lab.history] == [(1, "SUCCEEDED")]
    assert "Run 1 ended, SUCCEEDED" in text(panel.message)


def test_a_new_run_right_after_a_reset_is_shown_alone(lab):
    panel = lab.panel
    lab.choose(Fault.slow("ReserveInventory", ms=1500))

    async def play() -> None:
        panel.run_button.click()
        live = panel.task
        while "ReserveInventory (running)" not in words(panel.picture.value) and not live.done():
            await asyncio.sleep(0.01)
        panel.reset_button.click()
        panel.run_button.click()
        await asyncio.gather(live, panel.task)

    asyncio.run(play())
    assert [(run.number, run.status) for run in lab.history] == [(1, "SUCCEEDED")]
    assert "Run 1 ended, SUCCEEDED" in text(panel.message) and not panel.run_button.disabled


def test_a_click_that_breaks_is_said_and_logged(lab, monkeypatch, caplog):
    def broken() -> None:
        raise ZeroDivisionError("a fault of ours")

    async def play() -> None:
        lab.panel.find_button.click()
        await asyncio.gather(*lab.panel.tasks)

    monkeypatch.setattr(lab, "machines", broken)
    asyncio.run(play())
    assert "This should not happen: ZeroDivisionError" in text(lab.panel.message)
    assert caplog.records[-1].exc_info[0] is ZeroDivisionError
