"""StartSyncExecution: an express machine runs while its caller waits, and its end is the answer.

Sources: API_StartSyncExecution;
https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html (5 minutes at most);
https://aws.amazon.com/step-functions/pricing/ (billed by 100 ms and by 64 MB).
"""

import math
from collections.abc import Mapping
from typing import Any

from sagalab.localcloud.stepfunctions.api.arns import check_name
from sagalab.localcloud.stepfunctions.api.errors import wrong_type
from sagalab.localcloud.stepfunctions.api.executions import check_input, routed, run_express
from sagalab.localcloud.stepfunctions.api.store import Place
from sagalab.localcloud.stepfunctions.api.times import seconds
from sagalab.localcloud.stepfunctions.running.clock import now

LONGEST_SECONDS = 300.0
_BILLED_MS, _BILLED_MB = 100, 64


def start(given: Mapping[str, Any], place: Place) -> dict[str, Any]:
    """StartSyncExecution."""
    machine, version, alias = routed(given["stateMachineArn"], place)
    if machine.type != "EXPRESS":
        raise wrong_type()
    name = given.get("name")
    if name is not None:
        check_name(name)
    text = given.get("input", "{}")
    check_input(text)
    execution = run_express(machine, version, alias, name, text, given.get("traceHeader"), place)
    driven = execution.driven
    timed_out = not driven.wait(LONGEST_SECONDS)
    if timed_out:
        driven.stop()
    status, error = driven.status, driven.error
    if timed_out or status == "TIMED_OUT":
        status, error = "TIMED_OUT", error or "States.Timeout"
    elif status == "ABORTED":
        status = "FAILED"
    stopped = driven.stop_ms or now()
    data = given.get("includedData", "ALL_DATA") == "ALL_DATA"
    told: dict[str, Any] = {
        "executionArn": execution.arn,
        "stateMachineArn": execution.machine_arn,
        "name": execution.name,
        "startDate": seconds(driven.start_ms),
        "stopDate": seconds(stopped),
        "status": status,
        "error": error,
        "cause": driven.cause,
        "input": text if data else None,
        "inputDetails": {"included": data},
        "output": driven.output if data and status == "SUCCEEDED" else None,
        "outputDetails": {"included": data},
        "traceHeader": execution.trace_header,
        "billingDetails": {
            "billedMemoryUsedInMB": _BILLED_MB,
            "billedDurationInMilliseconds": _billed(stopped - driven.start_ms),
        },
    }
    return {key: value for key, value in told.items() if value is not None}


def _billed(milliseconds: int) -> int:
    return max(1, math.ceil(milliseconds / _BILLED_MS)) * _BILLED_MS
