"""IAM policy documents: what each function and the state machine may do, and nothing more.

The actions of a table are those that the service's code in lambdas/ calls; a test compares them with the
calls that it makes. Sources: "Actions, resources, and condition keys" of each service (AWS Service
Authorization Reference); "Logging using CloudWatch Logs" (Step Functions developer guide).
"""

from typing import Any

from sagalab.deploying.names import DURABLE, TASKS, Arns, TaskFunction

# Per task: the tables that its function uses, and the actions on each. What a transaction does to an item
# counts as the action of that name.
TABLE_ACTIONS: dict[str, dict[str, tuple[str, ...]]] = {
    "ProcessOrder": {"orders": ("PutItem",)},
    "ProcessPayment": {"payments": ("ConditionCheckItem", "PutItem")},
    "ReserveInventory": {"inventory": ("ConditionCheckItem", "PutItem"), "stock": ("UpdateItem",)},
    "ReleaseInventory": {"inventory": ("ConditionCheckItem", "GetItem", "PutItem"), "stock": ("UpdateItem",)},
    "ProcessRefund": {"payments": ("ConditionCheckItem", "GetItem", "PutItem")},
    "UpdateOrderStatus": {"orders": ("UpdateItem",)},
}
ATTEMPTS_ACTIONS = ("UpdateItem",)

_TRACING = {
    "Effect": "Allow",
    "Action": ["xray:PutTraceSegments", "xray:PutTelemetryRecords"],
    "Resource": "*",  # X-Ray has no resources of its own to name here
}


def _statement(actions: list[str], resources: list[str] | str) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": actions, "Resource": resources}


def _policy(statements: list[dict[str, Any]]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": statements}


def function_policy(arns: Arns, task: TaskFunction) -> dict[str, Any]:
    """Return what the function of a task may do: its own tables, its attempts, its log group, its traces."""
    tables = {**TABLE_ACTIONS[task.task], "attempts": ATTEMPTS_ACTIONS}
    log_group = arns.log_group(arns.names.function_log_group(task))
    return _policy(
        [
            *(
                _statement([f"dynamodb:{action}" for action in actions], [arns.table(key)])
                for key, actions in tables.items()
            ),
            _statement(["logs:CreateLogStream", "logs:PutLogEvents"], [f"{log_group}:*"]),
            _TRACING,
        ]
    )


def durable_policy(arns: Arns) -> dict[str, Any]:
    """Return what the saga's durable functions may do: what the six may together, publish, and keep their state.

    One function has one role, so the code that takes the money may take stock too: six functions need not.
    Source of the two actions of Lambda: "Security and permissions for Lambda durable functions" (developer guide).
    """
    tables: dict[str, set[str]] = {"attempts": set(ATTEMPTS_ACTIONS)}
    for uses in TABLE_ACTIONS.values():
        for key, actions in uses.items():
            tables.setdefault(key, set()).update(actions)
    functions = [arns.durable(each.name) for each in DURABLE]
    groups = [arns.log_group(f"/aws/lambda/{arns.names.durable(each.name)}") for each in DURABLE]
    return _policy(
        [
            *(
                _statement([f"dynamodb:{action}" for action in sorted(actions)], [arns.table(key)])
                for key, actions in sorted(tables.items())
            ),
            _statement(["sns:Publish"], [arns.topic]),
            _statement(
                ["lambda:CheckpointDurableExecution", "lambda:GetDurableExecutionState"],
                [f"{function}:*" for function in functions],
            ),
            _statement(["logs:CreateLogStream", "logs:PutLogEvents"], [f"{group}:*" for group in groups]),
            _TRACING,
        ]
    )


def machine_policy(arns: Arns) -> dict[str, Any]:
    """Return what the state machines may do: invoke the six functions, publish, write logs and traces."""
    return _policy(
        [
            _statement(["lambda:InvokeFunction"], [arns.function(task) for task in TASKS]),
            _statement(["sns:Publish"], [arns.topic]),
            {
                "Effect": "Allow",
                "Action": [
                    "logs:CreateLogDelivery",
                    "logs:DeleteLogDelivery",
                    "logs:DescribeLogGroups",
                    "logs:DescribeResourcePolicies",
                    "logs:GetLogDelivery",
                    "logs:ListLogDeliveries",
                    "logs:PutResourcePolicy",
                    "logs:UpdateLogDelivery",
                ],
                "Resource": "*",  # these actions know no resources
            },
            {
                **_TRACING,
                "Action": [*_TRACING["Action"], "xray:GetSamplingRules", "xray:GetSamplingTargets"],
            },
        ]
    )


def queue_policy(arns: Arns) -> dict[str, Any]:
    """Return the notification queue's policy: only our topic may send to it."""
    return _policy(
        [
            {
                "Effect": "Allow",
                "Principal": {"Service": "sns.amazonaws.com"},
                "Action": "sqs:SendMessage",
                "Resource": arns.queue(arns.names.queue),
                "Condition": {"ArnEquals": {"aws:SourceArn": arns.topic}},
            }
        ]
    )


def same_policy(one: Any, other: Any) -> bool:
    """Tell whether two policy documents say the same: one thing may stand there alone or as a list, and lists in any order.

    A template writes one resource without a list (IAM User Guide, "IAM JSON policy elements: Resource").
    """
    return _plain(one) == _plain(other)


def _plain(part: Any) -> Any:
    if isinstance(part, dict):
        return {key: _plain(value) for key, value in part.items()}
    if isinstance(part, list):
        plain = sorted((_plain(each) for each in part), key=repr)
        return plain[0] if len(plain) == 1 else plain
    return part
