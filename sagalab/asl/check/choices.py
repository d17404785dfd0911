"""Choice rules: what AWS refuses in them.

Source: https://docs.aws.amazon.com/step-functions/latest/dg/state-choice.html.
"""

from collections.abc import Iterator
from typing import Any

from sagalab.asl.check import values, words
from sagalab.asl.check.problem import SCHEMA, Problem
from sagalab.asl.check.states import is_jsonata_like
from sagalab.asl.document import State
from sagalab.asl.placeholder import has_placeholder
from sagalab.asl.source import Path

_LOGIC = ("And", "Or", "Not")
_ORDERED = ("Equals", "GreaterThan", "GreaterThanEquals", "LessThan", "LessThanEquals")
_COMPARED: dict[str, values.Kind] = {
    **{f"String{order}": values.text for order in (*_ORDERED, "Matches")},
    **{f"Numeric{order}": values.number(float("-inf")) for order in _ORDERED},
    **{f"Timestamp{order}": values.timestamp for order in _ORDERED},
    "BooleanEquals": values.boolean,
    **{
        f"Is{what}": values.boolean
        for what in ("Null", "Present", "Numeric", "String", "Boolean", "Timestamp")
    },
}
_PATHS = {
    f"{name}Path": values.text for name in _COMPARED if name != "StringMatches" and not name.startswith("Is")
}
COMPARATORS: dict[str, values.Kind] = {**_COMPARED, **_PATHS}
_TOP_FIELDS = {"Next", "Assign", "Output", "Comment"}


def check_choices(state: State) -> Iterator[Problem]:
    """Yield what is wrong with a Choice state's rules."""
    rules = state.body.get("Choices")
    if not isinstance(rules, list):
        return
    here = (*state.path, "Choices")
    if not rules:
        yield Problem(SCHEMA, words.EMPTY, here)
    for index, rule in enumerate(rules):
        place = (*here, index)
        if not isinstance(rule, dict):
            yield Problem(SCHEMA, words.wrong_type("OBJECT"), place)
            continue
        if "Next" not in rule:
            yield Problem(SCHEMA, words.missing("Next"), place)
        elif not isinstance(rule["Next"], str):
            yield Problem(SCHEMA, words.wrong_type("STRING"), (*place, "Next"))
        if "Output" in rule and not state.is_jsonata:
            yield _other_language("Output", "JSONPath", "JSONata", place)
        if state.is_jsonata:
            yield from _jsonata_rule(rule, place)
        else:
            yield from _jsonpath_rule(rule, place)


def _jsonata_rule(rule: dict[str, Any], place: Path) -> Iterator[Problem]:
    if "Condition" not in rule:
        yield Problem(SCHEMA, words.missing("Condition"), place)
    elif not isinstance(rule["Condition"], bool):
        condition = rule["Condition"]
        if not isinstance(condition, str):
            yield Problem(SCHEMA, words.wrong_type("STRING", "BOOLEAN"), (*place, "Condition"))
        elif not is_jsonata_like(condition) and not has_placeholder(condition):
            yield Problem(SCHEMA, words.NO_BRACES, (*place, "Condition"))
    for name in rule:
        if name in COMPARATORS or name in _LOGIC or name == "Variable":
            yield _other_language(name, "JSONata", "JSONPath", place)
        elif name not in _TOP_FIELDS and name != "Condition":
            yield _unsupported(name, place)


def _jsonpath_rule(rule: dict[str, Any], place: Path, top: bool = True) -> Iterator[Problem]:
    todo: list[tuple[Any, Path, bool]] = [(rule, place, top)]
    while todo:
        body, here, outermost = todo.pop()
        if not isinstance(body, dict):
            yield Problem(SCHEMA, words.wrong_type("OBJECT"), here)
            continue
        logic = [name for name in _LOGIC if name in body]
        comparators = [name for name in COMPARATORS if name in body]
        if "Condition" in body:
            yield _other_language("Condition", "JSONPath", "JSONata", here)
        kinds = [*logic, *(name for name in ("Variable", "Condition") if name in body)]
        if len(kinds) != 1:
            yield Problem(SCHEMA, words.ONE_COMPARISON, here)
        elif kinds == ["Variable"] and len(comparators) != 1:
            yield Problem(SCHEMA, words.several(COMPARATORS), here)
        for name, value in body.items():
            if name in COMPARATORS:
                wrong = COMPARATORS[name](value)
                if wrong and not has_placeholder(value):
                    yield Problem(SCHEMA, wrong, (*here, name))
            elif name in ("And", "Or"):
                if not isinstance(value, list) or not value:
                    said = words.EMPTY if value == [] else words.wrong_type("ARRAY")
                    yield Problem(SCHEMA, said, (*here, name))
                else:
                    todo += [(item, (*here, name, index), False) for index, item in enumerate(value)]
            elif name == "Not":
                todo.append((value, (*here, name), False))
            elif name == "Variable":
                if not isinstance(value, str):
                    yield Problem(SCHEMA, words.wrong_type("STRING"), (*here, name))
            elif name != "Condition" and name != "Comment" and not (outermost and name in _TOP_FIELDS):
                yield _unsupported(name, here)


def _unsupported(name: str, place: Path) -> Problem:
    return Problem(SCHEMA, words.unsupported(str(name)), (*place, name), at=place)


def _other_language(name: str, language: str, other: str, place: Path) -> Problem:
    return Problem(SCHEMA, words.other_language(name, language, other), (*place, name), at=place)
