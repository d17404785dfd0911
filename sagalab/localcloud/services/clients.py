"""The interpreter's boto3 clients, made once.

Why: moto 5.2.5 builds a new boto3 client for every task (some 20 ms), looks "localhost" up each time (on
Windows that tries IPv6 first), and lets ten connections at most stay open.
"""

import functools
import sys
import threading
from typing import Any

import boto3
from botocore.client import BaseClient
from botocore.config import Config
from moto.settings import moto_server_port
from moto.stepfunctions.parser.asl.utils import boto_client

from sagalab.cloud.local_key import LocalKey
from sagalab.localcloud.stepfunctions import shortcuts

_LONGEST_CALL_SECONDS = 960  # a Lambda function runs 900 seconds at most
_making = threading.Lock()
Keys = tuple[str, str, str | None]  # access key id, secret, session token


_own: LocalKey


def use(key: LocalKey) -> None:
    """Let states act with the local cloud's own key. Call it before the server serves."""
    global _own
    _own = key


def credentials_of(state_credentials: Any) -> Keys:
    """Return as whom a state calls. Replaced by iam/enforcement.py: here all are the cloud's user."""
    return _own.id, _own.secret, None


@functools.cache
def _made(region: str, service: str, port: str, keys: Keys) -> BaseClient:
    session = boto3.session.Session()
    client = session.client(
        service_name=service,
        region_name=region,
        endpoint_url=f"http://127.0.0.1:{port}",
        aws_access_key_id=keys[0],
        aws_secret_access_key=keys[1],
        aws_session_token=keys[2],
        config=Config(
            parameter_validation=False,
            retries={"max_attempts": 0, "total_max_attempts": 1},
            connect_timeout=60,
            read_timeout=_LONGEST_CALL_SECONDS,
            max_pool_connections=256,
        ),
    )
    shortcuts.stay_inside(client)
    return client


def client_for(region: str, service: str, state_credentials: Any = None) -> BaseClient:
    """Return the client for this server with the credentials of a state. It is safe for threads."""
    with _making:
        return _made(region, service, moto_server_port(), credentials_of(state_credentials))


def install() -> None:
    """Replace moto's boto_client_for in every module that imported it."""
    original = boto_client.boto_client_for
    for name, module in list(sys.modules.items()):
        if (
            name.startswith("moto.stepfunctions.parser")
            and getattr(module, "boto_client_for", None) is original
        ):
            module.boto_client_for = client_for
