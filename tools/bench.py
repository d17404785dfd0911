"""How quick the local cloud is: ready, invoke, the seven scenarios, many sagas at once; ministack beside it.

Everything runs in a state folder of its own, so that what the participant deployed is left alone.
"""

import importlib.util
import io
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial

import psutil

from sagalab.cloud import local_process
from sagalab.cloud.connect import LOCAL_REGION, Cloud, LocalSession, connect
from sagalab.cloud.local_key import LocalKey
from sagalab.deploying.deploy import deploy
from sagalab.deploying.deployment import Deployment
from sagalab.errors import SagaLabError
from sagalab.orders.orders import make_order
from sagalab.orders.runs import start
from sagalab.orders.scenarios import SCENARIOS, run_one
from sagalab.threads import together

SAGAS = 200
_INVOKES = 300
_PREFIX = "bench"
_NO_OP = "def handler(event, context):\n    return event\n"


@dataclass(frozen=True)
class Figures:
    """What was measured. Times as named; memory in MB (10⁶ bytes), the peak over all processes.

    It is the proportional set size where the system has it (Linux), else the resident set size.
    """

    ready_seconds: float
    invoke_p50_ms: float
    invoke_p95_ms: float
    scenarios_seconds: float
    sagas_per_second: float
    sagas_lost: int
    peak_mb: float
    peak_processes: int


@dataclass(frozen=True)
class Bar:
    """A bar that a figure has to reach: at most `limit`, or at least when `least`."""

    figure: str
    title: str
    unit: str
    limit: float | None
    least: bool = False

    def reached(self, value: float) -> bool:
        """Tell whether `value` reaches the bar; a figure without a limit always does."""
        return self.limit is None or (value >= self.limit if self.least else value <= self.limit)


BARS = (
    Bar("ready_seconds", "Ready from cold", "s", 1.0),
    Bar("invoke_p50_ms", "No-op Lambda invoke, warm, p50", "ms", 2.0),
    Bar("invoke_p95_ms", "No-op Lambda invoke, warm, p95", "ms", None),
    Bar("scenarios_seconds", "The seven scenarios, warm, one after another", "s", 0.3),
    Bar("sagas_per_second", f"{SAGAS} sagas at once", "1/s", 60.0, least=True),
    Bar("sagas_lost", f"{SAGAS} sagas at once: lost", "", 0),
    Bar("peak_mb", f"{SAGAS} sagas at once: peak memory", "MB", 450.0),
    Bar("peak_processes", f"{SAGAS} sagas at once: processes", "", None),
)


def bench(say: Callable[[str], None] = lambda text: None) -> dict[str, Figures]:
    """Measure the local cloud, and ministack if it is installed; `say` hears what is going on.

    Returns {"sagalab": …, "ministack": …}. Raises SagaLabError when one of them does not start.
    """
    rivals: dict[str, Callable[[], AbstractContextManager[tuple[Cloud, psutil.Process]]]] = {
        "sagalab": local_cloud
    }
    if importlib.util.find_spec("ministack"):
        rivals["ministack"] = ministack
    found = {}
    for name, running in rivals.items():
        begun = time.perf_counter()
        with running() as (cloud, server):
            cloud.client("stepfunctions").list_state_machines()
            ready = time.perf_counter() - begun
            found[name] = _measured(cloud, server, ready, partial(_say_for, name, say))
    return found


def _say_for(name: str, say: Callable[[str], None], text: str) -> None:
    say(f"{name}: {text}")


@contextmanager
def local_cloud(prefix: str = _PREFIX, scale: float = 1.0) -> Iterator[tuple[Cloud, psutil.Process]]:
    """Start a local cloud in a state folder of its own, at real time or a share of it, and stop it. Give it and its server."""
    changed = {"SAGALAB_CLOUD": "local", "SAGALAB_TIME_SCALE": f"{scale:g}", "SAGALAB_PREFIX": prefix}
    changed["SAGALAB_OWNER"] = str(os.getpid())
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as state:
        before = dict(os.environ)
        os.environ.update(changed, SAGALAB_STATE_DIR=state)
        try:
            yield connect(), psutil.Process(local_process.status()["pid"])
        finally:
            local_process.stop()
            os.environ.clear()
            os.environ.update(before)


@contextmanager
def ministack() -> Iterator[tuple[Cloud, psutil.Process]]:
    """Start ministack, without a container."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = dict(os.environ, GATEWAY_PORT=str(port), BIND_HOST="127.0.0.1")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        server = subprocess.Popen(
            [sys.executable, "-c", "from ministack.app import main; main()"],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        known = psutil.Process(server.pid)
        try:
            limit = time.monotonic() + 60
            while not _listens(port):
                if server.poll() is not None or time.monotonic() > limit:
                    raise SagaLabError("ministack did not start.", "Run `python -m tools bench` without it.")
                time.sleep(0.01)
            endpoint = f"http://127.0.0.1:{port}"
            yield (
                Cloud(LocalSession(endpoint, LocalKey("LOCAL", "local")), LOCAL_REGION, _PREFIX, endpoint),
                known,
            )
        finally:
            for each in [*known.children(recursive=True), known]:
                each.kill()
            server.wait()


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
        return True
    except OSError:
        return False


def _measured(cloud: Cloud, server: psutil.Process, ready: float, say: Callable[[str], None]) -> Figures:
    say("invoking a no-op function")
    times = _invoke_times(cloud)
    say("deploying")
    deployed = deploy(cloud, progress=False)
    say("running the seven scenarios")
    for each in SCENARIOS:
        run_one(each.key, deployment=deployed)
    scenarios = sum(run_one(each.key, deployment=deployed).seconds for each in SCENARIOS)
    say(f"running {SAGAS} sagas at once")
    with _watching(server) as peak:
        begun = time.perf_counter()
        lost = _sagas(deployed)
        seconds = time.perf_counter() - begun
    return Figures(
        ready_seconds=ready,
        invoke_p50_ms=statistics.median(times) * 1000,
        invoke_p95_ms=statistics.quantiles(times, n=20)[-1] * 1000,
        scenarios_seconds=scenarios,
        sagas_per_second=SAGAS / seconds,
        sagas_lost=lost,
        peak_mb=peak["bytes"] / 1e6,
        peak_processes=peak["processes"],
    )


def _invoke_times(cloud: Cloud) -> list[float]:
    """Return the seconds of warm invocations of a function that does nothing."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as files:
        files.writestr("noop.py", _NO_OP)
    role = cloud.client("iam").create_role(RoleName=f"{_PREFIX}-noop", AssumeRolePolicyDocument="{}")["Role"][
        "Arn"
    ]
    client = cloud.client("lambda")
    client.create_function(
        FunctionName=f"{_PREFIX}-noop",
        Runtime="python3.13",
        Role=role,
        Handler="noop.handler",
        Code={"ZipFile": archive.getvalue()},
    )
    client.get_waiter("function_active_v2").wait(FunctionName=f"{_PREFIX}-noop", WaiterConfig={"Delay": 1})
    times = []
    for _ in range(_INVOKES):
        begun = time.perf_counter()
        client.invoke(FunctionName=f"{_PREFIX}-noop", Payload=b"{}")["Payload"].read()
        times.append(time.perf_counter() - begun)
    return times[10:]


def _sagas(deployed: Deployment) -> int:
    """Start many sagas at once and wait for them; return how many did not succeed."""
    client = deployed.cloud.client("stepfunctions")
    orders = [make_order() for _ in range(SAGAS)]
    arns = together(lambda order: start(order, deployment=deployed), orders, threads=20)
    lost = 0
    limit = time.monotonic() + 120
    for arn in arns:
        while (status := client.describe_execution(executionArn=arn)["status"]) == "RUNNING":
            if time.monotonic() > limit:
                break
            time.sleep(0.05)
        lost += status != "SUCCEEDED"
    return lost


@contextmanager
def _watching(server: psutil.Process) -> Iterator[dict[str, int]]:
    """Watch the memory of a server and all its children; the peak is in the dict that is given."""
    peak = {"bytes": 0, "processes": 0}
    ended = threading.Event()

    def watch() -> None:
        while not ended.wait(0.2):
            all_of_it = [server, *server.children(recursive=True)]
            peak["bytes"] = max(peak["bytes"], sum(memory(each) for each in all_of_it))
            peak["processes"] = max(peak["processes"], len(all_of_it))

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield peak
    finally:
        ended.set()
        watcher.join()


def memory(one: psutil.Process) -> int:
    """Return the bytes of a process's own (its proportional set where known); 0 when it is gone."""
    try:
        known = one.memory_full_info()
        return getattr(known, "pss", 0) or known.rss
    except psutil.Error:
        return 0
