"""Lambda's API of durable functions, which moto 5.2.5 has not: DurableConfig, their Invoke, and the operations about executions.

Requests come in by the server's doors as all others do; the handlers behind are those of AWS's local runner. A function
without DurableConfig notices nothing, and the engine is imported on the first request that is about a durable one.
Sources: Lambda API reference; "Invoking Lambda durable functions" (a qualified name, 15 minutes at most, names).
"""

import functools
import re
import threading
import uuid
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from moto.awslambda.exceptions import LambdaClientError
from moto.awslambda.models import LambdaFunction, lambda_backends
from moto.core import DEFAULT_ACCOUNT_ID
from moto.moto_server.werkzeug_app import DomainDispatcherApplication

from sagalab.localcloud.functions import lambdas
from sagalab.localcloud.functions.call import Call

if TYPE_CHECKING:
    from sagalab.localcloud.durable.api import Api

_PATHS = re.compile(
    r"/2025-12-01/(durable-executions/|durable-execution-callbacks/|functions/[^/]+/durable-executions$)"
)
_NAME = re.compile("[a-zA-Z0-9-_]{1,64}")
_CONFIG = "durable_config"  # what a function of moto's gets as one more attribute
_making = threading.Lock()
_apis: dict[str, "Api"] = {}


class InvalidInvoke(LambdaClientError):
    """A durable function was invoked in a way that AWS does not take."""

    code = 400

    def __init__(self, message: str) -> None:
        super().__init__("InvalidParameterValueException", message)


class AlreadyStarted(LambdaClientError):
    """An execution of that name began with another input."""

    code = 409

    def __init__(self, message: str) -> None:
        super().__init__("DurableExecutionAlreadyStartedException", message)


def config_of(function: LambdaFunction) -> dict[str, Any] | None:
    """Return the function's DurableConfig; None where it is an ordinary one."""
    return getattr(function, _CONFIG, None)


def invoke(
    function: LambdaFunction,
    body: str | bytes | None,
    headers: Any,
    qualifier: str | None,
    answer: dict[str, str],
) -> bytes:
    """Answer Invoke of a durable function: start its execution, and wait for its end unless it is an Event.

    Fills `answer`, the headers, and returns the payload. Raises InvalidInvoke and AlreadyStarted.
    """
    from sagalab.localcloud.durable import engine

    kind = headers.get("X-Amz-Invocation-Type") or "RequestResponse"
    if not qualifier:
        raise InvalidInvoke(
            "You cannot invoke a durable function using an unqualified ARN. "
            "Name a version or an alias, or $LATEST."
        )
    name = headers.get("X-Amz-Durable-Execution-Name")
    if name is not None and not _NAME.fullmatch(name):
        raise InvalidInvoke(
            f"Value '{name}' at 'durableExecutionName' failed to satisfy constraint: Member must have 1 to 64 "
            f"characters and satisfy regular expression pattern: {_NAME.pattern}"
        )
    payload = (body.encode("utf-8") if isinstance(body, str) else body) or b"{}"
    lambdas.check_payload(payload)
    if kind == "DryRun":
        return b""
    asked = engine.Asked(
        function.account_id,
        function.region,
        function.function_name,
        _version(function),
        config_of(function) or {},
        payload.decode("utf-8"),
        name,
    )
    running = _api(function.region).engine
    try:
        execution = running.start(asked)
    except engine.AlreadyStarted as started:
        raise AlreadyStarted(str(started)) from None
    answer["X-Amz-Executed-Version"] = asked.version
    answer["X-Amz-Durable-Execution-Arn"] = execution.durable_execution_arn
    if kind == "Event":
        return b""
    result, failed = running.wait(execution)
    if failed:
        answer["X-Amz-Function-Error"] = "Unhandled"
    return result


def _version(function: LambdaFunction) -> str:
    """Return a function's version as its ARN says it."""
    return (
        str(function.version)
        if ":function:" in function.function_arn and re.search(r":\d+$", function.function_arn)
        else "$LATEST"
    )


def _call(region: str, name: str, payload: bytes) -> tuple[str, bytes, bool]:
    """Run a function of this cloud once, as the engine asks. Raises KeyError where it is not there (any more)."""
    function = _function(region, name)
    call = Call(
        request_id=str(uuid.uuid4()),
        arn=f"arn:aws:lambda:{region}:{DEFAULT_ACCOUNT_ID}:function:{name}",
        payload=payload,
        timeout=float(function.timeout),
    )
    answer = lambdas.run(function, call)
    return call.request_id, answer.payload, answer.failed


def _function(region: str, name: str) -> LambdaFunction:
    """Return a function by its name with qualifier. Raises KeyError where it is not there."""
    from moto.awslambda.exceptions import UnknownFunctionException

    plain, _, qualifier = name.partition(":")
    try:
        return lambda_backends[DEFAULT_ACCOUNT_ID][region].get_function(plain, qualifier or None)
    except UnknownFunctionException:
        raise KeyError(name) from None


def _config(region: str, name: str) -> dict[str, Any] | None:
    return config_of(_function(region, name))


def _api(region: str) -> "Api":
    with _making:
        if region not in _apis:
            from sagalab.localcloud.durable.api import Api
            from sagalab.localcloud.durable.engine import Engine

            _apis[region] = Api(
                Engine(functools.partial(_call, region), functools.partial(_config, region), region)
            )
        return _apis[region]


def _over_http(serve: Any) -> Any:
    """Answer what is about executions of durable functions; leave all else to `serve`."""

    def answered(
        self: DomainDispatcherApplication, environ: dict[str, Any], start_response: Any
    ) -> Iterable[bytes]:
        path, _, query = environ.get("RAW_URI", environ.get("PATH_INFO", "")).partition("?")
        if not _PATHS.match(path):
            return serve(self, environ, start_response)
        region = environ["HTTP_AUTHORIZATION"].split("/")[2]  # what came in is signed
        status, headers, body = _api(region).answer(
            environ["REQUEST_METHOD"], path, parse_qs(query), environ["wsgi.input"].read()
        )
        start_response(f"{status} -", list(headers.items()))
        return _Body(body)

    return answered


class _Body(list[bytes]):
    """An answer's body, which the server closes."""

    def __init__(self, content: bytes) -> None:
        super().__init__([content])

    def close(self) -> None:
        """Nothing is open."""


def _init(self: LambdaFunction, account_id: str, spec: dict[str, Any], *more: Any, **given: Any) -> None:
    _init_in_moto(self, account_id, spec, *more, **given)
    if spec.get("DurableConfig"):
        setattr(self, _CONFIG, spec["DurableConfig"])
        if self.region in _apis:
            _apis[self.region].engine.forget(self.function_name)


def _get_configuration(self: LambdaFunction, on_create: bool = False) -> dict[str, Any]:
    found = _configuration_in_moto(self, on_create)
    config = config_of(self)
    return found if config is None else {**found, "DurableConfig": config}


def _update_configuration(self: LambdaFunction, config_updates: dict[str, Any]) -> dict[str, Any]:
    given = config_updates.get("DurableConfig")
    if given:
        if config_of(self) is None:
            raise InvalidInvoke("You can only enable durable execution when you create a function.")
        setattr(self, _CONFIG, given)
    return _update_in_moto(self, config_updates)


_init_in_moto = LambdaFunction.__init__
_configuration_in_moto = LambdaFunction.get_configuration
_update_in_moto = LambdaFunction.update_configuration


def install() -> None:
    """Let Lambda know durable functions. Call it after inside.install: this comes before it."""
    if LambdaFunction.__init__ is _init:
        return
    LambdaFunction.__init__ = _init
    LambdaFunction.get_configuration = _get_configuration
    LambdaFunction.update_configuration = _update_configuration
    lambdas.of_durable = config_of, invoke
    DomainDispatcherApplication.__call__ = _over_http(DomainDispatcherApplication.__call__)
