"""`sagalab room`: who is where, from real progress files; damaged ones are named and skipped."""

import asyncio
import io
import json
import os
import signal
import subprocess
import sys

import pytest
from rich.console import Console
from typer.testing import CliRunner

from sagalab.commands.app import app, register_commands
from sagalab.commands.room import on_screen, table
from sagalab.course import completed
from sagalab.course.exercises import exercises
from sagalab.errors import SagaLabError
from sagalab.instructor.room import read_room
from sagalab.instructor.show import Show

FIRST, SECOND, THIRD = [each.name for each in exercises().values() if each.notebook.startswith("02")][:3]


@pytest.fixture(scope="module")
def command():
    register_commands()
    return app


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Ada's and Bilal's files as `check` writes them, an empty one of Chen, and four that are damaged."""
    room = tmp_path / "room"
    room.mkdir()
    monkeypatch.setenv("SAGALAB_STATE_DIR", str(tmp_path / "ada"))
    completed.keep(FIRST, tried=True, done=True)
    completed.keep(SECOND, tried=True, hints=1)
    completed.keep(SECOND, tried=True, solution=True)
    (tmp_path / "ada" / completed.FILE).rename(room / "ada.json")
    monkeypatch.setenv("SAGALAB_STATE_DIR", str(room / "bilal" / ".sagalab"))
    for name in exercises():
        completed.keep(name, tried=True, done=True)
    (room / "Chen.json").write_text('{"exercises": {}}', encoding="utf-8")
    (room / "cut.json").write_text('{"exercises": {"wai', encoding="utf-8")
    (room / "list.json").write_text("[1, 2]", encoding="utf-8")
    record = {"tries": "many", "done": None, "hints": 0, "solution": False}
    (room / "words.json").write_text(json.dumps({"exercises": {FIRST: record}}), encoding="utf-8")
    (room / "bytes.json").write_bytes(b"\xff\xfe\x00")
    return room


def test_who_is_where(folder):
    ada, bilal, chen = read_room(folder).participants
    assert [ada.name, bilal.name, chen.name] == ["ada", "bilal", "Chen"]
    assert [ada.done, bilal.done, chen.done] == [1, len(exercises()), 0]
    assert [ada.at, bilal.at, chen.at] == [SECOND, "all done", "not begun"]
    assert [ada.sign(name) for name in (FIRST, SECOND, THIRD)] == ["✓", "✗2s", "·"]


def test_after_a_success_the_next_open_exercise_is_meant(folder):
    completed.drop([FIRST, THIRD])
    assert read_room(folder).participants[1].at == FIRST


def test_the_scores_of_the_quizzes_are_told_to_other_programs(folder):
    kept = {"tries": 2, "done": None, "hints": 0, "solution": False}
    record = {
        "quiz 11_test_it": kept | {"right": 3},
        "quiz 12_redrive": kept | {"right": "all"},
        "quiz of mine": kept,
    }
    (folder / "dora.json").write_text(json.dumps({"exercises": record}), encoding="utf-8")
    [dora] = [each for each in read_room(folder).as_record()["participants"] if each["name"] == "dora"]
    assert dora["quizzes"] == {"11_test_it": 3} and dora["done"] == 0 and dora["at"] == "not begun"


def test_damaged_files_are_named_and_skipped(folder):
    assert [name for name, _ in read_room(folder).skipped] == [
        "bytes.json",
        "cut.json",
        "list.json",
        "words.json",
    ]


def test_a_folder_without_files_says_what_to_do(tmp_path):
    with pytest.raises(SagaLabError, match="sagalab share NAME"):
        read_room(tmp_path)
    with pytest.raises(SagaLabError, match="There is no folder"):
        read_room(tmp_path / "nowhere")


def test_the_command_prints_a_table_and_writes_nothing(folder, command):
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    shown = CliRunner().invoke(command, ["room", str(folder)])
    assert shown.exit_code == 0
    assert "✓✗·" in shown.output and "skipped cut.json" in shown.output
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before


def test_json_has_every_exercise_of_everybody(folder, command):
    record = json.loads(CliRunner().invoke(command, ["room", str(folder), "--json"]).output)
    assert [each["name"] for each in record["participants"]] == ["ada", "bilal", "Chen"]
    assert all(list(each["states"]) == list(exercises()) for each in record["participants"])
    assert len(record["skipped"]) == 4


def test_the_heat_map_has_a_sign_in_each_cell(folder, command, tmp_path, monkeypatch):
    import matplotlib

    monkeypatch.setitem(matplotlib.rcParams, "svg.fonttype", "none")  # text stays text
    picture = tmp_path / "map.svg"
    assert CliRunner().invoke(command, ["room", str(folder), "--picture", str(picture)]).exit_code == 0
    svg = picture.read_text(encoding="utf-8")
    assert svg.count(">✓<") == 1 + len(exercises())
    assert svg.count(">✗2s<") == 1
    assert svg.count(">·<") == (len(exercises()) - 2) + len(exercises())


def test_a_picture_of_another_kind_is_refused(folder, command, tmp_path):
    found = CliRunner().invoke(command, ["room", str(folder), "--picture", str(tmp_path / "map.doc")])
    assert isinstance(found.exception, SagaLabError)


def test_two_of_one_name_are_told_apart(folder):
    (folder / "groups" / "Ada").mkdir(parents=True)
    (folder / "groups" / "Ada" / completed.FILE).write_text('{"exercises": {}}', encoding="utf-8")
    names = [each.name for each in read_room(folder).participants]
    assert names == ["ada 1 (ada.json)", "Ada 2 (groups/Ada/progress.json)", "bilal", "Chen"]
    for width in (60, 80):
        console = Console(width=1000, file=io.StringIO(), record=True)
        console.print(table(read_room(folder), width))
        assert all(f" {number}" in console.export_text(clear=False).split("done")[1] for number in (1, 2))
        shown = [line.split(" (")[0] for line in console.export_text().splitlines() if "(" in line]
        assert len(set(shown)) == len(shown)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes in folders")
def test_a_pipe_in_the_folder_is_skipped_and_not_waited_for(folder):
    os.mkfifo(folder / "dave.json")
    (folder / "eve.json").mkdir()
    found = dict(read_room(folder).skipped)
    assert "pipe" in found["dave.json"] and "eve.json" not in found


@pytest.mark.parametrize("width", [60, 80, 100, 300])
def test_the_table_keeps_to_the_width_and_says_all_it_can(folder, width):
    long = folder / f"{'Maximiliane-Wilhelmina':<22}.json"
    long.write_text('{"exercises": {}}', encoding="utf-8")
    console = Console(width=1000, file=io.StringIO(), record=True)
    console.print(table(read_room(folder), width))
    lines = console.export_text().splitlines()
    assert max(len(line.rstrip()) for line in lines) <= width
    [ada] = [line for line in lines if "ada " in line]
    assert f"1/{len(exercises())}" in ada
    if width >= 80:
        assert all(sign in ada for sign in "✓✗·")
    assert ("✗2s" in ada) == (width == 300)


def test_sharing_is_seen_and_nobody_is_overwritten(command, tmp_path, monkeypatch):
    room = tmp_path / "room"
    room.mkdir()
    monkeypatch.setenv("SAGALAB_STATE_DIR", str(tmp_path / "ada"))
    run = CliRunner().invoke
    for _ in range(2):
        completed.keep(FIRST, tried=True, done=True)
        shared = run(command, ["share", "Ada", str(room)])
        assert shared.exit_code == 0 and "Ada.json" in shared.output
    [ada] = read_room(room).participants
    assert (ada.name, ada.done, ada.kept[FIRST]["tries"]) == ("Ada", 1, 2)
    assert str(tmp_path) not in (room / "Ada.json").read_text(encoding="utf-8")

    monkeypatch.setenv("SAGALAB_STATE_DIR", str(tmp_path / "another"))
    before = (room / "Ada.json").read_bytes()
    for name, folder, words in (
        ("Ada", room, "Somebody else"),
        ("../Ada", room, "cannot be the name"),
        ("", room, "cannot be the name"),
        ("x" * 41, room, "cannot be the name"),
        ("Eve", tmp_path / "nowhere", "There is no folder"),
    ):
        refused = run(command, ["share", name, str(folder)])
        assert isinstance(refused.exception, SagaLabError) and words in str(refused.exception)
    assert (room / "Ada.json").read_bytes() == before and len(list(room.iterdir())) == 1


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes in folders")
def test_sharing_waits_for_no_pipe_of_that_name(command, tmp_path):
    os.mkfifo(tmp_path / "Ada.json")
    refused = CliRunner().invoke(command, ["share", "Ada", str(tmp_path)])
    assert "Somebody else shares as Ada" in str(refused.exception)


def test_sharing_goes_on_when_the_folder_comes_back(command, tmp_path, monkeypatch):
    room, steps = tmp_path / "room", []

    def sleep(_):
        steps.append(len(steps))
        if len(steps) in (1, 4):
            (room / "Ada.json").unlink(missing_ok=True)
            room.rmdir()
        elif len(steps) == 3:
            room.mkdir()
        elif len(steps) == 5:
            raise KeyboardInterrupt

    room.mkdir()
    monkeypatch.setattr("sagalab.commands.room.time.sleep", sleep)
    said = CliRunner().invoke(command, ["share", "Ada", str(room), "--watch"]).output
    assert [line.partition(":")[0].partition(" (")[0] for line in said.splitlines()][:4] == [
        "✓ Shared",
        f"✗ There is no folder {room}. Give the folder that your instructor named. It is tried again.",
        "✓ Shared again",
        f"✗ There is no folder {room}. Give the folder that your instructor named. It is tried again.",
    ]


def ended_by_ctrl_c(process: subprocess.Popen) -> str:
    """Press Ctrl-C until a process ends, as a person does: Python may lose one in an import or a finalizer."""
    for _ in range(20):
        process.send_signal(signal.SIGINT)
        try:
            return process.communicate(timeout=2)[0]
        except subprocess.TimeoutExpired:
            continue
    process.kill()
    raise AssertionError("Ctrl-C does not end it")


def test_watching_shows_what_is_new_and_waits_for_the_first(tmp_path):
    room = tmp_path / "room"
    room.mkdir()
    watching = subprocess.Popen(
        [sys.executable, "-m", "sagalab", "room", str(room), "--watch"],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8",
        env=os.environ | {"PYTHONUTF8": "1", "COLUMNS": "80", "PYTHONUNBUFFERED": "1"},
    )  # fmt: skip
    seen = []
    try:
        for line in watching.stdout:
            seen.append(line)
            if "There is no progress file" in line:
                (room / "Zoe.json").write_text('{"exercises": {}}', encoding="utf-8")
            if "Zoe" in line:
                break
    finally:
        rest = ended_by_ctrl_c(watching)
    assert any("Zoe" in line for line in seen)
    assert "Traceback" not in rest and watching.returncode == 130


def test_a_room_higher_than_the_window_shows_its_columns_at_the_end_and_scrolls_only_for_news():
    rows = "\n".join(["participant  done", *(f"p{number}" for number in range(40)), "✓ done"])
    assert on_screen(rows, 24).splitlines()[-2:] == ["participant  done", "every 3 s; Ctrl-C ends it"]
    assert len(on_screen(rows, 44).splitlines()) == 43 < 44
    assert on_screen(rows, 44).splitlines()[-1].count(":") == 2  # the clock


def test_the_demonstration_shows_the_room_until_m_is_pressed_again(folder, monkeypatch):
    monkeypatch.setattr("sagalab.instructor.show.ROOM_SECONDS", 0.05)
    show = Show(room=folder)

    async def looked_at() -> list[str]:
        show.press("m")
        shown = []
        while not show.map:
            await asyncio.sleep(0.02)
        shown.append(show.map)
        (folder / "Zoe.json").write_text('{"exercises": {}}', encoding="utf-8")
        while show.map == shown[0]:
            await asyncio.sleep(0.02)
        shown.append(show.map)
        show.press("m")
        return [*shown, show.map]

    first, second, after = asyncio.run(looked_at())
    assert "3 participants" in first and "4 participants" in second and after == ""
