"""All workers of the local cloud: who gets one, who waits, which is replaced.

Workers are capped over all functions, as a laptop is small. A call takes an idle worker of its function,
else starts one while there is room, else replaces an idle worker of another function, else waits its turn.
When nothing moved for a second (all workers sleep, or wait for a worker themselves, as when a function
invokes a function), more may start: up to three times the cap, ended as soon as they are idle.
"""

import os
import threading
import time
from collections import deque
from pathlib import Path

from sagalab.localcloud.worker import Answer, Call, FunctionVersion, Worker, WorkerGone

_STALLED_SECONDS = 1.0  # nothing moved for so long: let more workers start
_LINGER_SECONDS = 0.3  # an idle worker stays so long before a function that has workers may replace it
_TICK_SECONDS = 0.1
_BURST = 3  # times the cap


class _Ticket:
    """A call that waits. `go` is set when it has a worker, or (worker None) may start one."""

    def __init__(self, version: FunctionVersion):
        self.version = version
        self.worker: Worker | None = None
        self.go = threading.Event()


class Pool:
    """The workers. Safe for threads: `run` is called by as many as there are calls."""

    def __init__(self, folder: Path, endpoint: str, cap: int | None = None):
        self.cap = cap or int(os.environ.get("SAGALAB_WORKERS") or 4 * (os.cpu_count() or 1))
        self._folder = folder
        self._endpoint = endpoint
        self._lock = threading.Lock()
        self._waiting: deque[_Ticket] = deque()
        self._idle: list[Worker] = []  # the longest idle first
        self._held: dict[tuple, int] = {}  # busy or starting workers by function version's key
        self._current: dict[tuple, FunctionVersion] = {}  # workers of an older code or configuration are ended
        self._moved = time.monotonic()
        self._ticking = threading.Event()
        self._closed = False
        threading.Thread(target=self._tick, daemon=True, name="worker pool").start()

    def run(self, version: FunctionVersion, call: Call) -> tuple[Answer, Worker, bool]:
        """Run `call` on a worker of `version`; return (answer, worker, whether it is the worker's first)."""
        while True:
            worker = self._acquire(version)
            try:
                if worker is None:
                    worker = Worker(version, self._folder, self._endpoint)
                    failed = worker.start(call)
                    if failed:
                        return failed, worker, True
                first = worker.calls == 0
                return worker.call(call), worker, first
            except WorkerGone:
                worker.end()
            finally:
                self._release(version, worker)

    def retire(self, key: tuple) -> None:
        """End the idle workers of a function (account, region, name); busy ones end when they are done."""
        with self._lock:
            ended = [worker for worker in self._idle if worker.version.key[:3] == key]
            self._idle = [worker for worker in self._idle if worker not in ended]
            self._current = {k: version for k, version in self._current.items() if k[:3] != key}
            self._assign()
        for worker in ended:
            worker.end()

    def close(self) -> None:
        """End all idle workers and start no more."""
        with self._lock:
            self._closed = True
            ended, self._idle = self._idle, []
        for worker in ended:
            worker.end()

    def describe(self) -> list[dict]:
        """Return one entry a worker that is idle, and one a function for its busy ones."""
        with self._lock:
            idle = [{"function": w.version.name, "state": "idle", "pid": w.pid, "calls": w.calls} for w in self._idle]
            busy = [{"function": key[2], "state": "busy"} for key, count in self._held.items() for _ in range(count)]
        return idle + busy

    # -- taking turns; all below runs with the lock held, but for _tick

    def _acquire(self, version: FunctionVersion) -> Worker | None:
        ticket = _Ticket(version)
        with self._lock:
            self._current[version.key] = version
            for worker in [w for w in self._idle if w.version.key == version.key and w.version != version]:
                self._drop(worker)
            self._waiting.append(ticket)
            self._assign()
            if not ticket.go.is_set():
                self._ticking.set()
        ticket.go.wait()
        return ticket.worker

    def _release(self, version: FunctionVersion, worker: Worker | None) -> None:
        with self._lock:
            self._held[version.key] -= 1
            if not self._held[version.key]:
                del self._held[version.key]
            self._moved = time.monotonic()
            keep = (worker is not None and worker.alive and not self._closed and self._size() < self.cap
                    and self._current.get(version.key) == worker.version)
            if keep:
                worker.idle_since = self._moved
                self._idle.append(worker)
            self._assign()
        if worker is not None and not keep:
            worker.end()

    def _size(self) -> int:
        return len(self._idle) + sum(self._held.values())

    def _assign(self, limit: int = 0) -> None:
        """Give each waiting call a worker or leave to start one, the longest waiting first."""
        limit = limit or self.cap
        for ticket in list(self._waiting):
            if not self._idle and self._size() >= limit:
                break
            key = ticket.version.key
            worker = next((w for w in reversed(self._idle) if w.version == ticket.version), None)
            if worker and not self._starving(key):
                self._idle.remove(worker)
                self._grant(ticket, worker)
            elif self._size() < limit or self._replace_for(key):
                self._grant(ticket, None)

    def _starving(self, key: tuple) -> bool:
        """Tell whether a call of another function waits that has no worker at all, at a full house."""
        if self._size() < self.cap:
            return False
        have = set(self._held) | {w.version.key for w in self._idle}
        return any(t.version.key != key and t.version.key not in have for t in self._waiting)

    def _replace_for(self, key: tuple) -> bool:
        """End the longest idle worker to make room for one of `key`, if that is fair now."""
        if not self._idle:
            return False
        worker = self._idle[0]
        has_workers = key in self._held or any(w.version.key == key for w in self._idle)
        if has_workers and time.monotonic() - worker.idle_since < _LINGER_SECONDS:
            return False
        self._drop(worker)
        return True

    def _drop(self, worker: Worker) -> None:
        self._idle.remove(worker)
        threading.Thread(target=worker.end, daemon=True).start()

    def _grant(self, ticket: _Ticket, worker: Worker | None) -> None:
        self._waiting.remove(ticket)
        self._held[ticket.version.key] = self._held.get(ticket.version.key, 0) + 1
        ticket.worker = worker
        ticket.go.set()

    def _tick(self) -> None:
        """While calls wait, look again now and then: idle workers grow old, and a stall lets more start."""
        while not self._closed:
            self._ticking.wait()
            time.sleep(_TICK_SECONDS)
            with self._lock:
                if not self._waiting:
                    self._ticking.clear()
                stalled = time.monotonic() - self._moved > _STALLED_SECONDS
                self._assign(_BURST * self.cap if stalled else self.cap)
