"""Deploy the saga: make what is missing, mend what differs. The same calls locally and on AWS."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from sagalab.cloud.aws_errors import explained
from sagalab.cloud.confirm import confirm as confirm_on_aws
from sagalab.deploying.catalogue import seed_stock
from sagalab.deploying.deployment import Deployment, cloud_of
from sagalab.deploying.machines import definition as read_definition
from sagalab.deploying.machines import machine_names, substitute
from sagalab.deploying.names import DURABLE
from sagalab.deploying.part import Action, Change, Part
from sagalab.deploying.part_machine import Machine
from sagalab.deploying.parts import Parts
from sagalab.errors import SagaLabError
from sagalab.progress import progress as show_progress
from sagalab.threads import together

if TYPE_CHECKING:
    from sagalab.cloud.connect import Cloud


@explained
def deploy(
    cloud: "Cloud | None" = None,
    *,
    prefix: str | None = None,
    progress: bool = True,
    reset_stock: bool = False,
    durable: bool = False,
    confirm: Callable[["Cloud"], None] | None = None,
) -> Deployment:
    """Deploy the saga under the cloud's prefix (or `prefix`), and return where its parts are.

    Repeat it freely: it makes what is missing, updates code, configuration, policies and definition that
    differ, and touches nothing else; it mends a deployment that was interrupted. Stock counts stay as they
    are, unless `reset_stock`. `durable` adds the saga as durable functions, which lab 13 is about.
    On AWS, `confirm` is called with the cloud before anything is made; it stops the deployment by raising;
    by default it is that of confirm.py. Raises SagaLabError when something else has one of the names.
    """
    cloud = cloud_of(cloud, prefix)
    parts = Parts(cloud, cloud.prefix)
    stages = parts.stages() + (parts.durable_stages() if durable else [])
    if not cloud.is_local:
        (confirm or confirm_on_aws)(cloud)
    changes: list[Change] = []
    total = sum(len(stage) for stage in stages) + 2
    with show_progress(f"Deploying {cloud.prefix}", total, show=progress) as advance:

        def ensure(part: Part) -> Change:
            change = Change(part.kind, part.name, part.ensure())
            advance(f"{part.kind} {part.name}")
            return change

        for stage in stages:
            changes += together(ensure, stage)
        seeded = seed_stock(cloud, parts.names.table("stock"), reset=reset_stock)
        changes.append(Change("stock", parts.names.table("stock"), "updated" if seeded else "unchanged"))
        advance("stock")

        url = parts.queue().url()
        assert url is not None  # made a moment ago
        found = Deployment(cloud, cloud.prefix, url, {})
        machine, action = _ensure_machine(found, "saga", read_definition("saga"))
        changes.append(Change(machine.kind, machine.name, action))
        advance(f"{machine.kind} {machine.name}")
    start = parts.names.machine("")
    machines = {machine.name.removeprefix(start): machine.arn for machine in parts.machines()}
    return replace(found, machines=machines, changes=tuple(changes))


@explained
def deploy_machine(deployment: Deployment, name: str, definition: Mapping[str, Any]) -> str:
    """Deploy one more state machine, P-NAME, with its substitutions filled in, and return its ARN.

    The deployment knows it from then on: `deployment.machine(name)`. `sagalab destroy` deletes it too.
    Raises SagaLabError, in the words of Step Functions, when the definition is refused.
    """
    machine, _ = _ensure_machine(deployment, name, definition)
    deployment.machines[name] = machine.arn
    return machine.arn


@explained
def ensure_machine(deployment: Deployment, name: str) -> str:
    """Return the ARN of a machine. On the local cloud one of statemachine/ is deployed when it is not there.

    "durable" and "durable-hardened" give the ARN of the saga as a durable function.

    On AWS nothing is made unasked. Raises SagaLabError when there is no such machine.
    """
    if name in deployment.machines:
        return deployment.machines[name]
    if name in {each.name for each in DURABLE}:
        return _ensure_durable(deployment, name)
    if name not in machine_names():
        return deployment.machine(name)  # raises, with the names that there are
    if not deployment.cloud.is_local:
        raise SagaLabError(
            f"The state machine {name} is not deployed under the prefix {deployment.prefix}.",
            f"Deploy it: sagalab deploy --machine {name}",
        )
    return deploy_machine(deployment, name, read_definition(name))


def durable_functions(deployment: Deployment) -> list[str]:
    """Return which of "durable" and "durable-hardened" are deployed: the saga as a durable function."""
    parts = Parts(deployment.cloud, deployment.prefix)
    return [each.name for each in DURABLE if parts.durable_function(each).state() == "present"]


def _ensure_durable(deployment: Deployment, name: str) -> str:
    """Return the ARN of a durable function; on the local cloud it is deployed when it is not there."""
    parts = Parts(deployment.cloud, deployment.prefix)
    [function] = [parts.durable_function(each) for each in DURABLE if each.name == name]
    if function.state() != "present":
        if not deployment.cloud.is_local:
            raise SagaLabError(
                f"The durable function {name} is not deployed under the prefix {deployment.prefix}.",
                "Deploy it: sagalab deploy --durable",
            )
        for stage in parts.durable_stages():
            together(lambda part: part.ensure(), stage)
    return parts.arns.durable(name)


def _ensure_machine(
    deployment: Deployment, name: str, definition: Mapping[str, Any]
) -> tuple[Machine, Action]:
    parts = Parts(deployment.cloud, deployment.prefix)
    machine = parts.machine(name, substitute(definition, deployment))
    try:
        return machine, machine.ensure()
    except ClientError as error:
        if error.response["Error"]["Code"] != "InvalidDefinition":
            raise
        words = error.response["Error"]["Message"]
        if words.startswith("AWS takes this definition"):
            raise SagaLabError(
                f"{machine.name}: {words}", "Try that part on AWS, or leave it out here."
            ) from None
        raise SagaLabError(
            f"Step Functions refuses the definition of {machine.name}: {words}",
            "Correct the definition; sagalab lint explains more.",
        ) from None
