"""A definition as text: refused as AWS refuses it, or read once for all its executions; what the API tells of it."""

import json
from collections.abc import Mapping
from typing import Any

from sagalab.asl.check import check
from sagalab.asl.document import Machine, read
from sagalab.asl.jsonata import JsonataSyntaxError
from sagalab.asl.placeholder import has_placeholder
from sagalab.localcloud.stepfunctions.api import json_faults
from sagalab.localcloud.stepfunctions.api.errors import ApiError
from sagalab.localcloud.stepfunctions.api.machine import program_of

_MOST_DIAGNOSTICS = 100
_MARK = "\u2060"  # a sign without a width


def accept(definition: str, kind: str) -> None:
    """Raise ApiError InvalidDefinition for what AWS would not take as a machine of a type."""
    problem = json_faults.problem(definition)
    if problem is not None:
        raise refused(f"INVALID_JSON_DESCRIPTION: {problem}")
    problems = check(read(_as_aws_reads(definition)), express=kind == "EXPRESS")
    if problems:
        raise refused(", ".join(_as_written(found.words) for found in problems))
    try:
        program_of(definition)
    except JsonataSyntaxError as error:  # a placeholder in it was not filled in: asl/check lets those pass
        raise refused(f"INVALID_JSONATA_EXPRESSION: {error}") from None
    except ValueError as error:
        raise refused(f"SCHEMA_VALIDATION_FAILED: {error}") from None


def _as_aws_reads(definition: str) -> Any:
    """Return the value of a definition in which no placeholder is known: one that was not filled in is a value as
    any other, and where a number stands it is refused."""
    text = definition.replace("${", f"${_MARK}{{")
    if '"Ref"' not in text and '"Fn::' not in text:
        return json.loads(text)
    return json.loads(
        text, object_hook=lambda value: value | {_MARK: None} if has_placeholder(value) else value
    )


def _as_written(words: str) -> str:
    return words.replace(f"${_MARK}{{", "${")


def refused(problem: str) -> ApiError:
    """Return InvalidDefinition with AWS's frame around the words."""
    return ApiError("InvalidDefinition", f"Invalid State Machine Definition: '{problem}'")


def validate(given: Mapping[str, Any]) -> dict[str, Any]:
    """ValidateStateMachineDefinition.

    Only errors: AWS's warnings (NO_DOLLAR and its like) are not among them; the lint tells those in its words.
    """
    told: list[dict[str, str]] = []
    problem = json_faults.problem(given["definition"])
    if problem is not None:
        told.append({"severity": "ERROR", "code": "INVALID_JSON_DESCRIPTION", "message": problem})
    else:
        machine = read(_as_aws_reads(given["definition"]))
        for found in check(machine, express=given.get("type") == "EXPRESS"):
            place = {} if found.location is None else {"location": _as_written(found.location)}
            message = _as_written(found.message)
            told.append({"severity": "ERROR", "code": found.code, "message": message, **place})
    limit = given.get("maxResults") or _MOST_DIAGNOSTICS
    return {"result": "FAIL" if told else "OK", "diagnostics": told[:limit], "truncated": len(told) > limit}


def tree(definition: str) -> Machine:
    """Return the tree of a definition that was accepted."""
    return program_of(definition).machine
