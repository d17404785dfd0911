"""Copies of JSON values, made quickly.

Why: moto 5.2.5 copies a state's input, result and context some fifty times for a saga with copy.deepcopy, which looks
for other kinds of objects and for cycles at each value. JSON has neither.
"""

import copy
from typing import Any

from moto.stepfunctions.parser.asl.component.common.path import result_path
from moto.stepfunctions.parser.asl.component.common.string import string_expression
from moto.stepfunctions.parser.asl.component.state.exec.state_parallel import state_parallel
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service import state_task_service
from moto.stepfunctions.parser.asl.eval import environment, states

_PLAIN = frozenset({str, int, float, bool, type(None)})


def deepcopy(value: Any) -> Any:
    """Return a copy of a JSON value; of anything else in it, what copy.deepcopy makes."""
    kind = type(value)
    if kind in _PLAIN:
        return value
    if kind is dict:
        return {key: deepcopy(item) for key, item in value.items()}
    if kind is list:
        return [deepcopy(item) for item in value]
    return copy.deepcopy(value)


class _Copy:
    """Stands for the module `copy` where only JSON values are copied."""

    copy = staticmethod(copy.copy)
    deepcopy = staticmethod(deepcopy)


def install() -> None:
    """Let moto's interpreter copy quickly."""
    for module in (environment, result_path, state_parallel, state_task_service, states, string_expression):
        module.copy = _Copy
