"""Intrinsic functions by asl/intrinsics: braces in States.Format, Base64 of any letters, AWS's words for a failure.

Why: moto 5.2.5 formats by Python's str.format (a KeyError for `\\{`), decodes Base64 as ASCII, and ends the
execution with a Python error where a function cannot do its work.
Source: https://docs.aws.amazon.com/step-functions/latest/dg/intrinsic-functions.html
"""

import json
import random
import uuid
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from moto.stepfunctions.parser.api import HistoryEventType, TaskFailedEventDetails
from moto.stepfunctions.parser.asl.component.common.error_name.custom_error_name import CustomErrorName
from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import (
    FailureEvent,
    FailureEventException,
)
from moto.stepfunctions.parser.asl.component.common.string.string_expression import StringIntrinsicFunction
from moto.stepfunctions.parser.asl.eval.environment import Environment
from moto.stepfunctions.parser.asl.eval.event.event_detail import EventDetails
from moto.stepfunctions.parser.asl.utils.json_path import extract_json

from sagalab.asl import intrinsics
from sagalab.localcloud.stepfunctions import jsonata

_FAILURE = "States.Runtime"  # measured on AWS, against the States.IntrinsicFailure of the document
_CHANCE = intrinsics.Chance(random.random, lambda: str(uuid.uuid4()))


def _path(text: str) -> Callable[[Environment], Any]:
    """Return a path argument as a function of moto's environment."""
    if text.startswith("$$"):
        return lambda env: _within(text[1:], env.states.context_object.context_object_data)
    if len(text) > 1 and text[1] not in ".[":
        return lambda env: jsonata.variable(env, text)
    return lambda env: _within(text, env.stack[-1])


def _within(path: str, value: Any) -> Any:
    return value if path == "$" else extract_json(path, value)


@lru_cache(maxsize=1024)
def _read(raw: str) -> tuple[str, intrinsics.Evaluate]:
    """Return a call's text and its function; `raw` is the text with JSON's escapes, as moto keeps it."""
    text = json.loads(f'"{raw}"', strict=False)
    return text, intrinsics.compile(text, _path)


def _evaluate(self: StringIntrinsicFunction, env: Environment) -> None:
    text = self.intrinsic_function_derivation
    try:
        text, call = _read(text)
        result = call(env, _CHANCE)
    except intrinsics.IntrinsicError as error:
        cause = f"The function '{text}' had the following error: {error}"
        details = TaskFailedEventDetails(error=_FAILURE, cause=cause)
        raise FailureEventException(
            FailureEvent(
                env=env,
                error_name=CustomErrorName(error_name=_FAILURE),
                event_type=HistoryEventType.TaskFailed,
                event_details=EventDetails(taskFailedEventDetails=details),
            )
        ) from None
    env.stack.append(result)


def install() -> None:
    """Install this file's adaptation into moto."""
    StringIntrinsicFunction._eval_body = _evaluate
