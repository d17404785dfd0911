"""The exercise cells of the notebooks: each holds its stub as source and its solution as metadata.

`metadata.sagalab` of such a cell: `exercise` (its name), `answer` (the variable that the check takes) and
`solution` (the source that belongs in the cell). So the solution is kept once: `check.solution`,
`check.reference` and the tests read it from here.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from types import CodeType
from typing import Any

import sagalab
from sagalab.asl.text import read_text
from sagalab.course.exercises import find_exercise
from sagalab.errors import SagaLabError
from sagalab.project import NOTEBOOKS

_ASL = "%%asl "


@dataclass(frozen=True)
class ExerciseCell:
    """One exercise cell: the exercise's name, the variable of its answer, the stub and the solution."""

    exercise: str
    answer: str
    stub: str
    solution: str


def exercise_cells(path: Path) -> list[ExerciseCell]:
    """Return the exercise cells of a notebook file, in order. Raises SagaLabError when it cannot be read."""
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    except (OSError, ValueError, KeyError) as error:
        raise SagaLabError(
            f"The notebook {path.name} cannot be read: {error}.",
            f"Get it back: git checkout notebooks/{path.name}",
        ) from None
    found = []
    for cell in cells:
        about = cell.get("metadata", {}).get("sagalab", {})
        if "exercise" in about:
            stub = "".join(cell["source"])
            found.append(ExerciseCell(about["exercise"], about["answer"], stub, about["solution"]))
    return found


def exercise_cell(name: str) -> ExerciseCell:
    """Return the cell of an exercise. Raises SagaLabError when its notebook has lost it."""
    notebook = find_exercise(name).notebook
    path = NOTEBOOKS / f"{notebook}.ipynb"
    for cell in exercise_cells(path):
        if cell.exercise == name:
            return cell
    raise SagaLabError(
        f"The notebook {path.name} has lost the cell of the exercise {name}.",
        f"Keep a copy of your work, and get the notebook back: git checkout notebooks/{path.name}",
    )


def reference_answer(name: str) -> Any:
    """Return the answer that the solution makes: a new value at each call.

    A solution uses the public names of sagalab only, and what it defines itself.
    """
    cell = exercise_cell(name)
    if cell.solution.startswith(_ASL):
        return read_text(cell.solution.partition("\n")[2]).body
    code = compile(cell.solution, f"<solution of {name}>", "exec")
    # only those that it names: all of them bring matplotlib and the panels, for which a kernel needs seconds
    names = {each: getattr(sagalab, each) for each in _names(code) & set(sagalab.__all__)}
    exec(code, names)
    return names[cell.answer]


def _names(code: CodeType) -> set[str]:
    """Return the names that are read or written in a piece of code and in the functions in it."""
    inner = [_names(each) for each in code.co_consts if isinstance(each, CodeType)]
    return set(code.co_names).union(*inner)
