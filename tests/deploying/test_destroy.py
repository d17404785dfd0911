"""Destroying on the real local cloud: all that was made, nothing else, also when it was only half made."""

import json
import os
import subprocess
import sys
from collections.abc import Callable

import pytest
from deployed_things import everything, expected

from sagalab.deploying.deploy import deploy, deploy_machine
from sagalab.deploying.deployment import status
from sagalab.deploying.destroy import destroy
from sagalab.deploying.package import package
from sagalab.deploying.parts import Parts
from sagalab.errors import SagaLabError

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


def make_foreign(cloud, prefix) -> dict[tuple[str, str], Callable]:
    """Make one untagged thing of each kind, named as a deployment would; return how to delete each."""
    names = {
        "table": f"{prefix}-orders",
        "role": f"{prefix}-saga-role",
        "topic": f"{prefix}-notifications",
        "queue": f"{prefix}-notifications-dlq",
        "log group": f"/aws/vendedlogs/states/{prefix}-saga",
        "function": f"{prefix}-new-order",
        "state machine": f"{prefix}-saga",
    }
    dynamodb, iam, sns, sqs, logs, functions, machines = (
        cloud.client(name) for name in ("dynamodb", "iam", "sns", "sqs", "logs", "lambda", "stepfunctions")
    )
    assume = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    role = iam.create_role(
        RoleName=names["role"],
        AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [assume]}),
    )["Role"]["Arn"]
    dynamodb.create_table(
        TableName=names["table"],
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "a", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "a", "KeyType": "HASH"}],
    )
    topic = sns.create_topic(Name=names["topic"])["TopicArn"]
    queue = sqs.create_queue(QueueName=names["queue"])["QueueUrl"]
    logs.create_log_group(logGroupName=names["log group"])
    functions.create_function(
        FunctionName=names["function"],
        Role=role,
        Runtime="python3.13",
        Handler="orders.new_order",
        Code={"ZipFile": package().content},
    )
    machine = machines.create_state_machine(
        name=names["state machine"], definition=json.dumps(SLEEPER), roleArn=role
    )["stateMachineArn"]
    deletions = {
        "table": lambda: dynamodb.delete_table(TableName=names["table"]),
        "role": lambda: iam.delete_role(RoleName=names["role"]),
        "topic": lambda: sns.delete_topic(TopicArn=topic),
        "queue": lambda: sqs.delete_queue(QueueUrl=queue),
        "log group": lambda: logs.delete_log_group(logGroupName=names["log group"]),
        "function": lambda: functions.delete_function(FunctionName=names["function"]),
        "state machine": lambda: machines.delete_state_machine(stateMachineArn=machine),
    }
    return {(kind, name): deletions[kind] for kind, name in names.items()}


def test_another_ones_thing_of_the_same_name_is_refused_and_left_alone(cloud):
    prefix = "t-other"
    foreign = make_foreign(cloud, prefix)
    parts = Parts(cloud, prefix)
    candidates = [*(part for stage in parts.stages() for part in stage), *parts.all_machines()]
    for part in [part for part in candidates if (part.kind, part.name) in foreign]:
        with pytest.raises(SagaLabError, match=f"A {part.kind} named {part.name} exists"):
            part.ensure()
    with pytest.raises(SagaLabError, match="not made by Saga Lab"):
        deploy(cloud, prefix=prefix, progress=False)

    changes = destroy(cloud, prefix=prefix, progress=False)

    assert {(change.kind, change.name) for change in changes if change.action == "not ours"} == set(foreign)
    assert everything(cloud, prefix) == set(foreign)
    for delete in foreign.values():
        delete()
    assert everything(cloud, prefix) == set()


KILLED = """
import os
from itertools import count
from sagalab.cloud.connect import connect
from sagalab.deploying.deploy import deploy

cloud, calls = connect(), count(1)
for service in ("dynamodb", "iam", "lambda", "logs", "sns", "sqs", "stepfunctions"):
    hook = lambda **_: os._exit(9) if next(calls) == {at} else None
    cloud.client(service).meta.events.register("before-call", hook)
deploy(cloud, prefix="t-half", progress=False)
"""


@pytest.mark.parametrize("at", [25, 70])
def test_a_deployment_killed_in_the_middle_is_mended_or_destroyed(cloud, at):
    done = subprocess.run([sys.executable, "-c", KILLED.format(at=at)], env=dict(os.environ), timeout=60)
    assert done.returncode == 9
    made = everything(cloud, "t-half")
    assert made and made < expected("t-half")
    if at == 70:
        deploy(cloud, prefix="t-half", progress=False)
        assert everything(cloud, "t-half") == expected("t-half")
    destroy(cloud, prefix="t-half", progress=False)
    assert everything(cloud, "t-half") == set()
