"""The CloudWatch Logs of a state machine: one JSON line an event, as its loggingConfiguration says.

Why: moto 5.2.5 keeps the configuration and writes no logs. The lines of an execution are delivered when it
ends (AWS delivers with a delay, too).
Source of the format and levels: https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html
"""

import datetime
import hashlib
from typing import Any

from moto.logs.models import logs_backends
from moto.stepfunctions.models import StateMachineInstance
from moto.stepfunctions.parser.asl.eval.event.logging import (
    CloudWatchLoggingConfiguration,
    is_logging_enabled_for,
)
from moto.stepfunctions.parser.asl.utils.encoding import to_json_str

_ENDS = {"ExecutionSucceeded", "ExecutionFailed", "ExecutionAborted", "ExecutionTimedOut"}


class Session:
    """Collects the log lines of one execution; moto's EventManager calls it for each event."""

    def __init__(self, execution_arn: str, configuration: CloudWatchLoggingConfiguration):
        self.execution_arn = execution_arn
        self.configuration = configuration
        self._lines: list[dict[str, Any]] = []

    def log_level_filter(self, history_event_type: str) -> bool:
        """Tell whether the level takes an event; its end is let through to deliver the lines."""
        return history_event_type in _ENDS or self._takes(history_event_type)

    def publish_history_log(self, history_log: dict[str, Any]) -> None:
        """Take one event; the last one delivers."""
        if self._takes(history_log["type"]):
            moment = datetime.datetime.fromisoformat(history_log["event_timestamp"].replace("Z", "+00:00"))
            milliseconds = int(moment.timestamp() * 1000)
            line = to_json_str({**history_log, "event_timestamp": str(milliseconds)})
            self._lines.append({"timestamp": milliseconds, "message": line})
        if history_log["type"] in _ENDS:
            self._deliver()

    def _takes(self, event_type: str) -> bool:
        return bool(is_logging_enabled_for(self.configuration.log_level, event_type))

    def _deliver(self) -> None:
        place = self.configuration
        logs = logs_backends[place.log_account_id][place.log_region]
        if not self._lines or place.log_group_name not in logs.groups:
            return
        machine = place.state_machine_arn.rsplit(":", 1)[-1]
        minute = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d-%H-%M")
        suffix = hashlib.sha256(place.state_machine_arn.encode()).hexdigest()[:8]
        stream = f"states/{machine}/{minute}/{suffix}"
        logs.ensure_log_stream(place.log_group_name, stream)
        logs.put_log_events(
            place.log_group_name, stream, sorted(self._lines, key=lambda line: line["timestamp"])
        )


def session_for(machine: StateMachineInstance, execution_arn: str) -> Session | None:
    """Return where an execution logs to, or None when its machine does not log."""
    given = {"includeExecutionData": False, **(machine.loggingConfiguration or {})}
    configuration = CloudWatchLoggingConfiguration.from_logging_configuration(machine.arn, given)
    return Session(execution_arn, configuration) if configuration else None
