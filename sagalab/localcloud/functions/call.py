"""What a worker is started for and asked, what it answers, and how its answers are read."""

import json
import os
import time
from dataclasses import dataclass, field
from pathlib import Path

from sagalab.localcloud.functions.wire import API, Nonsense

NEXT = f"{API}/invocation/next"


@dataclass(frozen=True)
class FunctionVersion:
    """What a worker is started for; two equal ones can share workers."""

    key: tuple[str, str, str, str]  # account, region, name, version
    handler: str
    code: Path
    memory: int
    runtime: str
    variables: tuple[tuple[str, str], ...]
    # access key id, secret, session token; without them it reaches nothing
    keys: tuple[str, str, str | None] = field(default=("", "", None), repr=False)

    @property
    def name(self) -> str:
        return self.key[2]

    @property
    def log_group(self) -> str:
        return f"/aws/lambda/{self.name}"

    def environment(self, address: str, endpoint: str, log_stream: str) -> dict[str, str]:
        """Return the environment that AWS gives a function, and nothing of the user's.

        `address` is that of its runtime API, `endpoint` that of the cloud.

        Source: https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
        """
        account, region, name, number = self.key
        given = {
            "AWS_LAMBDA_RUNTIME_API": address,
            "_HANDLER": self.handler,
            "LAMBDA_TASK_ROOT": str(self.code),
            "AWS_REGION": region,
            "AWS_DEFAULT_REGION": region,
            "AWS_EXECUTION_ENV": f"AWS_Lambda_{self.runtime}",
            "AWS_LAMBDA_FUNCTION_NAME": name,
            "AWS_LAMBDA_FUNCTION_VERSION": number,
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(self.memory),
            "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
            "AWS_LAMBDA_LOG_GROUP_NAME": self.log_group,
            "AWS_LAMBDA_LOG_STREAM_NAME": log_stream,
            "AWS_ACCESS_KEY_ID": self.keys[0],
            "AWS_SECRET_ACCESS_KEY": self.keys[1],
            "AWS_ENDPOINT_URL": endpoint,
            "TZ": ":UTC",
            "LANG": "en_US.UTF-8",
            "PATH": os.defpath,
            # without these botocore would read the user's files, and ask 169.254.169.254
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
        }
        if self.keys[2]:
            given["AWS_SESSION_TOKEN"] = self.keys[2]
        if os.name == "nt":
            given.pop("TZ")
            given |= {key: os.environ[key] for key in ("SYSTEMROOT", "TEMP", "TMP") if key in os.environ}
        return dict(self.variables) | given


@dataclass
class Call:
    """One invocation. `deadline` and `timeout` in seconds; the deadline is set when a worker takes it."""

    request_id: str
    arn: str
    payload: bytes
    timeout: float
    client_context: str = ""


@dataclass
class Answer:
    """The outcome of a call: its payload, whether it is an error, and what the function printed."""

    payload: bytes
    failed: bool = False
    lines: list[str] = field(default_factory=list)
    seconds: float = 0.0
    init_seconds: float | None = None  # of a worker's first call


def error_answer(error_type: str, message: str, lines: list[str], began: float) -> Answer:
    """Return the answer that AWS gives for a function which did not come to an end by itself."""
    report = {"errorType": error_type, "errorMessage": message}
    payload = json.dumps(report, separators=(",", ":")).encode()
    return Answer(payload, True, lines, time.monotonic() - began)


def report_of_init(path: str, body: bytes) -> dict | None:
    """Return what went wrong in the init phase; None when the worker asks for its first call."""
    if path == NEXT:
        return None
    report = _parsed(body) if path == f"{API}/init/error" else None
    if not isinstance(report, dict):
        raise Nonsense
    return report


def outcome(path: str, body: bytes, request_id: str) -> bool:
    """Tell whether a worker's answer to a call is an error. Raises Nonsense when it is no answer to it."""
    failed = path == f"{API}/invocation/{request_id}/error"
    if not failed and path != f"{API}/invocation/{request_id}/response":
        raise Nonsense
    if failed:
        _parsed(body)
    return failed


def _parsed(body: bytes) -> object:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise Nonsense from None


def signal_name(number: int) -> str:
    """Return how AWS calls the signal that ended a function."""
    names = {9: "killed", 11: "segmentation fault", 6: "aborted", 15: "terminated"}
    return names.get(number, str(number))
