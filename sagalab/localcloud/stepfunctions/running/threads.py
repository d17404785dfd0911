"""Threads for tasks: one for each that is under way, kept for the next one for a while.

A pool of a fixed size would let tasks that wait (for a token's owner, for a child that calls a task itself)
stand in the way of those that they wait for.
"""

import threading
import traceback
from collections import deque
from collections.abc import Callable

Work = Callable[[], None]

_IDLE_SECONDS = 10.0


class _Worker:
    """A thread and the place where it gets its next work."""

    __slots__ = ("given", "wake")

    def __init__(self) -> None:
        self.wake = threading.Semaphore(0)
        self.given: Work | None = None


class Threads:
    """Does each work at once, in a thread that nothing else uses meanwhile."""

    def __init__(self) -> None:
        self._idle: deque[_Worker] = deque()
        self._lock = threading.Lock()
        self._here = threading.local()

    def do(self, work: Work) -> None:
        """Do something in a thread of its own. An exception out of it is printed: `work` handles its own."""
        with self._lock:
            worker = self._idle.pop() if self._idle else None
        if worker is None:
            worker = _Worker()
            worker.given = work
            threading.Thread(target=self._run, args=(worker,), name="task", daemon=True).start()
            return
        worker.given = work
        worker.wake.release()

    def do_next(self, work: Work) -> None:
        """Do something as soon as what the current thread does is over, if it is one of these threads and
        has nothing else to do next; elsewhere, in a thread of its own. It saves the change of threads."""
        if getattr(self._here, "worker", None) is not None and self._here.next is None:
            self._here.next = work
        else:
            self.do(work)

    def _run(self, worker: _Worker) -> None:
        here = self._here
        here.worker, here.next = worker, None
        while True:
            work, worker.given = worker.given, None
            while work is not None:
                try:
                    work()
                except Exception:  # a fault of ours; the thread serves on
                    traceback.print_exc()
                work, here.next = here.next, None
            with self._lock:
                self._idle.append(worker)
            if not worker.wake.acquire(timeout=_IDLE_SECONDS) and not self._is_given(worker):
                return

    def _is_given(self, worker: _Worker) -> bool:
        """Leave the idle ones; tell whether somebody gave work in the very last moment."""
        with self._lock:
            if worker in self._idle:
                self._idle.remove(worker)
                return False
        worker.wake.acquire()
        return True
