"""The tasks of activities, each waiting for a worker that polls.

Source: https://docs.aws.amazon.com/step-functions/latest/apireference/API_GetActivityTask.html (a poll takes up to
60 seconds, an empty answer says that there is no task).
"""

import threading
import time
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sagalab.localcloud.stepfunctions.running.driven import Driven

LONGEST_POLL_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Waiting:
    """A task that waits for a worker; `text` is its input."""

    driven: "Driven"
    task: int
    token: str
    text: str


class Activities:
    """A queue for each activity's ARN."""

    def __init__(self) -> None:
        self._queues: dict[str, deque[Waiting]] = {}
        self._changed = threading.Condition()

    def put(self, arn: str, waiting: Waiting) -> None:
        """Let a task wait for a worker of an activity; those in front whose executions ended are let go."""
        with self._changed:
            queue = self._queues.setdefault(arn, deque())
            while queue and not queue[0].driven.waits_for(queue[0].task):
                queue.popleft()
            queue.append(waiting)
            self._changed.notify_all()

    def take(self, arn: str, seconds: float = LONGEST_POLL_SECONDS) -> Waiting | None:
        """Wait up to so many seconds for a task that is still awaited, and take it; None when none came."""
        end = time.monotonic() + seconds
        with self._changed:
            while True:
                queue = self._queues.get(arn) or deque()
                while queue:
                    waiting = queue.popleft()
                    if waiting.driven.waits_for(waiting.task):
                        return waiting
                left = end - time.monotonic()
                if left <= 0:
                    return None
                self._changed.wait(left)
