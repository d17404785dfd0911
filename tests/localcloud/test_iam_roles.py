"""The local cloud enforces IAM: the saga runs with its roles as they are, and with nothing less.

Each case takes one action on one resource, a whole action or a whole resource out of a role, and looks that
exactly the step that needs it is denied. Logs and traces are not enforced locally, so they are left out.
"""

import copy
import json
from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest

from sagalab.deploying.deploy import deploy
from sagalab.deploying.names import TASKS, Arns, Names
from sagalab.deploying.part_role import POLICY_NAME
from sagalab.deploying.policies import function_policy, machine_policy
from sagalab.orders.orders import make_order
from sagalab.orders.runs import run
from sagalab.orders.scenarios import run_scenarios

PREFIX = "saga"
TASK = {task.task: task for task in TASKS}
ENFORCED = ("dynamodb:", "lambda:", "sns:")
FORWARD = ("ProcessOrder", "ProcessPayment", "ReserveInventory")
ALL = (*FORWARD, "ReleaseInventory", "ProcessRefund", "UpdateOrderStatus")
FAIL_AFTER = {"kind": "error", "when": "after"}
FAIL_BEFORE = {"kind": "error", "when": "before"}
SLOW = {"kind": "slow", "ms": 1}


@pytest.fixture(scope="module")
def deployed(iam_cloud):
    """A saga on a local cloud that enforces IAM."""
    return deploy(iam_cloud, prefix=PREFIX, progress=False)


def faults_for(step: str, action: str = "", table: str = "") -> dict[str, Any]:
    """Return the faults of an order whose saga visits this step and there uses this action on this table."""
    if step == "sns:NotifySuccess":
        return {}
    if action == "ConditionCheckItem" and step == "ProcessRefund":
        return {"ProcessPayment": FAIL_BEFORE}  # nothing to refund: it makes sure of that
    if action == "ConditionCheckItem" and step == "ReleaseInventory":
        return {"ReserveInventory": FAIL_BEFORE}
    plan = {"ReserveInventory": FAIL_AFTER}
    return {step: SLOW} | plan if table == "attempts" else plan


def path_to(step: str, faults: dict[str, Any]) -> tuple[str, ...]:
    """Return the states that a saga visits until this one."""
    if not faults:
        return (*FORWARD, step)
    states = [state for state in ALL if "ProcessPayment" not in faults or "Inventory" not in state]
    return tuple(states[: states.index(step) + 1])


def policy_of(role: str | None, arns: Arns) -> dict[str, Any]:
    return machine_policy(arns) if role is None else function_policy(arns, TASK[role])


def enforced(policy: dict[str, Any]) -> Iterator[tuple[int, str, str]]:
    """Yield (number of the statement, action, resource) of all that is enforced here."""
    for number, statement in enumerate(policy["Statement"]):
        for action in statement["Action"]:
            if action.startswith(ENFORCED):
                yield from ((number, action, resource) for resource in statement["Resource"])


def smaller(policy: dict[str, Any], gone: list[tuple[int, str, str]]) -> dict[str, Any]:
    """Return the policy without these: every pair of action and resource as a statement of its own."""
    kept = [pair for pair in enforced(policy) if pair not in gone]
    rest = copy.deepcopy(policy["Statement"])
    others = [statement for statement in rest if not statement["Action"][0].startswith(ENFORCED)]
    pairs = [{"Effect": "Allow", "Action": action, "Resource": resource} for _, action, resource in kept]
    return {"Version": policy["Version"], "Statement": pairs + others}


def step_of(role: str | None, resource: str) -> str:
    """Return the step that needs it: a function's own, or the one that the machine takes."""
    if role is not None:
        return role
    if ":sns:" in resource:
        return "sns:NotifySuccess"
    return next(task.task for task in TASKS if resource.endswith(f"{PREFIX}-{task.suffix}"))


def losses() -> Iterator[Any]:
    """Yield (role, what it loses, the step that is denied first, the action denied, its table)."""
    arns = Arns(Names(PREFIX), "us-east-1", "1")
    seen = set()
    for role in (None, *TASK):
        pairs = list(enforced(policy_of(role, arns)))
        groups = [[pair] for pair in pairs]
        groups += [[pair for pair in pairs if pair[1] == action] for action in {pair[1] for pair in pairs}]
        groups += [[pair for pair in pairs if pair[2] == arn] for arn in {pair[2] for pair in pairs}]
        for group in groups:
            if (role, tuple(group)) in seen:
                continue
            seen.add((role, tuple(group)))
            steps = {step_of(role, arn): (action, arn) for _, action, arn in reversed(group)}
            step = min(steps, key=lambda each: ALL.index(each) if each in ALL else -1)
            first = [(action.split(":")[1], arn) for _, action, arn in group if step_of(role, arn) == step]
            words = " + ".join(f"{action} {arn.rsplit(':', 1)[1]}" for action, arn in first)
            yield pytest.param(role, group, step, id=f"{role or 'machine'} without {words}")


def put_policy(deployed, role: str | None, policy: dict[str, Any]) -> None:
    names = Names(PREFIX)
    name = names.machine_role if role is None else names.function_role(TASK[role])
    deployed.cloud.client("iam").put_role_policy(
        RoleName=name, PolicyName=POLICY_NAME, PolicyDocument=json.dumps(policy)
    )


numbers = count(1)


def saga(deployed, faults: dict[str, Any]):
    return run(make_order(f"5-iam-{next(numbers)}") | {"faults": faults}, deployment=deployed, timeout=30)


def test_the_seven_scenarios_run_with_their_roles(deployed):
    assert all(each.as_expected for each in run_scenarios(deployment=deployed))


@pytest.mark.parametrize(
    "faults",
    [faults_for(step, "", "attempts") for step in ALL]
    + [faults_for(step, "ConditionCheckItem") for step in ("ProcessRefund", "ReleaseInventory")],
    ids=lambda faults: "+".join(faults),
)
def test_the_orders_of_the_cases_run_with_whole_roles(deployed, faults):
    execution = saga(deployed, faults)
    assert (execution.error, execution.path[-1]) == ("SagaFailed", "OrderFailed")


@pytest.mark.parametrize(("role", "lost", "step"), list(losses()))
def test_without_one_permission_exactly_one_step_is_denied(deployed, role, lost, step):
    arns = Arns(Names(PREFIX), deployed.cloud.region, deployed.cloud.account)
    whole = policy_of(role, arns)
    gone = [(number, action, arn.replace(":1:", f":{arns.account}:")) for number, action, arn in lost]
    tables = {arn.rpartition("-")[2] for _, _, arn in lost}
    only_action = gone[0][1].split(":")[1] if len({action for _, action, _ in gone}) == 1 else ""
    faults = faults_for(step, only_action, tables.pop() if len(tables) == 1 else "")
    put_policy(deployed, role, smaller(whole, gone))
    try:
        execution = saga(deployed, faults)
    finally:
        put_policy(deployed, role, whole)
    assert tuple(execution.path) == path_to(step, faults)
    assert execution.status == "FAILED"
    if role is not None:
        assert execution.error == "ClientError"
        assert "(AccessDeniedException)" in execution.cause
    elif step in TASK:
        assert execution.error == "Lambda.AWSLambdaException"
        assert "Status Code: 403; Error Code: AccessDeniedException" in execution.cause
    else:
        assert execution.error == "SNS.AuthorizationErrorException"
    words = [f"perform: {action} on resource: {arn} because no" for _, action, arn in gone]
    assert any(each in execution.cause for each in words)
    who = Names(PREFIX).machine_role if role is None else Names(PREFIX).function_role(TASK[role])
    assert f":assumed-role/{who}/" in execution.cause
