"""The map and the plans for a room: their minutes are those of the notebooks, and they add up."""

import re

import nbformat
import pytest

from sagalab.project import NOTEBOOKS

MAP = (NOTEBOOKS / "README.md").read_text(encoding="utf-8")
GUIDE = (NOTEBOOKS / "instructor" / "README.md").read_text(encoding="utf-8")
MINUTES = {
    path.name: int(
        re.search(r"\*\*Time:\*\* (\d+) minutes", nbformat.read(path, as_version=4).cells[0].source)[1]
    )
    for path in sorted(NOTEBOOKS.glob("*.ipynb"))
}
SELF_STUDY = re.findall(r"^\| (60 minutes|90 minutes|180 minutes|a full day) \| (.+?) \|", MAP, re.MULTILINE)
ROOM = re.findall(
    r"^### (60 minutes|90 minutes|180 minutes|A full day)\n\n(.+?)\n\n", GUIDE, re.MULTILINE | re.DOTALL
)


def test_the_map_has_every_notebook_with_its_own_minutes():
    told = {
        name: int(minutes)
        for name, minutes in re.findall(r"^\| \[.+?\]\((\S+\.ipynb)\) \| (\d+) \|", MAP, re.MULTILINE)
    }
    assert told == MINUTES


@pytest.mark.parametrize(("length", "plan"), SELF_STUDY)
def test_a_plan_for_oneself_adds_up_and_gives_each_notebook_its_time(length, plan):
    parts = re.findall(r"(?:(\d\d)|a break)([^,(]*)\((\d+)\)", plan)
    for number, part, minutes in parts:
        if number:
            [whole] = [each for name, each in MINUTES.items() if name.startswith(number)]
            assert int(minutes) <= whole if "section" in part else int(minutes) == whole, number
    if length != "a full day":
        assert sum(int(minutes) for *_, minutes in parts) <= int(length.split()[0])
    assert len(SELF_STUDY) == 4 and len(parts) >= 4


@pytest.mark.parametrize(("length", "table"), ROOM)
def test_a_plan_for_a_room_has_no_gap_and_enough_time(length, table):
    rows = re.findall(r"^\| ([\d:]+)–([\d:]+) \| (.+?) \|", table, re.MULTILINE)
    spans = [(_minute(begin), _minute(end), what) for begin, end, what in rows]
    assert len(ROOM) == 4 and len(spans) >= 5
    assert [begin for begin, *_ in spans[1:]] == [end for _, end, _ in spans[:-1]]
    for begin, end, what in spans:
        number = re.match(r"(\d\d) · ", what)
        if number and "section" not in what and "exercise" not in what:
            [whole] = [each for name, each in MINUTES.items() if name.startswith(number[1])]
            assert end - begin >= whole, what
    if length != "A full day":
        assert spans[-1][1] == int(length.split()[0])


def _minute(told: str) -> int:
    hours, _, minutes = told.rpartition(":")
    return int(hours or 0) * 60 + int(minutes)
