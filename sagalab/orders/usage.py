"""What AWS counts of sagas: transitions, requests, GB-seconds, units, log bytes. Estimated, or of runs."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import timedelta
from typing import TYPE_CHECKING

from sagalab.deploying.deployment import Deployment
from sagalab.deploying.names import DURABLE, TASKS
from sagalab.deploying.part_function import MEMORY_MB
from sagalab.deploying.parts import Parts
from sagalab.orders.scenarios import SCENARIOS
from sagalab.threads import together

if TYPE_CHECKING:
    from sagalab.history.durable import DurableExecution
    from sagalab.history.execution import Execution

_SECONDS_A_CALL = 0.3  # billed time of a call on AWS, cold starts among them: assumed, not measured
_LOG_BYTES_A_STATE = 4_000  # its events with data, its function's lines: 3,200 locally, rounded up
_GB = 1e9
_GB_OF_A_FUNCTION = MEMORY_MB / 1024
# DynamoDB units of one call for an order of two items: (writes, reads). An item in a transaction counts
# twice, a row of payments or inventory once more for its index. Source: "DynamoDB read and write operations".
_UNITS = {
    "ProcessOrder": (2, 0),
    "ProcessPayment": (6, 0),
    "ReserveInventory": (10, 0),
    "ReleaseInventory": (8, 1),
    "ProcessRefund": (4, 1),
    "UpdateOrderStatus": (2, 0),
}
_TASK_NAMES = {task.task for task in TASKS}
_TASK_OF_FUNCTION = {task.suffix: task.task for task in TASKS}


@dataclass(frozen=True)
class Usage:
    """Amounts of what AWS charges for; the names are the keys of prices.PRICES."""

    transitions: float = 0
    operations: float = 0
    invocations: float = 0
    gb_seconds: float = 0
    writes: float = 0
    reads: float = 0
    publishes: float = 0
    queue_requests: float = 0
    log_gb: float = 0
    traces: float = 0

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(*(getattr(self, each.name) + getattr(other, each.name) for each in fields(self)))

    def times(self, factor: float) -> "Usage":
        """Return so many times as much."""
        return Usage(*(getattr(self, each.name) * factor for each in fields(self)))


def estimate(sagas: int) -> Usage:
    """Return what so many sagas use, each as the seven scenarios do on average."""
    total = sum((_of_path(each.path) for each in SCENARIOS), Usage())
    return total.times(sagas / len(SCENARIOS))


def _of_path(path: Iterable[str]) -> Usage:
    states = list(path)
    tasks = [state for state in states if state in _TASK_NAMES]
    notices = sum(state.startswith("sns:") for state in states)
    return Usage(
        transitions=len(states) + 1,  # the start may count as one
        log_gb=len(states) * _LOG_BYTES_A_STATE / _GB,
        **_of_calls(tasks, len(tasks) * _SECONDS_A_CALL),
        **_of_notices(notices),
    )


def _of_calls(tasks: list[str], seconds: float) -> dict[str, float]:
    return {
        "invocations": len(tasks),
        "gb_seconds": seconds * _GB_OF_A_FUNCTION,
        "writes": sum(_UNITS[task][0] + 1 for task in tasks),  # and one to count the attempt
        "reads": sum(_UNITS[task][1] for task in tasks),
        "traces": 1,
    }


def _of_notices(notices: int) -> dict[str, float]:
    return {"publishes": notices, "queue_requests": 3 * notices}  # delivered, received, deleted


def used(deployment: Deployment) -> tuple[Usage, int]:
    """Return what all executions of the deployment's machines used, and how many they are.

    Transitions, calls, their time and the notifications are counted from the histories, log bytes are what
    CloudWatch stores now; the DynamoDB units are those of an order of two items. Looking up costs nothing.
    """
    client = deployment.cloud.client("stepfunctions")

    def of_machine(arn: str) -> list[str]:
        pages = client.get_paginator("list_executions").paginate(stateMachineArn=arn)
        return [each["executionArn"] for page in pages for each in page["executions"]]

    arns = [arn for machine in deployment.machines.values() for arn in of_machine(machine)]

    def of_execution(arn: str) -> Usage:
        from sagalab.history.execution import Execution
        from sagalab.history.fetch import all_events

        return _of_execution(Execution.from_history(all_events(client, arn)))

    durable = _durable_executions(deployment)
    counted = sum(together(of_execution, arns), Usage())
    counted += sum(together(of_durable, durable), Usage())
    return counted + Usage(log_gb=_log_bytes(deployment) / _GB), len(arns) + len(durable)


def _durable_executions(deployment: Deployment) -> list["DurableExecution"]:
    from sagalab.history.durable import DurableExecution

    client, parts = deployment.cloud.client("lambda"), Parts(deployment.cloud, deployment.prefix)
    found: list[DurableExecution] = []
    for function in map(parts.durable_function, DURABLE):
        if function.state() != "present":
            continue
        listing = client.get_paginator("list_durable_executions_by_function")
        pages = listing.paginate(FunctionName=function.name)
        listed = [each["DurableExecutionArn"] for page in pages for each in page["DurableExecutions"]]
        found += together(lambda arn: DurableExecution.fetch(client, arn), listed)
    return found


def _of_execution(execution: "Execution") -> Usage:
    attempts = [attempt for visit in execution.visits for attempt in visit.attempts]
    calls = [attempt for attempt in attempts if attempt.service == "lambda"]
    notices = sum(attempt.service == "sns" for attempt in attempts)
    retries = sum(max(0, len(visit.attempts) - 1) for visit in execution.visits)
    time = sum((each.ended - each.scheduled for each in calls if each.ended and each.scheduled), timedelta())
    return Usage(
        transitions=len(execution.visits) + retries + 1,
        **_of_calls([_task(each.raw_parameters or "") for each in calls], time.total_seconds()),
        **_of_notices(notices),
    )


def of_durable(execution: "DurableExecution") -> Usage:
    """Return what one execution of a durable function used, by its history.

    Durable operations: the start, each try of a step, wait or callback, and each invocation that died and was repeated
    ("Retries for Lambda durable functions", Lambda developer guide, column Metering impact). Each invocation is billed from its start
    to its end, replays included. The DynamoDB units are those of an order of two items.
    """
    tries = [(visit.name, attempt) for visit in execution.visits for attempt in visit.attempts]
    notices = sum(attempt.service == "sns" for _, attempt in tries)
    called = [name for name, attempt in tries if name in _TASK_NAMES]
    usage = _of_calls(called, sum(each.seconds for each in execution.invocations))
    return Usage(
        operations=1
        + len(tries)
        + sum(visit.type == "Wait" for visit in execution.visits)
        + sum(each.error is not None for each in execution.invocations),
        **usage | {"invocations": len(execution.invocations)},
        **_of_notices(notices),
    )


def of_execution(execution: "Execution") -> Usage:
    """Return what one execution used, a machine's or a durable function's, without its log."""
    from sagalab.history.durable import DurableExecution

    return of_durable(execution) if isinstance(execution, DurableExecution) else _of_execution(execution)


def _task(parameters: str) -> str:
    """Return the task whose function an attempt invoked; one that is not ours counts as the dearest."""
    return next((task for name, task in _TASK_OF_FUNCTION.items() if name in parameters), "ReserveInventory")


def _log_bytes(deployment: Deployment) -> int:
    client = deployment.cloud.client("logs")

    def stored(name: str) -> int:
        groups = client.describe_log_groups(logGroupNamePrefix=name)["logGroups"]
        return sum(group.get("storedBytes", 0) for group in groups if group["logGroupName"] == name)

    groups = Parts(deployment.cloud, deployment.prefix).log_groups()
    return sum(together(stored, [group.name for group in groups]))
