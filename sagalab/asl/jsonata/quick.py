"""Evaluation by jsonatapy: compiled, in Rust, bounded in time, depth, length and regular expressions."""

import json
import re
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

import jsonatapy

from sagalab.asl.jsonata import functions, slow, words
from sagalab.asl.jsonata.chance import Chance
from sagalab.asl.jsonata.errors import JsonataError, JsonataSyntaxError, Undefined

# AWS bounds evaluations too, and does not say how. The longest wait is also how late StopExecution may be.
BOUNDS = {"timeout": 500, "max_stack_depth": 300, "max_sequence_length": 1_000_000}

_NAMES = re.compile(r"\$([^\W\d]\w*)")
_chance: ContextVar[Chance] = ContextVar("chance")


class Evaluator:
    """An expression that is ready to be evaluated.

    What jsonatapy compiles belongs to the thread that compiled it, so each evaluation compiles anew: some
    7 microseconds.
    """

    __slots__ = ("_names", "_read", "_text")

    def __init__(self, text: str, read: Any) -> None:
        self._text = text
        self._read = read
        self._names = frozenset(_NAMES.findall(text))
        self._compiled(text)

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
        text = self._run(self._compiled(self._text), used, chance)
        if text is None:
            raise Undefined
        if text == '""' and self._is_function(used, chance):
            raise JsonataError("returned an unsupported result type.", is_of_result=True)
        return json.loads(text, parse_float=_number)

    def _is_function(self, used: dict[str, Any], chance: Chance) -> bool:
        """Tell whether the result is a function, which jsonatapy gives as an empty text."""
        asked = self._compiled(f"$type(({self._text}))")
        return bool(self._run(asked, used, chance) == '"function"')

    def _run(self, expression: Any, used: dict[str, Any], chance: Chance) -> Any:
        token = _chance.set(chance)
        try:
            return expression.evaluate_json_or_none(None, used, **BOUNDS)
        except OverflowError:  # JSONata's numbers are doubles
            return expression.evaluate_json_or_none(None, _doubles(used), **BOUNDS)
        except ValueError as error:
            raise JsonataError(self._words(error, used, chance)) from None
        finally:
            _chance.reset(token)

    def _words(self, error: ValueError, used: dict[str, Any], chance: Chance) -> str:
        """Ask jsonata-python for the sentence: jsonatapy has the codes of the reference, not its words."""
        text = words.of_evaluation(error)
        if text[:5] in words.BOUNDS or self._names & _ADDED.keys():
            return text
        try:
            slow.Evaluator(self._text, self._read).evaluate(used, chance)
        except JsonataError as other:
            return words.bettered(text, str(other))
        except Undefined:
            pass
        return text


def _number(text: str) -> float | int:
    """Read a number; one that is whole is an integer, as AWS writes it."""
    number = float(text)
    return int(number) if number.is_integer() and abs(number) < 1e21 else number


def _doubles(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _doubles(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_doubles(item) for item in value]
    return float(value) if isinstance(value, int) and abs(value) > 2**53 else value


def _random(seed: Any = None) -> float:
    """$random(): the run's chance; with a seed always the same number."""
    if seed is None:
        return _chance.get().random()
    return int(functions.hash_of(str(seed), "MD5")[:13], 16) / 16**13


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
}
_REPLACED: dict[str, Callable[..., Any]] = {
    "random": _random,
    "now": _now,
    "millis": lambda: _chance.get().now_ms,
    "eval": functions.no_eval,
}
