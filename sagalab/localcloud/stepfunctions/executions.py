"""Executions: start, stop, describe and page the history as AWS does.

Why, in moto 5.2.5: an execution started without a name is called "None"; each start copies the state
machine deeply, and keeps the copy; StopExecution drops error and cause; DescribeExecution has no stop date of an execution that
timed out; GetExecutionHistory ignores maxResults, nextToken, reverseOrder and includeExecutionData, and is
slow.
"""

import copy
import datetime
import json
import time
import uuid
from typing import Any

from moto.stepfunctions.parser.api import ExecutionStatus, InvalidExecutionInput, InvalidToken
from moto.stepfunctions.parser.asl.eval.event.event_manager import EventManager
from moto.stepfunctions.parser.backend.execution import BaseExecutionWorkerCommunication, Execution
from moto.stepfunctions.parser.backend.state_machine import StateMachineInstance
from moto.stepfunctions.parser.models import StepFunctionsParserBackend
from moto.stepfunctions.responses import StepFunctionResponse

from sagalab.localcloud.stepfunctions import machine_logs

_LARGEST_PAGE = 1000
_STOP_SECONDS = 2.0
_DATA_FIELDS = ("input", "inputDetails", "output", "outputDetails")
_installed = False


def _start(
    self: StepFunctionsParserBackend,
    state_machine_arn: str,
    name: str | None = None,
    execution_input: str | None = None,
    trace_header: str | None = None,
) -> Execution:
    if name:
        self._validate_name(name)
    else:
        name = str(uuid.uuid4())
    machine = self.describe_state_machine(state_machine_arn)
    execution_input = "{}" if execution_input is None else execution_input
    arn = f"arn:{self.partition}:states:{self.region_name}:{self.account_id}:execution:{machine.name}:{name}"
    known = self.__dict__.setdefault("executions_by_arn", {})
    if arn in known:  # perhaps of a machine that was deleted; moto looks through all executions
        existing = machine._handle_name_input_idempotency(name, execution_input)
        if existing is not None:
            return existing
    try:
        json.loads(execution_input)
    except ValueError as error:
        raise InvalidExecutionInput(f"Invalid State Machine Execution Input: '{error}'") from None
    snapshot = _snapshot(machine)
    execution = Execution(
        name=name,
        sm_type=snapshot.sm_type,
        role_arn=snapshot.roleArn,
        exec_arn=arn,
        account_id=self.account_id,
        region_name=self.region_name,
        state_machine=snapshot,
        start_date=datetime.datetime.now(tz=datetime.UTC),
        cloud_watch_logging_session=machine_logs.session_for(snapshot, arn),
        input_data=execution_input,
        trace_header=trace_header,
        activity_store=self.activities,
    )
    machine.executions.append(execution)
    known[arn] = execution
    execution.start()
    return execution


def _snapshot(machine: StateMachineInstance) -> StateMachineInstance:
    """Return the machine as it is now, for an execution that no later update may touch.

    Executions share it until the machine is another.
    """
    now = {name: value for name, value in vars(machine).items() if name not in ("executions", "snapshot")}
    kept = machine.__dict__.get("snapshot")
    if kept is None or now != {name: value for name, value in vars(kept).items() if name != "executions"}:
        kept = copy.copy(machine)
        kept.__dict__.pop("snapshot", None)
        kept.executions = []
        machine.snapshot = kept
    return kept


def _execution(self: StepFunctionResponse) -> Execution:
    """Return the execution that the request names; moto looks through all of them."""
    arn = self._get_param("executionArn")
    backend = self.stepfunction_backend
    return backend.__dict__.get("executions_by_arn", {}).get(arn) or backend.describe_execution(arn)


def answer(fields: dict[str, Any]) -> tuple[int, dict[str, str], str]:
    """Answer in the API's JSON: moto's serializer takes up to 10 ms for fields that are named already."""
    return (
        200,
        {"Content-Type": "application/x-amz-json-1.0"},
        json.dumps(fields, default=datetime.datetime.timestamp),
    )


def _respond_to_start(self: StepFunctionResponse) -> tuple[int, dict[str, str], str]:
    execution = self.stepfunction_backend.start_execution(
        self._get_param("stateMachineArn"),
        self._get_param("name"),
        self._get_param("input", if_none="{}"),
        self._get_param("traceHeader"),
    )
    return answer({"executionArn": execution.execution_arn, "startDate": execution.start_date})


def _stop(self: StepFunctionResponse) -> tuple[int, dict[str, str], str]:
    execution = _execution(self)
    if execution.exec_status == ExecutionStatus.RUNNING:
        _end(execution, self._get_param("error"), self._get_param("cause"))
    return answer({"stopDate": execution.stop_date or datetime.datetime.now(tz=datetime.UTC)})


def _end(execution: Execution, error: str | None, cause: str | None) -> None:
    """Stop an execution and wait for its last event: the interpreter's thread writes it."""
    execution.error, execution.cause = error, cause
    deadline = time.monotonic() + _STOP_SECONDS
    stopped = False
    while execution.exec_status == ExecutionStatus.RUNNING and time.monotonic() < deadline:
        env = execution.exec_worker.env
        if not stopped and env is not None and env.is_running():
            execution.stop(stop_date=datetime.datetime.now(tz=datetime.UTC), error=error, cause=cause)
            stopped = True
        time.sleep(0.002)


def _forget_late_stop(self: BaseExecutionWorkerCommunication) -> None:
    """An execution that ended by itself while it was being stopped keeps its own end."""
    execution = self.execution
    if execution.exec_worker.env.program_state().__class__.__name__ != "ProgramStopped":
        execution.error = execution.cause = None
    _reflect(self)


def _describe(self: StepFunctionResponse) -> tuple[int, dict[str, str], str]:
    execution = _execution(self)
    response = {
        "executionArn": execution.execution_arn,
        "stateMachineArn": execution.state_machine_arn,
        "name": execution.name,
        "status": execution.status,
        "startDate": execution.start_date,
        "input": execution.execution_input,
        "inputDetails": {"included": True},
        "redriveCount": 0,
        **_redrive(execution.status),
    }
    if execution.trace_header:
        response["traceHeader"] = execution.trace_header
    if execution.status == "RUNNING":
        return answer(response)
    response["stopDate"] = execution.stop_date
    if execution.status == "SUCCEEDED":
        response["output"] = json.dumps(execution.output, separators=(",", ":"), ensure_ascii=False)
        response["outputDetails"] = {"included": True}
    for field in ("error", "cause"):
        if getattr(execution, field) is not None:
            response[field] = getattr(execution, field)
    return answer(response)


def _redrive(status: str) -> dict[str, str]:
    """Say whether AWS would redrive it (a redrive itself is not offered here)."""
    if status in ("RUNNING", "SUCCEEDED"):
        return {
            "redriveStatus": "NOT_REDRIVABLE",
            "redriveStatusReason": f"Execution is {status} and cannot be redriven",
        }
    return {"redriveStatus": "REDRIVABLE"}


def _history(self: StepFunctionResponse) -> tuple[int, dict[str, str], str]:
    execution = _execution(self)
    env = execution.exec_worker.env
    events = list(env.event_manager._history_event_list) if env is not None else []
    if self._get_bool_param("reverseOrder"):
        events.reverse()
    start = _offset(self._get_param("nextToken"))
    end = start + (self._get_int_param("maxResults") or _LARGEST_PAGE)
    page = [_with_time(event) for event in events[start:end]]
    if self._get_param("includeExecutionData") is False:
        page = [_without_data(event) for event in page]
    response: dict[str, Any] = {"events": page}
    if end < len(events):
        response["nextToken"] = f"events-{end}"
    return answer(response)


def _with_time(event: dict[str, Any]) -> dict[str, Any]:
    moment = datetime.datetime.fromisoformat(event["timestamp"].replace("Z", "+00:00"))
    return {**event, "timestamp": moment.timestamp()}


def _offset(token: str | None) -> int:
    if not token:
        return 0
    prefix, _, number = token.partition("-")
    if prefix != "events" or not number.isdigit():
        raise InvalidToken("Invalid Token: 'Invalid token'")
    return int(number)


def _without_data(event: dict[str, Any]) -> dict[str, Any]:
    return {
        key: {name: item for name, item in value.items() if name not in _DATA_FIELDS}
        if isinstance(value, dict)
        else value
        for key, value in event.items()
    }


def _events(self: EventManager) -> list[dict[str, Any]]:
    """Events never change once written: a copy of the list is enough."""
    return list(self._history_event_list)


_reflect = BaseExecutionWorkerCommunication._reflect_execution_status


def install() -> None:
    """Install this file's adaptations into moto."""
    global _installed
    if _installed:
        return
    _installed = True
    StepFunctionsParserBackend.start_execution = _start
    BaseExecutionWorkerCommunication._reflect_execution_status = _forget_late_stop
    EventManager.get_event_history = _events
    StepFunctionResponse.start_execution = _respond_to_start
    StepFunctionResponse.stop_execution = _stop
    StepFunctionResponse.describe_execution = _describe
    StepFunctionResponse.get_execution_history = _history
