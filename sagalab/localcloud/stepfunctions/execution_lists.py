"""ListExecutions: pages that hold while executions start and end.

Why: moto 5.2.5 looks for the execution of the token in the filtered list, and says InvalidToken when it has
ended since and so left the filter; executions that timed out have no stop date.
"""

import base64
import binascii
import datetime
import json
from typing import Any

from moto.stepfunctions.parser.api import InvalidToken
from moto.stepfunctions.parser.backend.execution import Execution
from moto.stepfunctions.responses import StepFunctionResponse

_PAGE = 100
_LARGEST_PAGE = 1000


def _list(self: StepFunctionResponse) -> tuple[int, dict[str, str], str]:
    machine = self.stepfunction_backend.describe_state_machine(self._get_param("stateMachineArn"))
    status = self._get_param("statusFilter")
    size = min(self._get_int_param("maxResults") or _PAGE, _LARGEST_PAGE)
    after = _place(self._get_param("nextToken"))
    found = sorted((_key(execution), execution.exec_arn, execution) for execution in list(machine.executions))
    wanted = [
        (key, arn, execution)
        for key, arn, execution in found
        if (after is None or (key, arn) > after) and (not status or execution.status == status)
    ]
    page = wanted[:size]
    answer: dict[str, Any] = {"executions": [_item(execution, machine.arn) for _, _, execution in page]}
    if len(wanted) > size:
        key, arn, _ = page[-1]
        answer["nextToken"] = base64.urlsafe_b64encode(json.dumps([key, arn]).encode()).decode()
    return 200, {"Content-Type": "application/x-amz-json-1.0"}, json.dumps(answer)


def _key(execution: Execution) -> float:
    """Order: the youngest first."""
    return -execution.start_date.timestamp()


def _place(token: str | None) -> tuple[float, str] | None:
    if not token:
        return None
    try:
        key, arn = json.loads(base64.urlsafe_b64decode(token.encode()))
        return float(key), str(arn)
    except (binascii.Error, ValueError, TypeError):
        raise InvalidToken("Invalid Token: 'Invalid token'") from None


def _item(execution: Execution, machine_arn: str) -> dict[str, Any]:
    item = {
        "executionArn": execution.exec_arn,
        "stateMachineArn": machine_arn,
        "name": execution.name,
        "status": execution.status,
        "startDate": execution.start_date.timestamp(),
        "redriveCount": 0,
    }
    stopped: datetime.datetime | None = execution.stop_date
    if stopped is not None:
        item["stopDate"] = stopped.timestamp()
    return item


def install() -> None:
    """Install this file's adaptations into moto."""
    StepFunctionResponse.list_executions = _list
