"""What kinds of values the fields of the language take, and AWS's words for another one.

Ranges: https://states-language.net/spec.html (Errors, Timeouts) and
https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html.
"""

import re
from collections.abc import Callable
from typing import Any

MOST_SECONDS = 99_999_999
LONGEST_DELAY_SECONDS = 31_622_400
_TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)")

Kind = Callable[[Any], str | None]
"""Takes a value and returns what is wrong with it in AWS's words ({name}: the field's), or None."""


def text(value: Any) -> str | None:
    """A text."""
    return None if isinstance(value, str) else "Expected value of type String"


def boolean(value: Any) -> str | None:
    """true or false."""
    return None if isinstance(value, bool) else "Expected value of type Boolean"


def array(value: Any) -> str | None:
    """A list."""
    return None if isinstance(value, list) else "Expected value of type Array"


def obj(value: Any) -> str | None:
    """An object."""
    return None if isinstance(value, dict) else "Expected value of type Object"


def anything(value: Any) -> str | None:
    """Any JSON value."""
    return None


def nullable_text(value: Any) -> str | None:
    """A text or null (InputPath, OutputPath, ResultPath)."""
    return None if value is None else text(value)


def array_or_object(value: Any) -> str | None:
    """A list or an object (Items)."""
    return None if isinstance(value, list | dict) else "Expected value of type Array or Object"


def one_of(*words: str) -> Kind:
    """Return the kind of a value that is one of some words."""

    def check(value: Any) -> str | None:
        listed = ", ".join(words)
        return (
            None
            if value in words and isinstance(value, str)
            else f"The value for the field '{{name}}' must be one of [{listed}]"
        )

    return check


def integer(least: int, most: int = MOST_SECONDS) -> Kind:
    """Return the kind of a whole number in a range, both ends included."""

    def check(value: Any) -> str | None:
        if isinstance(value, bool) or not (
            isinstance(value, int) or isinstance(value, float) and value.is_integer()
        ):
            return "Expected value of type Integer"
        return None if least <= value <= most else f"Value must be between {least} and {most}"

    return check


def number(least: float, most: float | None = None) -> Kind:
    """Return the kind of a number that is not below `least`, nor above `most`."""

    def check(value: Any) -> str | None:
        if isinstance(value, bool) or not isinstance(value, int | float):
            return "Expected value of type Float"
        if value < least:
            return f"Value must be greater than or equal to {least}"
        return f"Value must be less than or equal to {most}" if most is not None and value > most else None

    return check


def timestamp(value: Any) -> str | None:
    """An RFC 3339 timestamp with date, time and offset, and the capital T and Z (spec, Timestamps)."""
    if not isinstance(value, str):
        return "Expected value of type String"
    return None if _TIMESTAMP.fullmatch(value) else "String does not match RFC3339 timestamp"


def errors(value: Any) -> str | None:
    """ErrorEquals: a list of at least one text."""
    if not isinstance(value, list):
        return "Expected value of type Array"
    if not value:
        return "The value for the field 'ErrorEquals' must not be empty"
    return None if all(isinstance(item, str) for item in value) else "Expected value of type String"
