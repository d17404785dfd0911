"""Get an execution's history from Step Functions (AWS or the local cloud), whole or what is new in it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

from sagalab.errors import SagaLabError

# The most that GetExecutionHistory gives in one page.
PAGE_SIZE = 1000


# What DescribeStateMachineForExecution answers where there is no definition to be had: not allowed to read
# it, or none kept (API reference, Errors). Anything else, throttling above all, is no such answer.
_NO_DEFINITION = (
    "AccessDeniedException",
    "AccessDenied",
    "ExecutionDoesNotExist",
    "KmsAccessDeniedException",
)


class NoExecution(SagaLabError):
    """The service knows no execution of that ARN."""


@dataclass
class Fetched:
    """What the service says of an execution: its ARN, its definition (ASL text or None), its events."""

    arn: str
    definition: str | None
    events: list[dict[str, Any]] = field(default_factory=list)


def describe(client: Any, arn: str) -> dict[str, Any]:
    """Return DescribeExecution. Raises NoExecution if there is no such execution."""
    return _of_execution(client.describe_execution, arn)


def _of_execution(call: Callable[..., dict[str, Any]], arn: str, **given: Any) -> dict[str, Any]:
    try:
        return call(executionArn=arn, **given)
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "")
        if code not in ("ExecutionDoesNotExist", "InvalidArn"):
            raise
        raise NoExecution(
            f"There is no execution {arn!r}.",
            "List the executions of a machine with client.list_executions(stateMachineArn=…).",
        ) from None


def fetch(client: Any, arn: str, definition: str | None = None) -> Fetched:
    """Return what the service says of an execution, finished or running.

    `definition` is its machine's, if it is known: then it is not asked for.
    """
    events = all_events(client, arn)
    return Fetched(arn, definition or definition_of(client, arn), events)


def definition_of(client: Any, arn: str) -> str | None:
    """Return the definition that the execution runs with; None where one may not read it."""
    try:
        answer: dict[str, str] = client.describe_state_machine_for_execution(executionArn=arn)
        return answer.get("definition")
    except ClientError as error:
        if error.response.get("Error", {}).get("Code", "") not in _NO_DEFINITION:
            raise
        return None


def last_event(client: Any, arn: str) -> dict[str, Any]:
    """Return the last event so far, without its data; {} when there is none yet.

    It tells whether the execution has ended, as DescribeExecution does, whose quota is the smaller one.
    """
    page = _of_execution(
        client.get_execution_history, arn, maxResults=1, reverseOrder=True, includeExecutionData=False
    )
    return page["events"][0] if page["events"] else {}


def all_events(client: Any, arn: str) -> list[dict[str, Any]]:
    """Return the whole history, page by page."""
    return [event for page in _pages(client, arn, reverse=False) for event in page]


def new_events(client: Any, arn: str, last_id: int) -> list[dict[str, Any]]:
    """Return the events after `last_id`, read from the end so that a long history is not read again."""
    fresh: list[dict[str, Any]] = []
    for page in _pages(client, arn, reverse=True):
        fresh += [event for event in page if event["id"] > last_id]
        newest_first = len(page) < 2 or page[0]["id"] > page[-1]["id"]
        if newest_first and page and page[-1]["id"] <= last_id + 1:
            break
    return sorted(fresh, key=lambda event: event["id"])


def _pages(client: Any, arn: str, *, reverse: bool) -> Any:
    request: dict[str, Any] = {
        "maxResults": 100 if reverse else PAGE_SIZE,
        "reverseOrder": reverse,
        "includeExecutionData": True,
    }
    while True:
        response = _of_execution(client.get_execution_history, arn, **request)
        yield response.get("events", [])
        if not response.get("nextToken"):
            return
        request["nextToken"] = response["nextToken"]
