"""StartSyncExecution: an express machine runs while its caller waits, and its end is the answer.

Why: moto 5.2.5's server has no StartSyncExecution, and runs each machine as a standard one.
Sources: https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartSyncExecution.html (the answer,
the errors); https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html (5 minutes at most);
https://aws.amazon.com/step-functions/pricing/ (billed by 100 ms and by 64 MB).

The execution is nobody's but its caller's: as on AWS it is in no list and has no history to read. Its machine may
log (`loggingConfiguration`). moto's adapted interpreter runs it, as it runs all executions here.
"""

import copy
import datetime
import json
import math
import threading
import time
import uuid
from typing import Any

from moto.stepfunctions.models import StateMachineInstance
from moto.stepfunctions.parser.api import (
    InvalidExecutionInput,
    StateMachineTypeNotSupported,
    ValidationException,
)
from moto.stepfunctions.parser.backend.execution import BaseExecutionWorkerCommunication, Execution
from moto.stepfunctions.parser.models import StepFunctionsParserBackend
from moto.stepfunctions.responses import StepFunctionResponse

from sagalab.localcloud.stepfunctions import executions, machine_logs

LONGEST_SECONDS = 300.0
_STOP_SECONDS = 5.0
_BILLED_MS, _BILLED_MB = 100, 64
_INCLUDED = ("ALL_DATA", "METADATA_ONLY")


class _ToldAtItsEnd(BaseExecutionWorkerCommunication):
    """Tells the caller that waits. What it ran on is let go with the execution itself."""

    def __init__(self, execution: "SyncExecution"):
        super().__init__(execution)
        self._ended = execution.ended

    def terminated(self) -> None:
        """Note how the execution ended, and say so."""
        try:
            self._reflect_execution_status()
        finally:
            self._ended.set()


class SyncExecution(Execution):
    """An execution whose caller waits for `ended`."""

    def __init__(self, **given: Any):
        super().__init__(**given)
        self.ended = threading.Event()

    def _get_start_execution_worker_comm(self) -> BaseExecutionWorkerCommunication:
        return _ToldAtItsEnd(self)

    def run(self, longest: float) -> None:
        """Run to its end; after `longest` seconds it is stopped, and has timed out."""
        self.start()
        if self.ended.wait(longest):
            return
        self.stop(datetime.datetime.now(tz=datetime.UTC), None, None)
        self.ended.wait(_STOP_SECONDS)
        self.timed_out = True

    timed_out = False


def start(
    backend: StepFunctionsParserBackend,
    machine_arn: str,
    name: str | None,
    given: str,
    trace_header: str | None,
) -> SyncExecution:
    """Run an express machine and return its execution when it has ended.

    Raises moto's StateMachineDoesNotExist, StateMachineTypeNotSupported (a standard machine), InvalidName and
    InvalidExecutionInput. A name may be used again.
    """
    if name:
        backend._validate_name(name)
    machine = backend.describe_state_machine(machine_arn)
    if machine.type != "EXPRESS":
        raise StateMachineTypeNotSupported("This operation is not supported by this type of state machine")
    try:
        json.loads(given)
    except ValueError as error:
        raise InvalidExecutionInput(f"Invalid State Machine Execution Input: '{error}'") from None
    return run(backend, _as_express(machine), name or str(uuid.uuid4()), given, trace_header)


def run(
    backend: StepFunctionsParserBackend,
    machine: StateMachineInstance,
    name: str,
    given: str,
    trace_header: str | None = None,
) -> SyncExecution:
    """Run an express machine, kept by the backend or not, and return its execution when it has ended."""
    arn = (
        f"arn:{backend.partition}:states:{backend.region_name}:{backend.account_id}"
        f":express:{machine.name}:{name}:{uuid.uuid4()}"
    )
    execution = SyncExecution(
        name=name,
        sm_type=machine.sm_type,
        role_arn=machine.roleArn,
        exec_arn=arn,
        account_id=backend.account_id,
        region_name=backend.region_name,
        state_machine=machine,
        start_date=datetime.datetime.now(tz=datetime.UTC),
        cloud_watch_logging_session=machine_logs.session_for(machine, arn),
        input_data=given,
        trace_header=trace_header,
        activity_store={},
    )
    execution.run(LONGEST_SECONDS)
    return execution


def _as_express(machine: StateMachineInstance) -> StateMachineInstance:
    """Return the machine as it is now, with its type where moto's interpreter looks for it."""
    express = copy.copy(machine)
    express.executions, express.sm_type = [], "EXPRESS"
    return express


def told(execution: SyncExecution, included: str, milliseconds: float) -> dict[str, Any]:
    """Return the answer: `milliseconds` is how long it took, `included` ALL_DATA or METADATA_ONLY."""
    status = "FAILED" if execution.status == "ABORTED" else execution.status
    error, cause = execution.error, execution.cause
    if execution.timed_out or status == "TIMED_OUT":
        status, error = "TIMED_OUT", error or "States.Timeout"
    data = included == "ALL_DATA"
    answer = {
        "executionArn": execution.execution_arn,
        "stateMachineArn": execution.state_machine_arn,
        "name": execution.name,
        "startDate": execution.start_date,
        "stopDate": execution.stop_date or datetime.datetime.now(tz=datetime.UTC),
        "status": status,
        "error": error,
        "cause": cause,
        "input": execution.execution_input if data else None,
        "inputDetails": {"included": data},
        "traceHeader": execution.trace_header,
        "billingDetails": {
            "billedMemoryUsedInMB": _BILLED_MB,
            "billedDurationInMilliseconds": max(1, math.ceil(milliseconds / _BILLED_MS)) * _BILLED_MS,
        },
    }
    if status == "SUCCEEDED":
        answer["outputDetails"] = {"included": data}
        if data:
            answer["output"] = json.dumps(execution.output, separators=(",", ":"), ensure_ascii=False)
    return {key: value for key, value in answer.items() if value is not None}


def _respond(self: StepFunctionResponse) -> tuple[int, dict[str, str], str]:
    included = self._get_param("includedData", if_none="ALL_DATA")
    if included not in _INCLUDED:
        raise ValidationException(
            f"1 validation error detected: Value '{included}' at 'includedData' failed to satisfy constraint: "
            "Member must satisfy enum value set: [ALL_DATA, METADATA_ONLY]"
        )
    began = time.monotonic()
    execution = start(
        self.stepfunction_backend,
        self._get_param("stateMachineArn"),
        self._get_param("name"),
        self._get_param("input", if_none="{}"),
        self._get_param("traceHeader"),
    )
    return executions.answer(told(execution, included, (time.monotonic() - began) * 1000))


def install() -> None:
    """Install StartSyncExecution into moto's Step Functions."""
    StepFunctionResponse.start_sync_execution = _respond
