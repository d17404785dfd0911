"""What kinds of values the fields of the language take, and AWS's words for another one.

Ranges: https://states-language.net/spec.html (Errors, Timeouts) and
https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html.
"""

import datetime
import re
from collections.abc import Callable
from typing import Any

from sagalab.asl.check import words
from sagalab.asl.check.words import Words

EMPTY = "Value cannot be empty"
MOST_SECONDS = 99_999_999
LONGEST_DELAY_SECONDS = 31_622_400
_TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)")

Kind = Callable[[Any], Words | None]
"""Takes a value and returns what is wrong with it in AWS's words, or None."""


def text(value: Any) -> Words | None:
    """A text."""
    return None if isinstance(value, str) else words.wrong_type("STRING")


def boolean(value: Any) -> Words | None:
    """true or false."""
    return None if isinstance(value, bool) else words.wrong_type("BOOLEAN")


def array(value: Any) -> Words | None:
    """A list."""
    return None if isinstance(value, list) else words.wrong_type("ARRAY")


def obj(value: Any) -> Words | None:
    """An object."""
    return None if isinstance(value, dict) else words.wrong_type("OBJECT")


def anything(value: Any) -> Words | None:
    """Any JSON value."""
    return None


def nullable_text(value: Any) -> Words | None:
    """A text or null (InputPath, OutputPath, ResultPath)."""
    return None if value is None else text(value)


def array_or_object(value: Any) -> Words | None:
    """A list or an object (Items)."""
    return None if isinstance(value, list | dict) else words.wrong_type("ARRAY", "OBJECT")


def one_of(*allowed: str) -> Kind:
    """Return the kind of a value that is one of some words."""

    def check(value: Any) -> Words | None:
        if not isinstance(value, str):
            return words.wrong_type("STRING")
        return None if value in allowed else words.no_such_word(allowed)

    return check


def state_type(*types: str) -> Kind:
    """Return the kind of a state's Type, for which AWS has words of its own (recorded by TestState)."""

    def check(value: Any) -> Words | None:
        if not isinstance(value, str):
            return words.wrong_type("STRING")
        return None if value in types else words.no_such_word(types, "Type")

    return check


def integer(least: int, most: int | None = MOST_SECONDS) -> Kind:
    """Return the kind of a whole number in a range, both ends included."""

    def check(value: Any) -> Words | None:
        if isinstance(value, bool) or not (
            isinstance(value, int) or isinstance(value, float) and value.is_integer()
        ):
            return words.wrong_number("Integer")
        return _in_range(value, least, most)

    return check


def number(least: float, most: float | None = None) -> Kind:
    """Return the kind of a number that is not below `least`, nor above `most`."""

    def check(value: Any) -> Words | None:
        if isinstance(value, bool) or not isinstance(value, int | float):
            return words.wrong_number("Float")
        return _in_range(value, least, most)

    return check


def _in_range(value: float, least: float, most: float | None) -> Words | None:
    if value < least:
        return words.out_of_range("Minimum", least)
    return words.out_of_range("Maximum", most) if most is not None and value > most else None


def timestamp(value: Any) -> Words | None:
    """An RFC 3339 timestamp with date, time and offset, and the capital T and Z (spec, Timestamps)."""
    if not isinstance(value, str):
        return words.wrong_type("STRING")
    if _TIMESTAMP.fullmatch(value):
        try:
            datetime.datetime.fromisoformat(value)
            return None
        except ValueError:  # there is no 30th of February
            pass
    return words.NO_TIMESTAMP


def errors(value: Any) -> Words | None:
    """ErrorEquals: a list of at least one text."""
    if not isinstance(value, list):
        return words.wrong_type("ARRAY")
    if not value:
        return words.EMPTY
    return None if all(isinstance(item, str) for item in value) else words.wrong_type("STRING")
