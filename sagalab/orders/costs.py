"""What the saga costs on AWS, at list prices: before, as an estimate, and after, from what ran."""

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from sagalab.cloud.aws_errors import explained
from sagalab.deploying.deployment import Deployment
from sagalab.orders.prices import PRICES, PRICES_OF, REGION
from sagalab.orders.usage import Usage, estimate, of_execution, used

if TYPE_CHECKING:
    from sagalab.history.execution import Execution

WORKSHOP_SAGAS = 200  # what one participant runs in a session, generously


@dataclass(frozen=True)
class CostLine:
    """One thing that AWS charges for: so many units, so many US dollars."""

    service: str
    unit: str
    amount: float
    dollars: float


@dataclass(frozen=True)
class Costs:
    """What so many sagas cost in US dollars at list prices, without free tiers."""

    sagas: int
    usage: Usage

    @property
    def lines(self) -> list[CostLine]:
        """Return one line for each thing that AWS charges for."""
        amounts = {each.name: getattr(self.usage, each.name) for each in fields(self.usage)}
        return [
            CostLine(price.service, price.unit, amounts[key], price.of(amounts[key]))
            for key, price in PRICES.items()
        ]

    @property
    def dollars(self) -> float:
        return sum(line.dollars for line in self.lines)

    def __str__(self) -> str:
        return in_words(self.dollars, self.sagas)


NOTE = f"at list prices of {PRICES_OF} ({REGION}), without free tiers"


def in_words(dollars: float, sagas: int) -> str:
    """Say what so many sagas cost: to the cent, as more would promise too much."""
    money = f"about ${dollars:.2f}" if dollars >= 0.01 or not sagas else "less than $0.01"
    return f"{money} for {sagas} sagas, {NOTE}"


def estimated_costs(sagas: int = WORKSHOP_SAGAS) -> Costs:
    """Return what so many sagas will cost, as the seven scenarios do on average. An idle saga costs nothing
    but the storage of a few kilobytes."""
    return Costs(sagas, estimate(sagas))


def costs_of(execution: "Execution", sagas: int = 1000) -> Costs:
    """Return what so many executions like this one cost; a machine's, or a durable function's. Without logs.

    Times are those of this run: on the local cloud its own, which a cold start on AWS exceeds.
    """
    return Costs(sagas, of_execution(execution).times(sagas))


@explained
def costs_so_far(deployment: Deployment) -> Costs:
    """Return what the deployment's executions have cost; on the local cloud, what they would have cost."""
    usage, sagas = used(deployment)
    return Costs(sagas, usage)
