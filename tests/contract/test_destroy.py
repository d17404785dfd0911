"""Destroying on the real local cloud: all that was made, nothing else, also when it was only half made."""

import json
import os
import subprocess
import sys

import pytest
from deployed_things import everything, expected

from sagalab.deploy import deploy, deploy_machine
from sagalab.destroy import destroy
from sagalab.errors import SagaLabError
from sagalab.status import status

SLEEPER = {"StartAt": "Sleep", "States": {"Sleep": {"Type": "Wait", "Seconds": 90000, "End": True}}}


def actions(changes) -> set[str]:
    return {change.action for change in changes}


def test_nothing_is_left_and_the_neighbour_stays(cloud):
    mine = deploy(cloud, prefix="t-destroy", progress=False)
    deploy(cloud, prefix="t-destroy-too", progress=False)
    neighbours = everything(cloud, "t-destroy-too")
    assert neighbours == expected("t-destroy-too")
    client = cloud.client("stepfunctions")
    running = client.start_execution(stateMachineArn=deploy_machine(mine, "sleeper", SLEEPER))["executionArn"]
    stopped = []

    def note_stop(params, **_):
        stopped.append(params["executionArn"])

    client.meta.events.register("provide-client-params.stepfunctions.StopExecution", note_stop)
    assert actions(destroy(cloud, prefix="t-destroy", progress=False)) == {"deleted"}
    client.meta.events.unregister("provide-client-params.stepfunctions.StopExecution", note_stop)

    assert stopped == [running]
    assert everything(cloud, "t-destroy") == neighbours
    assert actions(destroy(cloud, prefix="t-destroy", progress=False)) == {"absent"}
    assert {part.state for part in status(cloud, prefix="t-destroy")} == {"missing"}
    destroy(cloud, prefix="t-destroy-too", progress=False)
    assert everything(cloud, "t-destroy") == set()


def make_foreign_table(cloud, name):
    client = cloud.client("dynamodb")
    client.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "a", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "a", "KeyType": "HASH"}],
    )
    return lambda: client.delete_table(TableName=name)


def make_foreign_role(cloud, name):
    client = cloud.client("iam")
    assume = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
    trust = json.dumps({"Version": "2012-10-17", "Statement": [assume]})
    client.create_role(RoleName=name, AssumeRolePolicyDocument=trust)
    return lambda: client.delete_role(RoleName=name)


def make_foreign_topic(cloud, name):
    client = cloud.client("sns")
    arn = client.create_topic(Name=name)["TopicArn"]
    return lambda: client.delete_topic(TopicArn=arn)


def make_foreign_queue(cloud, name):
    client = cloud.client("sqs")
    url = client.create_queue(QueueName=name)["QueueUrl"]
    return lambda: client.delete_queue(QueueUrl=url)


def make_foreign_log_group(cloud, name):
    client = cloud.client("logs")
    client.create_log_group(logGroupName=name)
    return lambda: client.delete_log_group(logGroupName=name)


def make_foreign_machine(cloud, name):
    client = cloud.client("stepfunctions")
    arn = client.create_state_machine(
        name=name, definition=json.dumps(SLEEPER), roleArn=f"arn:aws:iam::{cloud.account}:role/any"
    )["stateMachineArn"]
    return lambda: client.delete_state_machine(stateMachineArn=arn)


# A prefix of its own for each kind: moto keeps the tags of a deleted thing for the next of its name.
FOREIGN = {
    "table": (make_foreign_table, "t-other-1", "t-other-1-orders"),
    "role": (make_foreign_role, "t-other-2", "t-other-2-saga-role"),
    "topic": (make_foreign_topic, "t-other-3", "t-other-3-notifications"),
    "queue": (make_foreign_queue, "t-other-4", "t-other-4-notifications-dlq"),
    "log group": (make_foreign_log_group, "t-other-5", "/aws/vendedlogs/states/t-other-5-saga"),
    "state machine": (make_foreign_machine, "t-other-6", "t-other-6-saga"),
}


@pytest.mark.parametrize("kind", FOREIGN)
def test_another_ones_thing_of_the_same_name_is_refused_and_left_alone(cloud, kind):
    make, prefix, name = FOREIGN[kind]
    clean = make(cloud, name)
    try:
        with pytest.raises(SagaLabError, match=f"A {kind} named {name} exists"):
            deploy(cloud, prefix=prefix, progress=False)
        left = [change for change in destroy(cloud, prefix=prefix, progress=False) if change.action == "not ours"]
        assert [(change.kind, change.name) for change in left] == [(kind, name)]
        assert everything(cloud, prefix) == {(kind, name)}
    finally:
        clean()


KILLED = """
import os
from itertools import count
from sagalab.connect import connect
from sagalab.deploy import deploy

cloud, calls = connect(), count(1)
for service in ("dynamodb", "iam", "lambda", "logs", "sns", "sqs", "stepfunctions"):
    hook = lambda **_: os._exit(9) if next(calls) == {at} else None
    cloud.client(service).meta.events.register("before-call", hook)
deploy(cloud, prefix="t-half", progress=False)
"""


@pytest.mark.parametrize("at", [20, 60, 90])
def test_a_deployment_killed_in_the_middle_is_mended_or_destroyed(cloud, at):
    done = subprocess.run([sys.executable, "-c", KILLED.format(at=at)], env=dict(os.environ), timeout=60)
    assert done.returncode == 9
    made = everything(cloud, "t-half")
    assert made and made < expected("t-half")
    if at == 60:
        deploy(cloud, prefix="t-half", progress=False)
        assert everything(cloud, "t-half") == expected("t-half")
    destroy(cloud, prefix="t-half", progress=False)
    assert everything(cloud, "t-half") == set()
