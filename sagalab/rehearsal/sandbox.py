"""A deployment for many runs at once, apart from the participant's: own prefix, own tables, plenty of stock."""

import contextlib
import json
import uuid
from collections.abc import Iterator

from sagalab.cloud import local_process
from sagalab.cloud.connect import connect
from sagalab.deploying.catalogue import STOCKED
from sagalab.deploying.deploy import deploy
from sagalab.deploying.deployment import Deployment
from sagalab.deploying.destroy import destroy
from sagalab.deploying.names import TASKS, Names, TaskFunction
from sagalab.errors import SagaLabError
from sagalab.threads import together

STOCK = 1_000_000  # of each item
_LONGEST = 25  # characters of the participant's prefix, so that names stay within their limits
_WARM_MS = 800  # so long each first call lasts, so that each starts a worker of its own


@contextlib.contextmanager
def sandbox(purpose: str, workers: int = 0) -> Iterator[Deployment]:
    """Deploy the saga under a prefix of its own, ready for many runs; destroy it at the end.

    So many Lambda `workers` may run meanwhile; 0 leaves that as it is.

    The prefix is the participant's with the purpose and four random digits, so that two sandboxes never
    meet. Raises SagaLabError on AWS: hundreds of runs cost money there.
    """
    cloud = connect()
    if not cloud.is_local:
        raise SagaLabError(
            f"sagalab {purpose} runs on the local cloud only: on AWS its many runs would cost money.",
            "Leave SAGALAB_CLOUD out, or set it to local.",
        )
    prefix = f"{cloud.prefix[:_LONGEST]}-{purpose}-{uuid.uuid4().hex[:4]}"
    allowed = local_process.status()["cap"]
    try:
        local_process.allow_workers(workers or allowed)
        found = deploy(cloud, prefix=prefix, progress=False)
        fill_stock(found)
        _share_workers(found)
        _warm(found, workers)
        yield found
    finally:
        local_process.allow_workers(allowed)
        destroy(cloud, prefix=prefix, progress=False)


def fill_stock(deployment: Deployment, count: int = STOCK) -> None:
    """Set the stock of every item that is stocked to `count`."""
    table = deployment.cloud.resource("dynamodb").Table(deployment.tables["stock"])
    for item in STOCKED:
        table.update_item(
            Key={"item_id": item.item_id},
            UpdateExpression="SET in_stock = :count",
            ExpressionAttributeValues={":count": count},
        )


def _share_workers(deployment: Deployment) -> None:
    """Let the six functions share their workers: see lambdas/any_task.py."""
    client = deployment.cloud.client("lambda")
    names = Names(deployment.prefix)
    tables = {f"{key.upper()}_TABLE": name for key, name in deployment.tables.items()}
    variables = tables | {"SAGALAB_WORKERS_OF": names.function(TASKS[0])}

    def configure(task: TaskFunction) -> None:
        client.update_function_configuration(
            FunctionName=names.function(task),
            Handler="any_task.handler",
            Environment={"Variables": variables},
        )

    together(configure, TASKS)


def _warm(deployment: Deployment, workers: int) -> None:
    """Start the workers, with slow orders that are refused."""
    client = deployment.cloud.client("lambda")
    task = TASKS[0].task

    def invoke(number: int) -> None:
        order = {"order_id": f"warm-{number}", "faults": {task: {"kind": "slow", "ms": _WARM_MS}}}
        client.invoke(FunctionName=deployment.functions[task], Payload=json.dumps(order))["Payload"].read()

    if workers:
        together(invoke, range(workers), threads=workers)
