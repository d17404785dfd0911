"""Log events and notifications are not kept for ever.

Why: moto 5.2.5 keeps every event of every log group, and each topic a copy of every notification that it ever
sent. Here a log group keeps its newest 2,000 events (a log group of AWS has a retention, too), a topic none:
its subscribers have them.
"""

import threading
from collections import deque
from typing import Any

from moto.logs.models import LogGroup, LogStream
from moto.sns.models import Topic

KEPT = 2000
_putting = threading.Lock()
_installed = False


def _put(self: LogGroup, log_stream_name: str, log_events: list[dict[str, Any]]) -> str:
    """Put the events, and drop the oldest of the group beyond those that are kept."""
    with _putting:
        token = _put_in_moto(self, log_stream_name, log_events)
        batches: deque[tuple[LogStream, int]] = self.__dict__.setdefault("batches", deque())
        batches.append((self.streams[log_stream_name], len(log_events)))
        held = self.__dict__.get("held", 0) + len(log_events)
        while held > KEPT and len(batches) > 1:
            stream, count = batches.popleft()
            del stream.events[:count]
            held -= count
            if not stream.events and self.streams.get(stream.log_stream_name) is stream:
                del self.streams[stream.log_stream_name]
        self.held = held
    return token


def _without_copies(self: Topic, *args: Any, **kwargs: Any) -> None:
    _new_topic(self, *args, **kwargs)
    self.sent_notifications = deque(maxlen=0)


_put_in_moto = LogGroup.put_log_events
_new_topic = Topic.__init__


def install() -> None:
    """Install this file's adaptations into moto."""
    global _installed
    if _installed:
        return
    _installed = True
    LogGroup.put_log_events = _put
    Topic.__init__ = _without_copies
