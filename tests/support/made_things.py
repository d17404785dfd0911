"""What `sagalab deploy` made, asked from the cloud: {(kind, name): description}, as template_things.py has it."""

import json
from typing import Any

from sagalab.deploying.part_role import POLICY_NAME
from sagalab.deploying.parts import Parts


def made(cloud, prefix: str) -> dict[tuple[str, str], dict[str, Any]]:
    """Return a description of every part of a deployment."""
    parts = Parts(cloud, prefix)
    describe = {
        "table": _table,
        "role": _role,
        "function": _function,
        "log group": _log_group,
        "topic": _topic,
        "queue": _queue,
        "state machine": _machine,
    }
    return {
        (part.kind, part.name): describe[part.kind](cloud, part) | {"tags": dict(part.tags())}
        for part in [*(part for stage in _stages(parts) for part in stage), *parts.machines()]
    }


def _stages(parts: Parts) -> list[list[Any]]:
    durable = [[part for part in stage if part.state() == "present"] for stage in parts.durable_stages()]
    return [*parts.stages(), *durable]


def _table(cloud, part) -> dict[str, Any]:
    found = cloud.client("dynamodb").describe_table(TableName=part.name)["Table"]
    wanted = ("IndexName", "KeySchema", "Projection")
    return {
        "BillingMode": found["BillingModeSummary"]["BillingMode"],
        "AttributeDefinitions": found["AttributeDefinitions"],
        "KeySchema": found["KeySchema"],
        "GlobalSecondaryIndexes": [
            {key: index[key] for key in wanted} for index in found.get("GlobalSecondaryIndexes", [])
        ],
    }


def _role(cloud, part) -> dict[str, Any]:
    client = cloud.client("iam")
    names = client.list_role_policies(RoleName=part.name)["PolicyNames"]
    assert names == [POLICY_NAME]
    assert not client.list_attached_role_policies(RoleName=part.name)["AttachedPolicies"]
    return {
        "trust": client.get_role(RoleName=part.name)["Role"]["AssumeRolePolicyDocument"],
        "policies": {
            name: client.get_role_policy(RoleName=part.name, PolicyName=name)["PolicyDocument"]
            for name in names
        },
    }


def _function(cloud, part) -> dict[str, Any]:
    found = cloud.client("lambda").get_function_configuration(FunctionName=part.name)
    keys = ("Handler", "Runtime", "Timeout", "MemorySize", "Role")
    return {
        **{key: found[key] for key in keys},
        "variables": found["Environment"]["Variables"],
        "tracing": found["TracingConfig"]["Mode"],
        "durable": found.get("DurableConfig"),
    }


def _log_group(cloud, part) -> dict[str, Any]:
    groups = cloud.client("logs").describe_log_groups(logGroupNamePrefix=part.name)["logGroups"]
    return {"days": next(group["retentionInDays"] for group in groups if group["logGroupName"] == part.name)}


def _topic(cloud, part) -> dict[str, Any]:
    client = cloud.client("sns")
    found = client.list_subscriptions_by_topic(TopicArn=part.arn)["Subscriptions"]
    attributes = [
        client.get_subscription_attributes(SubscriptionArn=each["SubscriptionArn"])["Attributes"]
        for each in found
    ]
    return {
        "subscribed": [
            (each["Protocol"], each["Endpoint"], more["RawMessageDelivery"])
            for each, more in zip(found, attributes, strict=True)
        ]
    }


def _queue(cloud, part) -> dict[str, Any]:
    url = part.url()
    found = cloud.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    return {
        "policies": [json.loads(found["Policy"])] if "Policy" in found else [],
        "redrive": json.loads(found["RedrivePolicy"]) if "RedrivePolicy" in found else None,
        "kept": int(found["MessageRetentionPeriod"]),
    }


def _machine(cloud, part) -> dict[str, Any]:
    found = cloud.client("stepfunctions").describe_state_machine(stateMachineArn=part.arn)
    logging = found["loggingConfiguration"]
    return {
        "definition": json.loads(found["definition"]),
        "type": found["type"],
        "role": found["roleArn"],
        "level": (logging["level"], logging["includeExecutionData"]),
        "logs": [each["cloudWatchLogsLogGroup"]["logGroupArn"] for each in logging["destinations"]],
        "traced": found["tracingConfiguration"]["enabled"],
    }
