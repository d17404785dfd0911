"""A request's parameters against botocore's service model, before any operation sees them.

Words and paths as AWS's own validation has them: "2 validation errors detected: Value '…' at 'a.1.member.b' failed
to satisfy constraint: …; …". What the model calls sensitive is not repeated.
"""

import functools
import re
from collections.abc import Iterator, Mapping
from typing import Any

import botocore.session
from botocore.model import ListShape, OperationModel, ServiceModel, Shape, StructureShape

from sagalab.localcloud.stepfunctions.api.errors import ApiError, invalid

# AWS names the values of this enum in this order (recorded); the model has another.
_ENUMS = {
    "ExecutionStatus": "SUCCEEDED, TIMED_OUT, PENDING_REDRIVE, ABORTED, FAILED, RUNNING",
}
# Their lengths are bytes of UTF-8 (API reference), and AWS says so.
_IN_BYTES = ("SensitiveData",)
_PATTERNS = {r"\p{ASCII}*": r"[\x00-\x7f]*"}
_KINDS: dict[str, tuple[tuple[type, ...], str]] = {
    "string": ((str,), "a String"),
    "boolean": ((bool,), "a Boolean"),
    "integer": ((int,), "an Integer"),
    "long": ((int,), "a Long"),
    "float": ((int, float), "a Float"),
    "structure": ((dict,), "an Object"),
    "list": ((list,), "an Array"),
    "map": ((dict,), "an Object"),
}


@functools.cache
def service() -> ServiceModel:
    """Return botocore's model of the API."""
    return botocore.session.get_session().get_service_model("stepfunctions")


@functools.cache
def operation(name: str) -> OperationModel:
    """Return the model of an operation. Raises ApiError UnknownOperationException."""
    if name not in service().operation_names:
        raise ApiError("UnknownOperationException", f"Step Functions has no operation {name}.")
    return service().operation_model(name)


def checked(name: str, given: Any) -> dict[str, Any]:
    """Return the parameters of a request as the operation takes them: those of the model that are not null.

    Raises ApiError: SerializationException for a wrong type, ValidationException for all else, every
    violation in one message.
    """
    shape = operation(name).input_shape
    if not isinstance(given, dict):
        raise ApiError("SerializationException", "Start of structure or map found where not expected.")
    if shape is None:
        return {}
    taken = _taken(given, shape)
    found = list(_violations(taken, shape, "", False))
    if found:
        count = f"{len(found)} validation error{'s' if len(found) > 1 else ''} detected"
        raise invalid(f"{count}: {'; '.join(found)}")
    return taken


def _taken(value: Any, shape: Shape) -> Any:
    """Return a value with what the model knows of it. Raises ApiError for a wrong type."""
    kinds, words = _KINDS.get(shape.type_name, ((object,), "that"))
    fits = isinstance(value, kinds) and not (isinstance(value, bool) and shape.type_name != "boolean")
    if not fits:
        raise ApiError("SerializationException", f"{_said(value)} can not be converted to {words}")
    if isinstance(shape, StructureShape):
        return {
            key: _taken(value[key], member)
            for key, member in shape.members.items()
            if value.get(key) is not None
        }
    if isinstance(shape, ListShape):
        return [_taken(item, shape.member) for item in value]
    return value


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return f"{str(value).upper()}_VALUE"
    if isinstance(value, (int, float)):
        return "NUMBER_VALUE"
    return "STRING_VALUE" if isinstance(value, str) else "Start of structure or map"


def _violations(value: Any, shape: Shape, path: str, hidden: bool) -> Iterator[str]:
    hidden = hidden or bool(shape.metadata.get("sensitive"))
    if path:
        for words in _broken(value, shape):
            told = "" if hidden else f" '{_text(value, shape)}'"
            yield f"Value{told} at '{path}' failed to satisfy constraint: {words}"
    if isinstance(shape, StructureShape):
        for name, member in shape.members.items():
            inner = f"{path}.{name}" if path else name
            if name in value:
                yield from _violations(value[name], member, inner, hidden)
            elif name in shape.required_members:
                yield f"Value null at '{inner}' failed to satisfy constraint: Member must not be null"
    elif isinstance(shape, ListShape):
        for number, item in enumerate(value, 1):
            yield from _violations(item, shape.member, f"{path}.{number}.member", hidden)


def _broken(value: Any, shape: Shape) -> Iterator[str]:
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if shape.type_name in ("integer", "long", "float"):
        what, size = "value", value
    elif shape.type_name == "string" and shape.name in _IN_BYTES:
        if most is not None and len(value.encode("utf-8", "replace")) > most:
            yield f"Member must have size less than or equal to {most} bytes in UTF-8 encoding"
        return
    else:
        what, size = "length", len(value) if isinstance(value, (str, list)) else None
    if size is not None:
        if most is not None and size > most:
            yield f"Member must have {what} less than or equal to {_number(most)}"
        if least is not None and size < least:
            yield f"Member must have {what} greater than or equal to {_number(least)}"
    pattern = shape.metadata.get("pattern")
    if pattern is not None and not re.fullmatch(_PATTERNS.get(pattern, pattern), value):
        yield f"Member must satisfy regular expression pattern: {pattern}"
    values = shape.metadata.get("enum")
    if values and value not in values:
        yield f"Member must satisfy enum value set: [{_ENUMS.get(shape.name, ', '.join(values))}]"


def _number(limit: Any) -> str:
    return str(int(limit)) if float(limit).is_integer() else str(limit)


def _text(value: Any, shape: Shape) -> str:
    """Write a value as AWS's Java does: Name(a=1, b=2) for a structure, [x, y] for a list."""
    if isinstance(shape, StructureShape) and isinstance(value, Mapping):
        inner = ", ".join(f"{key}={_text(item, shape.members[key])}" for key, item in value.items())
        return f"{shape.name}({inner})"
    if isinstance(shape, ListShape):
        return f"[{', '.join(_text(item, shape.member) for item in value)}]"
    return str(value).lower() if isinstance(value, bool) else str(value)
