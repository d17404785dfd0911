"""The notebooks' second edition, solutions in the place of stubs: every check says correct.

The first edition, untouched, is run by nbval; here its stored outputs are held to "not yet attempted".
"""

import os

import nbformat
import pytest
from nbclient import NotebookClient

from sagalab.course.exercises import exercises
from sagalab.course.outcome import CORRECT, NOT_ATTEMPTED, SIGNS
from sagalab.project import NOTEBOOKS

CELL_SECONDS = 120
WITH_EXERCISES = sorted({each.notebook for each in exercises().values()})


def read(name):
    return nbformat.read(NOTEBOOKS / f"{name}.ipynb", as_version=4)


def exercise_cells(notebook):
    return [cell for cell in notebook.cells if "exercise" in cell.metadata.get("sagalab", {})]


def check_cells(notebook):
    """Return exercise → the code cell that checks it."""
    names = [cell.metadata.sagalab.exercise for cell in exercise_cells(notebook)]
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    return {name: next(cell for cell in code if cell.source.startswith(f"check.{name}(")) for name in names}


def words(cell):
    return "".join(output.get("data", {}).get("text/plain", "") for output in cell.outputs)


@pytest.mark.parametrize("name", WITH_EXERCISES)
def test_each_exercise_has_one_cell_with_stub_and_solution(name):
    notebook = read(name)
    found = [cell.metadata.sagalab.exercise for cell in exercise_cells(notebook)]
    assert sorted(found) == sorted(each.name for each in exercises().values() if each.notebook == name)
    for cell in exercise_cells(notebook):
        assert "exercise" in cell.metadata.tags
        assert cell.metadata.sagalab.answer in cell.source
        assert "..." in cell.source or "TODO" in cell.source
        compile(cell.metadata.sagalab.solution, cell.id, "exec")


@pytest.mark.parametrize("name", WITH_EXERCISES)
def test_every_check_of_the_untouched_notebook_says_not_yet_attempted(name):
    for exercise, cell in check_cells(read(name)).items():
        assert words(cell).startswith(f"{SIGNS[NOT_ATTEMPTED]} {NOT_ATTEMPTED}: "), exercise
        assert "nbval-check-output" in cell.metadata.tags


@pytest.mark.parametrize("name", WITH_EXERCISES)
def test_every_check_of_the_solved_notebook_says_correct(cloud, name, monkeypatch):
    monkeypatch.setenv("SAGALAB_PREFIX", f"solved-{name[:2]}")
    notebook = read(name)
    for cell in exercise_cells(notebook):
        cell.source = cell.metadata.sagalab.solution
    client = NotebookClient(notebook, timeout=CELL_SECONDS, kernel_name="python3", store_widget_state=False)
    client.execute(cwd=str(NOTEBOOKS), env=dict(os.environ))
    for exercise, cell in check_cells(notebook).items():
        assert words(cell).startswith(f"{SIGNS[CORRECT]} {CORRECT}: "), f"{exercise}: {words(cell)}"
