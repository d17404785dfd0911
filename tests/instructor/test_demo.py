"""The demonstration on the local cloud: each path ends as its notes say, and the keys play them."""

import asyncio
import json
import re
import socket

import pytest
from botocore.exceptions import ClientError

from sagalab import SagaLabError
from sagalab.deploying.machines import definition
from sagalab.failurelab.replay import Pace
from sagalab.instructor import demo as demonstration
from sagalab.instructor.demo import play, prepare
from sagalab.instructor.paths import DEMO_PATHS
from sagalab.instructor.projected import projected
from sagalab.instructor.projector import projector_parts
from sagalab.instructor.server import listen
from sagalab.instructor.show import Show
from sagalab.instructor.speaker import speaker_parts
from sagalab.markup import escape
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


def pressed(show: Show, *keys: str) -> Show:
    """Press keys one after the other, each after the run before has ended."""

    async def press() -> None:
        await show.open()
        for key in keys:
            assert show.press(key)
            if show.task is not None:
                await show.task
        await show.end()

    asyncio.run(press())
    return show


def test_the_next_key_goes_on_and_stays_at_the_last(stage):
    show = Show(stage)
    assert show.next is DEMO_PATHS[0]
    pressed(show, "6", " ")
    assert show.path is DEMO_PATHS[-1] and show.next is None
    parts = projector_parts(show)
    assert DEMO_PATHS[-1].title in parts["title"] and "consistent" in parts["verdict"]
    assert "<svg" in parts["picture"] and "Debit" in parts["rows"]
    ran = show.runs["cure"]
    assert pressed(show, " ").runs["cure"] is ran


def test_back_shows_what_was_run_and_runs_nothing(stage):
    show = pressed(Show(stage), "1", "2", "ArrowLeft")
    assert show.path is DEMO_PATHS[0] and show.shown is show.runs["success"]
    assert 'aria-label="Execution. SUCCEEDED' in show.picture
    assert pressed(show, "Home", "ArrowLeft").path is None
    assert set(show.runs) == {"success", "1"}


def test_a_path_is_run_again_by_r_and_by_its_own_digit(stage):
    show = pressed(Show(stage), "1")
    runs = [show.runs["success"]]
    for key in "r1":
        runs.append(pressed(show, key).runs["success"])
    assert len({run.execution.arn for run in runs}) == 3


def test_start_over_forgets_the_runs_and_the_clock(stage):
    show = pressed(Show(stage), "1", "0")
    assert (show.runs, show.path, show.begun, show.next) == ({}, None, None, DEMO_PATHS[0])


def test_a_press_during_a_run_begins_none(stage):
    show = Show(stage)

    async def press_twice() -> None:
        show.press("4")
        show.press(" ")
        show.press("5")  # goes there, and says what still runs
        assert "another path still runs" in projector_parts(show)["verdict"]
        await show.task

    asyncio.run(press_twice())
    assert set(show.runs) == {"3"} and show.path is DEMO_PATHS[4] and show.next is DEMO_PATHS[4]
    assert "What will happen?" in projector_parts(show)["verdict"]


def test_a_verdict_that_is_seen_lets_the_next_key_count(stage):
    """Whoever leaves a path that runs, and comes back, sees no verdict while a press would still be one too many."""
    show, seen = Show(stage), []

    async def leave_and_come_back() -> None:
        await show.open()
        show.press("1")
        while not show.task.done():
            show.press("Home")
            show.press("1")
            seen.append((show.shown is not None, show.running is not None))
            await asyncio.sleep(0)

    asyncio.run(leave_and_come_back())
    assert (False, True) in seen and (True, True) not in seen
    assert show.shown.verdict.name == DEMO_PATHS[0].ends


def test_slow_motion_shows_every_moment_before_the_verdict(stage, monkeypatch):
    monkeypatch.setattr("sagalab.instructor.show.SLOW", Pace(0.01))
    show, seen = Show(stage), []
    show.listeners.append(lambda: seen.append((show.caption, show.picture, show.shown is not None)))
    pressed(show, "s", "4")
    captions = list(dict.fromkeys(caption for caption, _, ended in seen if caption and not ended))
    begun = [caption.removesuffix(" begins") for caption in captions if caption.endswith(" begins")]
    assert begun == show.runs["3"].execution.path
    assert captions[-1] == "the execution has failed: SagaFailed" and seen[-1][2]
    assert len({picture for _, picture, _ in seen}) > len(begun)
    sizes = {re.search(r'viewBox="[^"]*"', picture).group() for caption, picture, _ in seen if caption}
    assert len(sizes) == 1  # nothing jumps


def test_the_space_bar_ends_slow_motion_and_s_shows_the_run_again_slowly(stage, monkeypatch):
    monkeypatch.setattr("sagalab.instructor.show.SLOW", Pace(30))
    show = Show(stage)

    async def watch() -> None:
        waiting = asyncio.Event()
        show.listeners.append(waiting.set)

        async def in_motion() -> None:
            while not show.caption:
                waiting.clear()
                await waiting.wait()

        for keys in ("s4", "ss"):  # a run; then, off and on again, the same run once more
            for key in keys:
                show.press(key)
            await in_motion()
            assert "slow motion" in projector_parts(show)["verdict"]
            show.press(" ")
            await show.task
            assert "consistent" in projector_parts(show)["verdict"]
        show.press("s")  # off: the next one is shown as it runs
        show.press("1")
        await show.task

    asyncio.run(watch())
    assert list(show.runs) == ["3", "success"]


def test_a_run_in_slow_motion_that_nobody_looks_at_holds_nobody_up(stage, monkeypatch):
    monkeypatch.setattr("sagalab.instructor.show.SLOW", Pace(30))
    show = Show(stage)

    async def jump_away() -> None:
        show.press("s")
        show.press("4")
        show.press("Home")
        await show.task

    asyncio.run(jump_away())
    assert "3" in show.runs and show.path is None


def test_a_key_without_a_meaning_does_nothing():
    show = Show()
    assert not any(show.press(key) for key in ("x", "9", "Escape", "²", "", "toString"))
    assert show.begun is None and show.task is None


def test_the_room_sees_no_notes_no_question_and_no_clock(stage):
    show = pressed(Show(stage), "5")
    seen, told = "".join(projector_parts(show).values()), "".join(speaker_parts(show).values())
    for path in (DEMO_PATHS[4], DEMO_PATHS[5]):
        assert escape(path.question) not in seen
    for line in DEMO_PATHS[4].notes:
        assert escape(line) not in seen and escape(line) in told
    assert escape(DEMO_PATHS[5].question) in told and "of 22 min" in told and " min" not in seen


def test_an_error_is_said_on_the_page_and_the_next_press_works(stage, monkeypatch):
    show = Show()

    def broken(_cloud=None):
        raise SagaLabError("The cloud is gone.", "Press again.")

    with monkeypatch.context() as patch:
        patch.setattr(demonstration, "prepare", broken)
        pressed(show, "1")
    assert "The cloud is gone. Press again." in projector_parts(show)["verdict"]
    pressed(show, " ")
    assert "✓" in projector_parts(show)["verdict"] and show.trouble == ""


def test_what_aws_refuses_is_projected_in_words_and_without_the_account(monkeypatch):
    show = Show()
    refusal = {"Error": {"Code": "AccessDenied", "Message": "arn:aws:iam::123456789012:user/a may not"}}

    def refused(_cloud=None):
        raise ClientError(refusal, "StartExecution")

    monkeypatch.setattr(demonstration, "prepare", refused)
    monkeypatch.setenv("SAGALAB_CLOUD", "aws")
    pressed(show, "1")
    assert "AWS does not allow StartExecution" in show.trouble and "123456789012" not in show.trouble


@pytest.mark.parametrize("path", DEMO_PATHS, ids=lambda path: path.key)
def test_the_projected_picture_has_no_small_letters_and_no_label_in_its_way(stage, path):
    execution = play(path.key, stage.deployment).execution
    for svg in (projected(definition(path.machine)), projected(None, execution)):
        assert min(map(float, re.findall(r'font-size="([\d.]+)"', svg))) >= 14
        width, height = map(float, re.search(r'viewBox="0.00 0.00 ([\d.]+) ([\d.]+)"', svg).groups())
        assert width <= 800 and height <= 512
        assert "ErrProcess" not in re.sub(
            r"<title>.*?</title>|<desc>.*?</desc>|aria-label=\"[^\"]*\"", "", svg
        )


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
            listen(taken.getsockname()[1])
    with listen(None) as free:
        assert free.getsockname()[0] == "127.0.0.1"
