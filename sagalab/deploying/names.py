"""The names of everything that is deployed, made from one prefix, and the tags that say it is ours."""

from dataclasses import dataclass

from sagalab.settings import valid_prefix

TAG_PREFIX = "sagalab:prefix"
TAG_PROJECT = "sagalab:project"
PROJECT = "saga-lab"


@dataclass(frozen=True)
class TaskFunction:
    """One Lambda task of the saga: its state, its ${…} substitution, its function and its handler."""

    task: str
    substitution: str
    suffix: str
    handler: str


TASKS = (
    TaskFunction("ProcessOrder", "NewOrderFunction", "new-order", "orders.new_order"),
    TaskFunction("ProcessPayment", "DebitPaymentFunction", "debit-payment", "payments.debit"),
    TaskFunction("ReserveInventory", "ReserveInventoryFunction", "reserve-inventory", "inventory.reserve"),
    TaskFunction("ReleaseInventory", "ReleaseInventoryFunction", "release-inventory", "inventory.release"),
    TaskFunction("ProcessRefund", "CreditPaymentFunction", "credit-payment", "payments.credit"),
    TaskFunction("UpdateOrderStatus", "UpdateOrderFunction", "update-order", "orders.update_order"),
)


@dataclass(frozen=True)
class DurableFunction:
    """The saga as one durable function: by which name it is run, its function and its handler."""

    name: str
    handler: str


DURABLE = (
    DurableFunction("durable", "durable_saga.handler"),
    DurableFunction("durable-hardened", "durable_saga_hardened.handler"),
)
TABLES = ("orders", "payments", "inventory", "stock", "attempts")


def tags(prefix: str) -> dict[str, str]:
    """Return the tags that mark a resource as made by Saga Lab under this prefix.

    `sagalab destroy` deletes only what carries them.
    """
    return {TAG_PROJECT: PROJECT, TAG_PREFIX: prefix}


@dataclass(frozen=True)
class Names:
    """The names of one deployment: `Names("saga").table("orders")` is "saga-orders".

    Raises SagaLabError for a prefix that cannot begin the name of every kind of resource.
    """

    prefix: str

    def __post_init__(self) -> None:
        valid_prefix(self.prefix)

    def table(self, key: str) -> str:
        return f"{self.prefix}-{key}"

    def function(self, task: TaskFunction) -> str:
        return f"{self.prefix}-{task.suffix}"

    def function_role(self, task: TaskFunction) -> str:
        return f"{self.function(task)}-role"

    def function_log_group(self, task: TaskFunction) -> str:
        """Return the log group that Lambda writes to by default (AWS Lambda developer guide)."""
        return f"/aws/lambda/{self.function(task)}"

    def durable(self, name: str) -> str:
        return f"{self.prefix}-{name}"

    @property
    def durable_role(self) -> str:
        return f"{self.prefix}-durable-role"

    @property
    def machine_role(self) -> str:
        return f"{self.prefix}-saga-role"

    @property
    def topic(self) -> str:
        return f"{self.prefix}-notifications"

    @property
    def queue(self) -> str:
        return f"{self.prefix}-notifications"

    @property
    def dead_letter_queue(self) -> str:
        return f"{self.prefix}-notifications-dlq"

    def machine(self, name: str = "saga") -> str:
        return f"{self.prefix}-{name}"

    @property
    def machine_log_group(self) -> str:
        """Return the log group of all machines; AWS wants this path for logs that it delivers."""
        return f"/aws/vendedlogs/states/{self.prefix}-saga"


@dataclass(frozen=True)
class Arns:
    """The ARNs of the same things: they follow from region, account and name, so nothing is looked up."""

    names: Names
    region: str
    account: str

    def _arn(self, service: str, rest: str) -> str:
        return f"arn:aws:{service}:{self.region}:{self.account}:{rest}"

    def table(self, key: str) -> str:
        return self._arn("dynamodb", f"table/{self.names.table(key)}")

    def function(self, task: TaskFunction) -> str:
        return self._arn("lambda", f"function:{self.names.function(task)}")

    def durable(self, name: str) -> str:
        return self._arn("lambda", f"function:{self.names.durable(name)}")

    def role(self, name: str) -> str:
        return f"arn:aws:iam::{self.account}:role/{name}"

    @property
    def topic(self) -> str:
        return self._arn("sns", self.names.topic)

    def queue(self, name: str) -> str:
        return self._arn("sqs", name)

    def machine(self, name: str = "saga") -> str:
        return self._arn("states", f"stateMachine:{self.names.machine(name)}")

    def log_group(self, name: str) -> str:
        return self._arn("logs", f"log-group:{name}")
