"""Evaluation by jsonata-python, where jsonatapy has no wheel: bounded in time and depth."""

import copy
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from jsonata import Jsonata
from jsonata.jexception import JException
from jsonata.utils import Utils

from sagalab.asl.jsonata import functions, words
from sagalab.asl.jsonata.chance import Chance
from sagalab.asl.jsonata.errors import JsonataError, Undefined

MOST_MILLISECONDS, MOST_DEPTH = 500, 100
_NAMES = re.compile(r"\$([^\W\d]\w*)")


class Evaluator:
    """An expression that is ready to be evaluated."""

    __slots__ = ("_names", "_read")

    def __init__(self, text: str, read: Jsonata) -> None:
        self._names = frozenset(_NAMES.findall(text))
        self._read = read

    def evaluate(self, variables: Mapping[str, Any], chance: Chance) -> Any:
        """Return the JSON value; raise Undefined or JsonataError."""
        instance = copy.copy(self._read)
        instance.set_output_convert_nulls(False)
        calls = _functions(chance)
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
            raise JsonataError(words.BOUNDS.get(error.error, "") or words.of_reading(error)) from None
        except RecursionError:
            raise JsonataError(words.STACK) from None
        except (ValueError, TypeError, ArithmeticError, LookupError, RuntimeError, AttributeError) as error:
            raise JsonataError(str(error)) from None
        if result is None:
            raise Undefined
        return _plain(result)


def _functions(chance: Chance) -> dict[str, Callable[..., Any]]:
    at = chance.now_ms
    now = f"{datetime.fromtimestamp(at // 1000, UTC):%Y-%m-%dT%H:%M:%S}.{at % 1000:03d}Z"
    return {
        "partition": lambda array=None, size=None: functions.partition(_plain(array), size),
        "range": functions.number_range,
        "hash": lambda value=None, algorithm=None: functions.hash_of(_plain(value), algorithm),
        "parse": lambda text=None: _bound(functions.parse(text)),
        "random": lambda seed=None: chance.random() if seed is None else functions.random_of(seed),
        "uuid": chance.uuid,
        "millis": lambda: at,
        "now": lambda picture=None, timezone=None: now,
        "eval": functions.no_eval,
    }


def _bound(value: Any) -> Any:
    """Copy a JSON value for binding: null is jsonata-python's own."""
    if value is None:
        return Utils.NULL_VALUE
    if isinstance(value, dict):
        return {key: _bound(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_bound(item) for item in value]
    return value


def _plain(value: Any) -> Any:
    """Copy a result into plain JSON; whole floats become integers, as AWS writes them."""
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
    raise JsonataError("returned an unsupported result type.", is_of_result=True)
