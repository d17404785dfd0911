"""SAGALAB_TIME_SCALE for durable functions: what they wait for is multiplied, and their histories say what they asked for.

The engine (aws-durable-execution-sdk-python-testing 1.4.0) reckons in three files when a wait or a retry is due. They
get another `timedelta` there. Timeouts are left as they are, as those of state machines are.
"""

import datetime
from typing import Any

from aws_durable_execution_sdk_python_testing.checkpoint.processors import base, step, wait

from sagalab.settings import time_scale


class _Scaled(datetime.timedelta):
    """A time that passes as the local cloud's waits do."""

    def __new__(cls, *args: Any, **given: float) -> Any:
        return datetime.timedelta(*args, **given) * time_scale()


def install() -> None:
    """Let waits and retries of durable functions take SAGALAB_TIME_SCALE of their time."""
    for module in (base, step, wait):
        module.timedelta = _Scaled  # type: ignore[attr-defined]
