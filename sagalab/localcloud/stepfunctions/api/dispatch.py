"""The API as a whole: a request's operation is found, its parameters are checked, and it is answered.

In process: `api.handle("StartExecution", {…}, "us-east-1")`. Over HTTP: `api.answer(target, body, region)`.
"""

import json
import threading
import traceback
import uuid
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from sagalab.localcloud.stepfunctions.api import (
    activities,
    aliases,
    definitions,
    execution_lists,
    executions,
    histories,
    machines,
    map_runs,
    single_states,
    sync_executions,
    tags,
    tokens,
    versions,
)
from sagalab.localcloud.stepfunctions.api.checks import checked
from sagalab.localcloud.stepfunctions.api.errors import ApiError, no_machine
from sagalab.localcloud.stepfunctions.api.store import Place
from sagalab.localcloud.stepfunctions.running.driver import Driver

if TYPE_CHECKING:
    from sagalab.localcloud.stepfunctions.running.driven import Driven

Operation = Callable[[Mapping[str, Any], Place], dict[str, Any]]
Answer = tuple[int, dict[str, str], bytes]  # status, headers, body

OPERATIONS: dict[str, Operation] = {
    "CreateActivity": activities.create,
    "CreateStateMachine": machines.create,
    "CreateStateMachineAlias": aliases.create,
    "DeleteActivity": activities.delete,
    "DeleteStateMachine": machines.delete,
    "DeleteStateMachineAlias": aliases.delete,
    "DeleteStateMachineVersion": versions.delete,
    "DescribeActivity": activities.describe,
    "DescribeExecution": executions.describe,
    "DescribeMapRun": map_runs.describe,
    "DescribeStateMachine": machines.describe,
    "DescribeStateMachineAlias": aliases.describe,
    "DescribeStateMachineForExecution": machines.describe_for_execution,
    "GetActivityTask": activities.get_task,
    "GetExecutionHistory": histories.get,
    "ListActivities": activities.listed,
    "ListExecutions": execution_lists.listed,
    "ListMapRuns": map_runs.listed,
    "ListStateMachineAliases": aliases.listed,
    "ListStateMachineVersions": versions.listed,
    "ListStateMachines": machines.listed,
    "ListTagsForResource": tags.listed,
    "PublishStateMachineVersion": versions.publish,
    "RedriveExecution": executions.redrive,
    "SendTaskFailure": tokens.fail,
    "SendTaskHeartbeat": tokens.heartbeat,
    "SendTaskSuccess": tokens.succeed,
    "StartExecution": executions.start,
    "StartSyncExecution": sync_executions.start,
    "StopExecution": executions.stop,
    "TagResource": tags.tag,
    "TestState": single_states.test,
    "UntagResource": tags.untag,
    "UpdateMapRun": map_runs.update,
    "UpdateStateMachine": machines.update,
    "UpdateStateMachineAlias": aliases.update,
    "ValidateStateMachineDefinition": lambda given, place: definitions.validate(given),
}
_TYPE = "application/x-amz-json-1.0"


class Api:
    """Step Functions of one account in all regions. It is what the driver asks, too (driver.Machines)."""

    def __init__(self, account: str) -> None:
        self.account = account
        self.driver = Driver(self)
        self._places: dict[str, Place] = {}
        self._making = threading.Lock()

    def place(self, region: str) -> Place:
        """Return what is kept of a region."""
        with self._making:
            if region not in self._places:
                self._places[region] = Place(self.account, region, self.driver)
            return self._places[region]

    def handle(self, operation: str, parameters: Any, region: str) -> dict[str, Any]:
        """Return the answer to a request. Raises ApiError."""
        given = checked(operation, parameters)
        try:
            return OPERATIONS[operation](given, self.place(region))
        except ApiError:
            raise
        except Exception as error:
            code = getattr(error, "code", None)
            if not isinstance(code, str):
                raise
            raise ApiError(code, str(error)) from None  # the driver's refusal of a token

    def answer(self, target: str, body: bytes, region: str) -> Answer:
        """Return the answer to an HTTP request; `target` is its X-Amz-Target."""
        headers = {"x-amzn-RequestId": str(uuid.uuid4()), "Content-Type": _TYPE}
        try:
            try:
                given = json.loads(body or b"{}")
            except (ValueError, RecursionError):
                raise ApiError("SerializationException", "The request is no JSON.") from None
            told = self.handle(target.rpartition(".")[2], given, region)
        except ApiError as error:
            report = {"__type": error.type, "message": error.message}
            return 400, headers | {"x-amzn-ErrorType": error.code}, json.dumps(report).encode()
        except Exception as error:  # a fault of ours: tell the caller what, and the log where
            traceback.print_exc()
            report = {"__type": "InternalFailure", "message": f"{type(error).__name__}: {error}"}
            return 500, headers, json.dumps(report).encode()
        return 200, headers, json.dumps(told, ensure_ascii=False).encode("utf-8", "replace")

    # what the driver asks (driver.Machines)

    def start_machine(self, arn: str, name: str | None, text: str, parent: "Driven") -> "Driven":
        """Start the execution that a task asks for. Raises ApiError."""
        region = arn.split(":")[3] if arn.count(":") > 5 else parent.execution.region
        given = {"stateMachineArn": arn, "input": text} | ({} if name is None else {"name": name})
        if region not in self._places:
            raise no_machine(arn)
        return executions.begin(checked("StartExecution", given), self.place(region)).driven

    def has_activity(self, arn: str) -> bool:
        """Tell whether an activity is there."""
        return any(arn in place.activities for place in list(self._places.values()))

    def child_started(self, child: "Driven") -> None:
        """Keep an execution that a Map Run started."""
        map_runs.child_started(child, self.place(child.execution.region))
