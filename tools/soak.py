"""Whether the local cloud keeps its size and its speed: many sagas in a row, looked at every 200.

Half of the sagas succeed, half fail at the reservation and are undone. Everything runs in a state folder of
its own. What was measured is in the answer, so that a growth can be seen, not only told.
"""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

import psutil

from sagalab.deploying.deploy import deploy
from sagalab.deploying.deployment import Deployment
from sagalab.orders.orders import make_order
from sagalab.orders.runs import run
from tools.bench import local_cloud, memory

SAGAS = 2000
EVERY = 200
GROWTH = 0.2  # how much larger the last checkpoint may be than the first
_PREFIX = "soak"
_UNDONE = {"ReserveInventory": {"kind": "error", "when": "before"}}


@dataclass(frozen=True)
class Checkpoint:
    """The cloud after `sagas` sagas; times are of the last 200, in ms. Memory in MB (10⁶ bytes).

    Memory is the proportional set size where the system has it (Linux), else the resident set size. `files`
    are open file descriptors (on Windows: handles). `p50_ms` and `p95_ms` are of start, wait and reading of
    the history, as a notebook does them; `cpu_ms` is the server's time of the CPU for one saga, which
    other programs on the machine disturb less.
    """

    sagas: int
    server_mb: float
    workers_mb: float
    workers: int
    threads: int
    files: int
    p50_ms: float
    p95_ms: float
    cpu_ms: float
    lost: int


# what must not grow: (figure, slack that is no growth, in the figure's unit)
HELD = (
    ("server_mb", 0.0),
    ("workers_mb", 0.0),
    ("threads", 3.0),
    ("files", 3.0),
    ("p50_ms", 0.0),
    ("cpu_ms", 0.0),
)


def grown(first: Checkpoint, last: Checkpoint) -> list[str]:
    """Return the figures that grew by more than a fifth (and more than their slack) from first to last."""
    return [
        name
        for name, slack in HELD
        if getattr(last, name) > max(getattr(first, name) * (1 + GROWTH), getattr(first, name) + slack)
    ]


def soak(sagas: int = SAGAS, say: Callable[[Checkpoint], None] = lambda point: None) -> list[Checkpoint]:
    """Run `sagas` sagas one after another; return a checkpoint for every 200. `say` hears each at once.

    Raises SagaLabError when the local cloud does not start, or dies.
    """
    points: list[Checkpoint] = []
    with local_cloud(_PREFIX) as (cloud, server):
        deployed = deploy(cloud, progress=False)
        while (done := len(points) * EVERY) < sagas:
            points.append(_checkpoint(deployed, server, done, min(EVERY, sagas - done)))
            say(points[-1])
            deploy(cloud, progress=False, reset_stock=True)
    return points


def _checkpoint(deployed: Deployment, server: psutil.Process, done: int, count: int) -> Checkpoint:
    cpu = _cpu_seconds(server)
    times, lost = [], 0
    for number in range(count):
        undone = number % 2 == 1
        order = make_order(faults=_UNDONE if undone else None)
        begun = time.perf_counter()
        found = run(order, deployment=deployed)
        times.append(time.perf_counter() - begun)
        lost += found.status != ("FAILED" if undone else "SUCCEEDED")
    cpu = _cpu_seconds(server) - cpu
    workers = server.children(recursive=True)
    return Checkpoint(
        sagas=done + count,
        server_mb=memory(server) / 1e6,
        workers_mb=sum(memory(worker) for worker in workers) / 1e6,
        workers=len(workers),
        threads=server.num_threads(),
        files=server.num_fds() if hasattr(server, "num_fds") else server.num_handles(),
        p50_ms=statistics.median(times) * 1000,
        p95_ms=statistics.quantiles(times, n=20)[-1] * 1000 if len(times) > 1 else times[0] * 1000,
        cpu_ms=cpu / count * 1000,
        lost=lost,
    )


def _cpu_seconds(process: psutil.Process) -> float:
    used = process.cpu_times()
    return used.user + used.system
