"""What the failure lab runs: a machine, an order and a fault plan. It prints as the call that runs it again."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sagalab.errors import SagaLabError
from sagalab.orders.faults import Fault, FaultPlan, seed_plan
from sagalab.orders.orders import DEFAULT_ITEMS, make_order
from sagalab.orders.scenarios import SCENARIOS, scenario, scenario_order

SAGA = "saga"
_TASKS = (
    *("ProcessOrder", "ProcessPayment", "ReserveInventory", "sns:NotifySuccess"),
    *("ReleaseInventory", "ProcessRefund", "UpdateOrderStatus"),
)
# The steps of lambdas/durable_saga.py and durable_saga_hardened.py: code has no definition to read them from.
STEPS_OF_CODE = {
    "durable": (
        *_TASKS,
        *("sns:NotifyReleaseInventoryFail", "sns:NotifyProcessRefundFail", "sns:NotifyUpdateOrderStatusFail"),
    ),
    "durable-hardened": (*_TASKS, "sns:NotifyOwed", "HumanAnswer"),
}


@dataclass(frozen=True)
class Choice:
    """`machine` is its name, `items` {item id: quantity} of the catalogue, `faults` the plan of the run.

    Raises SagaLabError for an empty order or an unknown item.
    """

    machine: str = SAGA
    items: Mapping[str, int] = field(default_factory=lambda: dict(DEFAULT_ITEMS))
    faults: FaultPlan = FaultPlan()

    def __post_init__(self) -> None:
        wanted = {str(item): qty for item, qty in self.items.items() if qty}
        if not wanted:
            raise SagaLabError("The order is empty.", "Give at least one item a quantity.")
        object.__setattr__(self, "items", wanted)
        make_order(items=wanted)

    def order(self) -> dict[str, Any]:
        """Return a new order for this choice. Its `faults` decide, even when there are none."""
        return make_order(items=self.items, faults=self.faults.to_dict())

    @property
    def scenario(self) -> str | None:
        """The key of the seed's scenario that has these faults, or None."""
        return next((one.key for one in SCENARIOS if seed_plan(one.order_id) == self.faults), None)

    def code(self) -> str:
        """Return Python that runs this again: with the lab, and without it."""
        items = [] if self.items == DEFAULT_ITEMS else [f"items={dict(self.items)!r}"]
        machine = [] if self.machine == SAGA else [f"machine={self.machine!r}"]
        order = ", ".join([*items, "faults=faults.to_dict()"])
        return (
            "from sagalab import FailureLab, Fault, make_order, plan, run\n\n"
            f"faults = {self.faults!r}\n\n"
            f"# in the lab\nlab = FailureLab()\nlab.run({', '.join(['faults', *items, *machine])})\n\n"
            f"# without the lab\nrun({', '.join([f'make_order({order})', *machine])})\n"
        )

    def words(self) -> str:
        """Return the choice in one line."""
        faults = ", ".join(f"{fault.task}: {fault_words(fault)}" for fault in self.faults.faults)
        return f"{self.machine}, {faults or 'no fault'}"


def fault_words(fault: Fault) -> str:
    """Return a fault without its task in a few words, such as "crash after ×1"."""
    times = "" if fault.times is None else f" ×{fault.times}"
    return f"{fault.kind} {fault.when}{times}"


def scenario_choice(key: str, machine: str = SAGA) -> Choice:
    """Return one of the seed's scenarios as a choice: its items, and the faults that its order id stands for."""
    items = {line["item_id"]: line["qty"] for line in scenario_order(key)["items"]}
    return Choice(machine, items, seed_plan(scenario(key).order_id))
