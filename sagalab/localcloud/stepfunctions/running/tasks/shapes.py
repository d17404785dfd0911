"""Parameters and results of services between a state's names and botocore's.

A state writes each field with a capital (`StateMachineArn`, `Md5OfMessageBody`), as the SDK for Java names it;
botocore has the API's own names (`stateMachineArn`, `MD5OfMessageBody`).
"""

import base64
import datetime
import functools
import threading
from collections.abc import Mapping
from typing import Any

import botocore.session
from botocore.model import (
    ListShape,
    MapShape,
    OperationModel,
    ServiceModel,
    Shape,
    StringShape,
    StructureShape,
)
from botocore.response import StreamingBody

from sagalab.asl.engine.history import json_text

_reading = threading.Lock()


def model_of(service: str) -> ServiceModel:
    """Return botocore's model of a service."""
    with _reading:  # else all tasks that start at one moment would read it, for seconds and in 300 MB
        return _read(service)


@functools.cache
def _read(service: str) -> ServiceModel:
    return botocore.session.get_session().get_service_model(service)


def operation_of(service: str, action: str) -> OperationModel | None:
    """Return the model of a service's operation by the action of a Resource (putItem); None if it has none."""
    model = model_of(service)
    name = action[:1].upper() + action[1:]
    if name not in model.operation_names:
        name = _operations(service).get(name.lower(), "")
    return model.operation_model(name) if name else None


@functools.cache
def _operations(service: str) -> dict[str, str]:
    return {name.lower(): name for name in model_of(service).operation_names}


@functools.lru_cache(maxsize=4096)
def written(name: str) -> str:
    """Return a member of an API as a state writes it: StateMachineArn, Md5OfMessageBody, ETag, SsekmsKeyId.

    It is the SDK for Java's variable with a capital: of leading capitals only the first stays one.
    """
    end = 1
    while end < len(name) and name[end].isupper() and not name[end + 1 : end + 2].islower():
        end += 1
    return name[:1].upper() + name[1:end].lower() + name[end:]


class WrongType(Exception):
    """A parameter cannot be what the service's API has for it. Its text says which."""


_NUMBERS = ("integer", "long", "float", "double")


def request(given: Mapping[str, Any], shape: StructureShape | None) -> dict[str, Any]:
    """Return a task's parameters as botocore takes them; what is null is not sent. Raises WrongType.

    A field that the API has not, or that is not written with a capital, ends the execution on AWS too.
    """
    if shape is None:
        return {}
    members = {written(name).lower(): name for name in shape.members}
    made: dict[str, Any] = {}
    for key, value in given.items():
        if value is None:
            continue
        name = key if key in shape.members else members.get(written(key).lower())
        if name is None or not key[:1].isupper():
            raise WrongType(f'The field "{key}" is not supported by Step Functions')  # aws/aws-cdk#10014
        made[name] = _sent(value, shape.members[name], key)
    return made


def _sent(value: Any, shape: Shape, field: str) -> Any:
    if isinstance(shape, StructureShape):
        if shape.is_document_type:
            return value
        _must_be(dict, value, field, "an object")
        if shape.name == "AttributeValue":  # the issue aws/aws-cdk#9181 shows the words
            for kind in ("S", "N"):
                _must_be(str, value.get(kind) or "", kind, "a STRING")
        return request(value, shape)
    if isinstance(shape, ListShape):
        _must_be(list, value, field, "an array")
        return [_sent(item, shape.member, field) for item in value]
    if isinstance(shape, MapShape):
        _must_be(dict, value, field, "an object")
        return {key: _sent(item, shape.value, key) for key, item in value.items() if item is not None}
    if isinstance(shape, StringShape) and not isinstance(value, str):
        return json_text(value)
    if shape.type_name == "blob" and not isinstance(value, bytes):
        return (value if isinstance(value, str) else json_text(value)).encode()
    if shape.type_name in _NUMBERS:
        _must_be((int, float), value, field, "a number")
    if shape.type_name == "boolean":
        _must_be(bool, value, field, "a BOOLEAN")
    return value


def _must_be(kinds: type | tuple[type, ...], value: Any, field: str, words: str) -> None:
    if not isinstance(value, kinds) or (isinstance(value, bool) and kinds is not bool):
        raise WrongType(f"The value for the field '{field}' must be {words}")


def answer(value: Any, shape: Shape | None) -> Any:
    """Return what botocore answered as a state sees it: a JSON value, its fields in order."""
    if isinstance(value, StreamingBody):
        value = value.read()
    if isinstance(value, bytes):
        return _text(value)
    if isinstance(value, datetime.datetime):
        return instant(value)
    if isinstance(shape, StructureShape) and isinstance(value, dict) and not shape.is_document_type:
        named = {written(name): answer(item, shape.members.get(name)) for name, item in value.items()}
        return {name: named[name] for name in sorted(named)}
    if isinstance(shape, ListShape) and isinstance(value, list):
        return [answer(item, shape.member) for item in value]
    if isinstance(shape, MapShape) and isinstance(value, dict):
        return {key: answer(item, shape.value) for key, item in value.items()}
    return value


def plain(value: Any) -> Any:
    """Return what botocore answered as a JSON value, under the API's own names."""
    if isinstance(value, bytes):
        return _text(value)
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    return [plain(inner) for inner in value] if isinstance(value, list) else value


def _text(value: bytes) -> str:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return base64.b64encode(value).decode()


def instant(moment: datetime.datetime) -> str:
    """Return a time as the SDK for Java writes it: 2025-01-31T23:59:59.123Z, or without milliseconds."""
    utc = moment.astimezone(datetime.UTC)
    text = f"{utc:%Y-%m-%dT%H:%M:%S}"
    milliseconds = utc.microsecond // 1000
    return f"{text}.{milliseconds:03d}Z" if milliseconds else f"{text}Z"
