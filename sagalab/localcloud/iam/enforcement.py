"""`sagalab cloud start --iam`: functions and state machines act as their roles, and their policies count.

Why: moto 5.2.5 can check policies, but takes the resource of requests to DynamoDB, Lambda and SNS for `*`,
answers in XML, and its functions and state machines act as nobody. Here a worker gets the temporary
credentials of its function's role, the interpreter those of the machine's, and each request of a role is
checked before moto sees it. Requests with any other credentials, the user's, may do everything.

Not enforced: what AWS does in a role's name without a request here (logs and traces), trust policies, and
resource policies.
"""

import functools
import json
import secrets
import threading
from collections.abc import Callable, Iterable
from typing import Any

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.exceptions import ClientError
from moto.awslambda.models import LambdaFunction
from moto.core import DEFAULT_ACCOUNT_ID
from moto.iam.exceptions import NotFoundException
from moto.iam.models import Role, iam_backends
from moto.moto_server.werkzeug_app import DomainDispatcherApplication
from moto.sts.models import AssumedRole, sts_backends
from werkzeug.wsgi import ClosingIterator

from sagalab.localcloud.functions import lambdas
from sagalab.localcloud.iam import denials as iam_denials
from sagalab.localcloud.iam.policies import decide
from sagalab.localcloud.iam.requests import ApiRequest, Need, invoke_need, needs
from sagalab.localcloud.services import clients, inside
from sagalab.localcloud.stepfunctions.running.tasks import access

_LONGEST_SESSION_SECONDS = 43200
_assuming = threading.Lock()


class Denied(Exception):
    """IAM denies a request. Its text is the message of AWS."""


@functools.cache
def _assumed(role_arn: str, session: str) -> AssumedRole:
    return sts_backends[DEFAULT_ACCOUNT_ID]["aws"].assume_role(
        region_name="us-east-1",
        role_session_name=session,
        role_arn=role_arn,
        policy="",
        duration=_LONGEST_SESSION_SECONDS,
        external_id="",
    )


def _session(role_arn: str, name: str) -> AssumedRole:
    """Return the session of a role under this name: assumed once, as each one has its own key."""
    with _assuming:
        return _assumed(role_arn, name)


def _keys(session: AssumedRole) -> tuple[str, str, str]:
    return session.access_key_id, session.secret_access_key, session.session_token


_MACHINES_SESSION = secrets.token_hex(16)  # Step Functions takes a random name too


def _machine_session(role_arn: str | None) -> AssumedRole:
    return _session(role_arn or "", _MACHINES_SESSION)


def _documents(role_arn: str) -> list[dict[str, Any]]:
    """Return the policies of a role as they are now: inline and attached ones."""
    backend = iam_backends[DEFAULT_ACCOUNT_ID]["aws"]
    try:
        role: Role = backend.get_role_by_arn(role_arn)
    except NotFoundException:
        return []
    attached = [
        version.document
        for policy in role.managed_policies.values()
        for version in policy.versions
        if version.is_default
    ]
    return [json.loads(text) for text in [*role.policies.values(), *attached]]


def _check(session: AssumedRole, wanted: Iterable[Need]) -> None:
    documents = _documents(session.role_arn)
    for need in wanted:
        decision = decide(documents, need.action, need.resource)
        if decision != "allowed":
            raise Denied(iam_denials.words(session.arn, need, decision))


def _refusal(
    method: str, url: str, headers: dict[str, str], body: bytes
) -> tuple[int, dict[str, str], bytes] | None:
    """Return the answer to a request that its role may not make; None for all others."""
    scope = headers.get("authorization", "").partition("Credential=")[2].partition(",")[0].split("/")
    if len(scope) != 5:
        return None
    key, _, region, service, _ = scope
    session = sts_backends[DEFAULT_ACCOUNT_ID]["aws"].get_assumed_role_from_access_key(key)
    if session is None or (service == "sts" and b"Action=GetCallerIdentity" in body):
        return None  # nobody can be denied to ask who he is
    request = ApiRequest(service, region, DEFAULT_ACCOUNT_ID, method, url, headers, body)
    try:
        _check(session, needs(request))
    except Denied as denied:
        return iam_denials.answer(request, str(denied))
    return None


def _over_http(serve: Callable) -> Callable:
    """Check a request that came to the server: a worker's, or anybody's with a role's credentials."""

    def checked(self: DomainDispatcherApplication, environ: dict[str, Any], start_response: Any) -> Any:
        headers = {
            name.removeprefix("HTTP_").replace("_", "-").lower(): value
            for name, value in environ.items()
            if name.startswith("HTTP_") or name == "CONTENT_TYPE"
        }
        url = f"http://{environ['HTTP_HOST']}{environ.get('RAW_URI') or environ.get('PATH_INFO', '')}"
        refusal = _refusal(environ["REQUEST_METHOD"], url, headers, environ["wsgi.input"].getvalue())
        if refusal is None:
            return serve(self, environ, start_response)
        status, answered, body = refusal
        start_response(f"{status} -", list(answered.items()))
        return ClosingIterator([body])

    return checked


def _inside(send: Callable) -> Callable:
    """Check a request that the interpreter sends within this process."""

    def checked(request: AWSPreparedRequest, **event: Any) -> AWSResponse | None:
        headers = {name.lower(): _text(value) for name, value in request.headers.items()}
        body = request.body.encode() if isinstance(request.body, str) else request.body or b""
        refusal = _refusal(request.method, request.url, headers, body)
        if refusal is None:
            return send(request, **event)
        status, answered, content = refusal
        return AWSResponse(request.url, status, answered, inside.Body(content))

    return checked


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value


def _check_invoke(role_arn: str | None, function: str, qualifier: str | None, region: str) -> None:
    """Check the invocation of a function by a task, which is no request."""
    _check_inside(role_arn, invoke_need(function, qualifier, region, DEFAULT_ACCOUNT_ID), "lambda")


def _check_start(role_arn: str | None, machine_arn: str, region: str) -> None:
    """Check the start of a machine by a task, which is no request."""
    _check_inside(role_arn, Need("states:StartExecution", machine_arn), "states")


def _check_inside(role_arn: str | None, need: Need, service: str) -> None:
    try:
        _check(_machine_session(role_arn), [need])
    except Denied as denied:
        raise ClientError(
            {
                "Error": {"Code": iam_denials.code_of(service), "Message": str(denied)},
                "ResponseMetadata": {"HTTPStatusCode": 403, "RequestId": secrets.token_hex(16)},
            },
            need.action.rpartition(":")[2],
        ) from None


def _function_keys(function: LambdaFunction) -> tuple[str, str, str]:
    return _keys(_session(function.role, function.function_name))


def install() -> None:
    """Enforce IAM in this process. Call it once, after the adaptations and before the server starts."""
    lambdas.credentials_of = _function_keys
    clients.keys_of = lambda role_arn: _keys(_machine_session(role_arn))
    inside.send = _inside(inside.send)
    access.check_invoke, access.check_start = _check_invoke, _check_start
    DomainDispatcherApplication.__call__ = _over_http(DomainDispatcherApplication.__call__)
