"""The exercises of the course: what each asks, its hints, and the judge of its answers.

The exercises of notebook NN stand in exercises/nbNN.py; files there are found by themselves. The solution of
an exercise stands in its notebook (cells.py).
"""

import functools
import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass

from sagalab.errors import SagaLabError

Judge = Callable[..., str]


@dataclass(frozen=True)
class Exercise:
    """One exercise. `hints` go from a nudge to nearly the answer.

    `judge(trial)` gets the answer as a Trial (the machine, to be run); with `takes="value"` the answer itself,
    and with `takes="source"` too: that is the text of a Lambda function. It returns what it saw, in one
    sentence, or raises Mistake.
    """

    name: str
    notebook: str
    title: str
    hints: tuple[str, ...]
    judge: Judge
    takes: str = "machine"


_registered: dict[str, Exercise] = {}


def exercise(
    name: str, *, notebook: str, title: str, hints: tuple[str, ...], takes: str = "machine"
) -> Callable[[Judge], Judge]:
    """Register the decorated judge as the exercise `name` of a notebook such as "03_retry"."""

    def register(judge: Judge) -> Judge:
        _registered[name] = Exercise(name, notebook, title, hints, judge, takes)
        return judge

    return register


@functools.cache
def exercises() -> dict[str, Exercise]:
    """Return all exercises by name, in the order of the course."""
    from sagalab.course import exercises as folder

    for name in sorted(found.name for found in pkgutil.iter_modules(folder.__path__)):
        importlib.import_module(f"{folder.__name__}.{name}")
    return dict(sorted(_registered.items(), key=lambda item: item[1].notebook))


def find_exercise(name: str) -> Exercise:
    """Return the exercise of this name. Raises SagaLabError, with the names that there are, for another."""
    if name not in exercises():
        raise SagaLabError(f"There is no exercise {name!r}.", f"There are: {', '.join(exercises())}.")
    return exercises()[name]
