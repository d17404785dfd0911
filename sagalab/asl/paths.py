"""JSONPath as Step Functions has it: paths read once, and asked of a value.

A reference path (names and indices) finds one value or none; every other path gives a list of what it
finds. Source: https://states-language.net/spec.html#path and Jayway's JsonPath, which Step Functions uses.
Every other path (wildcards, slices, filters, descents, functions) is read by `jayway`.
"""

from functools import lru_cache
from typing import Any

from sagalab.asl import jayway
from sagalab.asl.jayway import Nothing as NoMatch
from sagalab.asl.jayway import PathError
from sagalab.asl.reference_path import Steps, steps_of

__all__ = ["NoMatch", "Path", "PathError", "canonical", "compile", "reference"]


class Path:
    """A path, read once. `get(root)` gives its value, or the list that it finds; it raises NoMatch,
    whose `reason` is in Jayway's words."""

    __slots__ = ("_query", "steps", "text")

    def __init__(self, text: str) -> None:
        if not text.startswith("$"):
            raise PathError(f"{text!r} is no path: it must begin with $")
        self.text = text
        self.steps = steps_of(text)
        self._query = None if self.steps is not None else jayway.read(text)

    def get(self, root: Any) -> Any:
        """Return what the path finds in a JSON value."""
        if self._query is not None:
            return self._query.get(root, root)
        value, steps = root, self.steps or ()
        for place, step in enumerate(steps, 1):
            if isinstance(value, dict) and step in value:
                value = value[step]
            elif isinstance(value, list) and isinstance(step, int) and 0 <= step < len(value):
                value = value[step]
            else:
                raise NoMatch(_nothing(value, steps, place))
        return value


def _nothing(value: Any, steps: Steps, place: int) -> str:
    """Return Jayway's words for a step that finds nothing in `value`; `place` counts it, from 1."""
    if place < len(steps) and isinstance(value, dict) and isinstance(steps[place - 1], str):
        return f"Missing property in path {canonical(steps[:place])}"
    return f"No results for path: {canonical(steps)}"


def canonical(steps: Steps) -> str:
    """Return steps as Jayway writes them: $['a'][0]."""
    return "$" + "".join(f"[{step}]" if isinstance(step, int) else f"['{step}']" for step in steps)


@lru_cache(maxsize=4096)
def compile(text: str) -> Path:
    """Return a path; PathError for what is none. The same text is read once."""
    return Path(text)


def reference(text: str) -> Steps:
    """Return the steps of a reference path, such as a ResultPath; PathError for another path."""
    steps = compile(text).steps
    if steps is None:
        raise PathError(f"{text!r} is no reference path: it may find several values")
    return steps
