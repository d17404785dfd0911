"""Tasks that are Lambda functions: by their ARN, or by lambda:invoke.

Sources: https://docs.aws.amazon.com/step-functions/latest/dg/connect-lambda.html, the recordings, and for a denied
invocation https://github.com/awslabs/aws-deployment-framework/issues/460
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError
from moto.awslambda.exceptions import LambdaClientError
from moto.awslambda.models import lambda_backends
from moto.core import DEFAULT_ACCOUNT_ID

from sagalab.asl.engine.history import json_text
from sagalab.localcloud.functions import lambdas
from sagalab.localcloud.stepfunctions.running.tasks import access, requests, shapes
from sagalab.localcloud.stepfunctions.running.tasks.errors import (
    TaskError,
    client_error,
    code_of,
    optimised_cause,
)

# Errors of Lambda that have no class of their own in the SDK.
_NAMES = dict.fromkeys(("AccessDeniedException", "ValidationException"), "AWSLambdaException")
_USUAL_NAME = re.compile(r"[a-zA-Z0-9_.:$-]{1,140}")
_KINDS = ("RequestResponse", "Event", "DryRun")
_ANSWERED = (
    ("ExecutedVersion", "x-amz-executed-version"),
    ("FunctionError", "x-amz-function-error"),
    ("LogResult", "x-amz-log-result"),
)


def by_arn(arn: str, event: Any, region: str, role_arn: str | None) -> Any:
    """Return what the function of a Task's own ARN answers. Raises TaskError."""
    return _invoked({"FunctionName": arn, "Payload": json_text(event)}, region, role_arn)["Payload"]


def by_parameters(given: Mapping[str, Any], region: str, role_arn: str | None) -> dict[str, Any]:
    """Return what lambda:invoke answers to a task's parameters. Raises TaskError."""
    parameters = dict(given)
    parameters["Payload"] = _payload(given.get("Payload"))
    answered = _invoked(parameters, region, role_arn)
    return {name: answered[name] for name in sorted(answered)}


def _payload(value: Any) -> str:
    """Return the JSON text that the function gets: a text that is JSON already is taken as it is."""
    if isinstance(value, str):
        try:
            json.loads(value)
        except ValueError:
            return json_text(value)
        return value
    return json_text({} if value is None else value)


def _invoked(parameters: dict[str, Any], region: str, role_arn: str | None) -> dict[str, Any]:
    try:
        answered = invoke(parameters, region, role_arn)
    except ClientError as error:
        code = code_of(error)
        raise TaskError(f"Lambda.{_NAMES.get(code, code)}", optimised_cause(error, "AWSLambda")) from None
    if answered.get("FunctionError"):
        raise _function_error(answered["Payload"])
    return answered


def _function_error(payload: Any) -> TaskError:
    """Return the error that a function ended with: its type is the name, its answer the cause."""
    text = json.dumps(payload, separators=(",", ":"))
    name = payload.get("errorType") if isinstance(payload, dict) else None
    if isinstance(name, str) and name:
        return TaskError(name, text)
    return TaskError(
        "Lambda.Unknown",
        "The cause could not be determined because Lambda did not return an error type. "
        f"Returned payload: {text}",
    )


def invoke(parameters: Mapping[str, Any], region: str, role_arn: str | None) -> dict[str, Any]:
    """Invoke a function as an HTTP request would, and answer as boto3 would, the payload being read.

    Raises botocore's ClientError.
    """
    name, qualifier = parameters["FunctionName"], parameters.get("Qualifier")
    kind = parameters.get("InvocationType", "RequestResponse")
    if not _USUAL_NAME.fullmatch(name) or kind not in _KINDS:
        # Lambda's model is large: it is read when it must be
        operation = shapes.operation_of("lambda", "invoke")
        assert operation is not None
        requests.refuse("lambda", operation, {"FunctionName": name, "InvocationType": kind})
    name = lambdas.plain(name)
    access.check_invoke(role_arn, name, qualifier, region)
    headers = {"X-Amz-Invocation-Type": kind, "X-Amz-Log-Type": parameters.get("LogType", "None")}
    if parameters.get("ClientContext"):
        headers["X-Amz-Client-Context"] = parameters["ClientContext"]
    answered: dict[str, str] = {}
    try:
        function = lambdas.found(lambda_backends[DEFAULT_ACCOUNT_ID][region], name, qualifier)
        sent = parameters.get("Payload") or b"{}"  # lambdas.py takes bytes too, moto's own text only
        payload = function.invoke(sent, headers, answered)  # type: ignore[arg-type]
    except LambdaClientError as error:
        raise client_error(error.error_type, error.message, error.code, "Invoke") from None
    fields = {name.lower(): value for name, value in answered.items()}
    status = {"Event": 202, "DryRun": 204}.get(kind, 200)
    response: dict[str, Any] = {"StatusCode": status, "Payload": _parsed(payload)}
    response |= {field: fields[header] for field, header in _ANSWERED if header in fields}
    return response


def _parsed(payload: bytes | str) -> Any:
    text = payload.decode("utf-8") if isinstance(payload, bytes) else payload
    try:
        return json.loads(text)
    except ValueError:
        return text
