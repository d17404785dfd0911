"""A local cloud that is gone in the middle of the work, in words in place of botocore's."""

from typing import Any

from botocore import exceptions

from sagalab.errors import SagaLabError

_GONE = (exceptions.EndpointConnectionError, exceptions.ConnectionClosedError)


def tell_when_lost(client: Any) -> Any:
    """Let every call of a boto3 client raise SagaLabError when its local cloud is gone; return the client."""
    client.meta.events.register_first("needs-retry", _explain)
    return client


def _explain(caught_exception: Exception | None = None, **event: Any) -> None:
    """Botocore asks after each call whether to try again; a server that is gone does not come back."""
    if isinstance(caught_exception, _GONE):
        raise SagaLabError(
            "The local cloud is gone: it was stopped or killed, and with it what ran and what was deployed.",
            "Run `sagalab deploy` (in a notebook: deploy()), which starts a new one; in the failure lab press Run.",
        ) from None
