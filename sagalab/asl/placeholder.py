"""Placeholders: `${Name}` in a definition, filled in at deployment, before AWS reads it.

CloudFormation's DefinitionSubstitutions and Fn::Sub, SAM and Terraform's templatefile write them alike.
"""

import re

PLACEHOLDER = r"\$\{(?:[^{}]|\{[^{}]*\})+\}"
"""A regular expression for one placeholder; an expression of Terraform inside may hold one pair of braces."""

_WHOLE = re.compile(PLACEHOLDER)


def is_placeholder(text: str) -> bool:
    """Tell whether a text is one placeholder and nothing else."""
    return _WHOLE.fullmatch(text) is not None


def has_placeholder(value: object) -> bool:
    """Tell whether a placeholder stands somewhere in a text, or a value is CloudFormation's long form of one
    ({"Ref": "Queue"}, {"Fn::GetAtt": ["Pay", "Arn"]}: intrinsic-function-reference.html)."""
    if isinstance(value, dict) and len(value) == 1:
        [(name, inside)] = value.items()
        return name == "Ref" and isinstance(inside, str) or isinstance(name, str) and name.startswith("Fn::")
    return isinstance(value, str) and "${" in value and _WHOLE.search(value) is not None


def black_out(text: str) -> str:
    """Return a text of the same length with █ for every character of its placeholders."""
    return _WHOLE.sub(lambda match: "█" * len(match[0]), text) if "${" in text else text


def fill(text: str) -> str:
    """Return a text of the same length that parses as code does: a number in the place of each placeholder,
    and a name where one is a part of a name ($states.input.${Field}, $${Variable}, ${Prefix}Id)."""
    return _WHOLE.sub(_filled, text) if "${" in text else text


def _filled(match: re.Match[str]) -> str:
    before, after = match.string[: match.start()].rstrip(" "), match.string[match.end() :]
    is_name = (
        before[-1:] in (".", "$", "_") or before[-1:].isalnum() and before == match.string[: match.start()]
    )
    if is_name or after[:1].isalnum() or after[:1] == "_":
        return "x" * len(match[0])
    return "1".ljust(len(match[0]))
