"""How each service says that IAM denied a request: status, code and format differ.

Sources: "Common errors" of each service's API reference (Step Functions, DynamoDB and CloudWatch Logs answer
400, Lambda 403); https://repost.aws/knowledge-center/sns-topics-iam-errors-subscriber (AuthorizationError).
"""

import json
import uuid
from xml.sax.saxutils import escape

from sagalab.localcloud.iam.policies import Decision
from sagalab.localcloud.iam.requests import ApiRequest, Need

# Services whose JSON answer has the status 400; others answer 403.
_BAD_REQUEST = ("dynamodb", "states", "logs")
_CODES = {"sns": "AuthorizationError", "sqs": "AccessDenied", "iam": "AccessDenied", "sts": "AccessDenied"}


def code_of(service: str) -> str:
    """Return the error code by which a service says that access is denied."""
    return _CODES.get(service, "AccessDeniedException")


def words(user: str, need: Need, decision: Decision) -> str:
    """Return the message of AWS for a denied need; `user` is the ARN of who asked."""
    why = (
        "with an explicit deny in an identity-based policy"
        if decision == "explicit deny"
        else f"because no identity-based policy allows the {need.action} action"
    )
    where = f" on resource: {need.resource}" if need.resource else ""
    return f"User: {user} is not authorized to perform: {need.action}{where} {why}"


def answer(request: ApiRequest, message: str) -> tuple[int, dict[str, str], bytes]:
    """Return status, headers and body with which the service refuses the request."""
    code, request_id = code_of(request.service), str(uuid.uuid4())
    headers = {"x-amzn-RequestId": request_id}
    if request.is_query:
        body = (
            f"<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code>"
            f"<Message>{escape(message)}</Message></Error><RequestId>{request_id}</RequestId></ErrorResponse>"
        )
        return 403, headers | {"Content-Type": "text/xml"}, body.encode()
    status = 400 if request.service in _BAD_REQUEST else 403
    headers |= {"Content-Type": "application/x-amz-json-1.0", "x-amzn-ErrorType": code}
    fields = {"__type": f"com.amazon.coral.service#{code}", "Message": message, "message": message}
    return status, headers, json.dumps(fields).encode()
