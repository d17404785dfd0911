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
_GOT = re.compile(r"got (-?[\d.]+)$")
_ONE_WORD = re.compile(r"(\S+)")
_CAST = re.compile(r"Cannot convert '(.*)' to number", re.DOTALL)
_KINDS = {"n": "numbers", "s": "strings", "o": "objects", "b": "booleans", "a": "arrays", "f": "functions"}
_BLANK = re.compile(r"\{\{\w+\}\}")
# What AWS says when an evaluation passes a limit; these sentences have no code (measured: floci #2737, but for
# the one about time).
STACK = (
    "Stack overflow error: Check for non-terminating recursive function. Consider rewriting as tail-recursive"
)
TIME = "Expression evaluation timeout: Check for infinite loop"
MEMORY = "Expression evaluation memory limit exceeded: Check for excessive memory usage"
BOUNDS = {"D1011": STACK, "D1012": TIME, "D2014": MEMORY, "D2015": MEMORY}


def _shown(value: Any) -> str:
    try:
        return json.dumps(value, ensure_ascii=False)
    except TypeError:
        return str(value)


def _named(name: Any) -> str:
    return "undefined" if name in (None, "lambda") else f'"{name}"'


# What is not just the code's sentence with the error's values filled in.
_SENTENCES: dict[str, Callable[[JException], str]] = {
    "S0103": lambda error: f'Unsupported escape sequence: \\"{error.current}"',
    "S0208": lambda error: (
        f"Parameter {error.extra or 1} of function definition must be a variable name (start with $)"
    ),
    "T0410": lambda error: (
        f"Argument {error.current or 1} of function {_named(error.expected)} does not match function signature"
    ),
    "T0411": lambda error: (
        f"Context value is not a compatible type with argument {error.current} of function "
        f"{_named(error.expected)}"
    ),
    "T0412": lambda error: (
        f"Argument {error.current} of function {_named(error.expected)} must be an array of "
        f'"{_KINDS.get(str(error.extra), error.extra)}"'
    ),
    "T1005": lambda error: f"Attempted to invoke a non-function. Did you mean ${error.current}?",
    "T1007": lambda error: f"Attempted to partially apply a non-function. Did you mean ${error.current}?",
    "D1002": lambda error: f"Cannot negate a non-numeric value: {_shown(error.expected)}",
    "D3137": lambda error: str(error.current),
    "D3141": lambda error: str(error.current),
}


def sentence_of(code: str) -> str:
    """Return the sentence of a code as the reference has it, with {{…}} for its values ("" for no code)."""
    text: str = JException.error_codes.get(code, "")
    text = text.replace(" Object application", " function application").replace(" Object", " function")
    quoted = code in ("S0216", "S0217", "D3133", "D3135") or "D3081" <= code <= "D3093"
    return text.replace('"', "'") if quoted else text


def of_reading(error: JException) -> str:
    """Word an error of jsonata-python."""
    code = error.error
    if not code:
        return str(error)
    if code == "S0301" and error.current:  # it says this of an escape that it does not know
        code = "S0103"
    if code in _SENTENCES:
        return f"{code}: {_SENTENCES[code](error)}"
    text = sentence_of(code)
    for value in (error.current, error.expected, error.extra):
        text = _BLANK.sub(_shown(value).replace("\\", r"\\"), text, count=1)
    return f"{code}: {text or error}"


def of_evaluation(error: ValueError) -> str:
    """Word an error of jsonatapy: what stands before the code is its own."""
    text = str(error)
    if text.startswith(_HOST):
        return text.removeprefix(_HOST).partition(": ")[2]
    found = _CODE.search(text)
    if found is None:
        return text
    code, sentence = found.groups()
    if code in BOUNDS:
        return BOUNDS[code]
    fixed = sentence_of(code)
    if fixed and "{{" not in fixed:
        return f"{code}: {fixed}"
    value = _GOT.search(sentence) if code == "D3100" else _ONE_WORD.fullmatch(sentence)
    if value is not None:  # jsonatapy says the value alone
        return f"{code}: {_BLANK.sub(value[1] if code == 'D3100' else _shown(value[1]), fixed, count=1)}"
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
    if other.endswith(" null"):  # it lost the value
        return text
    index = _INDEX.search(text)
    count = _COUNT.search(text)
    if count and int(count[2]) > int(count[1]):  # too many: the first that is too much
        return re.sub(r"Argument \d+ of", f"Argument {max(int(count[1]), 1) + 1} of", other)
    return re.sub(r"Argument \d+ of", f"Argument {index[1]} of", other) if index else other
