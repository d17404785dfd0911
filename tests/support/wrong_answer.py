"""What a wrong answer to an exercise of the course is, with words that its message must contain.

An entry is (exercise, what was done, change, words). `change` gets the reference answer and spoils it, or
returns another answer.
"""

from collections.abc import Callable
from typing import Any

WRONG: list[tuple[str, str, Callable[[Any], Any], str]] = []


def wrong(exercise: str, words: str) -> Callable[[Callable[[Any], Any]], Callable[[Any], Any]]:
    """Register a wrong answer; the function's name says what was done."""

    def register(change: Callable[[Any], Any]) -> Callable[[Any], Any]:
        WRONG.append((exercise, change.__name__, change, words))
        return change

    return register


def state(machine: dict, name: str) -> dict:
    return machine["States"][name]
