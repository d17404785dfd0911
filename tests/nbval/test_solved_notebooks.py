"""The notebooks' second edition, solutions in the place of stubs: every check says correct.

The first edition, untouched, is run by nbval; here its stored outputs are held to "not yet attempted". Of the second
edition only those cells run that a solution can change, and what these need (solved_cells.py): every other cell does here
what nbval has seen it do. All notebooks run in one kernel, whose names are forgotten between them.
"""

import copy
import functools
import os
from collections.abc import Iterator

import nbformat
import pytest
from nbclient import NotebookClient
from solved_cells import others_and_needed

from sagalab.course.exercises import exercises
from sagalab.course.outcome import CORRECT, NOT_ATTEMPTED, SIGNS
from sagalab.project import NOTEBOOKS

CELL_SECONDS = 120
WITH_EXERCISES = sorted({each.notebook for each in exercises().values()})


@functools.cache
def _stored(name):
    return nbformat.read(NOTEBOOKS / f"{name}.ipynb", as_version=4)


def read(name):
    return copy.deepcopy(_stored(name))


def exercise_cells(notebook):
    return [cell for cell in notebook.cells if "exercise" in cell.metadata.get("sagalab", {})]


def check_cells(notebook):
    """Return exercise → the code cell that checks it."""
    names = [cell.metadata.sagalab.exercise for cell in exercise_cells(notebook)]
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    return {name: next(cell for cell in code if cell.source.startswith(f"check.{name}(")) for name in names}


def words(cell):
    return "".join(output.get("data", {}).get("text/plain", "") for output in cell.outputs)


@pytest.fixture(scope="module")
def kernel(cloud) -> Iterator[NotebookClient]:
    """A client whose kernel is there for all notebooks: to start one takes longer than most of their solutions."""
    client = NotebookClient(
        nbformat.v4.new_notebook(), timeout=CELL_SECONDS, kernel_name="python3", store_widget_state=False
    )
    with client.setup_kernel(cwd=str(NOTEBOOKS), env=os.environ | {"SAGALAB_PREFIX": "solved"}):
        yield client


def run_solved(kernel: NotebookClient, notebook: nbformat.NotebookNode) -> None:
    """Put the solutions into a notebook, and run what they change in a kernel that knows no name."""
    for cell in exercise_cells(notebook):
        cell.source, cell.outputs = cell.metadata.sagalab.solution, []
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    solved = {at for at, cell in enumerate(code) if "exercise" in cell.metadata.get("sagalab", {})}
    _, needed = others_and_needed([cell.source for cell in code], solved)
    kernel.nb = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell("%reset -f"), *(code[at] for at in sorted(needed))]
    )
    for at, cell in enumerate(kernel.nb.cells):
        kernel.execute_cell(cell, at)


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
def test_every_check_of_the_solved_notebook_says_correct(kernel, name):
    notebook = read(name)
    checks = check_cells(notebook)
    for cell in checks.values():
        cell.outputs = []  # what is stored of the untouched edition
    run_solved(kernel, notebook)
    for exercise, cell in checks.items():
        assert words(cell).startswith(f"{SIGNS[CORRECT]} {CORRECT}: "), f"{exercise}: {words(cell)}"
