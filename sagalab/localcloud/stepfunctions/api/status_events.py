"""EventBridge's "Step Functions Execution Status Change": one event a start and an end of a standard execution.

Source: https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html. moto delivers them, to the
rules that want them; where nobody has made a rule nothing is sent.
"""

import json
import traceback
from typing import Any

from moto.events.models import events_backends

from sagalab.localcloud.stepfunctions.api.execution import Execution

_SOURCE, _TYPE = "aws.states", "Step Functions Execution Status Change"


def started(execution: Execution) -> None:
    """Tell that an execution runs."""
    _send(execution, "RUNNING")


def ended(execution: Execution) -> None:
    """Tell how an execution ended."""
    _send(execution, execution.status())


def _send(execution: Execution, status: str) -> None:
    _, _, _, region, account, *_ = execution.arn.split(":")
    backend = events_backends[account][region]
    bus = backend.event_buses.get("default")
    if bus is None or not bus.rules:
        return
    entry = {
        "Source": _SOURCE,
        "DetailType": _TYPE,
        "Resources": [execution.arn],
        "Detail": json.dumps(_detail(execution, status), separators=(",", ":"), ensure_ascii=False),
    }
    try:
        backend.put_events([entry])
    except Exception:  # a target of a rule that failed is no fault of the execution
        traceback.print_exc()


def _detail(execution: Execution, status: str) -> dict[str, Any]:
    driven = execution.driven
    over = status != "RUNNING"
    output = driven.output if over else None
    refusal = driven.refusal() if over else "Execution is RUNNING and cannot be redriven"
    return {
        "executionArn": execution.arn,
        "stateMachineArn": execution.machine_arn,
        "name": execution.name,
        "status": status,
        "startDate": driven.start_ms,
        "stopDate": driven.stop_ms if over else None,
        "input": execution.input,
        "output": output,
        "inputDetails": {"included": True},
        "outputDetails": None if output is None else {"included": True},
        "error": driven.error if over else None,
        "cause": driven.cause if over else None,
        "stateMachineVersionArn": execution.version_arn,
        "stateMachineAliasArn": execution.alias_arn,
        "redriveCount": driven.redrives,
        "redriveDate": driven.redriven_ms,
        "redriveStatus": "REDRIVABLE" if refusal is None else "NOT_REDRIVABLE",
        "redriveStatusReason": refusal,
    }
