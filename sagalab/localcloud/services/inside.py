"""Fewer steps between a caller and moto's services.

Why: of a small request to moto 5.2.5's server a third of the time goes into Flask's routing, which ends for
these services always at the same class; and a task reaches the services of its own process over HTTP, which
costs a connection, two threads and some 4 ms a call. Both go to the service's class at once here; the request,
its signature and the answer stay what boto3 makes of them.
"""

from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qs, urlsplit

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.client import BaseClient
from moto.awslambda.responses import LambdaResponse
from moto.core.request import Request
from moto.dynamodb.responses import DynamoHandler
from moto.moto_server.werkzeug_app import BackendRequest, DomainDispatcherApplication
from moto.sns.responses import SNSResponse
from moto.sqs.responses import SQSResponse
from moto.utilities.utils import get_partition
from werkzeug.wsgi import ClosingIterator

# by the service's name in the signature; all their operations are a POST to "/". stepfunctions/service.py is one more
SERVICES: dict[str, type] = {
    "dynamodb": DynamoHandler,
    "sqs": SQSResponse,
    "sns": SNSResponse,
}
_INVOCATIONS = "/invocations"


class Invoke(LambdaResponse):
    """Lambda's Invoke, the one operation of Lambda that is asked for often: nobody has to look which it is."""

    def setup_class(self, request: Any, full_url: str = "", *others: Any, **options: Any) -> None:
        """Read what Invoke needs of a request; moto reads each body as a form too."""
        self.normalized_request = request
        self.parsed_url = urlsplit(full_url)
        self.uri, self.path, self.method = full_url, self.parsed_url.path, request.method
        self.querystring = self.data = parse_qs(self.parsed_url.query, keep_blank_values=True)
        self.body = self.raw_body = request.get_data()
        self.headers = request.headers
        self.region = self.headers["Authorization"].split("/", 3)[2]
        self.partition = get_partition(self.region)
        self.uri_match = {}
        self.response_headers = {"server": "amazon.com"}
        self.access_key, self.current_account = self.get_access_key(), self.get_current_account()

    def _get_action(self) -> str:
        return "Invoke"


_whole_way = DomainDispatcherApplication.__call__


def _class_for(method: str, path: str, signature: str, target: str) -> type | None:
    """Return the class that answers, or None when the request must go the whole way."""
    if method != "POST" or not signature.startswith("AWS4-HMAC-SHA256"):
        return None
    scope = signature.split(",", 1)[0].split("/")
    if len(scope) != 5 or target.startswith("DynamoDBStreams"):
        return None
    if path != "/":
        return Invoke if scope[3] == "lambda" and path.endswith(_INVOCATIONS) else None
    return SERVICES.get(scope[3])


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
    target = environ["RAW_URI"] if found is Invoke else "/"
    url = f"{environ['wsgi.url_scheme']}://{environ['HTTP_HOST']}{target}"
    status, headers, body = found.dispatch(request, url, dict(request.headers))
    start_response(f"{status} -", [(name, str(value)) for name, value in headers.items() if name != "status"])
    return ClosingIterator([body.encode("utf-8") if isinstance(body, str) else body or b""])


class Body:
    """The raw body that botocore reads an answer from."""

    def __init__(self, content: bytes):
        self._content = content

    def stream(self, amount: int | None = None, **options: Any) -> Iterable[bytes]:
        """Yield the whole content."""
        yield self._content

    def read(self, amount: int | None = None) -> bytes:
        """Return the whole content, once."""
        content, self._content = self._content, b""
        return content


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value


def send(request: AWSPreparedRequest, **event: Any) -> AWSResponse | None:
    """Answer a request of a client of ours in its own thread; None sends it over HTTP.

    Replaced by iam/enforcement.py, which looks at it first. What goes over HTTP is left as it is: its body may
    be a file that can be read but once.
    """
    found = _class_for(
        request.method,
        urlsplit(request.url).path,
        _text(request.headers.get("Authorization", b"")),
        _text(request.headers.get("X-Amz-Target", "")),
    )
    if found is None or found is Invoke:
        return None
    normal = Request.from_primitives(request.method, request.url, request.headers, request.body)
    status, headers, body = found.dispatch(normal, request.url, dict(normal.headers))
    content = body.encode("utf-8") if isinstance(body, str) else body or b""
    return AWSResponse(request.url, int(headers.get("status", status)), headers, Body(content))


def stay_inside(client: BaseClient) -> None:
    """Have `client` reach the services of this process without HTTP."""
    client.meta.events.register("before-send", lambda request, **event: send(request, **event))


def install() -> None:
    """Have the server hand requests to the services' classes at once."""
    DomainDispatcherApplication.__call__ = _serve
