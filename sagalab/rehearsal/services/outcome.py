"""What comes of an invocation, in the words of Lambda's runtime: its result, or its error and the cause.

Words: recorded executions of functions that fail, that exit and that run out of time.
"""

import json
import traceback
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

from sagalab.project import LAMBDAS
from sagalab.rehearsal.services.invocation import Invocation


@dataclass(frozen=True)
class Outcome:
    """What came of an invocation: its result (JSON values), or an error and its cause as Step Functions has them."""

    result: Any = None
    error: str | None = None
    cause: str | None = None

    @property
    def message(self) -> str:
        """The words of the error; "" without one."""
        return str(json.loads(self.cause).get("errorMessage", "")) if self.cause else ""


def exited(invocation: Invocation, status: int) -> Outcome:
    """Return what comes of a function whose process ended with an exit status."""
    how = f"with error: exit status {status}" if status else "without providing a reason"
    return failed("Runtime.ExitError", f"RequestId: {invocation.request_id} Error: Runtime exited {how}")


def plain(value: Any) -> Any:
    """Decimals are JSON numbers, as in AWS's runtime."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")


def failed(error: str, message: str) -> Outcome:
    """Return an error as the runtime reports it: its type and message are the cause."""
    return Outcome(
        error=error, cause=json.dumps({"errorType": error, "errorMessage": message}, separators=(",", ":"))
    )


def raised(error: Exception, request_id: str) -> Outcome:
    """Return an exception as Lambda's runtime reports it."""
    name, folder = type(error).__name__, str(LAMBDAS)
    frames = [
        frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename.startswith(folder)
    ]
    trace = [
        _shown(frame.filename, frame.lineno, frame.name, frame.line, frame.colno, frame.end_colno)
        for frame in frames
    ]
    report = {"errorMessage": str(error), "errorType": name, "requestId": request_id, "stackTrace": trace}
    return Outcome(error=name, cause=json.dumps(report))


@lru_cache(maxsize=256)
def _shown(
    filename: str, line: int | None, name: str, text: str | None, start: int | None, end: int | None
) -> str:
    """Return a frame as Python shows it; the same one is asked for again and again."""
    frame = traceback.FrameSummary(
        filename, line, name, line=text, colno=start, end_colno=end, end_lineno=line
    )
    [shown] = traceback.format_list([frame])
    return shown.replace(str(LAMBDAS), "/var/task").replace("\\", "/")
