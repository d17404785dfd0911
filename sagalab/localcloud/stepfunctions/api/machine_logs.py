"""The CloudWatch Logs of a state machine: one JSON line an event, as its loggingConfiguration says.

The lines of an execution are delivered when it ends (AWS delivers with a delay, too).
Source of the format and levels: https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html
"""

import datetime
import hashlib
from typing import Any

from sagalab.asl.engine.history import json_text
from sagalab.localcloud.stepfunctions.api import log_groups
from sagalab.localcloud.stepfunctions.api.configurations import log_group
from sagalab.localcloud.stepfunctions.api.execution import Execution

FATAL = frozenset({"ExecutionAborted", "ExecutionFailed", "ExecutionTimedOut"})
# ERROR adds what the table of levels has for it
ERROR = FATAL | frozenset(
    "ActivityFailed ActivityScheduleFailed ActivityTimedOut FailStateEntered LambdaFunctionFailed "
    "LambdaFunctionScheduleFailed LambdaFunctionStartFailed LambdaFunctionTimedOut MapIterationAborted "
    "MapIterationFailed MapRunAborted MapRunFailed MapStateAborted MapStateFailed ParallelStateAborted "
    "ParallelStateFailed TaskFailed TaskStartFailed TaskStateAborted TaskSubmitFailed TaskTimedOut "
    "WaitStateAborted".split()
)
_DATA = ("input", "inputDetails", "output", "outputDetails", "parameters", "assignedVariables")


def write(execution: Execution) -> None:
    """Write the log of an execution that ended; nothing where its machine does not log."""
    given = execution.revision.logging
    group = log_group(given["destinations"][0]) if given.get("destinations") else None
    if given["level"] == "OFF" or group is None:
        return
    events = execution.driven.events()
    lines = [
        {"timestamp": event["timestamp"], "message": json_text(_line(execution, event, given))}
        for event in events[execution.logged :]
        if _taken(event["type"], given["level"])
    ]
    execution.logged = len(events)  # a redrive goes on from here
    if lines:
        log_groups.write(group, _stream(execution), lines)


def _taken(event_type: str, level: str) -> bool:
    return level == "ALL" or event_type in (ERROR if level == "ERROR" else FATAL)


def _line(execution: Execution, event: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    details = next((value for key, value in event.items() if key.endswith("EventDetails")), None)
    if details is not None and not given["includeExecutionData"]:
        details = {key: value for key, value in details.items() if key not in _DATA}
    return {
        "id": str(event["id"]),
        "type": event["type"],
        **({} if details is None else {"details": details}),
        "previous_event_id": str(event["previousEventId"]),
        "event_timestamp": str(event["timestamp"]),
        "execution_arn": execution.arn,
        "redrive_count": str(execution.driven.redrives),
    }


def _stream(execution: Execution) -> str:
    minute = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d-%H-%M")
    suffix = hashlib.sha256(execution.machine.arn.encode()).hexdigest()[:8]
    return f"states/{execution.machine.name}/{minute}/{suffix}"
