"""Requests of tasks to the services of this process, refused as AWS refuses them.

Why: moto 5.2.5 looks for a parameter where AWS has looked whether it is there, so that a missing one is a KeyError
or an AttributeError of its own. What the service's model demands is looked at here before.
Source of the words: the services' answers ("1 validation error detected: Value null at 'item' failed to satisfy
constraint: Member must not be null"); the common errors of the query protocol (MissingParameter).
"""

import re
import traceback
from collections.abc import Iterator
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from botocore.model import ListShape, MapShape, OperationModel, Shape, StringShape, StructureShape

from sagalab.asl.engine.history import json_text
from sagalab.localcloud.services import clients
from sagalab.localcloud.stepfunctions.running.tasks import shapes
from sagalab.localcloud.stepfunctions.running.tasks.errors import client_error

# The code of a request that does not hold to the service's model; others say ValidationException.
_CODES = {"logs": "InvalidParameterException", "iam": "ValidationError", "sts": "ValidationError"}
_QUERY = {"sns": "InvalidParameter", "sqs": "MissingParameter"}

_SECRET_NAME = (
    "Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!"
)


def send(
    service: str, operation: OperationModel, given: dict[str, Any], region: str, role_arn: str | None
) -> Any:
    """Send a request by botocore and return its answer without ResponseMetadata.

    Raises botocore's ClientError, also for what the service's model refuses and for a gap in moto.
    """
    refuse(service, operation, given)
    client = clients.client_for(region, service, role_arn)
    try:
        answered = client._make_api_call(operation.name, given)
    except ClientError as error:
        if "TopicArn" in given and error.response["Error"]["Message"] == "Endpoint does not exist":
            error.response["Error"]["Message"] = "Topic does not exist"  # moto 5.2.5 says it of topics too
        about = error.response["ResponseMetadata"]
        if shapes.model_of(service).metadata.get("protocol") == "json" and about["HTTPStatusCode"] < 500:
            about["HTTPStatusCode"] = 400  # moto 5.2.5 has 404 for a secret that is not there
        raise
    except BotoCoreError as error:
        raise client_error("ValidationException", str(error), operation=operation.name) from None
    except Exception as gap:  # moto's own: it looks for something that nobody has refused
        traceback.print_exc()
        words = f"The local cloud's {service} cannot do this request ({type(gap).__name__}: {gap})"
        raise client_error("InternalServerError", words, 500, operation.name) from None
    answered.pop("ResponseMetadata", None)
    return answered


def refuse(service: str, operation: OperationModel, given: dict[str, Any]) -> None:
    """Raise botocore's ClientError when a request does not hold to the service's model."""
    if operation.input_shape is None:
        return
    if service in _QUERY:
        for name in operation.input_shape.required_members:
            if given.get(name) in (None, ""):
                words = f"The request must contain the parameter {name}."
                if service == "sns":
                    words = f"Invalid parameter: {'Empty message' if name == 'Message' else name}"
                raise client_error(_QUERY[service], words, operation=operation.name)
        return
    if (service, operation.name) == ("secretsmanager", "CreateSecret") and given.get("Name"):
        if not re.fullmatch(r"[\w/+=.@!-]+", given["Name"], re.ASCII):
            raise client_error("ValidationException", _SECRET_NAME, operation=operation.name)
    problems = list(_problems(given, operation.input_shape, ""))
    if problems:
        many = "s" if len(problems) > 1 else ""
        words = f"{len(problems)} validation error{many} detected: {'; '.join(problems)}"
        raise client_error(_CODES.get(service, "ValidationException"), words, operation=operation.name)


def _problems(value: Any, shape: Shape, place: str) -> Iterator[str]:
    if isinstance(shape, StructureShape):
        if not isinstance(value, dict):
            return
        for name, member in shape.members.items():
            inner = f"{place}.{_lower(name)}" if place else _lower(name)
            if value.get(name) is None:
                if name in shape.required_members:
                    yield _words("null", inner, "Member must not be null")
            else:
                yield from _problems(value[name], member, inner)
    elif isinstance(shape, ListShape) and isinstance(value, list):
        yield from _length(value, shape, place)
        for index, item in enumerate(value):
            yield from _problems(item, shape.member, f"{place}.{index + 1}.member")
    elif isinstance(shape, MapShape) and isinstance(value, dict):
        for key, item in value.items():
            yield from _problems(item, shape.value, f"{place}.{key}.member")
    elif isinstance(shape, StringShape) and isinstance(value, str):
        yield from _text(value, shape, place)


def _text(value: str, shape: StringShape, place: str) -> Iterator[str]:
    if shape.enum and value not in shape.enum:
        listed = ", ".join(shape.enum)
        yield _words(f"'{value}'", place, f"Member must satisfy enum value set: [{listed}]")
        return
    pattern = shape.metadata.get("pattern")
    if pattern and not _matches(pattern, value):
        yield _words(f"'{value}'", place, f"Member must satisfy regular expression pattern: {pattern}")
    yield from _length(value, shape, place)


def _length(value: Any, shape: Shape, place: str) -> Iterator[str]:
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if least is not None and len(value) < least:
        yield _words(_quoted(value), place, f"Member must have length greater than or equal to {least}")
    if most is not None and len(value) > most:
        yield _words(_quoted(value), place, f"Member must have length less than or equal to {most}")


def _quoted(value: Any) -> str:
    return f"'{value if isinstance(value, str) else json_text(shapes.plain(value))}'"


def _words(value: Any, place: str, constraint: str) -> str:
    return f"Value {value} at '{place}' failed to satisfy constraint: {constraint}"


def _matches(pattern: str, value: str) -> bool:
    try:
        return re.fullmatch(pattern, value, re.DOTALL) is not None
    except re.error:  # Java's patterns know more than Python's
        return True


def _lower(name: str) -> str:
    return name[:1].lower() + name[1:]
