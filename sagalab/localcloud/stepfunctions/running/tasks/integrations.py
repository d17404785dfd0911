"""The optimised integrations: lambda, dynamodb, sns, sqs and events, each with its own ways and words.

Names of errors and services are those of the SDK for Java 1, which they call with.
Source: https://docs.aws.amazon.com/step-functions/latest/dg/integrate-optimized.html and the recordings.
"""

import json
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from sagalab.asl.engine.context import Execution
from sagalab.asl.engine.history import json_text
from sagalab.asl.resource import Resource
from sagalab.localcloud.stepfunctions.running.tasks import functions, requests, shapes
from sagalab.localcloud.stepfunctions.running.tasks.errors import TaskError, code_of, optimised_cause
from sagalab.localcloud.stepfunctions.running.tasks.sdk import error_name

_DYNAMODB = {
    "ConditionalCheckFailedException",
    "InternalServerErrorException",
    "ItemCollectionSizeLimitExceededException",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceededException",
    "ResourceNotFoundException",
    "TransactionConflictException",
}
# The SDK's exceptions of SQS with a class of their own; all others are AmazonSQSException.
_SQS = {
    "AWS.SimpleQueueService.NonExistentQueue": "QueueDoesNotExistException",
    "AWS.SimpleQueueService.UnsupportedOperation": "UnsupportedOperationException",
    "InvalidMessageContents": "InvalidMessageContentsException",
    "OverLimit": "OverLimitException",
    "QueueDoesNotExist": "QueueDoesNotExistException",
}
_SNS_WORDS = {
    "The request must contain the parameter MessageGroupId.": (
        "InvalidParameter",
        "Invalid parameter: The MessageGroupId parameter is required for FIFO topics",
    ),
}


def has_service(service: str) -> bool:
    """Tell whether there is an integration of a service."""
    return service in ("states", "lambda") or any(service == known for known, _ in _CALLS)


def has(resource: Resource) -> bool:
    """Tell whether there is an integration for a resource that waits for no job."""
    called = (resource.service, resource.action)
    return resource.pattern in (None, "waitForTaskToken") and (
        called == ("lambda", "invoke") or called in _CALLS
    )


def result(resource: Resource, given: Any, execution: Execution, role_arn: str | None) -> Any:
    """Call a service and return its answer as a JSON value. Raises TaskError."""
    parameters = given if isinstance(given, dict) else {}
    if resource.service == "lambda":
        return functions.by_parameters(parameters, execution.region, role_arn)
    prepare, failed = _CALLS[resource.service, resource.action]
    operation = shapes.operation_of(resource.service, resource.action)
    assert operation is not None
    sent = shapes.request(prepare(parameters, execution), operation.input_shape)
    malformed = _malformed(sent) if resource.service == "events" else []
    try:
        answered = (
            {"Entries": []}
            if malformed and not sent["Entries"]
            else requests.send(resource.service, operation, sent, execution.region, role_arn)
        )
    except ClientError as error:
        raise failed(error) from None
    if resource.service == "events":
        answered = _entries(answered, malformed)
    return {name: shapes.plain(answered[name]) for name in sorted(answered)}


def _as_it_is(given: dict[str, Any], execution: Execution) -> dict[str, Any]:
    return given


def _with_text(field: str) -> Callable[[dict[str, Any], Execution], dict[str, Any]]:
    """Return what writes a field that is no text as JSON."""

    def prepare(given: dict[str, Any], execution: Execution) -> dict[str, Any]:
        value = given.get(field)
        return given if value is None or isinstance(value, str) else {**given, field: json_text(value)}

    return prepare


def _events(given: dict[str, Any], execution: Execution) -> dict[str, Any]:
    """Write each Detail as JSON, and add the machine and the execution to each entry's Resources."""
    entries = given.get("Entries")
    if not isinstance(entries, list):
        return given
    made = []
    for entry in entries:
        if isinstance(entry, dict):
            detail = entry.get("Detail")
            resources = [*(entry.get("Resources") or ()), execution.machine_arn, execution.arn]
            entry = {**entry, "Resources": resources}
            if isinstance(detail, dict):
                entry["Detail"] = json_text(detail)
        made.append(entry)
    return {**given, "Entries": made}


def _malformed(sent: dict[str, Any]) -> list[int]:
    """Take the entries out whose Detail is JSON and no object, and return their places.

    AWS calls them malformed (recorded); moto 5.2.5 takes them.
    """
    entries = sent.get("Entries")
    if not isinstance(entries, list):
        return []
    found = [index for index, entry in enumerate(entries) if _is_malformed(entry)]
    sent["Entries"] = [entry for index, entry in enumerate(entries) if index not in found]
    return found


def _is_malformed(entry: Any) -> bool:
    if not isinstance(entry, dict) or not entry.get("Source") or not entry.get("DetailType"):
        return False
    try:
        return not isinstance(json.loads(entry["Detail"]), dict)
    except (KeyError, TypeError, ValueError):
        return False


def _entries(answered: dict[str, Any], malformed: list[int]) -> dict[str, Any]:
    """Return PutEvents' answer; raise EventBridge.FailedEntry when an entry was not taken."""
    entries = list(answered.get("Entries", ()))
    for index in malformed:
        entries.insert(index, {"ErrorCode": "MalformedDetail", "ErrorMessage": "Detail is malformed."})
    failed = sum("ErrorCode" in entry for entry in entries)
    answered = {"Entries": entries, "FailedEntryCount": failed}
    if failed:
        raise TaskError("EventBridge.FailedEntry", json_text(answered))
    return answered


def _dynamodb_failed(error: ClientError) -> TaskError:
    name = error_name("dynamodb", code_of(error))
    known = name if name in _DYNAMODB else "AmazonDynamoDBException"
    return TaskError(f"DynamoDB.{known}", optimised_cause(error, "AmazonDynamoDBv2"))


def _sns_failed(error: ClientError) -> TaskError:
    fields = error.response["Error"]
    fields["Code"], fields["Message"] = _SNS_WORDS.get(fields["Message"], (fields["Code"], fields["Message"]))
    name = error_name("sns", fields["Code"]) or "AmazonSNSException"
    return TaskError(f"SNS.{name}", optimised_cause(error, "AmazonSNS"))


def _sqs_failed(error: ClientError) -> TaskError:
    name = _SQS.get(code_of(error), "AmazonSQSException")
    return TaskError(f"SQS.{name}", optimised_cause(error, "AmazonSQS"))


def _events_failed(error: ClientError) -> TaskError:
    name = error_name("events", code_of(error)) or "AmazonEventBridgeException"
    return TaskError(f"EventBridge.{name}", optimised_cause(error, "AmazonEventBridge"))


_Prepare = Callable[[dict[str, Any], Execution], dict[str, Any]]
_Failed = Callable[[ClientError], TaskError]
_CALLS: dict[tuple[str, str], tuple[_Prepare, _Failed]] = {
    **{
        ("dynamodb", action): (_as_it_is, _dynamodb_failed)
        for action in ("getItem", "putItem", "deleteItem", "updateItem")
    },
    ("sns", "publish"): (_with_text("Message"), _sns_failed),
    ("sqs", "sendMessage"): (_with_text("MessageBody"), _sqs_failed),
    ("events", "putEvents"): (_events, _events_failed),
}
