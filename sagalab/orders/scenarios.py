"""The seed's seven scenarios: which task fails is decided by the first digits of the order id."""

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sagalab.cloud.aws_errors import explained
from sagalab.deploying.deployment import Deployment
from sagalab.deploying.deployment import deployment as find_deployment
from sagalab.errors import SagaLabError
from sagalab.orders.forget import forget
from sagalab.orders.orders import DEFAULT_CUSTOMER, order_items
from sagalab.orders.runs import definition_now, start, wait
from sagalab.threads import together

if TYPE_CHECKING:
    from sagalab.history.execution import Execution

# More at once do not gain: on the local cloud they wait for each other's Lambda workers.
_AT_ONCE = 2


@dataclass(frozen=True)
class Scenario:
    """One scenario. Its key is the order id's prefix; `path` and `status` are what the machine shall do."""

    key: str
    title: str
    error: str | None
    order_id: str
    path: tuple[str, ...]
    status: str


SCENARIOS = (
    Scenario(
        "1",
        "The order cannot be accepted",
        "ErrProcessOrder",
        "1ae4501d-ed92-4b27-bf0e-fd978ed45127",
        ("ProcessOrder", "UpdateOrderStatus", "OrderFailed"),
        "FAILED",
    ),
    Scenario(
        "11",
        "… and its status cannot be set back",
        "ErrUpdateOrderStatus",
        "11328abd-368d-43fd-bd4f-db15b5b63951",
        ("ProcessOrder", "UpdateOrderStatus", "sns:NotifyUpdateOrderFail", "OrderFailed"),
        "FAILED",
    ),
    Scenario(
        "2",
        "The payment fails",
        "ErrProcessPayment",
        "20b0b599-441b-45c3-910e-ad63fe992c43",
        ("ProcessOrder", "ProcessPayment", "ProcessRefund", "UpdateOrderStatus", "OrderFailed"),
        "FAILED",
    ),
    Scenario(
        "22",
        "… and cannot be refunded",
        "ErrProcessRefund",
        "222f741b-0292-4f93-a2f7-503f92486955",
        ("ProcessOrder", "ProcessPayment", "ProcessRefund", "sns:NotifyProcessRefundFail", "OrderFailed"),
        "FAILED",
    ),
    Scenario(
        "3",
        "The items cannot be reserved",
        "ErrReserveInventory",
        "3a7dc768-6f32-495d-a140-3d330c246f50",
        (
            "ProcessOrder",
            "ProcessPayment",
            "ReserveInventory",
            "ReleaseInventory",
            "ProcessRefund",
            "UpdateOrderStatus",
            "OrderFailed",
        ),
        "FAILED",
    ),
    Scenario(
        "33",
        "… and cannot be released",
        "ErrReleaseInventory",
        "33a49007-a815-4079-9b9b-e30ae7eca11f",
        (
            "ProcessOrder",
            "ProcessPayment",
            "ReserveInventory",
            "ReleaseInventory",
            "sns:NotifyReleaseInventoryFail",
            "OrderFailed",
        ),
        "FAILED",
    ),
    Scenario(
        "4",
        "All goes well",
        None,
        "47063fe3-56d9-4c51-b91f-71929834ce03",
        ("ProcessOrder", "ProcessPayment", "ReserveInventory", "sns:NotifySuccess", "OrderSucceeded"),
        "SUCCEEDED",
    ),
)


def scenario(key: str) -> Scenario:
    """Return the scenario of a key such as "22". Raises SagaLabError for another key."""
    for found in SCENARIOS:
        if found.key == str(key):
            return found
    keys = ", ".join(found.key for found in SCENARIOS)
    raise SagaLabError(f"There is no scenario {key}.", f"Take one of: {keys}.")


def scenario_order(key: str) -> dict[str, Any]:
    """Return the order of a scenario: always the same, with the seed's order id."""
    return {
        "order_id": scenario(key).order_id,
        "order_date": "2025-01-15T09:30:00+00:00",
        "customer_id": DEFAULT_CUSTOMER,
        "items": order_items({"1": 2, "3": 1}),
    }


@dataclass(frozen=True)
class ScenarioRun:
    """A scenario and the execution that it gave; `seconds` is the wall time from start to end."""

    scenario: Scenario
    execution: "Execution"
    seconds: float

    @property
    def as_expected(self) -> bool:
        """Return whether path and status are the scenario's."""
        return as_expected(self.scenario.key, self.execution)

    @property
    def path(self) -> tuple[str, ...]:
        return tuple(self.execution.path)


def as_expected(key: str, execution: "Execution") -> bool:
    """Return whether an execution's path and status are those of the scenario on the seed's machine."""
    expected = scenario(key)
    return tuple(execution.path) == expected.path and execution.status == expected.status


def run_scenario(
    key: str, machine: str = "saga", *, deployment: Deployment | None = None, timeout: float = 60
) -> "Execution":
    """Run a scenario and return its execution. What an earlier run of its order left is forgotten first.

    One that waits for a human is returned as it stands: its status is RUNNING.
    Raises SagaLabError when nothing is deployed, or it still runs after `timeout` seconds.
    """
    return run_one(key, machine, deployment=deployment, timeout=timeout).execution


@explained
def run_one(
    key: str, machine: str = "saga", *, deployment: Deployment | None = None, timeout: float = 60
) -> ScenarioRun:
    """Run a scenario as `run_scenario` does, and return it with its time, and whether it went as expected."""
    return _timed(scenario(key), machine, deployment or find_deployment(), timeout, None)


@explained
def run_scenarios(
    machine: str = "saga", *, deployment: Deployment | None = None, timeout: float = 60
) -> list[ScenarioRun]:
    """Run all seven scenarios, two at a time, and return them in the seed's order.

    One that waits for a human, as the hardened saga does, is returned as it stands.
    """
    found = deployment or find_deployment()
    definition = definition_now(machine, found)
    return together(
        lambda each: _timed(each, machine, found, timeout, definition), SCENARIOS, threads=_AT_ONCE
    )


def _timed(
    which: Scenario, machine: str, deployment: Deployment, timeout: float, definition: str | None
) -> ScenarioRun:
    forget(deployment.cloud, which.order_id)
    begun = time.perf_counter()
    arn = start(scenario_order(which.key), machine, deployment=deployment)
    execution = wait(arn, timeout, deployment=deployment, until_parked=True, definition=definition)
    return ScenarioRun(which, execution, time.perf_counter() - begun)
