"""setup/deployer-policy.json allows what deploying, running and destroying call on AWS, and nothing more."""

import contextlib
import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import replace

import pytest

from sagalab.cloud.connect import LocalSession
from sagalab.cloud.local_key import local_key
from sagalab.deploying.deploy import deploy, deploy_machine
from sagalab.deploying.deployment import Deployment, deployment, status
from sagalab.deploying.destroy import destroy_all, prefixes_under
from sagalab.deploying.leftovers import by_name
from sagalab.deploying.machines import definition
from sagalab.deploying.names import TASKS, Names
from sagalab.deploying.part_role import POLICY_NAME
from sagalab.ledger.read import read_ledger
from sagalab.ledger.tables import tables
from sagalab.ledger.verdict import verdict
from sagalab.localcloud.iam.policies import decide
from sagalab.localcloud.iam.requests import ApiRequest, Need, needs
from sagalab.orders.costs import costs_so_far
from sagalab.orders.orders import make_order
from sagalab.orders.redrive import redrive
from sagalab.orders.runs import run
from sagalab.orders.scenarios import run_scenario
from sagalab.project import ROOT, state_dir

POLICY = ROOT / "setup" / "deployer-policy.json"
PREFIX = "t-deployer"
# What AWS asks for beside the call itself: the Service Authorization Reference lists it as dependent actions
# (PassRole), or as the permission to tag what a call creates with tags.
BESIDE = {
    "iam:PassRole",
    *(f"{service}:TagResource" for service in ("dynamodb", "lambda", "logs", "sns", "states")),
    "iam:TagRole",
    "sqs:TagQueue",
}


@pytest.fixture(scope="module")
def asked(cloud) -> set[Need]:
    """Everything that a participant's session asks of AWS, from the first deployment to the last destroy."""
    found: set[Need] = set()
    session = LocalSession(cloud.endpoint, local_key(state_dir()))

    def note(request, **_) -> None:
        headers = {
            name.lower(): value.decode() if isinstance(value, bytes) else value
            for name, value in request.headers.items()
        }
        key, _, region, service, _ = headers["authorization"].partition("Credential=")[2].split("/", 4)
        body = request.body.encode() if isinstance(request.body, str) else request.body or b""
        found.update(
            needs(ApiRequest(service, region, cloud.account, request.method, request.url, headers, body))
        )

    session.events.register("before-send", note)
    recorded = replace(cloud, session=session, prefix=PREFIX, _made={})
    mine = deploy(recorded, progress=False)
    spoil(cloud, mine)
    deploy(recorded, progress=False)
    deploy(recorded, progress=False, reset_stock=True, durable=True)
    use(recorded)
    policies = cloud.client("iam")
    another = policies.create_policy(
        PolicyName="t-deployers-own", PolicyDocument=one_statement(Action="s3:GetObject", Resource="*")
    )["Policy"]["Arn"]
    policies.attach_role_policy(RoleName=Names(PREFIX).machine_role, PolicyArn=another)
    destroy_all(prefixes_under(PREFIX, recorded), recorded, progress=False)
    policies.delete_policy(PolicyArn=another)
    return found


def spoil(cloud, mine: Deployment) -> None:
    """Change or delete something of each kind by another connection, so that the next deployment mends it."""
    names = Names(PREFIX)
    task = TASKS[0]
    iam, functions, logs = cloud.client("iam"), cloud.client("lambda"), cloud.client("logs")
    iam.put_role_policy(
        RoleName=names.machine_role,
        PolicyName=POLICY_NAME,
        PolicyDocument=one_statement(Action="s3:GetObject", Resource="*"),
    )
    trust = one_statement(Action="sts:AssumeRole", Principal={"Service": "ec2.amazonaws.com"})
    iam.update_assume_role_policy(RoleName=names.machine_role, PolicyDocument=trust)
    functions.update_function_configuration(FunctionName=names.function(task), Timeout=3)
    functions.update_function_code(FunctionName=names.function(task), ZipFile=another_zip())
    group = names.function_log_group(task)
    logs.put_retention_policy(logGroupName=group, retentionInDays=1)
    arn = f"arn:aws:logs:{cloud.region}:{cloud.account}:log-group:{group}"
    logs.untag_resource(resourceArn=arn, tagKeys=["sagalab:prefix"])
    cloud.client("sqs").set_queue_attributes(QueueUrl=mine.queue_url, Attributes={"RedrivePolicy": ""})
    sns = cloud.client("sns")
    for each in sns.list_subscriptions_by_topic(TopicArn=mine.topic_arn)["Subscriptions"]:
        sns.unsubscribe(SubscriptionArn=each["SubscriptionArn"])
    cloud.client("stepfunctions").update_state_machine(
        stateMachineArn=mine.machine(), definition='{"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}'
    )


def one_statement(**statement) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow"} | statement]})


def another_zip() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("orders.py", "")
    return buffer.getvalue()


def use(recorded) -> None:
    """Do what the notebooks and commands do with a deployment, and leave one execution running."""
    mine = deployment(recorded)
    status(recorded)
    run(make_order(), "durable", deployment=mine)
    execution = run(make_order(), deployment=mine)
    redrive(run_scenario("33", deployment=mine), deployment=mine)
    read_ledger(execution.input, mine)
    verdict(execution, mine)
    tables(mine)
    tables(mine, execution.input["order_id"])
    costs_so_far(mine)
    deploy_machine(mine, "twice", definition("saga"))
    sleeper = {"StartAt": "S", "States": {"S": {"Type": "Wait", "Seconds": 86400, "End": True}}}
    arn = deploy_machine(mine, "sleeper", sleeper)
    client = recorded.client("stepfunctions")
    running = client.start_execution(stateMachineArn=arn)
    client.describe_execution(executionArn=running["executionArn"])  # as the notebooks do
    with contextlib.suppress(client.exceptions.InvalidToken):
        client.send_task_success(taskToken="as sagalab parked does", output="{}")
    assert by_name(recorded)


@pytest.fixture(scope="module")
def policy() -> dict:
    return json.loads(POLICY.read_text(encoding="utf-8").replace("PREFIX", PREFIX))


def actions(statements: list[dict]) -> Iterator[str]:
    for statement in statements:
        yield from statement["Action"]


def of_no_resource(policy: dict) -> list[str]:
    """Return the actions that the policy allows on everything."""
    return list(actions([each for each in policy["Statement"] if each["Resource"] == "*"]))


def test_everything_that_is_asked_is_allowed(asked, policy):
    denied = {need for need in asked if decide([policy], need.action, need.resource) != "allowed"}
    assert denied == set()


def test_nothing_is_allowed_that_is_not_asked(asked, policy):
    assert sorted(actions(policy["Statement"])) == sorted({need.action for need in asked} | BESIDE)


def test_it_reaches_the_prefix_only(asked, policy):
    """A call is not allowed on another's resource; those that know no resource only list and look."""
    named = [need for need in asked if need.resource and need.action not in of_no_resource(policy)]
    assert len(named) > 150
    for need in named:
        assert PREFIX in need.resource, need
        other = need.resource.replace(PREFIX, "someone-else")
        assert decide([policy], need.action, other) == "no allow", need
    reading = ("List", "Describe", "GetResources")
    writing = {action for action in of_no_resource(policy) if not action.split(":")[1].startswith(reading)}
    # Service Authorization Reference: these two know no resource
    assert writing == {"sns:Unsubscribe", "states:SendTaskSuccess"}


def test_roles_are_passed_to_the_two_services_only(policy):
    [passing] = [each for each in policy["Statement"] if each["Action"] == ["iam:PassRole"]]
    services = passing["Condition"]["StringEquals"]["iam:PassedToService"]
    assert sorted(services) == ["lambda.amazonaws.com", "states.amazonaws.com"]
    assert passing["Resource"] == [f"arn:aws:iam::*:role/{PREFIX}-*"]
