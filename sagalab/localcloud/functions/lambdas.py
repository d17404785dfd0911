"""Lambda's Invoke for moto: functions run in warm worker processes in place of Docker containers.

Why, in moto 5.2.5: LambdaFunction.invoke needs Docker; Invoke ignores Qualifier, reserved concurrency and
invocation types, and answers no ExecutedVersion.
"""

import base64
import functools
import hashlib
import io
import json
import os
import shutil
import threading
import uuid
import zipfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from moto.awslambda import models
from moto.awslambda.exceptions import LambdaClientError, UnknownFunctionException
from moto.awslambda.models import LambdaBackend, LambdaFunction
from moto.awslambda.responses import LambdaResponse

from sagalab.cloud.local_key import LocalKey
from sagalab.localcloud.functions import function_logs
from sagalab.localcloud.functions.call import Answer, Call, FunctionVersion
from sagalab.localcloud.functions.pool import Pool

_LARGEST_REQUEST = (
    6_291_456  # bytes; source: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
)
_LARGEST_RESPONSE = 6_291_556
_TAIL = 4096  # bytes of the log in LogResult

_folder: Path
_pool: Pool
_key: LocalKey
_lock = threading.Lock()
_running: Counter = Counter()  # invocations under way, by (account, region, name)
# What tells a durable function, and what answers its Invoke (set by durable/service.py).
of_durable: tuple[Callable[..., Any], Callable[..., bytes]] = (lambda function: None, lambda *given: b"")


class TooManyRequests(LambdaClientError):
    """The function's reserved concurrency is used up."""

    code = 429

    def __init__(self) -> None:
        super().__init__("TooManyRequestsException", "Rate Exceeded.")


class RequestTooLarge(LambdaClientError):
    """The payload is larger than Invoke takes."""

    code = 413

    def __init__(self) -> None:
        super().__init__(
            "RequestTooLargeException",
            f"Request must be smaller than {_LARGEST_REQUEST} bytes for the InvokeFunction operation",
        )


class InvalidRequestContent(LambdaClientError):
    """The payload is not JSON."""

    code = 400

    def __init__(self, problem: str) -> None:
        super().__init__(
            "InvalidRequestContentException", f"Could not parse request body into json: {problem}"
        )


def invoke(function: LambdaFunction, body: str | bytes | None, headers: Any, response_headers: dict) -> bytes:
    """Invoke `function` with the JSON text `body`; fill `response_headers` and return the payload.

    Replaces LambdaFunction.invoke of moto. Raises TooManyRequests, RequestTooLarge, InvalidRequestContent.
    """
    payload = (body.encode("utf-8") if isinstance(body, str) else body) or b"{}"
    check_payload(payload)
    kind = headers.get("X-Amz-Invocation-Type") or "RequestResponse"
    response_headers["X-Amz-Executed-Version"] = str(function.version)
    if kind == "DryRun":
        return b""
    request_id = str(uuid.uuid4())
    response_headers["x-amzn-requestid"] = request_id
    call = Call(
        request_id=request_id,
        arn=function.function_arn,
        payload=payload,
        timeout=float(function.timeout),
        client_context=_decoded(headers.get("X-Amz-Client-Context")),
    )
    identity = (function.account_id, function.region, function.function_name)
    _enter(function, identity)
    if kind == "Event":
        threading.Thread(target=_run, args=(function, identity, call), daemon=True).start()
        return b""
    answer, log = _run(function, identity, call)
    if answer.failed:
        response_headers["X-Amz-Function-Error"] = "Unhandled"
    if headers.get("X-Amz-Log-Type") == "Tail":
        tail = "\n".join(log).encode("utf-8") + b"\n"
        response_headers["X-Amz-Log-Result"] = base64.b64encode(tail[-_TAIL:]).decode("ascii")
    if len(answer.payload) > _LARGEST_RESPONSE:
        response_headers["X-Amz-Function-Error"] = "Unhandled"
        problem = f"Response payload size exceeded maximum allowed payload size ({_LARGEST_RESPONSE} bytes)."
        return json.dumps({"errorMessage": problem, "errorType": "Function.ResponseSizeTooLarge"}).encode()
    return answer.payload


def check_payload(payload: bytes) -> None:
    """Raise RequestTooLarge or InvalidRequestContent for what Invoke does not take."""
    if len(payload) > _LARGEST_REQUEST:
        raise RequestTooLarge
    try:
        json.loads(payload, parse_constant=_refuse)
    except (ValueError, RecursionError) as problem:
        raise InvalidRequestContent(str(problem)) from None


def run(function: LambdaFunction, call: Call) -> Answer:
    """Run a function once and keep its log, whatever its reserved concurrency: for the engine of durable functions."""
    identity = (function.account_id, function.region, function.function_name)
    with _lock:
        _running[identity] += 1
    return _run(function, identity, call)[0]


def _refuse(constant: str) -> None:
    raise ValueError(f"Non-standard token '{constant}'")


def _enter(function: LambdaFunction, identity: tuple) -> None:
    """Count the invocation, or refuse it when the function's reserved concurrency is used up."""
    latest = models.lambda_backends[function.account_id][function.region].get_function(function.function_name)
    reserved = latest.reserved_concurrency
    with _lock:
        if reserved is not None and _running[identity] >= int(reserved):
            raise TooManyRequests
        _running[identity] += 1


def _run(function: LambdaFunction, identity: tuple, call: Call):
    try:
        answer, worker = _pool.run(_version_of(function), call)
    finally:
        with _lock:
            _running[identity] -= 1
    log = function_logs.log_lines(call, worker, answer)
    function_logs.deliver(worker, log)
    return answer, log


def credentials_of(function: LambdaFunction) -> tuple[str, str, str | None]:
    """Return the credentials that workers get. Replaced by iam/enforcement.py, which gives the role's."""
    return _key.id, _key.secret, None


def _version_of(function: LambdaFunction) -> FunctionVersion:
    variables = tuple(sorted((str(k), str(v)) for k, v in (function.environment_vars or {}).items()))
    return FunctionVersion(
        key=(function.account_id, function.region, _worker_owner(function), str(function.version)),
        handler=function.handler or "",
        code=_unpacked(function),
        memory=int(function.memory_size),
        runtime=function.run_time or "python3.13",
        variables=variables,
        keys=credentials_of(function),
    )


def _worker_owner(function: LambdaFunction) -> str:
    """Return whose workers run the function: its own, or those of the function in SAGALAB_WORKERS_OF.

    Functions of one handler, code and environment may so share workers (sagalab/rehearsal/sandbox.py).
    """
    return (function.environment_vars or {}).get("SAGALAB_WORKERS_OF") or function.function_name


def _unpacked(function: LambdaFunction) -> Path:
    """Return the folder of the function's code, unpacked once for each content."""
    place = _folder / "code" / hashlib.sha256(function.code_sha_256.encode()).hexdigest()[:16]
    if not place.is_dir():
        with _lock:
            if not place.is_dir():
                half = place.with_name(f"{place.name}.{os.getpid()}")
                with zipfile.ZipFile(io.BytesIO(function.code_bytes)) as archive:
                    archive.extractall(half)
                half.rename(place)
    return place


def _decoded(client_context: str | None) -> str:
    """Return the client context as one line of JSON."""
    if not client_context:
        return ""
    return json.dumps(json.loads(base64.b64decode(client_context)))


def plain(name: str) -> str:
    """Return a partial ARN (123456789012:function:name:version) as name and version, what else it is as it is."""
    return name if name.startswith("arn:") else name.removeprefix("function:").rpartition(":function:")[2]


def found(backend: LambdaBackend, name: str, qualifier: str | None) -> LambdaFunction:
    """Return the function of a name or ARN, and of a qualifier; AWS says with its version which one it is not.

    Raises moto's UnknownFunctionException.
    """
    name = plain(name)
    try:
        return backend.get_function(name, qualifier)
    except UnknownFunctionException:
        parts = name.split(":function:")[-1].split(":")
        version = qualifier or (parts[1] if len(parts) > 1 else "$LATEST")
        place = f"arn:aws:lambda:{backend.region_name}:{backend.account_id}:function"
        raise UnknownFunctionException(f"{place}:{parts[0]}:{version}") from None


def _respond(self: LambdaResponse) -> tuple[int, dict[str, str], bytes]:
    """Answer Invoke. Replaces LambdaResponse.invoke of moto."""
    name = unquote(self.path.rsplit("/", 2)[-2])
    headers: dict[str, str] = {}
    qualifier = (self.querystring.get("Qualifier") or [None])[0]
    function = found(self.backend, name, qualifier)
    is_durable, invoke_durable = of_durable
    if is_durable(function):
        version = qualifier or name.split(":function:")[-1].partition(":")[2]
        payload = invoke_durable(function, self.body, self.headers, version, headers)
    else:
        payload = invoke(function, self.body, self.headers, headers)
    status = {"Event": 202, "DryRun": 204}.get(self.headers.get("X-Amz-Invocation-Type"), 200)
    # moto takes the status from this header
    return status, headers | {"status": str(status), "Content-Type": "application/json"}, payload


def _delete_function(self: LambdaBackend, function_name: str, qualifier: str | None = None) -> None:
    function = self.get_function(function_name)
    _delete_in_moto(self, function_name, qualifier)
    _pool.retire((function.account_id, function.region, function.function_name))


def _warming_up(create: Callable) -> Callable:
    """Let the fork server start when a function is made: it will be called in a moment."""

    @functools.wraps(create)
    def create_function(self: LambdaBackend, spec: dict) -> LambdaFunction:
        _pool.forks.warm_up()
        return create(self, spec)

    return create_function


_delete_in_moto = LambdaBackend.delete_function


def describe_workers() -> list[dict]:
    """Return one entry a worker: function, state, pid, calls."""
    return _pool.describe()


def allow_workers(count: int | None = None) -> int:
    """Let at most `count` workers run at the same time (None: as before), and return how many may."""
    if count:
        _pool.cap = count
    return _pool.cap


def close() -> None:
    """End the workers."""
    _pool.close()


def install(folder: Path, endpoint: str, key: LocalKey) -> None:
    """Make moto invoke functions in workers that keep their files in `folder` and call `endpoint` with `key`."""
    global _folder, _pool, _key
    _key = key
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "code").mkdir(exist_ok=True)
    _folder = folder
    _pool = Pool(folder / "logs", endpoint)
    LambdaFunction.invoke = invoke
    LambdaResponse.invoke = _respond
    LambdaBackend.create_function = _warming_up(LambdaBackend.create_function)
    LambdaBackend.delete_function = _delete_function
