"""Start the saga as a durable function, and wait for its end."""

from typing import TYPE_CHECKING, Any

from sagalab.cloud.retrying import when_allowed
from sagalab.deploying.names import DURABLE, Arns, Names
from sagalab.errors import SagaLabError
from sagalab.orders.waiting import Polls, wait_for_end

if TYPE_CHECKING:
    from sagalab.cloud.connect import Cloud
    from sagalab.history.durable import DurableExecution

DURABLE_NAMES = tuple(each.name for each in DURABLE)
_LONGEST_NAME = 64  # of an execution; Lambda API reference, DurableExecutionName


def is_durable(arn: str) -> bool:
    """Tell whether this is the ARN of a durable function's execution."""
    return "/durable-execution/" in arn


def start(cloud: "Cloud", function: str, name: str, payload: str) -> str:
    """Start an execution of "durable" or "durable-hardened", or of a function's ARN, with this input (JSON text), and return its ARN.

    A name that was used with the same input starts nothing anew. Raises SagaLabError where the function is not
    deployed, and for a name that was used with another input.
    """
    client = cloud.client("lambda")
    arns = Arns(Names(cloud.prefix), cloud.region, cloud.account)
    arn = function if function.startswith("arn:") else arns.durable(function)
    try:
        return client.invoke(
            FunctionName=f"{arn}:$LATEST",  # a durable function is invoked by a version or an alias
            InvocationType="Event",
            DurableExecutionName=name[:_LONGEST_NAME],
            Payload=payload,
        )["DurableExecutionArn"]
    except client.exceptions.ResourceNotFoundException:
        raise SagaLabError(
            f"There is no durable function {function} under the prefix {cloud.prefix}.",
            "Deploy it: sagalab deploy --durable, in Python deploy(durable=True).",
        ) from None
    except client.exceptions.DurableExecutionAlreadyStartedException:
        raise SagaLabError(
            f"An execution named {name} exists already, with another input.", "Choose another name, or none."
        ) from None


def wait(
    cloud: "Cloud", arn: str, timeout: float, polls: Polls, until_parked: bool = False
) -> "DurableExecution":
    """Wait for an execution's end and return it; with `until_parked` also while only a callback is waited for.

    Raises SagaLabError after `timeout` seconds.
    """
    from sagalab.history.durable import DurableExecution
    from sagalab.history.task_tokens import waiting_visit

    client = cloud.client("lambda")
    wait_for_end(
        arn.split("/")[-2],
        lambda: when_allowed(_status, client, arn, seconds=timeout) != "RUNNING",
        timeout,
        polls,
        lambda: until_parked and waiting_visit(DurableExecution.fetch(client, arn)) is not None,
    )
    return when_allowed(DurableExecution.fetch, client, arn, seconds=timeout)


def _status(client: Any, arn: str) -> str:
    try:
        return client.get_durable_execution(DurableExecutionArn=arn)["Status"]
    except client.exceptions.ResourceNotFoundException:
        raise SagaLabError(
            f"There is no execution {arn.split('/')[-2]}.",
            "If the local cloud was started anew since, it is lost: deploy, and run again.",
        ) from None
