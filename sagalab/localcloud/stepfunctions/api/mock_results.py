"""The mock of a TestState call: whether AWS takes it, by the shapes of the service's own API.

Sources: https://docs.aws.amazon.com/step-functions/latest/dg/test-state-isolation.html (STRICT: required fields and
types; PRESENT: the types of what is there; NONE), and the recordings for the words.
"""

from functools import lru_cache
from typing import Any

import botocore.session
from botocore.exceptions import UnknownServiceError
from botocore.model import ListShape, MapShape, OperationNotFoundError, Shape, StructureShape

from sagalab.asl.resource import Resource

_SERVICES = {"states": "stepfunctions", "sfn": "stepfunctions", "cloudwatchlogs": "logs"}
_TYPES: dict[str, tuple[tuple[type, ...], str]] = {
    **dict.fromkeys(("string", "blob", "timestamp"), ((str,), "a string")),
    **dict.fromkeys(("integer", "long", "float", "double"), ((int, float), "a number")),
    "boolean": ((bool,), "a boolean"),
}
# What these answer is no answer of an API, or any JSON.
_FREE = {("lambda", "invoke"), ("apigateway", "invoke"), ("http", "invoke")}


def problem(resource: Resource, result: Any, mode: str) -> str | None:
    """Return why AWS refuses a mocked result of a resource, in its words; None when it takes it."""
    if mode == "NONE" or resource.kind not in ("service", "aws-sdk"):
        return None
    if resource.kind == "service" and (resource.service, resource.action) in _FREE:
        return None
    shape = _output(resource.service, resource.action)
    if shape is None:
        return None
    return _unlike(result, shape, None, mode == "STRICT" and not resource.waits_for_job)


@lru_cache(maxsize=256)
def _output(service: str, action: str) -> Shape | None:
    try:
        model = botocore.session.get_session().get_service_model(_SERVICES.get(service, service))
        return model.operation_model(action[:1].upper() + action[1:]).output_shape
    except (UnknownServiceError, OperationNotFoundError):
        return None


def _unlike(value: Any, shape: Shape, name: str | None, strict: bool) -> str | None:
    if isinstance(shape, StructureShape):
        if not isinstance(value, dict):
            return _must_be(name, "an object")
        members = {member[:1].upper() + member[1:]: inner for member, inner in shape.members.items()}
        if strict:
            for required in shape.required_members:
                wanted = required[:1].upper() + required[1:]
                if wanted not in value:
                    return f"Mock result schema validation error: Required field '{wanted}' is missing"
        # a field that the API does not know is taken (recorded)
        pairs: list[tuple[Any, Shape, str | None]] = [
            (item, members[key], key) for key, item in value.items() if key in members
        ]
    elif isinstance(shape, ListShape):
        if not isinstance(value, list):
            return _must_be(name, "an array")
        pairs = [(item, shape.member, name or "") for item in value]
    elif isinstance(shape, MapShape):
        if not isinstance(value, dict):
            return _must_be(name, "an object")
        pairs = [(item, shape.value, key) for key, item in value.items()]
    else:
        kinds, words = _TYPES.get(shape.type_name, ((object,), ""))
        fits = isinstance(value, kinds) and not (isinstance(value, bool) and bool not in kinds)
        return None if fits or not words else _must_be(name, words)
    found = (_unlike(item, inner, key, strict) for item, inner, key in pairs)
    return next((said for said in found if said), None)


def _must_be(name: str | None, words: str) -> str:
    if name is None:
        return f"Mocked result must be {words.replace('an object', 'a JSON object')}."
    return f"Mock result schema validation error: Field '{name}' must be {words}"
