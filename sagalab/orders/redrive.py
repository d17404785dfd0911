"""Redrive an execution that failed: it goes on where it had ended, once the cause is mended."""

from typing import TYPE_CHECKING, Any

from sagalab.cloud.aws_errors import explained
from sagalab.cloud.retrying import when_allowed
from sagalab.deploying.deployment import Deployment, cloud_of
from sagalab.errors import SagaLabError
from sagalab.history.fetch import NoExecution, last_event
from sagalab.orders.runs import DEFAULT_TIMEOUT_SECONDS, no_execution, wait

if TYPE_CHECKING:
    from sagalab.history.execution import Execution

_ANEW = "Start a new execution; but undo first what this one has left: verdict(…) names it."
_CURES = {
    "RUNNING": "Wait for its end, or stop it.",
    "SUCCEEDED": "There is nothing to go on with. To do it once more, start a new execution.",
}


@explained
def redrive(
    execution: "Execution | str",
    timeout: float = DEFAULT_TIMEOUT_SECONDS,
    *,
    deployment: Deployment | None = None,
) -> "Execution":
    """Redrive an execution (or its ARN) that failed, timed out or was aborted; wait for its end, and return it.

    It goes on in the state in which it had ended, with the same name, input, variables and definition; retriers
    and timeouts count anew. `timeout` is in seconds. It may fail again: look at `.status`. Raises SagaLabError when it cannot be
    redriven (it runs, it succeeded, it ended more than 14 days ago, …), is not there, or still runs after `timeout`.
    Source: https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html
    """
    arn = execution if isinstance(execution, str) else execution.arn
    if not arn:
        raise SagaLabError(
            "Of this execution only the history is known, and not its ARN.",
            "Give one that run, wait or Execution.fetch returned, or an ARN.",
        )
    cloud = deployment.cloud if deployment is not None else cloud_of(None, None)
    client = cloud.client("stepfunctions")
    last = when_allowed(_last_event, client, arn, seconds=timeout).get("id", 0)
    try:
        client.redrive_execution(executionArn=arn)
    except client.exceptions.ExecutionNotRedrivable as refused:
        raise _refused(arn, refused) from None
    except client.exceptions.ExecutionDoesNotExist:
        raise no_execution(arn) from None
    return wait(arn, timeout, deployment=deployment, after=last)


@explained
def failed_execution(which: str, deployment: Deployment) -> str:
    """Return the ARN of the newest execution that ended without success and has this order id, name or ARN.

    An order id is found in the names that `start` and `run` give. Raises SagaLabError when there is none.
    """
    if which.startswith("arn:"):
        return which
    client = deployment.cloud.client("stepfunctions")
    found = [
        each
        for machine in deployment.machines.values()
        for status in ("FAILED", "TIMED_OUT", "ABORTED")
        for page in client.get_paginator("list_executions").paginate(
            stateMachineArn=machine, statusFilter=status
        )
        for each in page["executions"]
        if each["name"] == which or each["name"].startswith(f"{which}-")
    ]
    if not found:
        raise SagaLabError(
            f"No execution under {which} has failed, timed out or been stopped.",
            "Give an order id, or an execution's name or ARN.",
        )
    return max(found, key=lambda each: each["startDate"])["executionArn"]


def _last_event(client: Any, arn: str) -> dict[str, Any]:
    try:
        return last_event(client, arn)
    except NoExecution:
        raise no_execution(arn) from None


def _refused(arn: str, refused: Any) -> SagaLabError:
    reason = str(refused.response["Error"]["Message"]).partition("'")[2].rstrip("'") or str(refused)
    cure = next((cure for word, cure in _CURES.items() if f"is {word}" in reason), _ANEW)
    return SagaLabError(f"{arn.rpartition(':')[2]} cannot be redriven: {reason}.", cure)
