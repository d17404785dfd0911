"""Faster dispatch of requests in moto's server: two answers that never change are kept.

Why, in moto 5.2.5: each request looks at 90 folders to find out which services exist, and inspects the
whole class of the service for its operations. Together that is half of the time of a small request. And
each answer gets a new request id, also Invoke's, whose id must be the one in the function's log.
"""

import functools
import uuid
from typing import Any

from moto.core import responses
from moto.moto_server.werkzeug_app import DomainDispatcherApplication


def _request_id(headerdict: dict[str, Any] | None = None) -> str:
    headers = {} if headerdict is None else headerdict
    return headers.setdefault("x-amzn-requestid", str(uuid.uuid4()))


def install() -> None:
    """Keep the service of each host, the operations of each service class, and a request id that is there."""
    find = DomainDispatcherApplication.get_backend_for_host
    if isinstance(responses.method_names_from_class, functools._lru_cache_wrapper):
        return
    DomainDispatcherApplication.get_backend_for_host = functools.lru_cache(maxsize=1024)(find)
    responses.method_names_from_class = functools.lru_cache(maxsize=None)(responses.method_names_from_class)
    responses.gen_amzn_requestid_long = _request_id
