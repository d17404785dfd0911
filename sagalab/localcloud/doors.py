"""The local cloud's doors: who may come in at all. A request that is refused here reaches nothing behind.

Two kinds of stranger can reach a port of this computer. A web page: its browser sends what it tells it to, also
under a name that the page's owner has rebound to 127.0.0.1 ("DNS rebinding"; then there is no Origin, but the Host
is foreign). And the computer's other users: they have no key (signatures.py). What has come in reaches the services
that the workshop uses, by the methods that their protocols have: moto's own pages and its other services answer
nobody.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from sagalab.localcloud.refusals import Answer, refusal
from sagalab.localcloud.signatures import Signed, Unsigned, verify

# all operations of the JSON and query protocols are a POST to "/"; source: the protocols of botocore's service models
_ONE_WAY = (
    "dynamodb",
    "events",
    "iam",
    "kms",
    "logs",
    "secretsmanager",
    "sns",
    "sqs",
    "states",
    "sts",
    "tagging",
)
_REST = {"lambda": ("GET", "POST", "PUT", "DELETE"), "s3": ("GET", "POST", "PUT", "DELETE", "HEAD")}
# headers that browsers send and programs do not: https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers
_OF_PAGES = ("origin", "sec-fetch-site", "sec-fetch-mode", "access-control-request-method")


_OF_MOTO = ("/moto-api", "/favicon.ico", "/latest/meta-data/", "/latest/api/")


class Stranger(Exception):
    """The request comes from a web page or was meant for another server. Its text says which."""


@dataclass(frozen=True)
class Doors:
    """The checks of one server: its port, and the secret access key that belongs to an id and session token."""

    port: int
    secret_of: Callable[[str, str], str | None]

    def check_origin(self, headers: Mapping[str, str], target: str) -> None:
        """Refuse pages and foreign names. `headers` have names in lower case, `target` is the request's as sent.

        Raises Stranger.
        """
        if headers.get("host", "").lower() not in (f"127.0.0.1:{self.port}", f"localhost:{self.port}"):
            raise Stranger("The Host of this request is not the local cloud.")
        if any(name in headers for name in _OF_PAGES):
            raise Stranger("No web pages here.")
        if not target.startswith("/"):
            raise Stranger("No proxy here.")

    def refuse(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Answer | None:
        """Return the answer to a request to a service that may not come in; None lets it in.

        Without a signature of a key of this cloud it is AWS's own error, in the protocol of the service.
        """
        try:
            signed = verify(method, target, headers, body, self.secret_of)
        except Unsigned as wrong:
            return refusal(wrong.service, headers, wrong.kind, wrong.message)
        return _unreachable(signed, method, target, headers)


def _unreachable(signed: Signed, method: str, target: str, headers: Mapping[str, str]) -> Answer | None:
    """Return the answer to who is known and asks for what is not here; None when it is here."""
    service, path = signed.service, unquote(target.partition("?")[0])
    if service in _ONE_WAY:
        known = method == "POST" and target == "/"
    else:
        # moto's dispatcher takes these for its own, whatever the service
        known = method in _REST.get(service, ()) and not path.startswith(_OF_MOTO)
    if known:
        return None
    here = service in _ONE_WAY or service in _REST
    what = f"{method} {path} of {service}" if here else f"service {service!r}"
    message = f"The local cloud has no {what}: it has what the workshop uses (SECURITY.md lists it)."
    return refusal(service, headers, "unreachable", message)
