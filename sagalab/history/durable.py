"""An execution of a durable function as an `Execution`: pictures, verdict and comparison work on it as on a machine's."""

from collections.abc import Iterable, Mapping
from typing import Any, Self

from botocore.exceptions import ClientError

from sagalab.errors import SagaLabError
from sagalab.history.durable_events import Invocation, as_history, invocations
from sagalab.history.events import read_events
from sagalab.history.execution import Execution

_PAGE_SIZE = 1000


class DurableExecution(Execution):
    """An Execution of a durable function. It has no definition: its code is nowhere in what Lambda keeps.

    `invocations`: the Invocation of every time that the function was called and came to an end. `operations`: the
    events as Lambda gives them.
    """

    invocations: list[Invocation]
    operations: list[Mapping[str, Any]]

    @classmethod
    def from_events(cls, events: Iterable[Mapping[str, Any]], arn: str | None = None) -> Self:
        """Read it from the events of GetDurableExecutionHistory, as boto3 gives them, in order."""
        kept = list(events)
        history, left_out = as_history(kept)
        read, warnings = read_events(history)
        execution = cls(read, left_out + warnings, None, arn)
        execution.operations, execution.invocations = kept, invocations(kept)
        return execution

    @classmethod
    def fetch(cls, client: Any, arn: str, definition: str | None = None) -> Self:
        """Read an execution from Lambda, finished or running. `client`: boto3's `lambda`. `definition` is for others.

        Raises SagaLabError if there is no such execution.
        """
        execution = cls.from_events(_all_events(client, arn), arn)
        execution._client = client
        return execution

    @property
    def name(self) -> str | None:
        """The execution's name: the last part but one of its ARN."""
        return self.arn.split("/")[-2] if self.arn and "/" in self.arn else self.arn

    @property
    def _description(self) -> Mapping[str, Any]:  # type: ignore[override]
        return {}  # the history has all data

    def _refreshed(self) -> Self:
        return type(self).fetch(self._client, self.arn or "")


def _all_events(client: Any, arn: str) -> list[Mapping[str, Any]]:
    found: list[Mapping[str, Any]] = []
    request: dict[str, Any] = {
        "DurableExecutionArn": arn,
        "IncludeExecutionData": True,
        "MaxItems": _PAGE_SIZE,
    }
    while True:
        try:
            page = client.get_durable_execution_history(**request)
        except ClientError as error:
            if error.response["Error"]["Code"] != "ResourceNotFoundException":
                raise
            raise SagaLabError(
                f"There is no durable execution {arn.split('/')[-2] if '/' in arn else arn}.",
                "If the local cloud was started anew since, it is lost: deploy, and run again.",
            ) from None
        found += page["Events"]
        if not page.get("NextMarker"):
            return found
        request["Marker"] = page["NextMarker"]
