"""The connection to the cloud: the local one, or AWS when it is asked for by name.

In local mode no client can reach AWS: every client has the local cloud's endpoint and its own key, and
the session reads no environment variable, profile, file or proxy setting.
"""

import functools
import os
import sys
import threading
from dataclasses import dataclass, field
from typing import Any

import boto3
import botocore.session
from botocore.config import Config
from botocore.configprovider import BOTOCORE_DEFAUT_SESSION_VARIABLES
from botocore.exceptions import BotoCoreError

from sagalab import settings
from sagalab.cloud import local_process
from sagalab.cloud.aws_errors import explained, no_region, tell_when_lost
from sagalab.cloud.local_key import LocalKey, local_key
from sagalab.cloud.prefix import prefix_of_participant
from sagalab.errors import SagaLabError
from sagalab.project import state_dir

LOCAL_REGION = "us-east-1"
_LONGEST_CALL_SECONDS = 960  # a Lambda function runs 900 seconds at most
_THREADS = 256
_TRIES = 10


class LocalSession(boto3.session.Session):
    """A boto3 session whose clients all talk to the local cloud, whatever the environment says."""

    def __init__(self, endpoint: str, key: LocalKey):
        core = botocore.session.Session(session_vars=_NOTHING_FROM_OUTSIDE)
        super().__init__(key.id, key.secret, None, LOCAL_REGION, core)
        self._endpoint, self._key = endpoint, key

    def client(self, service_name, *args, **options):  # noqa: D102 (as boto3's)
        options.update(_local_options(self._endpoint, self._key, options.get("config")))
        return tell_when_lost(super().client(service_name, *args[:1], **options))

    def resource(self, service_name, *args, **options):  # noqa: D102 (as boto3's)
        options.update(_local_options(self._endpoint, self._key, options.get("config")))
        return super().resource(service_name, *args[:1], **options)


# every variable keeps its default, and loses its name in the environment and in the configuration file
_NOTHING_FROM_OUTSIDE = {
    name: (None, None, os.devnull if name in ("config_file", "credentials_file") else default, convert)
    for name, (_, _, default, convert) in BOTOCORE_DEFAUT_SESSION_VARIABLES.items()
    if not isinstance(default, dict) or name == "api_versions"
}


# no proxy; and one host for all, where AWS has others beside it (sync-states.…) for some operations
_OURS_ALWAYS = Config(proxies={}, inject_host_prefix=False)


def _local_options(endpoint: str, key: LocalKey, config: Config | None) -> dict[str, Any]:
    local = Config(
        retries={"total_max_attempts": 1, "mode": "standard"},
        connect_timeout=5,
        read_timeout=_LONGEST_CALL_SECONDS,
        max_pool_connections=_THREADS,
    )
    return {
        "endpoint_url": endpoint,
        "use_ssl": False,
        "aws_access_key_id": key.id,
        "aws_secret_access_key": key.secret,
        "aws_session_token": None,
        "config": (local.merge(config) if config else local).merge(_OURS_ALWAYS),
    }


def on_aws() -> Config:
    """Return how clients reach AWS: "adaptive" slows them down when AWS throttles them.

    A room of forty shares the account's quotas. AWS's own variables say otherwise, where they are set.
    https://boto3.amazonaws.com/v1/documentation/api/latest/guide/retries.html
    """
    given = {
        "mode": None if "AWS_RETRY_MODE" in os.environ else "adaptive",
        "total_max_attempts": None if "AWS_MAX_ATTEMPTS" in os.environ else _TRIES,
    }
    retries = {name: value for name, value in given.items() if value is not None}
    return Config(retries=retries, max_pool_connections=_THREADS)


@dataclass
class Cloud:
    """Where the saga runs. `endpoint` is None on AWS. Its clients are safe for threads."""

    session: boto3.session.Session
    region: str
    prefix: str
    endpoint: str | None
    time_scale: float = 1.0  # the local cloud's: by what it multiplies waits
    _account: str | None = field(default=None, repr=False)  # notebooks keep what they show
    _made: dict[tuple[str, str], Any] = field(default_factory=dict, repr=False)
    _lock: Any = field(default_factory=threading.RLock, repr=False)

    @property
    def is_local(self) -> bool:
        """True on the local cloud."""
        return self.endpoint is not None

    @property
    def account(self) -> str:
        """The account id; asked from AWS at the first use. Raises SagaLabError when AWS does not tell."""
        if self._account is None:
            self._account = explained(lambda: self.client("sts").get_caller_identity())()["Account"]
        return self._account

    def client(self, service: str) -> Any:
        """Return the boto3 client of `service`, made once."""
        return self._once("client", service)

    def resource(self, service: str) -> Any:
        """Return the boto3 resource of `service`, made once. Unlike clients, use it from one thread."""
        return self._once("resource", service)

    def _once(self, kind: str, service: str) -> Any:
        with self._lock:
            if (kind, service) not in self._made:
                options = {} if self.is_local else {"config": on_aws()}
                self._made[kind, service] = self._make(kind, service, options)
            return self._made[kind, service]

    def _make(self, kind: str, service: str, options: dict[str, Any]) -> Any:
        try:
            return getattr(self.session, kind)(service, **options)
        except ValueError as error:
            # botocore's own errors are explained elsewhere; a number or an address that is none is a bare ValueError
            if self.is_local or isinstance(error, BotoCoreError):
                raise
            raise SagaLabError(
                f"A setting of AWS means nothing: {error}.",
                "Look at AWS_MAX_ATTEMPTS, AWS_ENDPOINT_URL and the profile in ~/.aws/config.",
            ) from None


def connect() -> Cloud:
    """Return the cloud that SAGALAB_CLOUD names: `local` (the default) or `aws`.

    The local cloud is started when it does not run; a line on stderr says when it had died. Raises
    SagaLabError for a variable SAGALAB_… that means nothing, a local cloud of another version, or one that does not start; on AWS
    without credentials that it accepts, a region, or a name to make a prefix of.
    """
    if settings.cloud() == settings.LOCAL:
        record = local_process.running(say=lambda text: print(text, file=sys.stderr))
        prefix = prefix_of_participant(on_aws=False)
        key = local_key(state_dir())
        return local_cloud_at(
            record["endpoint"], record["id"], key, record["account"], prefix, record["time_scale"]
        )
    given = tuple(sorted(pair for pair in os.environ.items() if pair[0].startswith("AWS_")))
    return _aws(given, prefix_of_participant(on_aws=True))


def local_variables() -> dict[str, str | None]:
    """Return the environment with which other tools of the user reach the local cloud, started if need be.

    None stands for a variable that must not be set. Raises SagaLabError as `connect` does.
    """
    record = local_process.running(say=lambda text: print(text, file=sys.stderr))
    key = local_key(state_dir())
    return {
        "AWS_ENDPOINT_URL": record["endpoint"],
        "AWS_ACCESS_KEY_ID": key.id,
        "AWS_SECRET_ACCESS_KEY": key.secret,
        "AWS_DEFAULT_REGION": LOCAL_REGION,
        "AWS_REGION": LOCAL_REGION,
        "AWS_DISABLE_HOST_PREFIX_INJECTION": "true",  # there is no host sync-127.0.0.1
        "AWS_SESSION_TOKEN": None,
        "AWS_PROFILE": None,
    }


@functools.lru_cache(maxsize=8)
def _aws(given: tuple[tuple[str, str], ...], prefix: str) -> Cloud:
    """Return one Cloud for each AWS environment, so that its clients are made once, and AWS knows us."""
    # AWS_REGION is the name that all other SDKs read; boto3 reads AWS_DEFAULT_REGION and the profile
    session = explained(boto3.session.Session)(region_name=dict(given).get("AWS_REGION"))
    if not session.region_name:
        raise no_region()
    cloud = Cloud(session, session.region_name, prefix, None)
    _ = cloud.account  # asked now: without valid credentials nothing else is worth trying
    return cloud


@functools.lru_cache(maxsize=8)
def local_cloud_at(
    endpoint: str, identity: str, key: LocalKey, account: str, prefix: str, scale: float
) -> Cloud:
    """Return one Cloud for each server and prefix; those of one server share its clients."""
    session, made, lock = _at(endpoint, identity, key)
    return Cloud(session, LOCAL_REGION, prefix, endpoint, scale, account, made, lock)


@functools.lru_cache(maxsize=8)
def _at(endpoint: str, identity: str, key: LocalKey) -> tuple[LocalSession, dict[tuple[str, str], Any], Any]:
    """Return the session of one server with its clients, which take a quarter of a second to make."""
    return LocalSession(endpoint, key), {}, threading.RLock()
