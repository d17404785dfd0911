"""Evaluation by jsonatapy: compiled, in Rust, bounded in time, depth, length and regular expressions."""

import json
import math
import re
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

import jsonatapy

from sagalab.asl.jsonata import functions, slow, words
from sagalab.asl.jsonata.chance import Chance
from sagalab.asl.jsonata.errors import JsonataError, JsonataSyntaxError, Undefined
from sagalab.asl.jsonata.reading import code_only

# AWS's limits of depth and memory were measured (floci #2737): 100 terms of 1+1+… are taken, 102 are not. Of
# time it is known that it has one; here it is also how late StopExecution may be.
BOUNDS = {"timeout": 500, "max_stack_depth": 100, "max_sequence_length": functions.MOST_NUMBERS}

_CALL = re.compile(r"\$(number|range|partition|hash)\s*\(")
_REGEX = re.compile(r"(?:^|[(\[{,;:=~>&|?])\s*/(?!\*)")
_NAMES = re.compile(r"\$([^\W\d]\w*)")
_NOT_FINITE = re.compile(r"[/%*]|\$(?:power|number|sum|toMillis|parseInteger)\b")
_chance: ContextVar[Chance] = ContextVar("chance")


class Evaluator:
    """An expression that is ready to be evaluated.

    What jsonatapy compiles belongs to the thread that compiled it, so each evaluation compiles anew: some
    7 microseconds.
    """

    __slots__ = ("_mended", "_names", "_read", "_text")

    def __init__(self, text: str, read: Any) -> None:
        self._text = text
        self._read = read
        self._mended = mended(text)
        self._names = frozenset(_NAMES.findall(self._mended))
        self._compiled(self._mended)

    def _compiled(self, text: str) -> Any:
        try:
            expression = jsonatapy.compile(text)
        except ValueError as error:
            raise JsonataSyntaxError(words.of_evaluation(error)) from None
        for name in self._names & _ADDED.keys():
            expression.register(name, _ADDED[name])
        for name in self._names & _REPLACED.keys():
            expression.register_override(name, _REPLACED[name])
        return expression

    def evaluate(self, variables: Mapping[str, Any], chance: Chance) -> Any:
        """Return the JSON value; raise Undefined or JsonataError."""
        used = {name: variables[name] for name in self._names if name in variables}
        text = self._run(self._compiled(self._mended), used, chance)
        if text is None:
            raise Undefined
        if len(text) > functions.MOST_LETTERS:
            raise JsonataError(words.MEMORY)
        if "null" in text and _NOT_FINITE.search(self._text):
            return _plain(self._run(self._compiled(self._mended), used, chance, as_json=False))
        if text == '""' and self._is_function(used, chance):
            raise JsonataError("returned an unsupported result type.", is_of_result=True)
        return json.loads(text, parse_float=_number)

    def _is_function(self, used: dict[str, Any], chance: Chance) -> bool:
        """Tell whether the result is a function, which jsonatapy gives as an empty text."""
        asked = self._compiled(f"$type(({self._text}))")
        return bool(self._run(asked, used, chance) == '"function"')

    def _run(self, expression: Any, used: dict[str, Any], chance: Chance, *, as_json: bool = True) -> Any:
        token = _chance.set(chance)
        evaluate = expression.evaluate_json_or_none if as_json else expression.evaluate
        try:
            return evaluate(None, used, **BOUNDS)
        except OverflowError:  # JSONata's numbers are doubles
            return evaluate(None, _doubles(used), **BOUNDS)
        except ValueError as error:
            raise JsonataError(self._words(error, used, chance)) from None
        finally:
            _chance.reset(token)

    def _words(self, error: ValueError, used: dict[str, Any], chance: Chance) -> str:
        """Ask jsonata-python for the sentence: jsonatapy has the codes of the reference, not its words."""
        text = words.of_evaluation(error)
        if text in words.BOUNDS.values() or text.startswith("T1006") or self._names & _OURS:
            return text
        if _REGEX.search(self._text):  # Python's may take for ever, and hold all threads
            return text
        try:
            slow.Evaluator(self._text, self._read).evaluate(used, chance)
        except JsonataError as other:
            return words.bettered(text, str(other))
        except Exception:  # found nothing, or stumbled: it was asked for words only
            pass
        return text


def _number(text: str) -> float | int:
    """Read a number; one that is whole is an integer, as AWS writes it."""
    number = float(text)
    return int(number) if number.is_integer() and abs(number) < 1e21 else number


def _plain(value: Any) -> Any:
    """Return a result as AWS writes it: 1/0 is the text "Infinity" (measured: floci #2783)."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if not isinstance(value, float):
        return value
    if math.isfinite(value):
        return _number(repr(value))
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def mended(text: str) -> str:
    """Return an expression with its calls of some functions in other words.

    $number(x) first looks at a text x: jsonatapy takes "+5" and " 5 ", and lets nobody replace $number. What
    Step Functions' own functions do not find is nothing; jsonatapy takes Python's None for null.
    """
    code = code_only(text)
    match = _CALL.search(code)
    if match is None:
        return text
    depth, end, parts = 1, match.end(), 1
    while end < len(code) and depth:
        depth += (code[end] in "([{") - (code[end] in ")]}")
        parts += depth == 1 and code[end] == ","
        end += 1
    inner, begin = text[match.end() : end - 1], text[: match.start()]
    if depth or not inner.strip() or code[: match.start()].rstrip().endswith("~>"):
        return text[: match.end()] + mended(text[match.end() :])
    inner, rest = mended(inner), mended(text[end:])
    if match[1] != "number":
        return f"{begin}($given := {match[0]}{inner}); $type($given) = 'null' ? $no_value : $given){rest}"
    if parts == 1:
        inner = f"($given := ({inner}); $type($given) = 'string' ? $number_text($given) : $given)"
    return f"{begin}{match[0]}{inner}){rest}"


def _doubles(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _doubles(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_doubles(item) for item in value]
    return float(value) if isinstance(value, int) and abs(value) > 2**53 else value


def _random(seed: Any = None) -> float:
    """$random(): the run's chance; with a seed always the same number."""
    return _chance.get().random() if seed is None else functions.random_of(seed)


def _now(picture: Any = None, timezone: Any = None) -> Any:
    at = _chance.get().now_ms
    if picture is None:
        return f"{datetime.fromtimestamp(at // 1000, UTC):%Y-%m-%dT%H:%M:%S}.{at % 1000:03d}Z"
    arguments = "$at, $picture" if timezone is None else "$at, $picture, $zone"
    written = jsonatapy.compile(f"$fromMillis({arguments})")
    return written.evaluate(None, {"at": at, "picture": picture, "zone": timezone})


_ADDED: dict[str, Callable[..., Any]] = {
    "partition": functions.partition,
    "range": functions.number_range,
    "hash": functions.hash_of,
    "parse": functions.parse,
    "uuid": lambda: _chance.get().uuid(),
    "number_text": functions.number_text,
}
_REPLACED: dict[str, Callable[..., Any]] = {
    "random": _random,
    "now": _now,
    "millis": lambda: _chance.get().now_ms,
    "eval": functions.no_eval,
    "pad": functions.pad,
    "encodeUrl": functions.encode_url,
}
_OURS = _ADDED.keys() - {"number_text"} | {"eval", "pad", "encodeUrl"}
