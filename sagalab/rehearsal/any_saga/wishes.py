"""What data must be for a Choice's rule to hold, or not: the values to try, read from the rule."""

import itertools
import re
from collections.abc import Iterator
from typing import Any

from sagalab.asl.paths import PathError, compile

ABSENT: Any = object()  # the field must not be there
ANY: Any = object()  # it must be there, whatever it is
Wish = tuple[str, Any]  # (path, value)
_LATER, _EARLIER = "2099-01-01T00:00:00Z", "2001-01-01T00:00:00Z"
_MOST = 64

# JSONata: a path of the input, of the result or of a variable
REFERENCE = re.compile(r"\$(?P<root>[A-Za-z_]\w*)(?P<rest>(?:\.(?:\w+|`[^`]+`)|\[\d+\])*)(?P<call>\s*\()?")
_TEXT = re.compile(r"'([^']*)'|\"([^\"]*)\"")
_NUMBER = re.compile(r"(?<![\w.'\"])-?\d+(?:\.\d+)?(?![\w.'\"])")


def wishes(rule: Any, holds: bool = True) -> list[list[Wish]]:
    """Return ways to make a JSONPath rule hold (or not): each a list of (path, value)."""
    if not isinstance(rule, dict):
        return []
    for name, together in (("And", holds), ("Or", not holds)):
        if name in rule:
            inner = [wishes(part, holds) for part in rule[name]]
            if together:
                every = itertools.islice(itertools.product(*inner), _MOST)
                return [[wish for part in parts for wish in part] for parts in every]
            return [way for part in inner for way in part][:_MOST]
    if "Not" in rule:
        return wishes(rule["Not"], not holds)
    path = rule.get("Variable")
    if not isinstance(path, str):
        return []
    for operator, wanted in rule.items():
        if operator.endswith("Path") and isinstance(wanted, str):
            return [[(path, one), (wanted, other)] for one, other in _two(operator, holds)]
        values = _values(operator, wanted, holds)
        if values:
            return [[(path, value)] for value in values]
    return []


def _values(operator: str, wanted: Any, holds: bool) -> list[Any]:
    if operator.startswith("Is"):
        return _of_type(operator, bool(wanted) == holds)
    if operator == "StringMatches" and isinstance(wanted, str):
        return [wanted.replace("*", "x")] if holds else ["no match"]
    kind = next(
        (kind for kind in ("String", "Numeric", "Boolean", "Timestamp") if operator.startswith(kind)), ""
    )
    if not kind:
        return []
    relation = operator.removeprefix(kind)
    if not holds:
        relation = _OPPOSITE.get(relation, "")
    if kind == "Boolean":
        return [wanted if relation == "Equals" else not wanted]
    up, down = _around(kind, wanted)
    return {
        "Equals": [wanted],
        "NotEquals": [up],
        "GreaterThan": [up],
        "GreaterThanEquals": [wanted],
        "LessThan": [down],
        "LessThanEquals": [wanted],
    }.get(relation, [])


def _two(operator: str, holds: bool) -> list[tuple[Any, Any]]:
    """Return values for the two paths that a rule compares (NumericEqualsPath and its like)."""
    operator = operator.removesuffix("Path")
    if operator.startswith("Boolean"):
        return [(True, holds), (False, not holds)]
    kind = next(kind for kind in ("String", "Numeric", "Timestamp", "") if operator.startswith(kind))
    second = {"Numeric": 5, "Timestamp": "2030-01-01T00:00:00Z"}.get(kind, "same")
    return [(first, second) for first in _values(operator.replace("Matches", "Equals"), second, holds)]


_OPPOSITE = {
    "Equals": "NotEquals",
    "GreaterThan": "LessThanEquals",
    "GreaterThanEquals": "LessThan",
    "LessThan": "GreaterThanEquals",
    "LessThanEquals": "GreaterThan",
}


def _around(kind: str, wanted: Any) -> tuple[Any, Any]:
    if kind == "Numeric" and isinstance(wanted, int | float):
        return wanted + 1, wanted - 1
    if kind == "Timestamp":
        return _LATER, _EARLIER
    return f"{wanted} not", ""


def _of_type(operator: str, holds: bool) -> list[Any]:
    values: dict[str, tuple[list[Any], list[Any]]] = {
        "IsPresent": ([ANY], [ABSENT]),
        "IsNull": ([None], [ANY]),
        "IsString": (["text"], [1]),
        "IsNumeric": ([1], ["text"]),
        "IsBoolean": ([True], ["text"]),
        "IsTimestamp": ([_LATER], ["text"]),
    }
    return values[operator][0 if holds else 1] if operator in values else []


def references(expression: str) -> list[tuple[str, tuple[str | int, ...]]]:
    """Return what a JSONata expression refers to: ("input" or "result" or a variable, the steps after it)."""
    found: dict[tuple[str, tuple[str | int, ...]], None] = {}
    for match in REFERENCE.finditer(_TEXT.sub("''", expression)):
        if match["call"]:
            continue
        steps = tuple(
            int(name[1:-1]) if name.startswith("[") else name.strip(".`")
            for name in re.findall(r"\.(?:\w+|`[^`]+`)|\[\d+\]", match["rest"])
        )
        root = match["root"]
        if root == "states":
            if not steps or steps[0] not in ("input", "result"):
                continue
            root, steps = str(steps[0]), steps[1:]
        found[(root, steps)] = None
    return list(found)


def jsonata_values(expression: str) -> list[Any]:
    """Return the values worth trying for the references of an expression: its own literals first."""
    found: list[Any] = [one or other for one, other in _TEXT.findall(expression)]
    for text in _NUMBER.findall(_TEXT.sub("''", expression)):
        number = float(text) if "." in text else int(text)
        found += [number, number + 1, number - 1]
    found += [True, False, ANY, ABSENT, "other", [{}, {}]]
    unique: list[Any] = []
    for value in found:
        if not any(value is other or (type(value) is type(other) and value == other) for other in unique):
            unique.append(value)
    return unique


def steps_of(path: str) -> tuple[str, tuple[str | int, ...]] | None:
    """Return the root ("input" or a variable) and the steps of a JSONPath; None for one that is no reference."""
    variable = re.match(r"\$([A-Za-z_]\w*)", path)
    root = variable.group(1) if variable else "input"
    rest = "$" + path[len(variable.group()) if variable else 1 :]
    if path.startswith("$$"):
        return None
    try:
        steps = compile(rest).steps
    except (PathError, ValueError):
        return None
    return None if steps is None else (root, tuple(steps))


def jsonpath_references(text: str) -> Iterator[str]:
    """Yield the paths that stand in an intrinsic function's text, or the path itself."""
    yield from re.findall(r"(?<!\$)\$(?:[A-Za-z_]\w*)?(?:\.[\w-]+|\['[^']+'\]|\[\d+\])*", text)
