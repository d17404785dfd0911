"""setup/template.yaml makes what `sagalab deploy` makes, so that the two cannot drift apart."""

import json

import pytest
from deployed_things import expected
from made_things import made
from template_things import TEMPLATE, Template

from sagalab.deploying.deploy import deploy
from sagalab.deploying.deployment import status
from sagalab.deploying.destroy import destroy
from sagalab.deploying.names import DURABLE, TASKS, Names
from sagalab.project import LAMBDAS

PREFIX = "t-template"


@pytest.fixture(scope="module")
def template(cloud) -> Template:
    return Template(PREFIX, cloud.region, cloud.account)


@pytest.fixture(scope="module")
def deployed(cloud):
    deploy(cloud, prefix=PREFIX, progress=False, durable=True)
    yield made(cloud, PREFIX)
    destroy(cloud, prefix=PREFIX, progress=False)


def plain(value):
    """Return a description in which order and single items without a list do not matter."""
    if isinstance(value, dict):
        lists = {key: [item] if key in ("Action", "Resource") and isinstance(item, str) else item
                 for key, item in value.items()}  # fmt: skip
        return {key: plain(item) for key, item in lists.items()}
    if isinstance(value, list | tuple):
        return sorted((plain(item) for item in value), key=repr)
    return value


def test_cfn_lint_has_nothing_to_say():
    from cfnlint.api import ManualArgs, lint  # here, as every worker of the suite collects this file

    found = lint(TEMPLATE.read_text(encoding="utf-8"), ManualArgs(include_checks=["I"]))
    assert [str(match) for match in found] == []


def test_it_makes_the_same_things(template, deployed):
    assert set(template.things()) == set(deployed)
    wanted = expected(PREFIX, durable=True)
    subscribed = {(kind, name) for kind, name in wanted if kind == "subscription"}
    assert wanted - subscribed == set(deployed)


@pytest.mark.parametrize(
    "kind", ["table", "role", "function", "log group", "queue", "topic", "state machine"]
)
def test_each_thing_is_the_same(template, deployed, kind):
    ours = {name: plain(thing) for (each, name), thing in template.things().items() if each == kind}
    theirs = {name: plain(thing) for (each, name), thing in deployed.items() if each == kind}
    assert ours == theirs


def test_after_the_template_there_is_nothing_to_rewrite(template, deployed, cloud):
    """CloudFormation hands a policy on as the template has it: one resource without a list, for example."""
    iam, sqs = cloud.client("iam"), cloud.client("sqs")
    for (kind, name), thing in template.things().items():
        if kind == "role":
            iam.update_assume_role_policy(RoleName=name, PolicyDocument=json.dumps(thing["trust"]))
            for policy, document in thing["policies"].items():
                iam.put_role_policy(RoleName=name, PolicyName=policy, PolicyDocument=json.dumps(document))
        if kind == "queue" and thing["policies"]:
            attributes = {
                "Policy": json.dumps(thing["policies"][0]),
                "RedrivePolicy": json.dumps(thing["redrive"]),
            }
            url = sqs.get_queue_url(QueueName=name)["QueueUrl"]
            sqs.set_queue_attributes(QueueUrl=url, Attributes=attributes)
    assert {
        each.name: each.differences for each in status(cloud, prefix=PREFIX) if each.state != "present"
    } == {}


def test_the_code_is_the_folder_that_deploy_packs_and_each_function_waits_for_its_log_group(template):
    assert template.code == LAMBDAS
    functions = {Names(PREFIX).function(task) for task in TASKS}
    functions |= {Names(PREFIX).durable(each.name) for each in DURABLE}
    assert {name for kind, name in template.things() if kind == "function"} == functions


def test_there_is_nothing_that_is_not_compared(template):
    compared = {"AWS::SNS::Subscription", "AWS::SQS::QueuePolicy"}
    compared |= {"AWS::DynamoDB::Table", "AWS::IAM::Role", "AWS::Lambda::Function", "AWS::Logs::LogGroup"}
    compared |= {"AWS::SNS::Topic", "AWS::SQS::Queue", "AWS::StepFunctions::StateMachine"}
    assert template.kinds() == compared
