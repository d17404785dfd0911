"""What kinds of values the fields of the language take, and AWS's words for another one.

Ranges: https://states-language.net/spec.html (Errors, Timeouts) and
https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html.
"""

import datetime
import re
from collections.abc import Callable
from typing import Any

EMPTY = "Value cannot be empty"
MOST_SECONDS = 99_999_999
LONGEST_DELAY_SECONDS = 31_622_400
_TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)")

Kind = Callable[[Any], str | None]
"""Takes a value and returns what is wrong with it in AWS's words, or None."""


def text(value: Any) -> str | None:
    """A text."""
    return None if isinstance(value, str) else "Expected value of type [STRING]"


def boolean(value: Any) -> str | None:
    """true or false."""
    return None if isinstance(value, bool) else "Expected value of type [BOOLEAN]"


def array(value: Any) -> str | None:
    """A list."""
    return None if isinstance(value, list) else "Expected value of type [ARRAY]"


def obj(value: Any) -> str | None:
    """An object."""
    return None if isinstance(value, dict) else "Expected value of type [OBJECT]"


def anything(value: Any) -> str | None:
    """Any JSON value."""
    return None


def nullable_text(value: Any) -> str | None:
    """A text or null (InputPath, OutputPath, ResultPath)."""
    return None if value is None else text(value)


def array_or_object(value: Any) -> str | None:
    """A list or an object (Items)."""
    return None if isinstance(value, list | dict) else "Expected value of type [ARRAY, OBJECT]"


def one_of(*words: str) -> Kind:
    """Return the kind of a value that is one of some words."""

    def check(value: Any) -> str | None:
        if not isinstance(value, str):
            return "Expected value of type [STRING]"
        return None if value in words else f"Value should be one of the following: [{', '.join(words)}]"

    return check


def state_type(*types: str) -> Kind:
    """Return the kind of a state's Type, for which AWS has words of its own (recorded by TestState)."""

    def check(value: Any) -> str | None:
        if not isinstance(value, str):
            return "Expected value of type [STRING]"
        return (
            None
            if value in types
            else f"The field 'Type' should have one of these values: [{', '.join(types)}]"
        )

    return check


def integer(least: int, most: int | None = MOST_SECONDS) -> Kind:
    """Return the kind of a whole number in a range, both ends included."""

    def check(value: Any) -> str | None:
        if isinstance(value, bool) or not (
            isinstance(value, int) or isinstance(value, float) and value.is_integer()
        ):
            return "Expected value of type Integer"
        return _in_range(value, least, most)

    return check


def number(least: float, most: float | None = None) -> Kind:
    """Return the kind of a number that is not below `least`, nor above `most`."""

    def check(value: Any) -> str | None:
        if isinstance(value, bool) or not isinstance(value, int | float):
            return "Expected value of type Float"
        return _in_range(value, least, most)

    return check


def _in_range(value: float, least: float, most: float | None) -> str | None:
    if value < least:
        return f"Minimum value is {least}"
    return f"Maximum value is {most}" if most is not None and value > most else None


def timestamp(value: Any) -> str | None:
    """An RFC 3339 timestamp with date, time and offset, and the capital T and Z (spec, Timestamps)."""
    if not isinstance(value, str):
        return "Expected value of type [STRING]"
    if _TIMESTAMP.fullmatch(value):
        try:
            datetime.datetime.fromisoformat(value)
            return None
        except ValueError:  # there is no 30th of February
            pass
    return "String does not match RFC3339 timestamp"


def errors(value: Any) -> str | None:
    """ErrorEquals: a list of at least one text."""
    if not isinstance(value, list):
        return "Expected value of type [ARRAY]"
    if not value:
        return EMPTY
    return None if all(isinstance(item, str) for item in value) else "Expected value of type [STRING]"
