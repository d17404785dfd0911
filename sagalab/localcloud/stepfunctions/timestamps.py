"""Times and JSON as AWS writes them, and Wait states until a time.

Why: moto 5.2.5 compares a UTC timestamp with the local clock (wrong outside UTC), fails a wrong one in a
JSONata state with the wrong error, writes times of the context object with microseconds and an offset,
leaves RedriveCount out of it, and writes JSON with spaces and with all but ASCII escaped.
"""

import datetime
from json import JSONEncoder
from typing import Any

from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import FailureEventException
from moto.stepfunctions.parser.asl.component.common.string.string_expression import StringJSONata
from moto.stepfunctions.parser.asl.component.state import state as state_module
from moto.stepfunctions.parser.asl.component.state.wait.wait_function.timestamp import Timestamp
from moto.stepfunctions.parser.asl.eval.environment import Environment
from moto.stepfunctions.parser.asl.utils import encoding
from moto.stepfunctions.parser.backend import execution_worker

from sagalab.localcloud.stepfunctions import jsonata


def text(moment: datetime.datetime) -> str:
    """Return a time as AWS writes it: 2025-01-31T23:59:59.123Z."""
    utc = moment.astimezone(datetime.UTC)
    return f"{utc:%Y-%m-%dT%H:%M:%S}.{utc.microsecond // 1000:03d}Z"


def _seconds_until(self: Timestamp, env: Environment) -> float:
    self.string.eval(env=env)
    wanted = env.stack.pop()
    moment = self._from_timestamp_string(timestamp=wanted) if isinstance(wanted, str) else None
    if moment is None and isinstance(self.string, StringJSONata):
        kind = "an ISO-8601 extended offset date-time format string"
        raise jsonata.fail(env, f"The Timestamp field cannot be parsed as {kind}: {wanted}", "Timestamp")
    if moment is None:
        raise FailureEventException(self._create_failure_event(env, wanted))
    return (moment.replace(tzinfo=datetime.UTC) - datetime.datetime.now(datetime.UTC)).total_seconds()


def _execution_data(**fields: Any) -> dict[str, Any]:
    return {**fields, "StartTime": text(fields["StartTime"]), "RedriveCount": 0}


def _state_data(**fields: Any) -> dict[str, Any]:
    return {**fields, "EnteredTime": text(datetime.datetime.now(datetime.UTC))}


def _encoder(self: JSONEncoder, **options: Any) -> None:
    JSONEncoder.__init__(self, **{**options, "ensure_ascii": False, "separators": (",", ":")})


def _encode_other(self: JSONEncoder, value: Any) -> str:
    return text(value) if isinstance(value, datetime.datetime) else str(value)


def install() -> None:
    """Install this file's adaptations into moto."""
    Timestamp._get_wait_seconds = _seconds_until
    execution_worker.ExecutionData = _execution_data
    state_module.StateData = _state_data
    encoding._DateTimeEncoder.__init__ = _encoder
    encoding._DateTimeEncoder.default = _encode_other
