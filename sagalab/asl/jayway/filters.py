"""The comparisons in filters: what each operator says of two values.

Source: https://github.com/json-path/JsonPath#filter-operators. A path that finds nothing gives UNDEFINED, which is
equal to nothing, so that `!=` holds for it and every other comparison does not.
"""

import re
from collections.abc import Callable
from typing import Any

from sagalab.asl import jsonata

UNDEFINED: Any = object()


class Pattern:
    """A regular expression that a whole text must match.

    JSONata's engine runs it, which is bounded in time; Python's what that one does not know (looking around).
    """

    def __init__(self, body: str, flags: str) -> None:
        """Raises re.error for what is none."""
        within = f"(?{flags.replace('u', '')}:{body})"
        self._python: re.Pattern[str] | None = None
        try:
            self._bounded = jsonata.compile(f"$contains($text, /^{within}$/)")
            self.matches("")
        except (jsonata.JsonataError, jsonata.JsonataSyntaxError):
            self._python = re.compile(within.replace("\\/", "/"))

    def matches(self, text: str) -> bool:
        """Tell whether it matches the text."""
        if self._python is not None:
            return self._python.fullmatch(text) is not None
        found = self._bounded.evaluate({"text": text}, now_ms=0, random=lambda: 0.0, uuid=str)
        return found is True


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def same(left: Any, right: Any) -> bool:
    """Tell whether two values are equal; a number and a text that writes it are."""
    if left is UNDEFINED or right is UNDEFINED:
        return False
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if _is_number(left) and isinstance(right, str):
        try:
            return bool(left == float(right))
        except ValueError:
            return False
    if isinstance(left, str) and _is_number(right):
        return left == str(right)
    return type(left) is type(right) and bool(left == right) or _is_number(left) and bool(left == right)


def _ordered(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    def holds(left: Any, right: Any) -> bool:
        alike = _is_number(left) and _is_number(right) or isinstance(left, str) and isinstance(right, str)
        return alike and compare(left, right)

    return holds


def _in(left: Any, right: Any) -> bool:
    return isinstance(right, list) and any(same(left, item) for item in right)


def _contains(left: Any, right: Any) -> bool:
    if isinstance(left, str):
        return isinstance(right, str) and right in left
    return _in(right, left)


def _size(left: Any, right: Any) -> bool:
    return isinstance(left, list | str) and len(left) == right


def _empty(left: Any, right: Any) -> bool:
    return isinstance(left, list | str) and (not left) is right


def _every(left: Any, right: Any) -> bool:
    return isinstance(left, list) and isinstance(right, list) and all(_in(item, right) for item in left)


def _any(left: Any, right: Any) -> bool:
    return isinstance(left, list) and isinstance(right, list) and any(_in(item, right) for item in left)


def _none(left: Any, right: Any) -> bool:
    return isinstance(left, list) and isinstance(right, list) and not _any(left, right)


def _all(left: Any, right: Any) -> bool:
    return isinstance(left, list) and isinstance(right, list) and all(_in(item, left) for item in right)


def _matches(left: Any, right: Any) -> bool:
    pattern, text = (left, right) if isinstance(left, Pattern) else (right, left)
    if not isinstance(pattern, Pattern) or not (isinstance(text, str) or _is_number(text)):
        return False
    try:
        return pattern.matches(str(text))
    except jsonata.JsonataError:  # it takes too long
        return False


OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "===": lambda left, right: same(left, right) and isinstance(left, str) == isinstance(right, str),
    "!==": lambda left, right: not (same(left, right) and isinstance(left, str) == isinstance(right, str)),
    "==": same,
    "!=": lambda left, right: not same(left, right),
    "<=": _ordered(lambda left, right: left <= right),
    ">=": _ordered(lambda left, right: left >= right),
    "=~": _matches,
    "<": _ordered(lambda left, right: left < right),
    ">": _ordered(lambda left, right: left > right),
    "IN": _in,
    "NIN": lambda left, right: isinstance(right, list) and not _in(left, right),
    "SUBSETOF": _every,
    "ANYOF": _any,
    "NONEOF": _none,
    "ALL": _all,
    "CONTAINS": _contains,
    "SIZE": _size,
    "EMPTY": _empty,
}
"""By sign, the longer before the shorter that begins alike, and by word; Jayway reads a word in any case."""
