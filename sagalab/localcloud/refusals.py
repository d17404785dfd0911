"""A refused request in the words and the format of the service that it was meant for.

Sources: "Common errors" of each service's API reference (Step Functions, DynamoDB and CloudWatch Logs answer 400,
Lambda 403); "Error responses" of the S3 API reference.
"""

import json
import uuid
from collections.abc import Mapping
from typing import Literal

from sagalab.markup import escape

Answer = tuple[int, dict[str, str], bytes]  # status, headers, body
# Services whose JSON answer has the status 400; others answer 403.
_BAD_REQUEST = ("dynamodb", "events", "kms", "logs", "secretsmanager", "states", "tagging")
_CODES = {
    "missing": ("MissingAuthenticationTokenException", "MissingAuthenticationToken", "AccessDenied"),
    "unknown key": ("UnrecognizedClientException", "InvalidClientTokenId", "InvalidAccessKeyId"),
    "wrong signature": ("InvalidSignatureException", "SignatureDoesNotMatch", "SignatureDoesNotMatch"),
    "unreachable": ("UnknownOperationException", "InvalidAction", "NotImplemented"),
}  # in JSON, in the query protocol, in S3

_UNKNOWN_TO_S3 = "The AWS Access Key Id you provided does not exist in our records."


def is_query(headers: Mapping[str, str]) -> bool:
    """Tell whether a request speaks the query protocol, whose answers are XML. Names are in lower case."""
    return "x-www-form-urlencoded" in headers.get("content-type", "")


def refusal(
    service: str,
    headers: Mapping[str, str],
    kind: Literal["missing", "unknown key", "wrong signature", "unreachable"],
    message: str,
) -> Answer:
    """Return the answer to a request that the doors refuse. `service` is the name that signs, "" if unknown."""
    in_json, in_query, in_s3 = _CODES[kind]
    if service == "s3":
        return s3_error(in_s3, _UNKNOWN_TO_S3 if kind == "unknown key" else message)
    return query_error(in_query, message) if is_query(headers) else json_error(service, in_json, message)


def json_error(service: str, code: str, message: str) -> Answer:
    """Return an error of a service that speaks JSON."""
    headers = {
        "x-amzn-RequestId": str(uuid.uuid4()),
        "Content-Type": "application/x-amz-json-1.0",
        "x-amzn-ErrorType": code,
    }
    fields = {"__type": f"com.amazon.coral.service#{code}", "Message": message, "message": message}
    return 400 if service in _BAD_REQUEST else 403, headers, json.dumps(fields).encode()


def query_error(code: str, message: str) -> Answer:
    """Return an error of a service that speaks the query protocol (IAM, STS, SNS)."""
    request_id = str(uuid.uuid4())
    body = (
        f"<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code>"
        f"<Message>{escape(message)}</Message></Error><RequestId>{request_id}</RequestId></ErrorResponse>"
    )
    return 403, {"x-amzn-RequestId": request_id, "Content-Type": "text/xml"}, body.encode()


def s3_error(code: str, message: str) -> Answer:
    """Return an error of S3."""
    body = f"<Error><Code>{code}</Code><Message>{escape(message)}</Message></Error>"
    return 403, {"x-amz-request-id": uuid.uuid4().hex, "Content-Type": "application/xml"}, body.encode()
