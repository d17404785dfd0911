"""Executions as the API keeps them: what their start said, and the run that the driver has of them."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sagalab.localcloud.stepfunctions.api.machine import Machine, Revision
    from sagalab.localcloud.stepfunctions.running.driven import Driven


@dataclass(slots=True)
class Execution:
    """An execution; `kind` is that of its ARN: execution or express.

    `machine_arn` is what its describe names (with the Map's label for a child of a Map Run), `role_arn` the
    role that it runs as.
    """

    arn: str
    name: str
    kind: str
    machine: "Machine"
    revision: "Revision"
    input: str
    machine_arn: str
    version_arn: str | None = None
    alias_arn: str | None = None
    trace_header: str | None = None
    map_run: str | None = None
    label: str | None = None
    driven: "Driven" = field(default=None)  # type: ignore[assignment]
    logged: int = 0  # events that its log has
    redriven_by: list[tuple[str, int]] = field(default_factory=list)  # client token, redriveDate

    def status(self) -> str:
        """Return its status."""
        return self.driven.status

    def of(self) -> dict[str, Any]:
        """Return what each answer about it says of the version and alias that it was started by."""
        told = {"stateMachineVersionArn": self.version_arn, "stateMachineAliasArn": self.alias_arn}
        return {key: value for key, value in told.items() if value is not None}
