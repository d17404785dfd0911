"""A Choice rule in a few characters: what an edge of the picture can carry."""

import json
from typing import Any

_SIGNS = {
    "Equals": "=",
    "LessThan": "<",
    "LessThanEquals": "≤",
    "GreaterThan": ">",
    "GreaterThanEquals": "≥",
}
_DEEPEST = 20
_KINDS = ("String", "Numeric", "Boolean", "Timestamp")
_NOT_COMPARISONS = {"Variable", "Next", "Comment", "Assign", "Output", "Condition", "And", "Or", "Not"}


def _comparison(rule: dict[str, Any]) -> str:
    """Word one JSONPath comparison, such as `$.total > 100`."""
    variable = str(rule.get("Variable", "?"))
    for operator, operand in rule.items():
        if operator in _NOT_COMPARISONS:
            continue
        if operator.startswith("Is"):
            kind = operator[2:].lower()
            return f"{variable} is {kind}" if operand else f"{variable} is not {kind}"
        if operator == "StringMatches":
            return f"{variable} like {_value(operand)}"
        bare = operator.removesuffix("Path")
        for kind in _KINDS:
            if bare.startswith(kind) and bare[len(kind) :] in _SIGNS:
                value = operand if operator.endswith("Path") else _value(operand)
                return f"{variable} {_SIGNS[bare[len(kind) :]]} {value}"
        return f"{variable} {operator} {_value(operand)}"
    return variable


def _value(operand: object) -> str:
    return json.dumps(operand, ensure_ascii=False) if isinstance(operand, str | int | float | None) else "…"


def choice_label(rule: object, _depth: int = 0, _inside: bool = False) -> str:
    """Return a Choice rule as one line of text, whole but for rules in rules in rules, 20 deep.

    Reads both languages of Choice rules: JSONPath comparisons with And, Or and Not, and a JSONata
    `Condition` (without its `{% %}`). A rule of neither kind is "?".
    """
    if not isinstance(rule, dict):
        return "?"
    if _depth > _DEEPEST:
        return "…"
    if "Condition" in rule:
        text = str(rule["Condition"]).strip()
        if text.startswith("{%") and text.endswith("%}"):
            text = text[2:-2]
        return " ".join(text.replace("$states.input.", "").split())
    for operator, word in (("And", " and "), ("Or", " or ")):
        if isinstance(rule.get(operator), list):
            text = word.join(choice_label(part, _depth + 1, True) for part in rule[operator])
            return f"({text})" if _inside and len(rule[operator]) > 1 else text
    if "Not" in rule:
        return f"not ({choice_label(rule['Not'], _depth + 1)})"
    return _comparison(rule)
