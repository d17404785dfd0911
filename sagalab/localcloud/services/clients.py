"""The boto3 clients by which tasks reach the services of this process, made once.

Why: making one takes some 20 ms; "localhost" would be looked up each time (on Windows that tries IPv6 first).
"""

import functools
import threading

import boto3
from botocore.client import BaseClient
from botocore.config import Config
from moto.settings import moto_server_port

from sagalab.cloud.local_key import LocalKey
from sagalab.localcloud.services import inside

_LONGEST_CALL_SECONDS = 960  # a Lambda function runs 900 seconds at most
_making = threading.Lock()
Keys = tuple[str, str, str | None]  # access key id, secret, session token

_own: LocalKey


def use(key: LocalKey) -> None:
    """Let tasks act with the local cloud's own key. Call it before the server serves."""
    global _own
    _own = key


def keys_of(role_arn: str | None) -> Keys:
    """Return as whom a task of a role calls. Replaced by iam/enforcement.py: here all are the cloud's user."""
    return _own.id, _own.secret, None


@functools.cache
def _session() -> boto3.session.Session:
    """Return the session of all of them: each would look through botocore's folders anew."""
    return boto3.session.Session()


@functools.cache
def _made(region: str, service: str, port: str, keys: Keys) -> BaseClient:
    client = _session().client(
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
            s3={"addressing_style": "path"},
            response_checksum_validation="when_required",
        ),
    )
    inside.stay_inside(client)
    return client


def client_for(region: str, service: str, role_arn: str | None = None) -> BaseClient:
    """Return the client of a service of this server, with the credentials of a role. It is safe for threads."""
    with _making:
        return _made(region, service, moto_server_port(), keys_of(role_arn))
