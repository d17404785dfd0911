"""JSONPath as Step Functions has it: paths read once, and asked of a value.

A reference path (names and indices) finds one value or none; every other path gives a list of what it
finds. Source: https://states-language.net/spec.html#path and Jayway's JsonPath, which Step Functions uses.
Paths with wildcards, slices, filters and descents are jsonpath-ng's.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from jsonpath_ng.ext.parser import parse

from sagalab.asl.reference_path import Steps, steps_of

# texts in filters stay as they are
_DOTTED = re.compile(
    r"'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\"|(?P<dots>\.\.?)(?P<name>[^\s\d.\[\]()*?@,:;=<>!&|'\"][^\s.\[\]()*?@,:;=<>!&|'\"]*)(?!\()"
)

_MATCHES = re.compile(r"=~\s*/(?P<body>(?:\\.|[^/\\])+)/(?P<flags>[imsu]*)")
_LISTED = re.compile(r"(?P<left>@[^\s()&|]*)\s+(?P<word>n?in)\s+\[(?P<values>[^\[\]]+)\]", re.IGNORECASE)


class NoMatch(Exception):
    """A path found nothing; `reason` says it in Jayway's words."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class PathError(ValueError):
    """A text is no path."""


class Path:
    """A path, read once. `get(root)` gives its value, or the list that it finds; it raises NoMatch."""

    __slots__ = ("_find", "steps", "text")

    def __init__(self, text: str) -> None:
        if not text.startswith("$"):
            raise PathError(f"{text!r} is no path: it must begin with $")
        self.text = text
        self.steps = steps_of(text)
        self._find: Callable[[Any], list[Any]] | None = None if self.steps is not None else _other(text)

    def get(self, root: Any) -> Any:
        """Return what the path finds in a JSON value."""
        if self._find is not None:
            return self._find(root)
        value, steps = root, self.steps or ()
        for place, step in enumerate(steps, 1):
            if isinstance(value, dict) and step in value:
                value = value[step]
            elif isinstance(value, list) and isinstance(step, int) and -len(value) <= step < len(value):
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


def quoted(text: str) -> str:
    """Return a path as jsonpath-ng takes it: dotted names in quotes, so that they may hold hyphens and any
    letters, and Jayway's operators =~, in and nin in its own ways."""
    return _DOTTED.sub(_name, _LISTED.sub(_alternatives, _MATCHES.sub(_pattern, text)))


def _name(match: re.Match[str]) -> str:
    return f"{match['dots']}'{match['name']}'" if match["dots"] else match[0]


def _pattern(match: re.Match[str]) -> str:
    """Write Jayway's =~ /…/i, which a whole text must match, as jsonpath-ng's."""
    body = match["body"].replace("\\/", "/").replace("\\", "\\\\").replace('"', '\\"')
    return f'=~ "^(?{match["flags"]}:{body})$"'


def _alternatives(match: re.Match[str]) -> str:
    """Write Jayway's `in [1,2]` and `nin [1,2]` as comparisons, which jsonpath-ng has."""
    sign, join = ("!=", " && ") if match["word"].lower() == "nin" else ("==", " || ")
    values = [value.strip() for value in match["values"].split(",")]
    return "(" + join.join(f"{match['left']} {sign} {value}" for value in values) + ")"


def _other(text: str) -> Callable[[Any], list[Any]]:
    """Return jsonpath-ng's reading."""
    try:
        found = parse(quoted(text))
    except Exception as error:  # its lexer and parser raise classes of their own
        raise PathError(f"{text!r} is no path: {error}") from None
    return lambda root: [match.value for match in found.find(root)]
