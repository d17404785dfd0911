"""The exercises of the course, with their judges: one file a notebook. A file here is found by itself."""

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


def find_exercise(name: str) -> Exercise:
    """Return the exercise of this name. Raises SagaLabError, with the names that there are, for another."""
    if name not in exercises():
        raise SagaLabError(f"There is no exercise {name!r}.", f"There are: {', '.join(exercises())}.")
    return exercises()[name]
