"""The rules of a Choice in JSONPath: comparisons, And, Or and Not, read once.

Source: https://states-language.net/spec.html#choice-state
"""

import operator
from collections.abc import Callable, Mapping
from typing import Any

from sagalab.asl.engine import queries
from sagalab.asl.engine.data import is_number
from sagalab.asl.engine.env import Env
from sagalab.asl.engine.errors import StateFailed, runtime_error
from sagalab.asl.engine.states.wait import moment

Condition = Callable[[Env], bool]
Compare = Callable[[Any, Any], bool]

_ORDER: dict[str, Compare] = {
    "Equals": operator.eq,
    "LessThan": operator.lt,
    "GreaterThan": operator.gt,
    "LessThanEquals": operator.le,
    "GreaterThanEquals": operator.ge,
}


def condition(rule: Mapping[str, Any]) -> Condition:
    """Return the function that tells whether a rule holds; a variable that is missing is States.Runtime."""
    if "Not" in rule:
        inner = condition(rule["Not"])
        return lambda env: not inner(env)
    if "And" in rule:
        every = [condition(part) for part in rule["And"]]
        return lambda env: all(part(env) for part in every)
    if "Or" in rule:
        some = [condition(part) for part in rule["Or"]]
        return lambda env: any(part(env) for part in some)
    for name, value in rule.items():
        if name in _TESTS:
            return _test(rule["Variable"], name, value)
        if name in _COMPARISONS:
            return _comparison(rule["Variable"], _COMPARISONS[name], _fixed(value))
        if name.endswith("Path") and name[:-4] in _COMPARISONS:
            return _comparison(rule["Variable"], _COMPARISONS[name[:-4]], _variable(value))
    raise ValueError(f"a choice rule without a comparison: {sorted(rule)}")


def _fixed(value: Any) -> Callable[[Env], Any]:
    return lambda env: value


def _variable(path: str) -> Callable[[Env], Any]:
    query = queries.path_or_function(path)

    def find(env: Env) -> Any:
        try:
            return query(env)
        except queries.NotFound:
            raise _missing(path) from None

    return find


def _missing(path: str) -> StateFailed:
    # AWS's words, from localstack #11980
    return runtime_error(
        f"Invalid path '{path}': The choice state's condition path references an invalid value."
    )


def _comparison(path: str, compare: Compare, other: Callable[[Env], Any]) -> Condition:
    variable = _variable(path)
    return lambda env: compare(variable(env), other(env))


def _test(path: str, name: str, expected: bool) -> Condition:
    if name == "IsPresent":
        query = queries.path_or_function(path)

        def is_present(env: Env) -> bool:
            try:
                query(env)
            except queries.NotFound:
                return expected is False
            return expected is True

        return is_present
    variable, test = _variable(path), _TESTS[name]
    return lambda env: test(variable(env)) is expected


def _typed(kind: Callable[[Any], bool], compare: Compare) -> Compare:
    return lambda left, right: kind(left) and kind(right) and compare(left, right)


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_flag(value: Any) -> bool:
    return isinstance(value, bool)


def _in_time(compare: Compare) -> Compare:
    def compared(left: Any, right: Any) -> bool:
        first, second = moment(left), moment(right)
        return first is not None and second is not None and compare(first, second)

    return compared


def _string_matches(value: Any, pattern: Any) -> bool:
    """Tell whether a text matches; `*` is any text, `\\*` and `\\\\` are literal; in linear time."""
    if not isinstance(value, str) or not isinstance(pattern, str):
        return False
    first, *rest = _literals(pattern)
    if not rest:
        return value == first
    *middle, last = rest
    if not value.startswith(first):
        return False
    position = len(first)
    for part in middle:
        found = value.find(part, position)
        if found < 0:
            return False
        position = found + len(part)
    return len(value) - len(last) >= position and value.endswith(last)


def _literals(pattern: str) -> list[str]:
    """Return the texts between the wildcards of a StringMatches pattern."""
    parts, escaped = [""], False
    for sign in pattern:
        if escaped or sign not in "*\\":
            parts[-1] += sign
            escaped = False
        elif sign == "\\":
            escaped = True
        else:
            parts.append("")
    return parts


_TESTS: dict[str, Callable[[Any], bool]] = {
    "IsPresent": lambda value: True,
    "IsNull": lambda value: value is None,
    "IsString": _is_text,
    "IsNumeric": is_number,
    "IsBoolean": _is_flag,
    "IsTimestamp": lambda value: moment(value) is not None,
}

_COMPARISONS: dict[str, Compare] = {
    "BooleanEquals": _typed(_is_flag, operator.eq),
    "StringMatches": _string_matches,
    **{f"String{name}": _typed(_is_text, compare) for name, compare in _ORDER.items()},
    **{f"Numeric{name}": _typed(is_number, compare) for name, compare in _ORDER.items()},
    **{f"Timestamp{name}": _in_time(compare) for name, compare in _ORDER.items()},
}
