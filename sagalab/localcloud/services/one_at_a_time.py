"""Services that are asked by many at once keep their data whole: one call at a time for each service.

Why: moto 5.2.5's server answers in threads, and its backends keep plain dicts. With forty participants who
deploy at once, one who listed log groups while another made one got a 500 ("dictionary changed size during
iteration"). DynamoDB has its own lock (dynamodb.py); calls that wait have none here (Invoke, ReceiveMessage).
And the first requests to a service at one moment could meet botocore's model of an operation in the place where
moto's is a moment later: both keep it under the same name (AttributeError: http_trait, in a first deployment).
"""

import functools
import inspect
import threading
from collections.abc import Callable, Collection

from moto.awslambda.models import LambdaBackend
from moto.core.model import ServiceModel
from moto.iam.models import IAMBackend
from moto.logs.models import LogsBackend
from moto.sns.models import SNSBackend
from moto.sqs.models import SQSBackend

_QUEUES = ("create_queue", "delete_queue", "get_queue", "list_queues")
_installed = False


def _locked(method: Callable, lock: threading.RLock) -> Callable:
    @functools.wraps(method)
    def one_at_a_time(*args, **arguments):
        with lock:
            return method(*args, **arguments)

    return one_at_a_time


def _lock(backend: type, only: Collection[str] = (), but: Collection[str] = ()) -> None:
    """Let one call at a time into the public methods of a backend. Calls within a call pass."""
    lock = threading.RLock()
    for name, method in inspect.getmembers_static(backend, inspect.isfunction):
        if not name.startswith("_") and name not in but and (not only or name in only):
            setattr(backend, name, _locked(method, lock))


def install() -> None:
    """Install the locks into moto. Call it last: what replaces a method of moto is locked too."""
    global _installed
    if _installed:
        return
    _installed = True
    _lock(LogsBackend)
    _lock(IAMBackend)
    _lock(SNSBackend)
    _lock(LambdaBackend, but=("invoke",))
    _lock(SQSBackend, only=_QUEUES)
    _lock(ServiceModel, only=("operation_model",))
