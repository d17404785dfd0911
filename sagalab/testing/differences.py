"""The first difference between what was expected and what happened, in words."""

import json
from typing import Any

_LONGEST = 300


def shown(value: Any) -> str:
    """Return a value as JSON on one line, cut where it is long."""
    try:
        text = json.dumps(value, ensure_ascii=False, default=repr)
    except (TypeError, ValueError, RecursionError):
        text = repr(value)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def first_difference(expected: Any, happened: Any, *, part: bool = False, place: str = "$") -> str | None:
    """Return where two JSON values differ first and how; None where they are alike.

    With `part` an object may have more fields than expected, at any depth; lists are compared whole.
    """
    if isinstance(expected, dict) and isinstance(happened, dict):
        for key, value in expected.items():
            inner = f"{place}.{key}"
            if key not in happened:
                return f"{inner} is missing (expected {shown(value)})"
            found = first_difference(value, happened[key], part=part, place=inner)
            if found:
                return found
        more = [key for key in happened if key not in expected]
        if more and not part:
            return f"{place}.{more[0]} was not expected: {shown(happened[more[0]])}"
        return None
    if isinstance(expected, list | tuple) and isinstance(happened, list):
        for index, (one, other) in enumerate(zip(expected, happened, strict=False)):
            found = first_difference(one, other, part=part, place=f"{place}[{index}]")
            if found:
                return found
        if len(expected) != len(happened):
            return f"{place} has {len(happened)} elements, expected {len(expected)}"
        return None
    if type(expected) is not type(happened) and bool in (type(expected), type(happened)):
        alike = False  # True == 1 in Python, and not in JSON
    else:
        alike = expected == happened
    return None if alike else f"{place} is {shown(happened)}, expected {shown(expected)}"


def path_difference(expected: tuple[Any, ...], happened: list[str]) -> str | None:
    """Return where a path leaves the expected one; `...` among the expected stands for any states.

    None where the whole path fits.
    """
    best = [0, 0]  # how far the expected and the happened path fit

    def fits(at: int, place: int) -> bool:
        if [at, place] > best:
            best[:] = [at, place]
        if at == len(expected):
            return place == len(happened)
        if expected[at] is ...:
            return any(fits(at + 1, further) for further in range(len(happened), place - 1, -1))
        return place < len(happened) and happened[place] == expected[at] and fits(at + 1, place + 1)

    if fits(0, 0):
        return None
    at, place = best
    wanted = repr(expected[at]) if at < len(expected) else "the end"
    came = repr(happened[place]) if place < len(happened) else "the end"
    return f"at step {place + 1}: expected {wanted}, came {came}"
