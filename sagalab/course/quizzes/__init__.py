"""The closing quizzes: the questions of notebook NN are `QUESTIONS` in nbNN.py. A file here is found by itself."""

import difflib
import functools
import importlib
import pkgutil

from sagalab.course.question import Question
from sagalab.errors import SagaLabError
from sagalab.project import NOTEBOOKS


@functools.cache
def quizzes() -> dict[str, tuple[Question, ...]]:
    """Return the questions of each notebook that has a quiz, by the notebook's name, in the order of the course."""
    found = {}
    for name in sorted(each.name for each in pkgutil.iter_modules(__path__)):
        number = name.removeprefix("nb")
        for notebook in sorted(NOTEBOOKS.glob(f"{number}_*.ipynb")):
            found[notebook.stem] = importlib.import_module(f"{__name__}.{name}").QUESTIONS
    return found


def questions_of(notebook: str) -> tuple[Question, ...]:
    """Return the questions of the notebook with this name, such as "03_retry". Raises SagaLabError for another."""
    if notebook in quizzes():
        return quizzes()[notebook]
    near = difflib.get_close_matches(str(notebook), quizzes(), 1)
    meant = f" Do you mean {near[0]}?" if near else ""
    raise SagaLabError(f"There is no quiz {notebook!r:.60}.{meant}", f"There are: {', '.join(quizzes())}.")
