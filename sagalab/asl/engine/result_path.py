"""ResultPath: where a result is put into the state's input."""

from collections.abc import Callable
from typing import Any

from sagalab.asl.engine.errors import RESULT_PATH_MATCH, StateFailed
from sagalab.asl.engine.history import json_text
from sagalab.asl.engine.queries import reference_steps

Put = Callable[[Any, Any], Any]


def result_path(path: str | None) -> Put | None:
    """Return the function of (input, result) that a ResultPath is; None where the result is the output.

    The input stays as it is: the objects on the way are copied. What is no object on the way is
    States.ResultPathMatchFailure
    (https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html).
    """
    if path is None:
        return lambda value, result: value
    steps = reference_steps(path)
    if not steps:
        return None

    def put(value: Any, result: Any) -> Any:
        try:
            return _put(value, steps, 0, result)
        except _Mismatch:  # in the words of AWS's Step Functions Local (aws-cdk #29473)
            raise StateFailed(
                RESULT_PATH_MATCH,
                f"Unable to apply ReferencePath {path} to input {json_text(value)}",
                said=False,
            ) from None

    return put


class _Mismatch(Exception):
    """There is no object, or no such item, where the path leads."""


def _put(value: Any, steps: tuple[str | int, ...], position: int, result: Any) -> Any:
    if position == len(steps):
        return result
    step = steps[position]
    if isinstance(step, int):
        if not isinstance(value, list) or not 0 <= step < len(value):
            raise _Mismatch
        items = value[:]
        items[step] = _put(value[step], steps, position + 1, result)
        return items
    if value is None and position > 0:
        value = {}
    if not isinstance(value, dict):
        raise _Mismatch
    members = dict(value)
    members[step] = _put(value.get(step, {}), steps, position + 1, result)
    return members
