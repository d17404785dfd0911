"""The demonstration on the local cloud: each path ends as its notes say, and the page's panel plays them."""

import asyncio
import json
import re
import socket

import pytest

from sagalab import SagaLabError
from sagalab.instructor import demo as demonstration
from sagalab.instructor.demo import play, prepare
from sagalab.instructor.panel import DemoPanel
from sagalab.instructor.paths import DEMO_PATHS
from sagalab.instructor.server import choose_port
from sagalab.project import NOTEBOOKS


@pytest.fixture(scope="module")
def stage(cloud):
    patch = pytest.MonkeyPatch()
    patch.setenv("SAGALAB_PREFIX", "demo")
    yield prepare()
    patch.undo()


@pytest.mark.parametrize("path", DEMO_PATHS, ids=lambda path: path.key)
def test_a_path_ends_as_its_notes_say(stage, path):
    run = play(path.key, stage.deployment)
    assert run.verdict.name == path.ends
    for amount in re.findall(r"\d+\.\d\d", " ".join(path.notes)):
        assert any(amount in cell for row in run.verdict.ledger.rows() for cell in row)


def test_the_cure_retries_the_crash_and_takes_the_money_once(stage):
    crash, cure = play("crash", stage.deployment), play("cure", stage.deployment)
    assert crash.execution.error == "Runtime.ExitError"
    assert {visit.name: visit.tries for visit in cure.execution.visits}["ProcessPayment"] == 2
    assert [row["payment_type"] for row in cure.verdict.ledger.payments] == ["Debit"]


def test_an_unknown_path_names_the_paths(stage):
    with pytest.raises(SagaLabError, match="success, 1, 2, 3, 33, crash, cure"):
        play("44", stage.deployment)


def pressed(panel: DemoPanel, *buttons) -> DemoPanel:
    """Press buttons one after the other, each after the run before has ended."""

    async def press() -> None:
        for button in buttons:
            button.click()
            await panel.task

    asyncio.run(press())
    return panel


def test_next_goes_on_and_begins_anew_after_the_last(stage):
    panel = DemoPanel(stage)
    assert DEMO_PATHS[0].question in panel.ask.value
    pressed(panel, panel.paths["crash"], panel.next)
    assert DEMO_PATHS[-1].title in panel.status.value and "✓ consistent" in panel.status.value
    assert "<svg" in panel.picture.value and "Debit" in panel.result.value
    pressed(panel, panel.next)
    assert DEMO_PATHS[0].title in panel.status.value and DEMO_PATHS[1].question in panel.ask.value


def test_a_press_during_a_run_is_ignored(stage):
    panel = DemoPanel(stage)

    async def press_twice() -> None:
        panel.paths["3"].click()
        panel.paths["33"].click()
        await panel.task

    asyncio.run(press_twice())
    assert "Scenario 3:" in panel.status.value


def test_speaker_notes_are_shown_only_when_wanted(stage):
    panel = DemoPanel(stage)
    pressed(panel, panel.paths["33"])
    assert panel.say.value == ""
    panel.notes.value = True
    assert "Nobody." in panel.say.value


def test_an_error_is_said_on_the_page_and_the_next_press_works(stage, monkeypatch):
    panel = DemoPanel()

    def broken(_cloud=None):
        raise SagaLabError("The cloud is gone.", "Press again.")

    with monkeypatch.context() as patch:
        patch.setattr(demonstration, "prepare", broken)
        pressed(panel, panel.paths["success"])
    assert "✗ The cloud is gone. Press again." in panel.status.value
    pressed(panel, panel.paths["success"])
    assert "✓ consistent" in panel.status.value


def test_the_notebook_has_one_cell_a_path_in_order_and_their_plan():
    cells = json.loads((NOTEBOOKS / "instructor" / "demo.ipynb").read_text(encoding="utf-8"))["cells"]
    plays = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"][1:]
    assert plays == [f'play("{path.key}")' for path in DEMO_PATHS]
    kinds = [cell["cell_type"] for cell in cells if cell["id"].startswith("path-")]
    assert set(kinds) == {"code"}  # nothing between them: one keypress each
    plan = next("".join(cell["source"]) for cell in cells if cell["id"] == "plan")
    for number, path in enumerate(DEMO_PATHS, 1):
        assert f"| {number} | {path.title} | {path.minutes} | {path.question} | {path.ends} |" in plan


def test_a_taken_port_is_said():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        with pytest.raises(SagaLabError, match="cannot be used"):
            choose_port(taken.getsockname()[1])
    assert choose_port(None) > 0
