"""Get an execution's history from Step Functions (AWS or the local cloud), whole or what is new in it."""

from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

from sagalab.errors import SagaLabError

# The most that GetExecutionHistory gives in one page.
PAGE_SIZE = 1000


@dataclass
class Fetched:
    """What the service says of an execution: description, definition (ASL text or None), events."""

    description: dict[str, Any]
    definition: str | None
    events: list[dict[str, Any]] = field(default_factory=list)


def describe(client: Any, arn: str) -> dict[str, Any]:
    """Return DescribeExecution. Raises SagaLabError if there is no such execution."""
    try:
        answer: dict[str, Any] = client.describe_execution(executionArn=arn)
        return answer
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "")
        if code not in ("ExecutionDoesNotExist", "InvalidArn"):
            raise
        raise SagaLabError(
            f"There is no execution {arn!r}.",
            "List the executions of a machine with client.list_executions(stateMachineArn=…).",
        ) from None


def fetch(client: Any, arn: str) -> Fetched:
    """Return all that the service says of an execution, finished or running.

    The description is read before the events, so that the events are never older than the status.
    """
    description = describe(client, arn)
    return Fetched(description, _definition(client, arn), all_events(client, arn))


def _definition(client: Any, arn: str) -> str | None:
    """Return the definition that the execution runs with; None where one may not read it."""
    try:
        answer: dict[str, str] = client.describe_state_machine_for_execution(executionArn=arn)
        return answer.get("definition")
    except ClientError:
        return None


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
        "executionArn": arn, "maxResults": 100 if reverse else PAGE_SIZE,
        "reverseOrder": reverse, "includeExecutionData": True,
    }  # fmt: skip
    while True:
        response = client.get_execution_history(**request)
        yield response.get("events", [])
        if not response.get("nextToken"):
            return
        request["nextToken"] = response["nextToken"]
