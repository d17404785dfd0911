"""Orders and what is done with them: scenarios, fault plans, runs, forgetting, costs."""

from sagalab.orders.costs import costs_so_far, estimated_costs
from sagalab.orders.faults import Fault, FaultPlan, plan
from sagalab.orders.forget import forget
from sagalab.orders.orders import make_order
from sagalab.orders.runs import run, start, wait
from sagalab.orders.scenarios import SCENARIOS, run_scenario, run_scenarios, scenario_order

__all__ = [
    "Fault",
    "FaultPlan",
    "SCENARIOS",
    "costs_so_far",
    "estimated_costs",
    "forget",
    "make_order",
    "plan",
    "run",
    "run_scenario",
    "run_scenarios",
    "scenario_order",
    "start",
    "wait",
]
