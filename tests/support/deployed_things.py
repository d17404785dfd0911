"""What exists in a cloud, asked service by service and not through the code that deploys it."""


def everything(cloud, prefix: str) -> set[tuple[str, str]]:
    """Return (kind, name) of every resource whose name holds the prefix."""
    names = {
        "table": _all(cloud, "dynamodb", "list_tables", "TableNames"),
        "role": _all(cloud, "iam", "list_roles", "Roles", "RoleName"),
        "function": _all(cloud, "lambda", "list_functions", "Functions", "FunctionName"),
        "log group": _all(cloud, "logs", "describe_log_groups", "logGroups", "logGroupName"),
        "topic": _all(cloud, "sns", "list_topics", "Topics", "TopicArn"),
        "subscription": _all(cloud, "sns", "list_subscriptions", "Subscriptions", "TopicArn"),
        "queue": _all(cloud, "sqs", "list_queues", "QueueUrls"),
        "state machine": _all(cloud, "stepfunctions", "list_state_machines", "stateMachines", "name"),
    }
    return {
        (kind, last)
        for kind, found in names.items()
        for name in found
        if (last := name if kind == "log group" else name.replace("/", ":").rsplit(":", 1)[-1])
        .rsplit("/", 1)[-1]
        .startswith(f"{prefix}-")
    }


def _all(cloud, service: str, operation: str, list_key: str, name_key: str | None = None) -> list[str]:
    pages = cloud.client(service).get_paginator(operation).paginate()
    found = [item for page in pages for item in page.get(list_key, [])]
    return [item[name_key] if name_key else item for item in found]


def expected(prefix: str, durable: bool = False) -> set[tuple[str, str]]:
    """Return what a deployment consists of, written by hand."""
    if durable:
        names = (f"{prefix}-durable", f"{prefix}-durable-hardened")
        added = {("function", name) for name in names} | {
            ("log group", f"/aws/lambda/{name}") for name in names
        }
        return expected(prefix) | added | {("role", f"{prefix}-durable-role")}
    functions = [f"{do}-order" for do in ("new", "update")] + [f"{do}-payment" for do in ("debit", "credit")]
    functions += [f"{do}-inventory" for do in ("reserve", "release")]
    return {
        *(("table", f"{prefix}-{name}") for name in ("orders", "payments", "inventory", "stock", "attempts")),
        *(("function", f"{prefix}-{name}") for name in functions),
        *(("role", f"{prefix}-{name}-role") for name in functions),
        *(("log group", f"/aws/lambda/{prefix}-{name}") for name in functions),
        ("role", f"{prefix}-saga-role"),
        ("log group", f"/aws/vendedlogs/states/{prefix}-saga"),
        ("topic", f"{prefix}-notifications"),
        ("subscription", f"{prefix}-notifications"),
        ("queue", f"{prefix}-notifications"),
        ("queue", f"{prefix}-notifications-dlq"),
        ("state machine", f"{prefix}-saga"),
    }
