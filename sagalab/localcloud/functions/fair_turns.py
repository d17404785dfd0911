"""The time that a task waits for a free worker does not count against its TimeoutSeconds.

Why: on AWS a function that is called while all its environments are busy gets one more at once. Here workers are capped,
as a laptop is small: of many tasks that start together some would time out for nothing but their place in the queue.
"""

import contextlib
import threading
import time
from collections.abc import Iterator

_thread = threading.local()


class Stopwatch:
    """The time of one task; it stands still while the task waits for its turn."""

    def __init__(self) -> None:
        self._waited = 0.0
        self._since: float | None = None  # since when it waits

    def hold(self) -> None:
        """Use this stopwatch for what the current thread does from now on."""
        _thread.stopwatch = self

    @property
    def waits(self) -> bool:
        """Whether it stands still now."""
        return self._since is not None

    def waited(self) -> float:
        """Return for how many seconds it has stood still so far."""
        since = self._since
        return self._waited + (0.0 if since is None else time.monotonic() - since)

    @contextlib.contextmanager
    def stopped(self) -> Iterator[None]:
        """Stand still meanwhile."""
        self._since = since = time.monotonic()
        try:
            yield
        finally:
            self._waited += time.monotonic() - since  # first, so that no time counts in between
            self._since = None


def waiting() -> contextlib.AbstractContextManager[None]:
    """Stop the current thread's stopwatch, if it holds one, while the thread waits for its turn."""
    stopwatch: Stopwatch | None = getattr(_thread, "stopwatch", None)
    return contextlib.nullcontext() if stopwatch is None else stopwatch.stopped()
