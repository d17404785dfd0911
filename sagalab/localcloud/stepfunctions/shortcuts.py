"""Fewer steps between a caller and moto's services.

Why: of a small request to moto 5.2.5's server a third of the time goes into Flask's routing, which ends for
these services always at the same class; and the interpreter reaches the services of its own process over
HTTP, which costs a connection, two threads and some 4 ms a call. Both go to the service's class at once
here; the request, its signature and the answer stay what boto3 makes of them. Lambda is invoked by the same
method that its HTTP request would call.
"""

import json
import uuid
from collections.abc import Iterable
from typing import Any

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.client import BaseClient
from botocore.exceptions import ClientError
from moto.awslambda.models import lambda_backends
from moto.core import DEFAULT_ACCOUNT_ID
from moto.core.request import Request
from moto.dynamodb.responses import DynamoHandler
from moto.moto_server.werkzeug_app import BackendRequest, DomainDispatcherApplication
from moto.sns.responses import SNSResponse
from moto.sqs.responses import SQSResponse
from moto.stepfunctions.parser.asl.component.state.exec.state_task import lambda_eval_utils
from moto.stepfunctions.responses import StepFunctionResponse
from werkzeug.exceptions import HTTPException
from werkzeug.wsgi import ClosingIterator

# by the service's name in the signature; all their operations are a POST to "/"
_SERVICES = {
    "states": StepFunctionResponse,
    "dynamodb": DynamoHandler,
    "sqs": SQSResponse,
    "sns": SNSResponse,
}
_whole_way = DomainDispatcherApplication.__call__


def _class_for(method: str, path: str, signature: str, target: str) -> type | None:
    """Return the class that answers, or None when the request must go the whole way."""
    if method != "POST" or path != "/" or not signature.startswith("AWS4-HMAC-SHA256"):
        return None
    scope = signature.split(",", 1)[0].split("/")
    if len(scope) != 5 or target.startswith("DynamoDBStreams"):
        return None
    return _SERVICES.get(scope[3])


def _serve(
    self: DomainDispatcherApplication, environ: dict[str, Any], start_response: Any
) -> Iterable[bytes]:
    found = _class_for(
        environ["REQUEST_METHOD"],
        environ.get("PATH_INFO", ""),
        environ.get("HTTP_AUTHORIZATION", ""),
        environ.get("HTTP_X_AMZ_TARGET", ""),
    )
    if found is None:
        return _whole_way(self, environ, start_response)
    request = BackendRequest(environ)
    url = f"{environ['wsgi.url_scheme']}://{environ['HTTP_HOST']}/"
    status, headers, body = found.dispatch(request, url, dict(request.headers))
    start_response(f"{status} -", [(name, str(value)) for name, value in headers.items() if name != "status"])
    return ClosingIterator([body.encode("utf-8") if isinstance(body, str) else body or b""])


class _Body:
    """The raw body that botocore reads an answer from."""

    def __init__(self, content: bytes):
        self._content = content

    def stream(self, amount: int | None = None, **options: Any) -> Iterable[bytes]:
        yield self._content

    def read(self, amount: int | None = None) -> bytes:
        content, self._content = self._content, b""
        return content


def _send_inside(request: AWSPreparedRequest, **event: Any) -> AWSResponse | None:
    """Answer a request of the interpreter's client in its own thread; None sends it over HTTP."""
    signature = request.headers.get("Authorization", b"")
    signature = signature.decode() if isinstance(signature, bytes) else signature
    target = request.headers.get("X-Amz-Target", "")
    target = target.decode() if isinstance(target, bytes) else target
    normal = Request.from_primitives(request.method, request.url, request.headers, request.body)
    found = _class_for(request.method, normal.path, signature, target)
    if found is None:
        return None
    status, headers, body = found.dispatch(normal, request.url, dict(normal.headers))
    content = body.encode("utf-8") if isinstance(body, str) else body or b""
    return AWSResponse(request.url, int(headers.get("status", status)), headers, _Body(content))


def stay_inside(client: BaseClient) -> None:
    """Have `client` reach the services of this process without HTTP."""
    client.meta.events.register("before-send", _send_inside)


def _invoke(parameters: dict, region: str, state_credentials: Any = None) -> dict[str, Any]:
    """Invoke a function as the HTTP request would, and answer as boto3 would."""
    headers = {
        "X-Amz-Invocation-Type": "RequestResponse",
        "X-Amz-Log-Type": parameters.get("LogType", "None"),
    }
    if parameters.get("ClientContext"):
        headers["X-Amz-Client-Context"] = parameters["ClientContext"]
    answered: dict[str, str] = {}
    try:
        backend = lambda_backends[DEFAULT_ACCOUNT_ID][region]
        function = backend.get_function(parameters["FunctionName"], parameters.get("Qualifier"))
        payload = function.invoke(parameters.get("Payload") or b"{}", headers, answered)
    except HTTPException as error:
        raise _client_error(error) from None
    fields = {name.lower(): value for name, value in answered.items()}
    response = {"StatusCode": 200, "Payload": _parsed(payload)}
    for field, header in (
        ("ExecutedVersion", "x-amz-executed-version"),
        ("FunctionError", "x-amz-function-error"),
        ("LogResult", "x-amz-log-result"),
    ):
        if header in fields:
            response[field] = fields[header]
    return response


def _parsed(payload: bytes | str) -> Any:
    text = payload.decode("utf-8") if isinstance(payload, bytes) else payload
    try:
        return json.loads(text)
    except ValueError:
        return text


def _client_error(error: Any) -> ClientError:
    answer = {
        "Error": {"Code": error.error_type, "Message": error.message},
        "ResponseMetadata": {"HTTPStatusCode": error.code, "RequestId": str(uuid.uuid4())},
    }
    return ClientError(answer, "Invoke")


def install() -> None:
    """Install this file's adaptations into moto."""
    DomainDispatcherApplication.__call__ = _serve
    lambda_eval_utils._invoke_lambda_function = _invoke
