"""Answers of those who hold a task token.

Source: API_SendTaskSuccess, API_SendTaskFailure, API_SendTaskHeartbeat.
"""

import json
from collections.abc import Mapping
from typing import Any

from sagalab.localcloud.stepfunctions.api import json_faults
from sagalab.localcloud.stepfunctions.api.errors import ApiError
from sagalab.localcloud.stepfunctions.api.store import Place


def succeed(given: Mapping[str, Any], place: Place) -> dict[str, Any]:
    """SendTaskSuccess. Raises ApiError InvalidOutput for an output that is no JSON."""
    problem = json_faults.problem(given["output"])
    if problem is not None:
        raise ApiError("InvalidOutput", f"Invalid Output: '{problem}'")
    place.driver.succeed_token(given["taskToken"], json.loads(given["output"]))
    return {}


def fail(given: Mapping[str, Any], place: Place) -> dict[str, Any]:
    """SendTaskFailure."""
    place.driver.fail_token(given["taskToken"], given.get("error"), given.get("cause"))
    return {}


def heartbeat(given: Mapping[str, Any], place: Place) -> dict[str, Any]:
    """SendTaskHeartbeat."""
    place.driver.heartbeat(given["taskToken"])
    return {}
