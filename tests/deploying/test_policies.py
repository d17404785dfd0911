"""Least privilege: each role allows exactly what its function calls, seen from the real handlers' calls."""

import json
import os
import subprocess
import sys

import pytest

from sagalab.cloud.local_key import local_key
from sagalab.deploying.deploy import deploy
from sagalab.deploying.destroy import destroy
from sagalab.deploying.names import TASKS, Arns, Names
from sagalab.deploying.policies import function_policy, machine_policy
from sagalab.project import LAMBDAS, state_dir

PREFIX = "t-policies"

# Runs handlers of lambdas/ with their orders, and prints the IAM actions that each needed of DynamoDB.
CALLS = """
import importlib, json, sys
sys.path.insert(0, sys.argv[1])
import boto3
needed, made = set(), boto3.client

def note(model, params, **_):
    body = json.loads(params["body"])
    if model.name != "TransactWriteItems":
        needed.add(f"{model.name} {body['TableName']}")
        return
    for action in body["TransactItems"]:
        [(kind, content)] = action.items()
        needed.add(f"{kind}Item {content['TableName']}")

def client(*args, **kwargs):
    found = made(*args, **kwargs)
    found.meta.events.register("before-call", note)
    return found

boto3.client = client
found = {}
for task, place, orders in json.loads(sys.argv[2]):
    module, function = place.split(".")
    needed.clear()
    for order in orders:
        try:
            getattr(importlib.import_module(module), function)(order, None)
        except Exception as error:
            print(error, file=sys.stderr)
    found[task] = sorted(needed)
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def deployed(cloud):
    yield deploy(cloud, prefix=PREFIX, progress=False)
    destroy(cloud, prefix=PREFIX, progress=False)


def order(order_id, **more):
    item = {"item_id": "1", "qty": 1, "description": "", "unit_price": 1.5}
    return {"order_id": order_id, "customer_id": "c", "items": [item], "faults": {}} | more


def orders_of(task) -> list[dict]:
    """Return orders that make a handler call all that it ever calls: new, repeated, undone, with faults."""
    late = order("5b", faults={task.task: {"kind": "late", "ms": 1}})
    failing = order("5c", faults={task.task: {"kind": "error", "when": "after"}})
    # TASKS are in the saga's order, so an undo finds what to undo; "5-ITS-NAME" was never done.
    return [order("5a"), order("5a"), order(f"5-{task.task}"), late, failing]


def needed(deployed) -> dict[str, set[str]]:
    """Return for each task {"Action table", …}: what its handler called."""
    key = local_key(state_dir())
    environment = dict(os.environ) | {
        "AWS_ENDPOINT_URL": deployed.cloud.endpoint,
        "AWS_DEFAULT_REGION": deployed.cloud.region,
        "AWS_ACCESS_KEY_ID": key.id,
        "AWS_SECRET_ACCESS_KEY": key.secret,
    }
    for key, name in deployed.tables.items():
        environment[f"{key.upper()}_TABLE"] = name
    jobs = json.dumps([(task.task, task.handler, orders_of(task)) for task in TASKS])
    command = [sys.executable, "-c", CALLS, str(LAMBDAS), jobs]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=True)
    found = json.loads(done.stdout.splitlines()[-1])  # faults print before it
    return {task: set(calls) for task, calls in found.items()}


def allowed(policy) -> set[str]:
    return {
        f"{action.removeprefix('dynamodb:')} {resource.rsplit('/', 1)[1]}"
        for statement in policy["Statement"]
        for action in statement["Action"]
        if action.startswith("dynamodb:")
        for resource in statement["Resource"]
    }


def test_a_function_may_do_what_it_calls_and_nothing_more(deployed):
    arns = Arns(Names(PREFIX), deployed.cloud.region, deployed.cloud.account)
    assert {task.task: allowed(function_policy(arns, task)) for task in TASKS} == needed(deployed)


def test_a_function_writes_to_its_own_log_group_alone():
    arns = Arns(Names("p"), "r", "1")
    for task in TASKS:
        resources = [
            statement["Resource"]
            for statement in function_policy(arns, task)["Statement"]
            if "logs:PutLogEvents" in statement["Action"]
        ]
        assert resources == [[f"arn:aws:logs:r:1:log-group:/aws/lambda/p-{task.suffix}:*"]]


def test_the_machine_may_invoke_its_six_functions_and_publish_to_its_topic():
    statements = {
        statement["Action"][0]: statement["Resource"]
        for statement in machine_policy(Arns(Names("p"), "r", "1"))["Statement"]
    }
    functions = {f"arn:aws:lambda:r:1:function:p-{task.suffix}" for task in TASKS}
    assert set(statements["lambda:InvokeFunction"]) == functions
    assert statements["sns:Publish"] == ["arn:aws:sns:r:1:p-notifications"]
