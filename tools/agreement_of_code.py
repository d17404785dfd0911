"""Whether the saga as code says the same rehearsed and on the local cloud: status, verdict, what is owed, and path, plan by plan."""

from collections.abc import Callable, Sequence

from sagalab.deploying.deployment import Deployment
from sagalab.history.execution import Execution
from sagalab.ledger.verdict import Verdict, verdict
from sagalab.orders.faults import FaultPlan
from sagalab.orders.orders import make_order
from sagalab.orders.runs import start, wait
from sagalab.rehearsal.durable.engine import Engine
from sagalab.rehearsal.durable.rehearse import rehearse_durable
from tools.agreement import Agreement, Difference, Said


def compare_code(
    function: str,
    chosen: Sequence[FaultPlan],
    deployment: Deployment,
    *,
    advance: Callable[[int, int], None] = lambda done, of: None,
) -> Agreement:
    """Run plans on a durable function in both ways, one after another, and compare. The function must be deployed.

    A plan that outlasts its function (late, timeout) ends the process in both. Raises SagaLabError as `wait` does.
    """
    differences = []
    engine = Engine()
    try:
        for number, plan in enumerate(chosen, 1):
            order = make_order(faults=plan.to_dict())
            rehearsed = rehearse_durable(function, order, engine=engine)
            arn = start(order, function, deployment=deployment)
            real = wait(arn, deployment=deployment, until_parked=rehearsed.parked)
            one, other = _said(real, verdict(real, deployment)), _said(rehearsed, rehearsed.verdict)
            if one != other:
                differences.append(Difference(plan, one, other))
            if real.status == "RUNNING":
                deployment.cloud.client("lambda").stop_durable_execution(DurableExecutionArn=arn)
            advance(number, len(chosen))
    finally:
        engine.close()
    return Agreement(len(chosen), tuple(differences), 0, 0)


def _said(execution: Execution, judged: Verdict) -> Said:
    tries = tuple(f"{visit.name} ×{visit.tries}" for visit in execution.visits)
    return execution.status, judged.name, tuple(each.words for each in judged.owed), tries
