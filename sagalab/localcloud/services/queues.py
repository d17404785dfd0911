"""Sending to a queue costs the same, however many messages wait in it.

Why: moto 5.2.5 counts all messages of a queue three times for each one that is sent, because it makes all attributes
to read one, and asks for the time as a calendar date for each message: with some hundred waiting notifications
that takes longer than the rest of a saga.
"""

import time
from collections.abc import Iterator, Mapping
from typing import Any

from moto.core.utils import camelcase_to_underscores
from moto.sqs.models import Message, Queue, SQSBackend

_made_by_moto = Queue.attributes.fget
_asked_of_moto = SQSBackend.get_queue_attributes
_installed = False


class Attributes(Mapping):
    """The attributes of a queue as moto has them; one that is asked for by its name is made alone."""

    def __init__(self, queue: Queue):
        self._queue = queue

    def get(self, name: str, default: Any = None) -> Any:
        """Return one attribute. A queue that is not FIFO has no attributes of FIFO queues."""
        queue = self._queue
        if name in queue.FIFO_ATTRIBUTES:
            value = getattr(queue, camelcase_to_underscores(name)) if queue.fifo_queue else default
            return str(value).lower() if isinstance(value, bool) else value
        return self._all().get(name, default)

    def _all(self) -> dict[str, Any]:
        return _made_by_moto(self._queue)

    def __getitem__(self, name: str) -> Any:
        return self._all()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())


def _answered(self: SQSBackend, queue_name: str, attribute_names: list[str]) -> dict[str, Any]:
    return dict(_asked_of_moto(self, queue_name, attribute_names))


def _visible(self: Message) -> bool:
    return time.time() * 1000 > self.visible_at


def _delayed(self: Message) -> bool:
    return time.time() * 1000 < self.delayed_until


def install() -> None:
    """Install this file's adaptations into moto."""
    global _installed
    if _installed:
        return
    _installed = True
    Queue.attributes = property(Attributes)
    SQSBackend.get_queue_attributes = _answered
    Message.visible = property(_visible)
    Message.delayed = property(_delayed)
