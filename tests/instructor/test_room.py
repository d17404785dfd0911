"""`sagalab room`: who is where, from real progress files; damaged ones are named and skipped."""

import json

import pytest
from typer.testing import CliRunner

from sagalab.commands.app import app, register_commands
from sagalab.course import completed
from sagalab.course.exercises import exercises
from sagalab.errors import SagaLabError
from sagalab.instructor.room import read_room

FIRST, SECOND, THIRD = list(exercises())[:3]


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


def test_damaged_files_are_named_and_skipped(folder):
    assert [name for name, _ in read_room(folder).skipped] == [
        "bytes.json",
        "cut.json",
        "list.json",
        "words.json",
    ]


def test_a_folder_without_files_says_what_to_do(tmp_path):
    with pytest.raises(SagaLabError, match="NAME.json"):
        read_room(tmp_path)
    with pytest.raises(SagaLabError, match="There is no folder"):
        read_room(tmp_path / "nowhere")


def test_the_command_prints_a_table_and_writes_nothing(folder, command):
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    shown = CliRunner().invoke(command, ["room", str(folder)])
    assert shown.exit_code == 0
    assert "✗2s" in shown.output and "skipped cut.json" in shown.output
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
