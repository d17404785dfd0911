"""The exercises of the course: what each asks, its hints, and the judge of its answers.

The exercises of notebook NN stand in exercises/nbNN.py; files there are found by themselves (exercises/__init__.py). The solution of
an exercise stands in its notebook (cells.py).
"""

from collections.abc import Callable
from dataclasses import dataclass

Judge = Callable[..., str]


@dataclass(frozen=True)
class Exercise:
    """One exercise. `hints` go from a nudge to nearly the answer.

    `judge(trial)` gets the answer as a Trial (the machine, to be run); with `takes="value"` the answer itself,
    and with `takes="source"` too: that is the text of a Lambda function. It returns what it saw, in one
    sentence, or raises Mistake. `imports` names what it needs that takes long to import: the process that judges
    does that once.
    """

    name: str
    notebook: str
    title: str
    hints: tuple[str, ...]
    judge: Judge
    takes: str = "machine"
    imports: tuple[str, ...] = ()


registered: dict[str, Exercise] = {}


def exercise(
    name: str,
    *,
    notebook: str,
    title: str,
    hints: tuple[str, ...],
    takes: str = "machine",
    imports: tuple[str, ...] = (),
) -> Callable[[Judge], Judge]:
    """Register the decorated judge as the exercise `name` of a notebook such as "03_retry"."""

    def register(judge: Judge) -> Judge:
        registered[name] = Exercise(name, notebook, title, hints, judge, takes, imports)
        return judge

    return register
