"""The operations about executions of durable functions, by the handlers of AWS's local runner."""

import json
import re
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import unquote

from aws_durable_execution_sdk_python_testing.exceptions import (
    AwsApiException,
    ResourceNotFoundException,
    ServiceException,
    UnknownRouteError,
)
from aws_durable_execution_sdk_python_testing.web import handlers, routes
from aws_durable_execution_sdk_python_testing.web.models import HTTPRequest, HTTPResponse
from botocore.utils import parse_timestamp

from sagalab.localcloud.durable.engine import Engine, Runs

_HANDLERS: dict[type[routes.Route], Any] = {
    routes.CheckpointDurableExecutionRoute: handlers.CheckpointDurableExecutionHandler,
    routes.GetDurableExecutionRoute: handlers.GetDurableExecutionHandler,
    routes.GetDurableExecutionStateRoute: handlers.GetDurableExecutionStateHandler,
    routes.GetDurableExecutionHistoryRoute: handlers.GetDurableExecutionHistoryHandler,
    routes.ListDurableExecutionsByFunctionRoute: handlers.ListDurableExecutionsByFunctionHandler,
    routes.StopDurableExecutionRoute: handlers.StopDurableExecutionHandler,
    routes.CallbackSuccessRoute: handlers.SendDurableExecutionCallbackSuccessHandler,
    routes.CallbackFailureRoute: handlers.SendDurableExecutionCallbackFailureHandler,
    routes.CallbackHeartbeatRoute: handlers.SendDurableExecutionCallbackHeartbeatHandler,
}


_ONE = re.compile(r"/2025-12-01/durable-executions/(?P<arn>[^/]+)(/(?P<what>\w+))?")
_JSON = {"Content-Type": "application/json"}


def _refused(status: int, name: str, words: str) -> tuple[int, dict[str, str], bytes]:
    return status, {**_JSON, "x-amzn-ErrorType": name}, json.dumps({"Type": name, "message": words}).encode()


def _for_the_runner(query: dict[str, list[str]]) -> dict[str, list[str]]:
    """Return a list's parameters as the runner (1.4.0) reads them: statuses by another name, times in seconds since 1970."""
    made = dict(query)
    if statuses := query.get("Statuses"):
        made["StatusFilter"] = [",".join(statuses)]
    for name in ("StartedAfter", "StartedBefore"):
        if asked := query.get(name):
            made[name] = [str(parse_timestamp(asked[0]).timestamp())]
    return made


class Api:
    """Answers requests about the executions of one engine, one region's."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._router = routes.Router(list(_HANDLERS))
        self._handlers = {route: made(engine.executor) for route, made in _HANDLERS.items()}

    def _complete(self, arn: str, body: Any) -> None:
        """Fill in what the runner's history (1.4.0) leaves out: the details of InvocationCompleted."""
        details = self.engine.invocations(arn)
        for event in body["Events"]:
            if event["EventType"] == "InvocationCompleted":
                event["InvocationCompletedDetails"] = details[event["EventTimestamp"]]

    def _listed(self, function: str, query: Mapping[str, list[str]]) -> str:
        """Return the name, with a qualifier if one is asked for, of the function whose executions are listed."""
        plain, _, qualifier = function.rpartition(":function:")[2].partition(":")
        name = ":".join(filter(None, (plain, qualifier or "".join(query.get("Qualifier", ())))))
        try:
            self.engine.config(name)
        except KeyError:
            raise ResourceNotFoundException(f"Function not found: {function}") from None
        return name

    def _own(self, method: str, path: str) -> tuple[int, dict[str, str], bytes] | None:
        """Answer what the runner has not: DeleteDurableExecution; pauses are refused. None: it is another request."""
        asked = _ONE.fullmatch(path)
        if asked is None or (method, asked["what"]) not in (
            ("DELETE", None),
            ("POST", "pause"),
            ("POST", "resume"),
        ):
            return None
        arn = unquote(asked["arn"])
        try:
            if asked["what"]:
                self.engine.store.load(arn)
                return _refused(
                    400,
                    "InvalidParameterValueException",
                    f"The local cloud cannot {asked['what']} an execution.",
                )
            self.engine.delete(arn)
        except KeyError:
            return _refused(404, "ResourceNotFoundException", f"Durable execution not found: {arn}")
        except Runs:
            words = f"The durable execution {arn} has not ended: it cannot be deleted."
            return _refused(409, "ResourceConflictException", words)
        return 202, _JSON, json.dumps({"DeletionRequestTimestamp": time.time()}).encode()

    def answer(
        self, method: str, path: str, query: dict[str, list[str]], body: bytes
    ) -> tuple[int, dict[str, str], bytes]:
        """Return status, headers and body. `path` is as it was sent: an ARN in it has its slashes encoded."""
        route: Any = None
        if own := self._own(method, path):
            return own
        try:
            route = self._router.find_route(path, method)
            if isinstance(route, routes.ListDurableExecutionsByFunctionRoute):
                route = replace(route, function_name=self._listed(route.function_name, query))
                query = _for_the_runner(query)
            if isinstance(route, routes.StopDurableExecutionRoute) and body:
                # the runner (1.4.0) misses that the error is the whole body
                body = b'{"Error": ' + body + b"}"
            make = (
                HTTPRequest.from_raw_bytes
                if isinstance(route, routes.BytesPayloadRoute)
                else HTTPRequest.from_bytes
            )
            request = make(body, method=method, path=route, query_params=query)
            found = self._handlers[type(route)].handle(route, request)
        except UnknownRouteError as unknown:
            found = HTTPResponse.create_error_from_exception(ServiceException(str(unknown)))
        except AwsApiException as refused:
            found = HTTPResponse.create_error_from_exception(refused)
        if isinstance(route, routes.GetDurableExecutionRoute) and query.get("IncludeExecutionData") == [
            "false"
        ]:
            found.body.update(ExecutionDataIncluded=False)
            for name in ("InputPayload", "Result", "Error"):
                found.body.pop(name, None)
        if isinstance(route, routes.GetDurableExecutionHistoryRoute) and found.status_code == 200:
            self._complete(route.arn, found.body)
        headers = dict(found.headers)
        if found.status_code >= 400 and isinstance(found.body, dict) and "Type" in found.body:
            headers["x-amzn-ErrorType"] = str(found.body["Type"])  # where boto3 looks for the error's name
        return found.status_code, headers, found.body_to_bytes() if found.body else b""
