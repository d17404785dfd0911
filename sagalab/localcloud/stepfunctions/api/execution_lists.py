"""ListExecutions: the executions of a machine, a version, an alias or a Map Run.

Source: API_ListExecutions.
"""

from collections.abc import Mapping
from typing import Any

from sagalab.localcloud.stepfunctions.api.errors import invalid, wrong_type
from sagalab.localcloud.stepfunctions.api.execution import Execution
from sagalab.localcloud.stepfunctions.api.machine import Alias, Version
from sagalab.localcloud.stepfunctions.api.map_runs import children, map_run
from sagalab.localcloud.stepfunctions.api.pages import page
from sagalab.localcloud.stepfunctions.api.store import Place
from sagalab.localcloud.stepfunctions.api.times import seconds


def listed(given: Mapping[str, Any], place: Place) -> dict[str, Any]:
    """ListExecutions, the youngest first."""
    of_map_run = given.get("mapRunArn")
    if (of_map_run is None) == ("stateMachineArn" not in given):
        raise invalid("1 validation error detected: Must provide a StateMachine ARN or MapRun ARN")
    status, redriven = given.get("statusFilter"), given.get("redriveFilter")
    if of_map_run is None:
        if status == "PENDING_REDRIVE":
            raise invalid("PENDING_REDRIVE statusFilter is only supported with a mapRunArn")
        if redriven is not None:
            raise invalid("redriveFilter is only supported with a mapRunArn")
        found = _of_machine(given["stateMachineArn"], place)
    else:
        map_run(of_map_run, place)
        found = children(of_map_run, place)
    wanted = [
        one
        for one in found
        if (status is None or one.status() == status)
        and (redriven is None or (one.driven.redrives > 0) == (redriven == "REDRIVEN"))
    ]
    chosen, more = page(wanted, given, lambda one: (-one.driven.start_ms, one.arn))
    return {"executions": [_item(one) for one in chosen], **more}


def _of_machine(arn: str, place: Place) -> list[Execution]:
    with place.lock:
        machine, part = place.machine_of(arn)
        if machine.type != "STANDARD":
            raise wrong_type()
        runs = place.runs(machine)
    if isinstance(part, Version):
        return [one for one in runs if one.version_arn == arn]
    if isinstance(part, Alias):
        return [one for one in runs if one.alias_arn == arn]
    return runs


def _item(one: Execution) -> dict[str, Any]:
    driven = one.driven
    status = driven.status
    told: dict[str, Any] = {
        "executionArn": one.arn,
        "stateMachineArn": one.machine_arn,
        "name": one.name,
        "status": status,
        "startDate": seconds(driven.start_ms),
        "stopDate": seconds(driven.stop_ms) if status != "RUNNING" else None,
        "mapRunArn": one.map_run,
        "redriveCount": driven.redrives,
        "redriveDate": seconds(driven.redriven_ms),
        **one.of(),
    }
    return {key: value for key, value in told.items() if value is not None}
