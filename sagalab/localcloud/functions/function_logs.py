"""What a function printed, as CloudWatch Logs shows it: START, its lines, END, REPORT.

Source of the format: https://docs.aws.amazon.com/lambda/latest/dg/python-logging.html
"""

import math

from moto.core.utils import unix_time_millis
from moto.logs.models import LogsBackend, logs_backends

from sagalab.localcloud.functions.call import Answer, Call
from sagalab.localcloud.functions.worker import Worker


def log_lines(call: Call, worker: Worker, answer: Answer) -> list[str]:
    """Return the log events of one invocation, in order."""
    version = worker.version
    milliseconds = answer.seconds * 1000
    report = (
        f"REPORT RequestId: {call.request_id}\tDuration: {milliseconds:.2f} ms\t"
        f"Billed Duration: {max(1, math.ceil(milliseconds))} ms\tMemory Size: {version.memory} MB\t"
        f"Max Memory Used: {min(version.memory, 40)} MB"
    )
    if answer.init_seconds is not None:
        report += f"\tInit Duration: {answer.init_seconds * 1000:.2f} ms"
    return [
        f"START RequestId: {call.request_id} Version: {version.key[3]}",
        *answer.lines,
        f"END RequestId: {call.request_id}",
        report,
    ]


def deliver(worker: Worker, lines: list[str]) -> None:
    """Put `lines` into the function's log group and the worker's stream, made when they are missing."""
    account, region = worker.version.key[:2]
    logs: LogsBackend = logs_backends[account][region]
    logs.ensure_log_group(worker.version.log_group)
    logs.ensure_log_stream(worker.version.log_group, worker.log_stream)
    now = int(unix_time_millis())
    logs.put_log_events(
        worker.version.log_group, worker.log_stream, [{"timestamp": now, "message": line} for line in lines]
    )
