"""Timers of all executions, in one thread: a thread for each would be thousands."""

import heapq
import itertools
import threading
import time
from collections.abc import Callable

_LONGEST_SECONDS = 3600.0  # of one wait: Windows refuses those of some months


class Alarm:
    """Something to do at a time; `cancel()` forgets it, and lets go at once what it holds."""

    __slots__ = ("act",)

    def __init__(self, act: Callable[[], None]) -> None:
        self.act: Callable[[], None] | None = act

    def cancel(self) -> None:
        """Do nothing when the time comes."""
        self.act = None


class Timers:
    """Does things at their time. What it does must be quick: it is done in the timers' own thread."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, Alarm]] = []
        self._changed = threading.Condition()
        self._numbers = itertools.count()
        self._thread: threading.Thread | None = None

    def after(self, seconds: float, act: Callable[[], None]) -> Alarm:
        """Do something in so many seconds; return its alarm."""
        alarm = Alarm(act)
        due = time.monotonic() + seconds
        with self._changed:
            heapq.heappush(self._heap, (due, next(self._numbers), alarm))
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="timers", daemon=True)
                self._thread.start()
            if self._heap[0][2] is alarm:
                self._changed.notify()
        return alarm

    def _run(self) -> None:
        while True:
            act = self._next().act
            if act is not None:
                act()

    def _next(self) -> Alarm:
        """Wait for the next alarm that is not cancelled, and take it."""
        with self._changed:
            while True:
                while self._heap and self._heap[0][2].act is None:
                    heapq.heappop(self._heap)
                left = self._heap[0][0] - time.monotonic() if self._heap else _LONGEST_SECONDS
                if left <= 0:
                    return heapq.heappop(self._heap)[2]
                self._changed.wait(min(left, _LONGEST_SECONDS))
