"""JSONata for moto's Step Functions, by the package jsonata-python.

Why: moto 5.2.5 expects a JVM for JSONata that is not there, and passes variables as source text, which
breaks on strings that hold quotes or newlines. Here expressions are parsed once and variables are bound
as values. The functions that AWS adds to JSONata are here too.
Source of these: https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
"""

import copy
import functools
import hashlib
import json
import random
import re
import uuid
from typing import Any

from jsonata import Jsonata
from jsonata.jexception import JException
from jsonata.utils import Utils
from moto.stepfunctions.parser.api import EvaluationFailedEventDetails, HistoryEventType
from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import (
    FailureEvent,
    FailureEventException,
)
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name import StatesErrorName
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name_type import (
    StatesErrorNameType,
)
from moto.stepfunctions.parser.asl.component.common.query_language import QueryLanguageMode
from moto.stepfunctions.parser.asl.component.common.string.string_expression import (
    StringJSONata,
    StringVariableSample,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_map.items.items import ItemsJSONata
from moto.stepfunctions.parser.asl.component.state.exec.state_map.state_map import StateMap
from moto.stepfunctions.parser.asl.eval.environment import Environment
from moto.stepfunctions.parser.asl.eval.event.event_detail import EventDetails
from moto.stepfunctions.parser.asl.jsonata import jsonata as moto_jsonata
from moto.stepfunctions.parser.asl.utils.encoding import to_json_str

_VARIABLE = re.compile(r"\$([A-Za-z_][A-Za-z0-9_]*)")
_HASHES = {"MD5": "md5", "SHA-1": "sha1", "SHA-256": "sha256", "SHA-384": "sha384", "SHA-512": "sha512"}
_LARGEST_RANGE = 1000
_KINDS = {type(None): "null", bool: "boolean", int: "number", float: "number", str: "string"}
_map_evaluation = StateMap._eval_execution


class RecordedDetails(dict):
    """Event details of a failure whose event stands in the history already (interruptions.py skips it)."""


class Undefined(Exception):
    """The expression found nothing."""


class UnsupportedResult(Exception):
    """The expression's result is a function, which JSON cannot hold."""


@functools.lru_cache(maxsize=2048)
def _parsed(expression: str) -> Jsonata:
    return Jsonata(expression)


@functools.lru_cache(maxsize=2048)
def _names(expression: str) -> frozenset[str]:
    return frozenset(_VARIABLE.findall(expression))


def evaluate(expression: str, variables: dict[str, Any]) -> Any:
    """Evaluate `expression` with `variables` (name without `$` → JSON value); return plain JSON types.

    Raises Undefined, UnsupportedResult, or jsonata's JException. Safe for threads: the parsed expression
    is shared and never changed; each evaluation has its own instance and its own frame.
    """
    instance = copy.copy(_parsed(expression))
    instance.set_output_convert_nulls(False)
    used = _names(expression)
    bindings = {name: call for name, call in _FUNCTIONS.items() if name in used}
    bindings |= {name: _bound(value) for name, value in variables.items() if name in used}
    Jsonata.CURRENT.jsonata = instance  # $now() and nested evaluations read this thread's instance
    result = instance.evaluate(None, bindings)
    if result is None:
        raise Undefined
    return _plain(result)


def _bound(value: Any) -> Any:
    """Copy a JSON value for binding: null becomes jsonata's null, times become text."""
    if value is None:
        return Utils.NULL_VALUE
    if isinstance(value, dict):
        return {key: _bound(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_bound(item) for item in value]
    if isinstance(value, (str, int, float)):
        return value
    return json.loads(to_json_str(value))


def _plain(value: Any) -> Any:
    """Copy a result into plain JSON types; whole floats become integers, as AWS writes them."""
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
    raise UnsupportedResult


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
    if count > _LARGEST_RANGE:
        raise ValueError(f"The function 'range' returns at most {_LARGEST_RANGE} items")
    return [first + index * step for index in range(count)]


def _hash(value: Any = None, algorithm: Any = None) -> Any:
    if value is None:
        return None
    if algorithm not in _HASHES:
        raise ValueError(f"Argument 2 of function 'hash' must be one of {', '.join(_HASHES)}")
    text = value if isinstance(value, str) else json.dumps(_plain(value), separators=(",", ":"))
    return hashlib.new(_HASHES[algorithm], text.encode("utf-8")).hexdigest()


def _random(seed: Any = None) -> float:
    return random.random() if seed is None else random.Random(seed).random()


def _parse(text: Any = None) -> Any:
    if text is None:
        return None
    return _bound(json.loads(text))


def _uuid() -> str:
    return str(uuid.uuid4())


_FUNCTIONS = {
    name: Jsonata.JLambda(call)
    for name, call in {
        "partition": _partition,
        "range": _range,
        "hash": _hash,
        "random": _random,
        "parse": _parse,
        "uuid": _uuid,
    }.items()
}


def _scope(env: Environment) -> dict[str, Any]:
    store = env.variable_store
    return {"states": env.states._states_data, **store._outer_scope, **store._inner_scope}


def fail(
    env: Environment, cause: str, location: str | None, before_entered: bool = False
) -> FailureEventException:
    """Write EvaluationFailed into the history and return the States.QueryEvaluationError to raise.

    With `before_entered` the event follows the one before the state was entered: AWS has it so when a
    field's expression fails (seen in the recordings).
    """
    error = StatesErrorName(typ=StatesErrorNameType.StatesQueryEvaluationError)
    details = EvaluationFailedEventDetails(error=error.error_name, cause=cause)
    if location:
        details["location"] = location
    failure = FailureEventException(
        FailureEvent(
            env=env,
            error_name=error,
            event_type=HistoryEventType.EvaluationFailed,
            event_details=RecordedDetails(evaluationFailedEventDetails=details),
        )
    )
    context = env.event_history_context
    if before_entered:
        context.source_event_id = _event_before_entered(env)
    env.event_manager.add_event(
        context=context,
        event_type=HistoryEventType.EvaluationFailed,
        event_details=EventDetails(
            evaluationFailedEventDetails=failure.get_evaluation_failed_event_details()
        ),
    )
    return failure


def _event_before_entered(env: Environment) -> int:
    source = env.event_history_context.source_event_id
    for event in reversed(env.event_manager._history_event_list):
        if event["id"] == source:
            return event["previousEventId"] if event["type"].endswith("StateEntered") else source
    return source


def _message(error: JException) -> str:
    """Word an error as the JSONata of AWS does (jsonata-python loses quotes and the word "function")."""
    text = re.sub(
        r"of Object (\S+) does not match Object signature",
        r'of function "\1" does not match function signature',
        str(error),
    )
    text = re.sub(r"side of the (\S+) operator", r'side of the "\1" operator', text)
    return f"{error.error}: {text}" if error.error else text


def evaluate_in(env: Environment, component: StringJSONata) -> Any:
    """Evaluate an expression of a state; raise States.QueryEvaluationError in AWS's words."""
    expression = component.expression
    location = getattr(component, "location", None)
    where = f"The JSONata expression '{expression}' specified for the field '{location}'"
    try:
        return evaluate(expression, _scope(env))
    except Undefined:
        raise fail(env, f"{where} returned nothing (undefined).", location, before_entered=True) from None
    except UnsupportedResult:
        raise fail(
            env, f"{where} returned an unsupported result type.", location, before_entered=True
        ) from None
    except JException as error:
        raise fail(
            env, f"{where} threw an error during evaluation. {_message(error)}", location, before_entered=True
        ) from None
    except (ValueError, TypeError, ArithmeticError, RecursionError) as error:
        raise fail(
            env, f"{where} threw an error during evaluation. {error}", location, before_entered=True
        ) from None


def _evaluate_string(self: StringJSONata, env: Environment) -> None:
    env.stack.append(evaluate_in(env, self))


def _evaluate_items(self: ItemsJSONata, env: Environment) -> None:
    items = evaluate_in(env, self.string_jsonata)
    if not isinstance(items, list):
        kind = _KINDS.get(type(items), "object")
        cause = (
            f"The JSONata expression '{self.string_jsonata.expression}' specified for the field 'Items' "
            f"returned an unexpected result type. Expected 'array', but was '{kind}' for value: "
            f"{to_json_str(items, separators=(',', ':'))}"
        )
        raise fail(env, cause, "Items", before_entered=True)
    env.stack.append(items)


def _evaluate_map(self: StateMap, env: Environment) -> None:
    if self.query_language.query_language_mode == QueryLanguageMode.JSONata and self.items is None:
        items = env.states.get_input()
        if self.item_reader is None and not isinstance(items, list):
            cause = f"Map state input must be an array but was: {to_json_str(items, separators=(',', ':'))}"
            raise fail(env, cause, None, before_entered=True)
    _map_evaluation(self, env)


def _sample_variable(self: StringVariableSample, env: Environment) -> None:
    """A `$variable.path` in a JSONPath state: nothing found is null, as moto had it."""
    try:
        env.stack.append(evaluate(self.expression, _scope(env)))
    except Undefined:
        env.stack.append(None)


def _evaluate_text(expression: str) -> Any:
    try:
        return evaluate(expression, {})
    except Undefined:
        return None
    except (JException, UnsupportedResult) as error:
        raise moto_jsonata.JSONataException(getattr(error, "error", "UNKNOWN"), str(error)) from error


def install() -> None:
    """Make moto evaluate JSONata with jsonata-python."""
    StringJSONata._eval_body = _evaluate_string
    StringVariableSample._eval_body = _sample_variable
    ItemsJSONata._eval_body = _evaluate_items
    StateMap._eval_execution = _evaluate_map
    moto_jsonata._eval_jsonata = _evaluate_text
