"""Executions: started, stopped, described, redriven.

Source: API_StartExecution, API_StopExecution, API_DescribeExecution, API_RedriveExecution.
"""

import json
import uuid
from collections.abc import Mapping
from typing import Any

from sagalab.asl.engine.context import Execution as Names
from sagalab.asl.engine.history import event_limit
from sagalab.localcloud.stepfunctions.api import json_faults, kept, machine_logs, status_events
from sagalab.localcloud.stepfunctions.api.arns import check_name, parse
from sagalab.localcloud.stepfunctions.api.errors import ApiError, deleting, no_machine
from sagalab.localcloud.stepfunctions.api.execution import Execution
from sagalab.localcloud.stepfunctions.api.machine import Alias, Machine, Version, program_of
from sagalab.localcloud.stepfunctions.api.machines import forget_if_over
from sagalab.localcloud.stepfunctions.api.store import Place
from sagalab.localcloud.stepfunctions.api.times import seconds
from sagalab.localcloud.stepfunctions.running.clock import now

_TOKENS_KEPT = 10  # client tokens of the last redrives
_DELETED = "State machine is in DELETING status"
_TOKEN_MS = 15 * 60 * 1000


def start(given: Mapping[str, Any], place: Place) -> dict[str, Any]:
    """StartExecution: of a standard machine, the same name and input of what still runs is the same execution."""
    execution = begin(given, place)
    return {"executionArn": execution.arn, "startDate": seconds(execution.driven.start_ms)}


def begin(given: Mapping[str, Any], place: Place) -> Execution:
    """Start an execution, or return the one that a repeated request means. Raises ApiError."""
    machine, version, alias = routed(given["stateMachineArn"], place)
    name = given.get("name")
    if name is not None:
        check_name(name)
    text = given.get("input", "{}")
    check_input(text)
    if machine.type == "EXPRESS":
        return run_express(machine, version, alias, name, text, given.get("traceHeader"), place)
    name = name or str(uuid.uuid4())
    with place.lock:
        arn = place.arn("execution", f"{machine.name}:{name}")
        known = place.executions.get(arn)
        if known is not None:
            if known.status() == "RUNNING" and _same_json(known.input, text):
                return known
            raise ApiError("ExecutionAlreadyExists", f"Execution Already Exists: '{arn}'")
        execution = made(arn, name, "execution", machine, version, alias, text)
        execution.trace_header = given.get("traceHeader")
        _run(execution, place)
        place.executions[arn] = machine.executions[arn] = execution
    status_events.started(execution)
    return execution


def routed(arn: str, place: Place) -> tuple[Machine, Version | None, Alias | None]:
    """Return the machine that a start means, the version that runs, and the alias that chose it."""
    with place.lock:
        machine, part = place.machine_of(arn)
        if machine.deleting:
            raise deleting(machine.arn)
        if not isinstance(part, Alias):
            return machine, part, None
        chosen = parse(part.draw(), "stateMachine")
        version = machine.versions.get(int(chosen.qualifier or 0))
        if version is None:
            raise no_machine(arn)
        return machine, version, part


def check_input(text: str) -> None:
    """Raise ApiError InvalidExecutionInput for an input that is no JSON."""
    problem = json_faults.problem(text)
    if problem is not None:
        raise ApiError("InvalidExecutionInput", f"Invalid State Machine Execution Input: '{problem}'")


def _same_json(one: str, other: str) -> bool:
    return one == other or bool(json.loads(one) == json.loads(other))


def made(
    arn: str, name: str, kind: str, machine: Machine, version: Version | None, alias: Alias | None, text: str
) -> Execution:
    """Return a new execution of a machine as it is now, or of its version; it does not run yet."""
    return Execution(
        arn=arn,
        name=name,
        kind=kind,
        machine=machine,
        revision=version.revision if version else machine.revision,
        input=text,
        machine_arn=machine.arn,
        version_arn=version.arn if version else None,
        alias_arn=alias.arn if alias else None,
    )


def run_express(
    machine: Machine,
    version: Version | None,
    alias: Alias | None,
    name: str | None,
    text: str,
    trace_header: str | None,
    place: Place,
) -> Execution:
    """Start an express execution: its name may be used again, and nobody finds it afterwards."""
    name = name or str(uuid.uuid4())
    arn = place.arn("express", f"{machine.name}:{name}:{uuid.uuid4()}")
    execution = made(arn, name, "express", machine, version, alias, text)
    execution.trace_header = trace_header
    _run(execution, place)
    return execution


def _run(execution: Execution, place: Place) -> None:
    machine, revision = execution.machine, execution.revision
    names = Names(
        arn=execution.arn,
        name=execution.name,
        machine_arn=machine.arn,
        machine_name=machine.name,
        role_arn=revision.role_arn,
        region=place.region,
        kind=machine.type,
        seed=f"{execution.arn}:{uuid.uuid4()}",
        event_limit=event_limit(machine.type),
        started_event=_started_event(execution),
    )

    def ended(driven: Any) -> None:
        execution.driven = driven
        machine_logs.write(execution)
        if execution.kind == "execution":
            status_events.ended(execution)
            kept.ended(execution, place)
            forget_if_over(place, machine)

    execution.driven = place.driver.start(
        program_of(revision.definition),
        execution.input,
        names,
        role_arn=revision.role_arn,
        on_end=ended,
    )


def _started_event(execution: Execution) -> dict[str, Any] | None:
    """Return what ExecutionStarted says of the version and alias (API_ExecutionStartedEventDetails)."""
    return execution.of() or None


def stop(given: Mapping[str, Any], place: Place) -> dict[str, Any]:
    """StopExecution; what has ended already stays as it is."""
    execution = place.execution(given["executionArn"], "execution")
    execution.driven.stop(given.get("error"), given.get("cause"))
    return {"stopDate": seconds(execution.driven.stop_ms or now())}


def describe(given: Mapping[str, Any], place: Place) -> dict[str, Any]:
    """DescribeExecution."""
    arn = given["executionArn"]
    execution = place.execution(arn, "execution", "express")
    driven = execution.driven
    status = driven.status
    told: dict[str, Any] = {
        "executionArn": arn,
        "stateMachineArn": execution.machine_arn,
        "name": execution.name,
        "status": status,
        "startDate": seconds(driven.start_ms),
        "stopDate": seconds(driven.stop_ms) if status != "RUNNING" else None,
        "input": execution.input,
        "inputDetails": {"included": True},
        "output": driven.output,
        "outputDetails": {"included": True} if driven.output is not None else None,
        "error": driven.error,
        "cause": driven.cause,
        "traceHeader": execution.trace_header,
        "mapRunArn": execution.map_run,
        "redriveCount": driven.redrives,
        "redriveDate": seconds(driven.redriven_ms),
        **_redrivable(execution),
        **execution.of(),
    }
    return {key: value for key, value in told.items() if value is not None}


def _redrivable(execution: Execution) -> dict[str, str]:
    if execution.map_run is not None and execution.status() not in ("RUNNING", "SUCCEEDED"):
        return {"redriveStatus": "REDRIVABLE_BY_MAP_RUN"}
    reason = _refusal(execution)
    if reason is None:
        return {"redriveStatus": "REDRIVABLE"}
    return {"redriveStatus": "NOT_REDRIVABLE", "redriveStatusReason": reason}


def _refusal(execution: Execution) -> str | None:
    return _DELETED if execution.machine.deleting else execution.driven.refusal()


def redrive(given: Mapping[str, Any], place: Place) -> dict[str, Any]:
    """RedriveExecution; a client token that was used is answered as then, for 15 minutes."""
    execution = place.execution(given["executionArn"], "execution")
    token = given.get("clientToken")
    with place.lock:
        for used, date in execution.redriven_by:
            if used == token and now() - date < _TOKEN_MS:
                return {"redriveDate": seconds(date)}
        reason = _refusal(execution)
        if execution.map_run is not None:
            reason = "Execution can only be redriven by redriving its Map Run"
        if reason is not None:
            raise ApiError("ExecutionNotRedrivable", f"Execution Not Redrivable: '{reason}'")
        kept.again(execution, place)
        execution.driven.redrive()
        date = execution.driven.redriven_ms or now()
        if token is not None:
            execution.redriven_by = [*execution.redriven_by, (token, date)][-_TOKENS_KEPT:]
    status_events.started(execution)
    return {"redriveDate": seconds(date)}
