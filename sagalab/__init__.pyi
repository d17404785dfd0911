"""The public names, for `lazy_loader`, editors and mypy. Each is imported from its room on its first use."""

from .asl.backoff import backoff as backoff
from .cloud.connect import Cloud as Cloud
from .cloud.connect import connect as connect
from .course.check import check as check
from .course.magic import load_ipython_extension as load_ipython_extension
from .course.predict import predict as predict
from .course.quiz import quiz as quiz
from .deploying.catalogue import CATALOGUE as CATALOGUE
from .deploying.deploy import deploy as deploy
from .deploying.deploy import deploy_machine as deploy_machine
from .deploying.deployment import Deployment as Deployment
from .deploying.deployment import deployment as deployment
from .deploying.deployment import status as status
from .deploying.destroy import destroy as destroy
from .deploying.machines import definition as definition
from .deploying.machines import substitute as substitute
from .deploying.machines import task_state as task_state
from .errors import SagaLabError as SagaLabError
from .failurelab.one_fault import one_fault as one_fault
from .failurelab.shown import FailureLab as FailureLab
from .history.execution import Execution as Execution
from .history.visits import gaps as gaps
from .ledger.parked import parked as parked
from .ledger.parked import parked_panel as parked_panel
from .ledger.parked import resume as resume
from .ledger.tables import tables as tables
from .ledger.verdict import verdict as verdict
from .linting.lint import lint as lint
from .orders.costs import costs_of as costs_of
from .orders.costs import costs_so_far as costs_so_far
from .orders.costs import estimated_costs as estimated_costs
from .orders.faults import Fault as Fault
from .orders.faults import plan as plan
from .orders.forget import forget as forget
from .orders.orders import make_order as make_order
from .orders.redrive import redrive as redrive
from .orders.runs import run as run
from .orders.runs import start as start
from .orders.runs import wait as wait
from .orders.scenarios import (
    SCENARIOS as SCENARIOS,
)
from .orders.scenarios import (
    run_scenario as run_scenario,
)
from .orders.scenarios import (
    run_scenarios as run_scenarios,
)
from .orders.scenarios import (
    scenario_order as scenario_order,
)
from .pictures.beside import beside as beside
from .pictures.compare import compare as compare
from .pictures.diagram import diagram as diagram
from .pictures.grid import scenario_matrix as scenario_matrix
from .pictures.retry_storm import storm as storm
from .pictures.steps import player as player
from .pictures.steps import steps as steps
from .pictures.timeline import timeline as timeline
from .rehearsal.any_saga.explore import explore_any as explore_any
from .rehearsal.durable.rehearse import rehearse_durable as rehearse_durable
from .rehearsal.explorer import explore as explore
from .rehearsal.races.explore import explore_orders as explore_orders
from .rehearsal.rehearse import rehearse as rehearse
from .testing.coverage import coverage as coverage
from .testing.expect import expect as expect
from .testing.mocks import fails as fails
from .testing.mocks import never_answers as never_answers
from .testing.single import one_state as one_state

__all__ = [
    "CATALOGUE",
    "Cloud",
    "Deployment",
    "Execution",
    "FailureLab",
    "Fault",
    "SCENARIOS",
    "SagaLabError",
    "backoff",
    "beside",
    "check",
    "compare",
    "connect",
    "costs_of",
    "costs_so_far",
    "coverage",
    "definition",
    "deploy",
    "deploy_machine",
    "deployment",
    "destroy",
    "diagram",
    "estimated_costs",
    "expect",
    "explore",
    "explore_any",
    "fails",
    "explore_orders",
    "forget",
    "gaps",
    "lint",
    "load_ipython_extension",
    "make_order",
    "never_answers",
    "one_fault",
    "one_state",
    "parked",
    "parked_panel",
    "plan",
    "player",
    "predict",
    "quiz",
    "redrive",
    "rehearse",
    "rehearse_durable",
    "resume",
    "run",
    "run_scenario",
    "run_scenarios",
    "scenario_matrix",
    "scenario_order",
    "start",
    "status",
    "steps",
    "storm",
    "substitute",
    "tables",
    "task_state",
    "timeline",
    "verdict",
    "wait",
]
