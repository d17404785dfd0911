"""Tasks that are any call of a service: arn:aws:states:::aws-sdk:dynamodb:putItem.

Names of errors and services are those of the SDK for Java 2, which Step Functions calls with.
Source: https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html (the exception prefix of
each service) and the recordings.
"""

import uuid
from typing import Any

from botocore.exceptions import ClientError

from sagalab.asl.resource import Resource
from sagalab.localcloud.stepfunctions.running.tasks import requests, shapes
from sagalab.localcloud.stepfunctions.running.tasks.errors import TaskError, code_of, sdk_cause

# A service in a Resource: its name in botocore, and the prefix of its errors. The doors let in no others.
SERVICES = {
    "cloudwatchlogs": ("logs", "CloudWatchLogs"),
    "dynamodb": ("dynamodb", "DynamoDb"),
    "dynamodbstreams": ("dynamodbstreams", "DynamoDbStreams"),
    "eventbridge": ("events", "EventBridge"),
    "iam": ("iam", "Iam"),
    "kms": ("kms", "Kms"),
    "lambda": ("lambda", "Lambda"),
    "resourcegroupstaggingapi": ("resourcegroupstaggingapi", "ResourceGroupsTaggingApi"),
    "s3": ("s3", "S3"),
    "secretsmanager": ("secretsmanager", "SecretsManager"),
    "sfn": ("stepfunctions", "Sfn"),
    "sns": ("sns", "Sns"),
    "sqs": ("sqs", "Sqs"),
    "sts": ("sts", "Sts"),
}

# What S3 says of each object since it encrypts all: https://docs.aws.amazon.com/AmazonS3/latest/userguide/default-encryption-faq.html
_OF_S3 = {
    "GetObject": {"ServerSideEncryption": "AES256"},
    "PutObject": {"ServerSideEncryption": "AES256", "ChecksumType": "FULL_OBJECT"},
}

# botocore's model has a shape for it, and the SDK for Java throws S3Exception.
_NO_CLASS = {("s3", "AccessDenied")}


def has(resource: Resource) -> bool:
    """Tell whether there is such a call of a service here."""
    service, _ = SERVICES.get(resource.service.lower(), ("", ""))
    return bool(service) and shapes.operation_of(service, resource.action) is not None


def result(resource: Resource, given: Any, region: str, role_arn: str | None) -> Any:
    """Call a service and return its answer as a JSON value. Raises TaskError and shapes.WrongType."""
    service, prefix = SERVICES[resource.service.lower()]
    operation = shapes.operation_of(service, resource.action)
    assert operation is not None
    parameters = shapes.request(given if isinstance(given, dict) else {}, operation.input_shape)
    try:
        answered = requests.send(service, operation, parameters, region, role_arn)
    except ClientError as error:
        raise _failed(error, service, prefix) from None
    if service == "s3":
        answered |= _OF_S3.get(operation.name, {})
    return shapes.answer(answered, operation.output_shape)


def _failed(error: ClientError, service: str, prefix: str) -> TaskError:
    if service == "s3":
        error.response["ResponseMetadata"].setdefault("HostId", uuid.uuid4().hex)
    code = error.response["Error"].get("QueryErrorCode") or code_of(error)
    name = error_name(service, code) or f"{prefix}Exception"
    return TaskError(f"{prefix}.{name}", sdk_cause(error, prefix))


def error_name(service: str, code: str) -> str | None:
    """Return the name of the SDK's class for an error of a service; None where the SDK has none."""
    if (service, code) in _NO_CLASS:
        return None
    for shape in shapes.model_of(service).error_shapes:
        if code in (shape.error_code, shape.name):
            return shape.name if shape.name.endswith("Exception") else f"{shape.name}Exception"
    return None
