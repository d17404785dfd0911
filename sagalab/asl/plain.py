"""Python values as a definition: what JSON has of them, and a sentence where it has not."""

import json
from collections.abc import Mapping
from typing import Any

from sagalab.errors import SagaLabError

_NO_NUMBERS = (float("inf"), float("-inf"))


def plain(definition: Mapping[str, Any]) -> dict[str, Any]:
    """Return a definition as plain JSON values of its own: Python's tuples become lists.

    Raises SagaLabError for a value that JSON has not, such as the `...` of an exercise, and says where it stands.
    """
    try:
        _check_plain(definition, "The definition")
        copied: dict[str, Any] = json.loads(json.dumps(definition, allow_nan=False))
        return copied
    except RecursionError:
        raise SagaLabError(
            "The definition is nested too deeply, or holds itself.", "Step Functions takes 1,000 levels."
        ) from None


def _check_plain(value: Any, place: str) -> None:
    """Raise SagaLabError at the first value that is no JSON."""
    cure = "A definition is made of texts, numbers, true, false, None, lists and dicts."
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if not isinstance(key, str):
                raise SagaLabError(f"{place} has the key {key!r}, which is no text.", cure)
            _check_plain(inner, key if place == "The definition" else f"{place}.{key}")
    elif isinstance(value, list | tuple):
        for index, inner in enumerate(value):
            _check_plain(inner, f"{place}[{index}]")
    elif value is ...:
        raise SagaLabError(
            f"{place} is still `...`.", "Put in its place what belongs there, or leave it out."
        )
    elif not isinstance(value, str | int | float | None) or value in _NO_NUMBERS or value != value:
        shown = repr(value) if isinstance(value, float) else f"of the type {type(value).__name__}"
        raise SagaLabError(f"{place} is {shown}, which JSON has not.", cure)


def holds_itself(value: object) -> bool:
    """Tell whether a list or an object stands in itself, so that a walk through it never ends."""
    try:
        json.dumps(value, default=str, skipkeys=True)
    except (RecursionError, ValueError, TypeError):  # what json says of a circle, and of much else
        return _found_on_the_way(value)
    return False


def _found_on_the_way(value: object) -> bool:
    """Look for a value that is met again below itself, without recursion."""
    way: set[int] = set()
    todo: list[tuple[object, bool]] = [(value, False)]
    while todo:
        here, done = todo.pop()
        if not isinstance(here, Mapping | list | tuple):
            continue
        if done:
            way.discard(id(here))
            continue
        if id(here) in way:
            return True
        way.add(id(here))
        todo.append((here, True))
        todo += [(inner, False) for inner in (here.values() if isinstance(here, Mapping) else here)]
    return False
