"""The processes of a local cloud, for tests that look whether all are gone."""

import contextlib
import time
from collections.abc import Callable

import psutil


def processes_of_cloud() -> list[psutil.Process]:
    """Return the processes of the local cloud that SAGALAB_STATE_DIR names: the server and its workers."""
    from sagalab.cloud import local_process

    known = local_process.status()
    if not known["running"]:
        return []
    server = psutil.Process(known["pid"])
    return [server, *server.children(recursive=True)]


def listening(processes: list[psutil.Process]) -> set[str]:
    """Return the addresses on which they listen; one that has just ended (a worker, JupyterLab's node) has none."""
    found: set[str] = set()
    for each in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            found |= {one.laddr.ip for one in each.net_connections("inet") if one.status == "LISTEN"}
    return found


def still_there(processes: list[psutil.Process], seconds: float = 5) -> list[psutil.Process]:
    """Return those of `processes` that still run, after waiting up to `seconds` for their end."""
    limit = time.monotonic() + seconds
    while (left := [each for each in processes if runs(each)]) and time.monotonic() < limit:
        time.sleep(0.02)
    return left


def runs(process: psutil.Process) -> bool:
    """Tell whether it runs; one that only waits for its parent to look does not."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def wait_until(holds: Callable[[], bool], seconds: float = 30) -> None:
    """Wait until `holds()`, and fail when it takes too long. It is asked less and less often: to ask costs too."""
    limit, pause = time.monotonic() + seconds, 0.02
    while not holds():
        assert time.monotonic() < limit
        time.sleep(pause)
        pause = min(pause * 1.5, 0.1)
