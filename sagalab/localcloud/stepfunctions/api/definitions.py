"""A definition as text: refused as AWS refuses it, or read once for all its executions; what the API tells of it."""

import json
from collections.abc import Mapping
from typing import Any

from sagalab.asl.check import check
from sagalab.asl.document import Machine, read
from sagalab.asl.jsonata import JsonataSyntaxError
from sagalab.localcloud.stepfunctions.api import json_faults
from sagalab.localcloud.stepfunctions.api.errors import ApiError
from sagalab.localcloud.stepfunctions.api.machine import program_of

_MOST_DIAGNOSTICS = 100


def accept(definition: str, kind: str) -> None:
    """Raise ApiError InvalidDefinition for what AWS would not take as a machine of a type."""
    problem = json_faults.problem(definition)
    if problem is not None:
        raise refused(f"INVALID_JSON_DESCRIPTION: {problem}")
    problems = check(read(json.loads(definition)), express=kind == "EXPRESS")
    if problems:
        raise refused(", ".join(found.words for found in problems))
    try:
        program_of(definition)
    except JsonataSyntaxError as error:  # a placeholder in it was not filled in: asl/check lets those pass
        raise refused(f"INVALID_JSONATA_EXPRESSION: {error}") from None
    except ValueError as error:
        raise refused(f"SCHEMA_VALIDATION_FAILED: {error}") from None


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
        machine = read(json.loads(given["definition"]))
        for found in check(machine, express=given.get("type") == "EXPRESS"):
            place = {} if found.location is None else {"location": found.location}
            told.append({"severity": "ERROR", "code": found.code, "message": found.message, **place})
    limit = given.get("maxResults") or _MOST_DIAGNOSTICS
    return {"result": "FAIL" if told else "OK", "diagnostics": told[:limit], "truncated": len(told) > limit}


def tree(definition: str) -> Machine:
    """Return the tree of a definition that was accepted."""
    return program_of(definition).machine
