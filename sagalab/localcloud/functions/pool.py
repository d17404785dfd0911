"""All workers of the local cloud: who gets one, who waits, which is replaced.

Workers are capped over all functions, as a laptop is small. A call takes an idle worker of its function,
else starts one (forks.py) while there is room. In a full house it replaces an idle worker of the function that has most,
if its own has none; else it waits its turn, and replaces a worker only when that is quicker: a start costs as
much of the computer as a hundred calls.
When nothing moved for two seconds (all workers sleep, or wait for a worker themselves, as when a function
invokes a function), more start, one after another: up to three times the cap, ended as soon as they are idle.
"""

import threading
import time
from collections import Counter, deque
from pathlib import Path

from sagalab.localcloud.functions import fair_turns as turns
from sagalab.localcloud.functions import family
from sagalab.localcloud.functions.call import Answer, Call, FunctionVersion
from sagalab.localcloud.functions.forks import Forks
from sagalab.localcloud.functions.wire import WorkerGone
from sagalab.localcloud.functions.worker import Worker
from sagalab.settings import workers

_STALLED_SECONDS = 2.0  # no call ended and no worker starts for so long: let one more start
_LINGER_SECONDS = 0.3  # an idle worker stays so long before a function that has workers may replace it
_START_SECONDS = 1.0  # a function whose calls would wait so long for its workers gets one more
_LATEST = 0.2  # weight of the latest call in the mean duration of a function's calls
_TICK_SECONDS = 0.1
_BURST = 3  # times the cap


class _Ticket:
    """A call that waits. `go` is set once it has a worker, which may have to be started."""

    def __init__(self, version: FunctionVersion):
        self.version = version
        self.worker: Worker | None = None
        self.go = threading.Event()


class Pool:
    """The workers. Safe for threads: `run` is called by as many as there are calls."""

    def __init__(self, folder: Path, endpoint: str, cap: int | None = None):
        self.cap = cap or workers()
        self.forks = Forks()
        self._folder = folder
        self._endpoint = endpoint
        self._lock = threading.Lock()
        self._waiting: deque[_Ticket] = deque()
        self._idle: list[Worker] = []  # the longest idle first
        self._busy: dict[Worker, float] = {}  # since when; those that start too
        self._seconds: dict[tuple, float] = {}  # mean duration of a function's calls
        self._current: dict[
            tuple, FunctionVersion
        ] = {}  # workers of an older code or configuration are ended
        self._moved = time.monotonic()
        self._wanted = threading.Event()
        self._closed = False
        threading.Thread(target=self._tick, daemon=True, name="worker pool").start()

    def run(self, version: FunctionVersion, call: Call) -> tuple[Answer, Worker]:
        """Run `call` on a worker of `version`; return its answer and the worker. Waits for its turn."""
        while True:
            worker = self._acquire(version)
            answer = None
            try:
                answer = worker.call(call)
                return answer, worker
            except WorkerGone:
                continue
            except BaseException:
                worker.end()  # nobody knows what it does now
                raise
            finally:
                self._release(worker, answer)

    def retire(self, function: tuple) -> None:
        """End the idle workers of a function (account, region, name); busy ones end when they are done."""
        with self._lock:
            self._current = {key: version for key, version in self._current.items() if key[:3] != function}
            self._seconds = {key: mean for key, mean in self._seconds.items() if key[:3] != function}
            for worker in [w for w in self._idle if w.version.key[:3] == function]:
                self._drop(worker)
            self._assign()

    def close(self) -> None:
        """Kill all workers and start no more."""
        with self._lock:
            self._closed = True
            workers = [*self._idle, *self._busy]
        for worker in workers:
            worker.kill()
        self.forks.close()
        family.end_strays({worker.log_stream for worker in workers})

    def describe(self) -> list[dict]:
        """Return one entry a worker: function, state (idle or busy), pid (0 while it starts), calls."""
        with self._lock:
            known = [(worker, "idle") for worker in self._idle] + [(worker, "busy") for worker in self._busy]
        return [
            {"function": w.version.name, "state": state, "pid": w.pid, "calls": w.calls} for w, state in known
        ]

    # -- taking turns; from _size on with the lock held

    def _acquire(self, version: FunctionVersion) -> Worker:
        ticket = _Ticket(version)
        with self._lock:
            self._current[version.key] = version
            for worker in [w for w in self._idle if w.version.key == version.key and w.version != version]:
                self._drop(worker)
            self._waiting.append(ticket)
            self._assign()
        if not ticket.go.is_set():
            self._wanted.set()
            with turns.waiting():
                ticket.go.wait()
        return ticket.worker

    def _release(self, worker: Worker, answer: Answer | None) -> None:
        with self._lock:
            del self._busy[worker]
            if answer is not None:
                key = worker.version.key
                before = self._seconds.get(key, answer.seconds)
                self._seconds[key] = before + _LATEST * (answer.seconds - before)
            self._moved = time.monotonic()
            keep = (
                worker.alive
                and not self._closed
                and self._size() < self.cap
                and self._current.get(worker.version.key) == worker.version
            )
            if keep:
                worker.idle_since = self._moved
                self._idle.append(worker)
            self._assign()
        if not keep:
            worker.end()

    def _tick(self) -> None:
        """While calls wait, look again now and then: idle workers grow old, and a stall lets more start."""
        while not self._closed:
            self._wanted.wait()
            time.sleep(_TICK_SECONDS)
            with self._lock:
                self._assign(self._size() + 1 if self._stalled() else self.cap)
                if not self._waiting:
                    self._wanted.clear()

    def _stalled(self) -> bool:
        if any(not worker.started for worker in self._busy) or self._size() >= _BURST * self.cap:
            return False
        return time.monotonic() - self._moved > _STALLED_SECONDS

    def _size(self) -> int:
        return len(self._idle) + len(self._busy)

    def _workers_of(self) -> Counter[tuple]:
        return Counter(worker.version.key for worker in [*self._idle, *self._busy])

    def _assign(self, limit: int = 0) -> None:
        """Give each waiting call a worker, the longest waiting first, while there are workers or room."""
        limit = limit or self.cap
        served_later: set[tuple] = set()  # what the first call of a function does not get, no later one gets
        for ticket in list(self._waiting):
            if self._closed or not self._idle and self._size() >= limit:
                break
            key = ticket.version.key
            if key in served_later:
                continue
            worker = next((w for w in reversed(self._idle) if w.version == ticket.version), None)
            if worker and not self._another_starves(key):
                self._idle.remove(worker)
                self._grant(ticket, worker)
            elif self._size() < limit or self._make_room(ticket):
                self._grant(ticket, Worker(ticket.version, self._folder, self._endpoint, self.forks.start))
            else:
                served_later.add(key)

    def _another_starves(self, key: tuple) -> bool:
        """Tell whether, in a full house, a call of another function waits that has no worker at all."""
        if self._size() < self.cap:
            return False
        return bool({ticket.version.key for ticket in self._waiting} - self._workers_of().keys() - {key})

    def _make_room(self, ticket: _Ticket) -> bool:
        """End an idle worker for one that `ticket` can have, if that is fair now; return whether it was."""
        if not self._idle:
            return False
        workers = self._workers_of()
        if ticket.version.key not in workers:  # max takes the first of equals: the longest idle
            self._drop(max(self._idle, key=lambda worker: workers[worker.version.key]))
            return True
        oldest = self._idle[0]
        lingers = time.monotonic() - oldest.idle_since < _LINGER_SECONDS
        if lingers or oldest.version.key == ticket.version.key or not self._waits_long(ticket.version.key):
            return False
        self._drop(oldest)
        return True

    def _waits_long(self, key: tuple) -> bool:
        """Tell whether a function's calls would wait longer for its workers than one more takes to start."""
        now = time.monotonic()
        busy = [now - since for worker, since in self._busy.items() if worker.version.key == key]
        if not busy:
            return False
        waiting = sum(ticket.version.key == key for ticket in self._waiting)
        return max(min(busy), waiting * self._seconds.get(key, 0.0) / len(busy)) > _START_SECONDS

    def _grant(self, ticket: _Ticket, worker: Worker) -> None:
        self._waiting.remove(ticket)
        self._busy[worker] = time.monotonic()
        ticket.worker = worker
        ticket.go.set()

    def _drop(self, worker: Worker) -> None:
        self._idle.remove(worker)
        threading.Thread(target=worker.end, daemon=True).start()
