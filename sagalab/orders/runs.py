"""Start a saga and wait for its end."""

import json
import re
import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sagalab.cloud.aws_errors import explained
from sagalab.cloud.retrying import when_allowed
from sagalab.deploying.deployment import Deployment, cloud_of, not_deployed
from sagalab.deploying.names import Arns, Names
from sagalab.errors import SagaLabError
from sagalab.history.ends import END_STATUS as ENDS
from sagalab.history.fetch import NoExecution, last_event
from sagalab.history.task_tokens import waits_for_token
from sagalab.orders import durable_runs
from sagalab.orders.waiting import Polls, wait_for_end

if TYPE_CHECKING:
    from sagalab.cloud.connect import Cloud
    from sagalab.history.execution import Execution

DEFAULT_TIMEOUT_SECONDS = 120.0
# How often a running execution is asked after: seconds first, seconds at most, and how they grow. On AWS a
# room shares the account's quota of GetExecutionHistory: 400 calls, then 20 a second (Step Functions
# developer guide, "Quotas related to API action throttling").
LOCAL_POLL: Polls = (0.01, 0.25, 1.2)  # a saga takes some 0.03 s, and each poll 2 ms of CPU
AWS_POLL: Polls = (1.0, 5.0, 1.5)
_LONGEST_NAME = 80  # Step Functions' limit


@explained
def start(
    order: Mapping[str, Any],
    machine: str = "saga",
    *,
    deployment: Deployment | None = None,
    name: str | None = None,
) -> str:
    """Start an execution with this order as its input, and return its ARN.

    `machine` is a name such as "saga", or an ARN; "durable" and "durable-hardened" are the saga as code, which
    `deploy(durable=True)` makes. `name` is the execution's; without one it is made of the
    order id and a random end. The order is not checked here: the services do that. Raises SagaLabError
    when the machine is not deployed, or the order is not JSON.
    """
    cloud = _cloud(deployment)
    if machine in durable_runs.DURABLE_NAMES or ":function:" in machine:
        return durable_runs.start(cloud, machine, name or _unique_name(order), _json(order))
    arn = machine if machine.startswith("arn:") else _machine_arn(cloud, machine)
    client = cloud.client("stepfunctions")
    try:
        return client.start_execution(
            stateMachineArn=arn, name=name or _unique_name(order), input=_json(order)
        )["executionArn"]
    except client.exceptions.StateMachineDoesNotExist:
        raise _no_machine(cloud, machine) from None
    except client.exceptions.ExecutionAlreadyExists:
        raise SagaLabError(
            f"An execution named {name} exists already.", "Choose another name, or none."
        ) from None


@explained
def run(
    order: Mapping[str, Any],
    machine: str = "saga",
    timeout: float = DEFAULT_TIMEOUT_SECONDS,
    *,
    deployment: Deployment | None = None,
    name: str | None = None,
    definition: str | None = None,
) -> "Execution":
    """Start an execution, wait for its end, and return it. `timeout` is in seconds.

    `definition` is the machine's ASL text, if it is known: then AWS is not asked for it.
    An execution that fails is returned too: look at `.status`, `.error` and `.path`. Raises SagaLabError
    as `start` does, and when the execution is still running after `timeout`.
    """
    arn = start(order, machine, deployment=deployment, name=name)
    return wait(arn, timeout, deployment=deployment, definition=definition)


@explained
def wait(
    execution_arn: str,
    timeout: float = DEFAULT_TIMEOUT_SECONDS,
    *,
    deployment: Deployment | None = None,
    until_parked: bool = False,
    definition: str | None = None,
    after: int = 0,
) -> "Execution":
    """Wait for an execution's end and return it; with `until_parked` also while it waits for a human's answer.

    `definition` as for `run`. `after` is the id of an event: only an end that comes later counts (a redrive).
    Raises SagaLabError if it runs after `timeout` seconds, and when it is not (or no longer) there.
    """
    from sagalab.history.execution import Execution

    cloud = _cloud(deployment)
    client = cloud.client("stepfunctions")
    polls = LOCAL_POLL if cloud.is_local else AWS_POLL
    if durable_runs.is_durable(execution_arn):
        return durable_runs.wait(cloud, execution_arn, timeout, polls, until_parked)
    last: dict[str, Any] = {}

    def over() -> bool:
        nonlocal last
        last = when_allowed(_last_event, client, execution_arn, seconds=timeout)
        return _is_over(last, after)

    name = execution_arn.rsplit(":", 1)[-1]
    wait_for_end(name, over, timeout, polls, lambda: until_parked and waits_for_token(last))
    return when_allowed(Execution.fetch, client, execution_arn, definition, seconds=timeout)


def _last_event(client: Any, execution_arn: str) -> dict[str, Any]:
    try:
        return last_event(client, execution_arn)
    except NoExecution:
        raise no_execution(execution_arn) from None


def _is_over(last: Mapping[str, Any], after: int) -> bool:
    return last.get("type") in ENDS and last.get("id", 0) > after


def no_execution(arn: str) -> SagaLabError:
    """Return the error for an execution that is not there."""
    return SagaLabError(
        f"There is no execution {arn.rsplit(':', 1)[-1]}.",
        "If the local cloud was started anew since, it is lost: deploy, and run again.",
    )


@explained
def definition_now(machine: str, deployment: Deployment) -> str:
    """Return the definition (ASL text) with which executions of a machine start now: ask once for many runs."""
    client = deployment.cloud.client("stepfunctions")
    return client.describe_state_machine(stateMachineArn=deployment.machine(machine))["definition"]


def _cloud(deployment: Deployment | None) -> "Cloud":
    return cloud_of(None, None) if deployment is None else deployment.cloud


def _machine_arn(cloud: "Cloud", name: str) -> str:
    return Arns(Names(cloud.prefix), cloud.region, cloud.account).machine(name)


def _no_machine(cloud: "Cloud", machine: str) -> SagaLabError:
    if machine == "saga":
        return not_deployed(cloud.prefix)
    return SagaLabError(
        f"There is no state machine {machine} under the prefix {cloud.prefix}.",
        f"Deploy it: sagalab deploy --machine {machine} (or FILE), in Python deploy_machine.",
    )


def _unique_name(order: Mapping[str, Any]) -> str:
    """Return a name that tells the order and is never used twice."""
    end = uuid.uuid4().hex[:8]
    order_id = str(order.get("order_id", "")) if isinstance(order, Mapping) else ""
    known = re.sub(r"[^A-Za-z0-9_-]", "-", order_id)[: _LONGEST_NAME - len(end) - 1]
    return f"{known}-{end}" if known else end


def _json(order: Any) -> str:
    try:
        return json.dumps(order, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise SagaLabError(
            f"The order is not JSON: {error}.", "Use text, numbers, lists and dicts."
        ) from None
