"""JSONata as Step Functions has it: expressions read once, and evaluated with variables.

Evaluated by jsonata-python, bounded in time and depth; the functions that AWS adds are here
(https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html). A plain path into a variable
(`$states.input.order`), which most expressions are, needs no evaluator.
"""

import copy
import datetime
import hashlib
import json
import random as chance
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from jsonata import Jsonata
from jsonata.jexception import JException
from jsonata.utils import Utils

# Longer or deeper, and AWS refuses too; it does not say its own bounds.
MOST_MILLISECONDS, MOST_DEPTH = 1000, 500
MOST_ITEMS = 1000

_PLAIN = re.compile(r"\$([^\W\d]\w*)((?:\.[^\W\d]\w*)*)")
_KEYWORDS = {"and", "or", "in", "true", "false", "null"}
_NAMES = re.compile(r"\$([^\W\d]\w*)")
_HASHES = {"MD5": "md5", "SHA-1": "sha1", "SHA-256": "sha256", "SHA-384": "sha384", "SHA-512": "sha512"}


class Undefined(Exception):
    """The expression found nothing."""


class JsonataError(Exception):
    """The expression could not be evaluated; the text says it in AWS's words ("T0412: Argument 1 of …")."""


class JsonataSyntaxError(ValueError):
    """The text is no JSONata."""


class Expression:
    """An expression, read once. `evaluate()` may be called by many at once."""

    __slots__ = ("_ast", "_names", "_path", "_steps", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        match = _PLAIN.fullmatch(text)
        steps = match[2].split(".")[1:] if match else []
        self._path = match[1] if match and not _KEYWORDS & set(steps) else None
        self._steps = steps
        try:
            self._ast = Jsonata(text)
        except JException as error:
            raise JsonataSyntaxError(_words(error)) from None
        self._names = frozenset(_NAMES.findall(text))

    def evaluate(
        self,
        variables: Mapping[str, Any],
        *,
        now_ms: int,
        random: Callable[[], float],
        uuid: Callable[[], str],
    ) -> Any:
        """Return the expression's JSON value with `variables` (by name, without `$`).

        `now_ms` is the time of `$now()` and `$millis()`; `random` gives `$random()`, `uuid` `$uuid()`.
        Raises Undefined and JsonataError. Variables are not changed, and may be part of the result.
        """
        if self._path is not None and self._path in variables:
            value = variables[self._path]
            for step in self._steps:
                if type(value) is not dict:
                    break
                if step not in value:
                    raise Undefined
                value = value[step]
            else:
                return value
        return self._evaluate(variables, now_ms, random, uuid)

    def _evaluate(
        self, variables: Mapping[str, Any], now_ms: int, random: Callable[[], float], uuid: Callable[[], str]
    ) -> Any:
        instance = copy.copy(self._ast)
        instance.set_output_convert_nulls(False)
        instance.timestamp = now_ms
        calls = _functions(now_ms, random, uuid)
        frame = instance.create_frame()
        for name in self._names:
            if name in variables:
                frame.bind(name, _bound(variables[name]))
            elif name in calls:
                frame.bind(name, Jsonata.JLambda(calls[name]))
        frame.set_runtime_bounds(MOST_MILLISECONDS, MOST_DEPTH)
        Jsonata.CURRENT.jsonata = instance  # nested evaluations read this thread's instance
        try:
            result = instance.evaluate(None, frame)
        except JException as error:
            raise JsonataError(_words(error)) from None
        except (ValueError, TypeError, ArithmeticError, RecursionError) as error:
            raise JsonataError(str(error)) from None
        if result is None:
            raise Undefined
        return _plain(result)


@lru_cache(maxsize=4096)
def compile(text: str) -> Expression:
    """Return an expression; JsonataSyntaxError for what is none. The same text is read once."""
    return Expression(text)


def _bound(value: Any) -> Any:
    if value is None:
        return Utils.NULL_VALUE
    if isinstance(value, dict):
        return {key: _bound(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_bound(item) for item in value]
    return value


def _plain(value: Any) -> Any:
    """Return a result as plain JSON; whole floats become integers, as AWS writes them."""
    if value is None or value is Utils.NULL_VALUE:
        return None
    if isinstance(value, (str, bool, int)):
        return value
    if isinstance(value, float):
        return int(value) if value.is_integer() else value
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, Utils.RangeList):
        # its iterator is short by one element in jsonata-python 0.7.1
        return [value.a + index for index in range(value.b - value.a)]
    if isinstance(value, list):
        return [_plain(item) for item in value]
    raise JsonataError("returned an unsupported result type.")


def _words(error: JException) -> str:
    """Word an error as the JSONata of AWS does (jsonata-python loses quotes and the word "function")."""
    text = re.sub(
        r"of Object (\S+) does not match Object signature",
        r'of function "\1" does not match function signature',
        str(error),
    )
    text = re.sub(
        r"of Object (\S+) must be an array of n\b", r'of function "\1" must be an array of "numbers"', text
    )
    text = re.sub(r"side of the (\S+) operator", r'side of the "\1" operator', text)
    return f"{error.error}: {text}" if error.error else text


def _functions(
    now_ms: int, random: Callable[[], float], uuid: Callable[[], str]
) -> dict[str, Callable[..., Any]]:
    def random_number(seed: Any = None) -> float:
        return random() if seed is None else chance.Random(seed).random()

    moment = datetime.datetime.fromtimestamp(now_ms / 1000, datetime.UTC)
    return {
        "partition": _partition,
        "range": _range,
        "hash": _hash,
        "parse": _parse,
        "random": random_number,
        "uuid": uuid,
        "millis": lambda: now_ms,
        "now": _now(moment),
    }


def _now(moment: datetime.datetime) -> Callable[..., Any]:
    text = f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"

    def now(picture: Any = None, timezone: Any = None) -> Any:
        if picture is None:
            return text
        return Jsonata(f"$fromMillis({int(moment.timestamp() * 1000)}, $p, $z)").evaluate(
            None, {"p": picture, "z": timezone}
        )

    return now


def _partition(array: Any = None, size: Any = None) -> Any:
    if array is None or size is None:
        return None
    items = array if isinstance(array, list) else [array]
    if isinstance(size, bool) or not isinstance(size, (int, float)) or size < 1:
        raise ValueError("Argument 2 of function 'partition' must be a positive integer")
    step = int(size)
    return [items[start : start + step] for start in range(0, len(items), step)]


def _range(first: Any = None, last: Any = None, step: Any = 1) -> Any:
    if first is None or last is None:
        return None
    if step == 0:
        raise ValueError("Argument 3 of function 'range' must not be zero")
    count = max(0, int((last - first) / step) + 1) if (last - first) * step >= 0 else 0
    if count > MOST_ITEMS:
        raise ValueError(f"The function 'range' returns at most {MOST_ITEMS} items")
    return [first + index * step for index in range(count)]


def _hash(value: Any = None, algorithm: Any = None) -> Any:
    if value is None:
        return None
    if algorithm not in _HASHES:
        raise ValueError(f"Argument 2 of function 'hash' must be one of {', '.join(_HASHES)}")
    text = value if isinstance(value, str) else json.dumps(_plain(value), separators=(",", ":"))
    return hashlib.new(_HASHES[algorithm], text.encode("utf-8")).hexdigest()


def _parse(text: Any = None) -> Any:
    return None if text is None else _bound(json.loads(text))
