"""The form of a lab: objectives and time first, short cells, questions that hide their answers, a summary last."""

import re
from html import unescape

import nbformat
import pytest

from sagalab.course.exercises import exercises
from sagalab.project import NOTEBOOKS

MOST_LINES = 15
ALL = sorted(NOTEBOOKS.glob("*.ipynb"))
LABS = [path for path in ALL if path.name < "99"]
PRIVATE = re.compile(r"/(home|root|tmp|Users|work)/|[A-Z]:\\\\|(?<![-\w])\d{12}\b")


def read(path):
    return nbformat.read(path, as_version=4)


def code(path):
    return [cell for cell in read(path).cells if cell.cell_type == "code"]


def questions(path):
    return [cell for cell in code(path) if cell.source.startswith("predict(")]


def named(paths):
    return pytest.mark.parametrize("path", paths, ids=lambda path: path.stem)


@named(ALL)
def test_it_begins_with_time_and_objectives_and_ends_with_a_summary(path):
    cells = read(path).cells
    assert re.match(r"# \d\d · ", cells[0].source)
    assert "**Time:**" in cells[0].source and "**After this notebook you can**" in cells[0].source
    assert cells[-1].cell_type == "markdown" and "## Summary" in cells[-1].source


@named(ALL)
def test_a_code_cell_has_at_most_fifteen_lines(path):
    assert [cell.source for cell in code(path) if len(cell.source.splitlines()) > MOST_LINES] == []


@named(LABS)
def test_a_lab_asks_some_questions_and_hides_their_answers(path):
    assert 2 <= len(questions(path)) <= 6
    assert all(cell.metadata.get("jupyter", {}).get("source_hidden") for cell in questions(path))


@named(LABS[:-1])
def test_a_lab_leads_to_the_next(path):
    following = LABS[LABS.index(path) + 1].name
    assert f"]({following})" in read(path).cells[-1].source


@named(ALL)
def test_no_output_tells_of_the_machine_it_was_made_on(path):
    for cell in code(path):
        found = PRIVATE.search(unescape(str([dict(output) for output in cell.outputs])))
        assert not found, f"{cell.id}: {found}"


def test_the_course_has_its_exercises():
    assert len(exercises()) >= 12
