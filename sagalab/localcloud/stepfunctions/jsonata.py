"""JSONata for moto's Step Functions, by asl/jsonata.

Why: moto 5.2.5 expects a JVM for JSONata that is not there, and passes variables as source text, which
breaks on strings that hold quotes or newlines. Here expressions are parsed once and variables are bound
as values.
"""

import json
import random
import re
import time
import uuid
from typing import Any

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

from sagalab.asl import jsonata

_VARIABLE = re.compile(r"\$([A-Za-z_][A-Za-z0-9_]*)")
_KINDS = {type(None): "null", bool: "boolean", int: "number", float: "number", str: "string"}
_map_evaluation = StateMap._eval_execution


class RecordedDetails(dict):
    """Event details of a failure whose event stands in the history already (interruptions.py skips it)."""


def evaluate(expression: str, variables: dict[str, Any]) -> Any:
    """Evaluate `expression` with `variables` (name without `$` → JSON value); return plain JSON types of its own.

    Raises asl/jsonata's Undefined, JsonataError and JsonataSyntaxError. Safe for threads.
    """
    used = set(_VARIABLE.findall(expression))
    bound = {name: _plain(value) for name, value in variables.items() if name in used}
    result = jsonata.compile(expression).evaluate(
        bound, now_ms=int(time.time() * 1000), random=random.random, uuid=lambda: str(uuid.uuid4())
    )
    return _plain(result)


def _plain(value: Any) -> Any:
    """Copy a JSON value (moto changes its own in place); times become text."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if value is None or isinstance(value, (str, int, float)):
        return value
    return json.loads(to_json_str(value))


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


def evaluate_in(env: Environment, component: StringJSONata) -> Any:
    """Evaluate an expression of a state; raise States.QueryEvaluationError in AWS's words."""
    expression = component.expression
    location = getattr(component, "location", None)
    where = f"The JSONata expression '{expression}' specified for the field '{location}'"
    try:
        return evaluate(expression, _scope(env))
    except jsonata.Undefined:
        raise fail(env, f"{where} returned nothing (undefined).", location, before_entered=True) from None
    except jsonata.JsonataError as error:
        raise fail(env, f"{where} {error.told}", location, before_entered=True) from None
    except (jsonata.JsonataSyntaxError, ValueError, TypeError, RecursionError) as error:
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
    env.stack.append(variable(env, self.expression))


def variable(env: Environment, path: str) -> Any:
    """Return what a path into a variable finds ("$order.id"); None for nothing."""
    try:
        return evaluate(path, _scope(env))
    except jsonata.Undefined:
        return None


def _evaluate_text(expression: str) -> Any:
    try:
        return evaluate(expression, {})
    except jsonata.Undefined:
        return None
    except (jsonata.JsonataError, jsonata.JsonataSyntaxError) as error:
        raise moto_jsonata.JSONataException(str(error)[:5], str(error)) from error


def install() -> None:
    """Make moto evaluate JSONata with jsonata-python."""
    StringJSONata._eval_body = _evaluate_string
    StringVariableSample._eval_body = _sample_variable
    ItemsJSONata._eval_body = _evaluate_items
    StateMap._eval_execution = _evaluate_map
    moto_jsonata._eval_jsonata = _evaluate_text
