"""Errors in the words of the reference (npm jsonata 2.0.6), which are AWS's: a code, a colon, a sentence."""

import json
import re
from collections.abc import Callable
from typing import Any

from jsonata.jexception import JException

_CODE = re.compile(r"\b([SDTU]\d{4}): (.*)", re.DOTALL)
_HOST = "host function raised "
_INDEX = re.compile(r"Argument (\d+) must be")
_COUNT = re.compile(r"Argument count mismatch: expected (\d+), got (\d+)")
_CAST = re.compile(r"Cannot convert '(.*)' to number", re.DOTALL)
_KINDS = {"n": "numbers", "s": "strings", "o": "objects", "b": "booleans"}
BOUNDS = ("D1011", "D1012", "D2014", "D2015")


def _shown(value: Any) -> str:
    try:
        return json.dumps(value, ensure_ascii=False)
    except TypeError:
        return str(value)


# What jsonata-python says otherwise: it loses quotes, values, and the word "function".
_SENTENCES: dict[str, Callable[[JException], str]] = {
    "S0202": lambda error: f'Expected "{error.current}", got "{error.expected}"',
    "T0410": lambda error: (
        f'Argument {error.current} of function "{error.expected}" does not match function signature'
    ),
    "T0412": lambda error: (
        f'Argument {error.current} of function "{error.expected}" must be an array of '
        f'"{_KINDS.get(str(error.extra), error.extra)}"'
    ),
    "T1005": lambda error: f"Attempted to invoke a non-function. Did you mean ${error.current}?",
    "T2001": lambda error: f'The left side of the "{error.current}" operator must evaluate to a number',
    "T2002": lambda error: f'The right side of the "{error.current}" operator must evaluate to a number',
    "T2009": lambda error: (
        f"The values {_shown(error.current)} and {_shown(error.expected)} either side of operator "
        f'"{error.extra}" must be of the same data type'
    ),
    "T2010": lambda error: (
        f'The expressions either side of operator "{error.current}" must evaluate to numeric or string values'
    ),
    "D1002": lambda error: f"Cannot negate a non-numeric value: {_shown(error.expected)}",
    "D1009": lambda error: f"Multiple key definitions evaluate to same key: {_shown(error.current)}",
    "D3137": lambda error: str(error.current),
}


def of_reading(error: JException) -> str:
    """Word an error of jsonata-python."""
    sentence = _SENTENCES.get(error.error)
    text = sentence(error) if sentence else str(error).replace(" Object", " function")
    return f"{error.error}: {text}" if error.error else text


def of_evaluation(error: ValueError) -> str:
    """Word an error of jsonatapy: what stands before the code is its own."""
    text = str(error)
    if text.startswith(_HOST):
        return text.removeprefix(_HOST).partition(": ")[2]
    found = _CODE.search(text)
    if found is None:
        return text
    code, sentence = found.groups()
    if sentence.startswith(f"{code}: "):
        sentence = sentence.removeprefix(f"{code}: ")
    cast = _CAST.fullmatch(sentence)
    if cast is not None:
        sentence = f"Unable to cast value to a number: {_shown(cast[1])}"
    return f"{code}: {sentence}"


def bettered(text: str, other: str | None) -> str:
    """Return `text` of jsonatapy in the words of jsonata-python's `other`, if it is the same error."""
    if other is None or other[:5] != text[:5]:
        return text
    index = _INDEX.search(text)
    count = _COUNT.search(text)
    if count and int(count[2]) > int(count[1]):  # too many: the first that is too much
        return re.sub(r"Argument \d+ of", f"Argument {max(int(count[1]), 1) + 1} of", other)
    return re.sub(r"Argument \d+ of", f"Argument {index[1]} of", other) if index else other
