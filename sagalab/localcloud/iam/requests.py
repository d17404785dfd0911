"""What a request to an AWS API asks IAM for: which action on which resource.

The services that a saga uses name their resource; of any other service only the action counts.
Source: "Actions, resources, and condition keys" of each service, AWS Service Authorization Reference.
"""

import functools
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import botocore.session
from botocore.model import OperationModel

from sagalab.localcloud.refusals import is_query

# The part of an action before the colon, where it is not the name that signs the request.
_PREFIXES = {"monitoring": "cloudwatch", "email": "ses", "tagging": "tag"}
# Operations whose action has another name; a batch of SQS needs what each of its messages does.
_NAMES = {
    ("lambda", "Invoke"): "InvokeFunction",
    ("sqs", "ChangeMessageVisibilityBatch"): "ChangeMessageVisibility",
    ("sqs", "DeleteMessageBatch"): "DeleteMessage",
    ("sqs", "SendMessageBatch"): "SendMessage",
}
# What an action of a transaction counts as:
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html
_IN_TRANSACTIONS = {
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "ConditionCheck": "ConditionCheckItem",
    "Get": "GetItem",
}
# Which parameters of a service hold its resource: an ARN, or a name to put into one.
_PARAMETERS = {
    "dynamodb": ("TableName", "ResourceArn"),
    "iam": ("RoleName",),
    "lambda": ("FunctionName", "DurableExecutionArn", "Resource"),
    "logs": ("logGroupName", "logGroupNamePrefix", "resourceArn"),
    "sns": ("TopicArn", "TargetArn", "ResourceArn", "SubscriptionArn", "Name"),
    "sqs": ("QueueUrl", "QueueName"),
    "states": (
        "stateMachineArn",
        "stateMachineVersionArn",
        "stateMachineAliasArn",
        "executionArn",
        "mapRunArn",
        "activityArn",
        "resourceArn",
        "name",
    ),
}
_KINDS = {
    "dynamodb": "table/",
    "iam": "role/",
    "lambda": "function:",
    "logs": "log-group:",
    "sns": "",
    "sqs": "",
    "states": "stateMachine:",
}
# What is made by its name, where it is not the service's usual kind.
_MADE = {"states:CreateActivity": "activity:"}

# An S3 request's method, and whether it names nothing, a bucket, or a bucket and a key: its action.
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
_OF_S3 = {
    ("GET", 0): "ListAllMyBuckets",
    ("GET", 1): "ListBucket",
    ("HEAD", 1): "ListBucket",
    ("PUT", 1): "CreateBucket",
    ("DELETE", 1): "DeleteBucket",
    ("GET", 2): "GetObject",
    ("HEAD", 2): "GetObject",
    ("PUT", 2): "PutObject",
    ("DELETE", 2): "DeleteObject",
}
_PARTS_OF_S3 = {
    *("acl", "cors", "encryption", "lifecycle", "location", "logging", "notification", "policy"),
    *("publicAccessBlock", "tagging", "uploads", "uploadId", "versioning", "versions", "website"),
}


@dataclass(frozen=True)
class Need:
    """One permission that a request needs; `resource` is None when it is not known."""

    action: str
    resource: str | None


@dataclass(frozen=True)
class ApiRequest:
    """A signed request; `service` and `region` are those of its signature."""

    service: str
    region: str
    account: str
    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def is_query(self) -> bool:
        """Return whether it speaks the query protocol, whose answers are XML."""
        return is_query(self.headers)


def needs(request: ApiRequest) -> list[Need]:
    """Return what the request asks for. `request.headers` have names in lower case."""
    if request.service == "s3" and (need := _s3(request)) is not None:
        return [need]
    operation, parameters = _operation(request)
    if request.service == "dynamodb":
        return _dynamodb(request, operation, parameters)
    operation = _NAMES.get((request.service, operation), operation)
    action = f"{_PREFIXES.get(request.service, request.service)}:{operation}"
    kind = _MADE.get(action)
    return [Need(action, _resource(request.service, request.region, request.account, parameters, kind))]


def invoke_need(function: str, qualifier: str | None, region: str, account: str) -> Need:
    """Return what it takes to invoke a function, given by its name or ARN."""
    parameters = {"FunctionName": function, "Qualifier": qualifier}
    return Need("lambda:InvokeFunction", _resource("lambda", region, account, parameters))


def _s3(request: ApiRequest) -> Need | None:
    """Return what a plain request of a bucket or an object needs; None for one of a part of it (?acl)."""
    url = urlsplit(request.url)
    bucket, _, key = unquote(url.path).lstrip("/").partition("/")
    action = _OF_S3.get((request.method, bool(bucket) + bool(key)))
    if action is None or any(
        name in _PARTS_OF_S3 for name, _ in parse_qsl(url.query, keep_blank_values=True)
    ):
        return None
    return Need(f"s3:{action}", f"arn:aws:s3:::{url.path.strip('/')}" if bucket else None)


def _dynamodb(request: ApiRequest, operation: str, parameters: Mapping[str, Any]) -> list[Need]:
    def need(action: str, table: Mapping[str, Any]) -> Need:
        return Need(f"dynamodb:{action}", _resource("dynamodb", request.region, request.account, table))

    if "TransactItems" in parameters:
        parts = [part for item in parameters["TransactItems"] for part in item.items()]
        return [need(_IN_TRANSACTIONS[kind], content) for kind, content in parts]
    if "RequestItems" in parameters:
        return [need(operation, {"TableName": name}) for name in parameters["RequestItems"]]
    return [need(operation, parameters)]


def _resource(
    service: str, region: str, account: str, parameters: Mapping[str, Any], kind: str | None = None
) -> str | None:
    """Return the ARN of what a request is about; `kind` is that of a name which is not the service's usual one."""
    kind = kind or _KINDS.get(service, "")
    name = next((parameters[key] for key in _PARAMETERS.get(service, ()) if parameters.get(key)), None)
    if name is None:
        return None
    if service == "sqs":
        name = name.rsplit("/", 1)[-1]
    place = "" if service == "iam" else region
    arn = name if name.startswith("arn:") else f"arn:aws:{service}:{place}:{account}:{kind}{name}"
    if service == "logs" and parameters.get("logStreamName"):
        return f"{arn}:log-stream:{parameters['logStreamName']}"
    if service == "dynamodb" and parameters.get("IndexName"):
        return f"{arn}/index/{parameters['IndexName']}"
    return f"{arn}:{parameters['Qualifier']}" if service == "lambda" and parameters.get("Qualifier") else arn


def _operation(request: ApiRequest) -> tuple[str, Mapping[str, Any]]:
    """Return the operation's name and its parameters, as far as a resource is among them."""
    target = request.headers.get("x-amz-target")
    if target:
        return target.rsplit(".", 1)[-1], json.loads(request.body or b"{}")
    url = urlsplit(request.url)
    query = dict(parse_qsl(url.query))
    if request.is_query:
        query |= dict(parse_qsl(request.body.decode()))
    if "Action" in query:
        return query["Action"], query
    for operation, path in _rest(request.service):
        found = path.fullmatch(url.path) if operation.http["method"] == request.method else None
        if found:
            if operation.name == "CreateFunction":
                query |= json.loads(request.body)
            return operation.name, query | {key: unquote(value) for key, value in found.groupdict().items()}
    return "Unknown", {}


@functools.cache
def _rest(signed: str) -> list[tuple[OperationModel, re.Pattern[str]]]:
    """Return the operations of the service that signs with this name, each with the paths it has."""
    session = botocore.session.get_session()
    if signed not in session.get_available_services():
        return []
    model = session.get_service_model(signed)
    operations = [model.operation_model(name) for name in model.operation_names]
    return [(operation, _paths(operation.http["requestUri"])) for operation in operations]


def _paths(template: str) -> re.Pattern[str]:
    """Turn "/functions/{FunctionName}/invocations" into the expression of its paths."""
    pieces = re.split(r"\{(\w+)(\+?)\}", template.split("?", 1)[0])
    written = [re.escape(pieces[0])]
    for name, greedy, rest in zip(pieces[1::3], pieces[2::3], pieces[3::3], strict=True):
        written.append(f"(?P<{name}>{'.+' if greedy else '[^/]+'}){re.escape(rest)}")
    return re.compile("".join(written))
