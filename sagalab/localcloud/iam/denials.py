"""How each service says that IAM denied a request.

Sources: refusals.py; https://repost.aws/knowledge-center/sns-topics-iam-errors-subscriber (AuthorizationError).
"""

from sagalab.localcloud.iam.policies import Decision
from sagalab.localcloud.iam.requests import ApiRequest, Need
from sagalab.localcloud.refusals import Answer, json_error, query_error, s3_error

_CODES = {
    "sns": "AuthorizationError",
    "sqs": "AccessDenied",
    "iam": "AccessDenied",
    "s3": "AccessDenied",
    "sts": "AccessDenied",
}


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


def answer(request: ApiRequest, message: str) -> Answer:
    """Return status, headers and body with which the service refuses the request."""
    code = code_of(request.service)
    if request.service == "s3":
        return s3_error(code, message)
    if request.is_query:
        return query_error(code, message)
    return json_error(request.service, code, message)
