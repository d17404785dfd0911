"""The intrinsic functions of JSONPath states: States.Format and its like, read once.

Source: https://docs.aws.amazon.com/step-functions/latest/dg/intrinsic-functions.html; what the recordings
show of Java's ways (rounding, the text of an object) is said beside it.
"""

import base64
import binascii
import hashlib
import json
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

_TOKEN = re.compile(
    r"\s*(?:(?P<name>States\.\w+)\s*\(|'(?P<text>(?:\\.|[^'\\])*)'|(?P<number>-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)"
    r"|(?P<word>true|false|null)\b|(?P<sign>[,)]))",
    re.DOTALL,
)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_HASHES = {"MD5": "md5", "SHA-1": "sha1", "SHA-256": "sha256", "SHA-384": "sha384", "SHA-512": "sha512"}
_WORDS: dict[str, Any] = {"true": True, "false": False, "null": None}
MOST_ITEMS, MOST_LETTERS = 1000, 10_000
_OCCURRENCES = ": number of arguments do not match the occurrences of {}."


class IntrinsicError(ValueError):
    """A function cannot be read, or cannot do its work; the text says why: AWS's "Invalid arguments in …"."""


class _Unfit(Exception):
    """The arguments are none that a function takes; the text is what AWS says beyond that ("" for nothing)."""


@dataclass(frozen=True, slots=True)
class Chance:
    """Where chance comes from: a number from 0 to below 1, and a UUID."""

    random: Callable[[], float]
    uuid: Callable[[], str]


Evaluate = Callable[[Any, Chance], Any]


def compile(text: str, path: Callable[[str], Callable[[Any], Any]]) -> Evaluate:
    """Return a call as a function of (env, chance).

    `path` reads a path argument ($.x, $$.x, $variable) into a function of the same env. IntrinsicError:
    the text is no call of an intrinsic function.
    """
    made, position = _argument(text, 0, path)
    if text[position:].strip() or not _TOKEN.match(text) or not made.is_call:
        raise IntrinsicError(f"{text!r} is no call of an intrinsic function")
    return made.evaluate


@dataclass(frozen=True, slots=True)
class _Argument:
    evaluate: Evaluate
    is_call: bool = False


def _argument(text: str, position: int, path: Callable[[str], Callable[[Any], Any]]) -> tuple[_Argument, int]:
    match = _TOKEN.match(text, position)
    if match is None:
        return _path_argument(text, position, path)
    if match["name"]:
        return _call(text, match["name"], match.end(), path)
    if match["text"] is not None:
        value: Any = _Literal(match["text"])
    elif match["number"] is not None:
        value = json.loads(match["number"])
    elif match["word"] is not None:
        value = _WORDS[match["word"]]
    else:
        raise IntrinsicError(f"{text!r} lacks an argument at {position}")
    return _Argument(lambda env, chance: value), match.end()


def _path_argument(
    text: str, position: int, path: Callable[[str], Callable[[Any], Any]]
) -> tuple[_Argument, int]:
    start = position + len(text[position:]) - len(text[position:].lstrip())
    end, depth, quote = start, 0, ""
    while end < len(text):
        sign = text[end]
        if quote:
            end += sign == "\\"
            quote = "" if sign == quote else quote
        elif sign in "'\"":
            quote = sign
        elif sign in "[(":
            depth += 1
        elif sign in "])" and depth:
            depth -= 1
        elif sign in ",)" and not depth:
            break
        end += 1
    found = text[start:end].strip()
    if not found.startswith("$"):
        raise IntrinsicError(f"{text!r} has an argument that is no value and no path: {found!r}")
    query = path(found)
    return _Argument(lambda env, chance: query(env)), end


def _call(
    text: str, name: str, position: int, path: Callable[[str], Callable[[Any], Any]]
) -> tuple[_Argument, int]:
    if name not in _FUNCTIONS:
        raise IntrinsicError(f"there is no function {name}")
    function, least, most = _FUNCTIONS[name]
    arguments: list[_Argument] = []
    empty = re.compile(r"\s*\)").match(text, position)
    if empty:
        position = empty.end()
    while not empty:
        argument, position = _argument(text, position, path)
        arguments.append(argument)
        match = re.compile(r"\s*([,)])").match(text, position)
        if match is None:
            raise IntrinsicError(f"{text!r} is not closed")
        position = match.end()
        if match[1] == ")":
            break
    if not least <= len(arguments) <= most:
        raise IntrinsicError(f"{name} takes {least} to {most} arguments, not {len(arguments)}")

    def evaluate(env: Any, chance: Chance) -> Any:
        values = [argument.evaluate(env, chance) for argument in arguments]
        if name != "States.Format":
            values = [_unescaped(value) for value in values]
        try:
            return function(chance, *values) if name in _CHANCE else function(*values)
        except _Unfit as unfit:
            raise IntrinsicError(f"Invalid arguments in {name}{unfit}") from None

    return _Argument(evaluate, True), position


class _Literal(str):
    """A text literal as it stands: what a backslash means depends on the function."""


def _unescaped(value: Any) -> Any:
    """Return a literal without its escapes; States.Format reads them itself."""
    return _ESCAPE.sub(r"\1", value) if isinstance(value, _Literal) else value


def _need(holds: bool, told: str = "") -> None:
    if not holds:
        raise _Unfit(told)


def _number(value: Any) -> float:
    _need(isinstance(value, (int, float)) and not isinstance(value, bool))
    number: float = value
    return number


def _rounded(value: Any) -> int:
    return math.floor(_number(value) + 0.5)  # Java's Math.round (recorded: -2.5 is -2)


def _cut(value: Any) -> int:
    return int(_number(value))  # towards zero: chunks of 2.6 are chunks of 2 (measured on AWS)


def _format(template: Any, *values: Any) -> str:
    _need(isinstance(template, str))
    left, parts, position = list(values), [], 0
    while position < len(template):
        sign = template[position]
        if sign == "\\" and position + 1 < len(template):
            parts.append(template[position + 1])
            position += 2
        elif template.startswith("{}", position):
            _need(bool(left), _OCCURRENCES)
            parts.append(_text(left.pop(0)))
            position += 2
        else:
            parts.append(sign)
            position += 1
    _need(not left, _OCCURRENCES)
    return "".join(parts)


def _text(value: Any) -> str:
    """Return a value as Java's toString writes it (recorded: {Arg1=1, Arg2=[]})."""
    if isinstance(value, _Literal):
        return _ESCAPE.sub(r"\1", value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}={_text(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_text(item) for item in value) + "]"
    return value if isinstance(value, str) else json.dumps(value)


def _string_to_json(text: Any) -> Any:
    _need(isinstance(text, str))
    if not text:
        return None  # recorded
    try:
        return json.loads(text)
    except ValueError:
        raise _Unfit("") from None


def _json_to_string(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _array_of(value: Any) -> list[Any]:
    _need(isinstance(value, list))
    items: list[Any] = value
    return items


def _array_partition(array: Any, size: Any) -> list[Any]:
    items, step = _array_of(array), _cut(size)
    _need(step > 0)
    return [items[start : start + step] for start in range(0, len(items), step)]


def _array_range(first: Any, last: Any, step: Any) -> list[int]:
    start, end, by = _cut(first), _cut(last), _cut(step)
    _need(by != 0)
    found = range(start, end + (1 if by > 0 else -1), by)
    _need(len(found) <= MOST_ITEMS)
    return list(found)


def _array_get_item(array: Any, index: Any) -> Any:
    items, place = _array_of(array), _rounded(index)
    _need(0 <= place < len(items))
    return items[place]


def _key(value: Any) -> str:
    """Return a text that is the same for equal JSON values (in Python 1 equals true)."""
    return json.dumps(value, sort_keys=True)


def _array_contains(array: Any, item: Any) -> bool:
    return _key(item) in map(_key, _array_of(array))


def _array_unique(array: Any) -> list[Any]:
    return list({_key(item): item for item in reversed(_array_of(array))}.values())[::-1]


def _base64_encode(text: Any) -> str:
    _need(isinstance(text, str) and len(text) <= MOST_LETTERS)
    return base64.b64encode(text.encode("utf-8")).decode("ascii")


def _base64_decode(text: Any) -> str:
    _need(isinstance(text, str) and len(text) <= MOST_LETTERS)
    try:
        return base64.b64decode(text, validate=True).decode("utf-8", "replace")
    except binascii.Error:
        raise _Unfit("") from None


def _hash(value: Any, algorithm: Any) -> str:
    _need(isinstance(algorithm, str) and algorithm in _HASHES)
    text = value if isinstance(value, str) else _json_to_string(value)
    return hashlib.new(_HASHES[algorithm], text.encode("utf-8")).hexdigest()


def _json_merge(first: Any, second: Any, deep: Any) -> dict[str, Any]:
    _need(isinstance(first, dict) and isinstance(second, dict))
    _need(deep is False)  # deep merging is not supported
    return {**first, **second}


def _math_add(first: Any, second: Any) -> int:
    return _rounded(first) + _rounded(second)


def _math_random(chance: Chance, first: Any, last: Any, seed: Any = None) -> int:
    start, end = _rounded(first), _rounded(last)
    _need(start < end)
    drawn = chance.random() if seed is None else Random(_rounded(seed)).random()
    return start + int(drawn * (end - start))


def _string_split(text: Any, delimiters: Any) -> list[str]:
    _need(isinstance(text, str) and isinstance(delimiters, str))
    parts, current = [], ""
    for sign in text:
        if sign in delimiters:
            parts.append(current)
            current = ""
        else:
            current += sign
    return [part for part in [*parts, current] if part]  # each letter splits; empty parts go (recorded)


_FUNCTIONS: dict[str, tuple[Callable[..., Any], int, int]] = {
    "States.Format": (_format, 1, 99),
    "States.StringToJson": (_string_to_json, 1, 1),
    "States.JsonToString": (_json_to_string, 1, 1),
    "States.Array": (lambda *items: list(items), 0, 99),
    "States.ArrayPartition": (_array_partition, 2, 2),
    "States.ArrayContains": (_array_contains, 2, 2),
    "States.ArrayRange": (_array_range, 3, 3),
    "States.ArrayGetItem": (_array_get_item, 2, 2),
    "States.ArrayLength": (lambda array: len(_array_of(array)), 1, 1),
    "States.ArrayUnique": (_array_unique, 1, 1),
    "States.Base64Encode": (_base64_encode, 1, 1),
    "States.Base64Decode": (_base64_decode, 1, 1),
    "States.Hash": (_hash, 2, 2),
    "States.JsonMerge": (_json_merge, 3, 3),
    "States.MathAdd": (_math_add, 2, 2),
    "States.MathRandom": (_math_random, 2, 3),
    "States.StringSplit": (_string_split, 2, 2),
    "States.UUID": (lambda chance: chance.uuid(), 0, 0),
}
_CHANCE = {"States.MathRandom", "States.UUID"}
