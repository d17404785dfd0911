"""A deployment for many runs at once, apart from the participant's: own prefix, own tables, plenty of stock."""

import contextlib
import uuid
from collections.abc import Iterator, Mapping
from typing import Any

from sagalab.connect import connect
from sagalab.deploy import deploy, deploy_machine
from sagalab.deployment import Deployment
from sagalab.destroy import destroy
from sagalab.errors import SagaLabError
from sagalab.inbox import forget_inbox
from sagalab.localcloud import process
from sagalab.names import TASKS
from sagalab.orders import CATALOGUE
from sagalab.together import together

STOCK = 1_000_000  # of each item
_WARM_EACH = 2  # workers of each function to be started beforehand


@contextlib.contextmanager
def sandbox(
    purpose: str, machines: Mapping[str, Mapping[str, Any]], workers: int = 0
) -> Iterator[Deployment]:
    """Deploy the saga and `machines` (name → definition) under a prefix of its own; destroy it at the end.

    So many Lambda `workers` at least may run meanwhile.

    The prefix is the participant's with the purpose and four random digits, so that two sandboxes never
    meet. Raises SagaLabError on AWS: hundreds of runs cost money there.
    """
    cloud = connect()
    if not cloud.is_local:
        raise SagaLabError(
            f"sagalab {purpose} runs on the local cloud only: on AWS its many runs would cost money.",
            "Leave SAGALAB_CLOUD out, or set it to local.",
        )
    prefix = f"{cloud.prefix}-{purpose}-{uuid.uuid4().hex[:4]}"
    found = None
    allowed = process.status()["cap"]
    try:
        process.allow_workers(max(workers, allowed))
        found = deploy(cloud, prefix=prefix, progress=False)
        fill_stock(found)
        for name, definition in machines.items():
            deploy_machine(found, name, definition)
        _warm(found)
        yield found
    finally:
        process.allow_workers(allowed)
        destroy(cloud, prefix=prefix, progress=False)
        if found is not None:
            forget_inbox(found)


def fill_stock(deployment: Deployment, count: int = STOCK) -> None:
    """Set the stock of every item of the catalogue to `count`."""
    table = deployment.cloud.resource("dynamodb").Table(deployment.tables["stock"])
    for item in CATALOGUE:
        table.update_item(
            Key={"item_id": item.item_id},
            UpdateExpression="SET in_stock = :count",
            ExpressionAttributeValues={":count": count},
        )


def _warm(deployment: Deployment) -> None:
    """Start workers of all functions: an empty order is refused by each, and costs nothing."""
    client = deployment.cloud.client("lambda")

    def invoke(name: str) -> None:
        client.invoke(FunctionName=name, Payload=b"{}")["Payload"].read()

    together(invoke, [deployment.functions[task.task] for task in TASKS] * _WARM_EACH)
