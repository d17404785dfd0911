"""Activities that workers can poll.

Why: moto 5.2.5 keeps activities but has no GetActivityTask, and gives its executions an empty list of them.
"""

import threading
import time
from collections import deque
from typing import Any

from moto.core.responses import ActionResult
from moto.stepfunctions.models import Activity
from moto.stepfunctions.parser.api import ActivityDoesNotExist
from moto.stepfunctions.parser.asl.eval.callback.callback import (
    ActivityCallbackEndpoint,
    ActivityTaskStartEndpoint,
    CallbackPoolManager,
)
from moto.stepfunctions.responses import StepFunctionResponse

from sagalab.localcloud.stepfunctions import callbacks

LONGEST_POLL_SECONDS = 60.0
_waiting = threading.Condition()


def _add_task(self: CallbackPoolManager, callback_id: str, activity_arn: str, activity_input: str) -> Any:
    activity = self._activity_store.get(activity_arn)
    if activity is None:
        raise ActivityDoesNotExist(f"Activity Does Not Exist: '{activity_arn}'")
    endpoint = ActivityCallbackEndpoint(callback_id=callback_id, activity_input=activity_input)
    self._pool[callback_id] = callbacks._endpoints[callback_id] = endpoint
    with _waiting:
        activity.__dict__.setdefault("tasks", deque()).append(endpoint)
        _waiting.notify_all()
    return endpoint


def _take(activity: Activity) -> ActivityCallbackEndpoint | None:
    tasks = activity.__dict__.setdefault("tasks", deque())
    while tasks:
        endpoint = tasks.popleft()
        if not endpoint.__dict__.get("over"):
            return endpoint
    return None


def _get_activity_task(self: StepFunctionResponse) -> ActionResult:
    """Wait up to 60 seconds for a task, as AWS's long poll does; an empty answer says that there is none."""
    activity = self.stepfunction_backend.describe_activity(self._get_param("activityArn"))
    end = time.monotonic() + LONGEST_POLL_SECONDS
    with _waiting:
        endpoint = _take(activity)
        while endpoint is None and (left := end - time.monotonic()) > 0:
            _waiting.wait(left)
            endpoint = _take(activity)
    if endpoint is None:
        return ActionResult({})
    endpoint.notify_activity_task_start(worker_name=self._get_param("workerName"))
    return ActionResult({"taskToken": endpoint.callback_id, "input": endpoint.get_activity_input()})


def install() -> None:
    """Install this file's adaptations into moto."""
    CallbackPoolManager.add_activity_task = _add_task
    ActivityTaskStartEndpoint._outcome = None  # moto reads it before it is set when no worker comes
    StepFunctionResponse.get_activity_task = _get_activity_task
