"""The exercises of the course, with their judges: nbNN.py for notebook NN, a large one beside it. A file here is found
by itself."""

import difflib
import functools
import importlib
import pkgutil

from sagalab.course.exercise import Exercise, registered
from sagalab.errors import SagaLabError


@functools.cache
def exercises() -> dict[str, Exercise]:
    """Return all exercises by name, in the order of the course."""
    for name in sorted(found.name for found in pkgutil.iter_modules(__path__)):
        importlib.import_module(f"{__name__}.{name}")
    return dict(sorted(registered.items(), key=lambda item: item[1].notebook))


class NoExercise(SagaLabError, AttributeError):
    """There is no exercise of this name. The nearest is named, and all."""

    def __init__(self, name: object) -> None:
        near = difflib.get_close_matches(str(name), exercises(), 1)
        meant = f" Do you mean {near[0]}?" if near else ""
        super().__init__(
            f"There is no exercise {name!r:.60}.{meant}", f"There are: {', '.join(exercises())}."
        )


def find_exercise(name: str) -> Exercise:
    """Return the exercise of this name. Raises NoExercise, with the names that there are, for another."""
    if not isinstance(name, str) or name not in exercises():
        raise NoExercise(name)
    return exercises()[name]
