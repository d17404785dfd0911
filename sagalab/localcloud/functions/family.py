"""The processes that a worker has started: they end with it, in whatever session or group they are.

A process is known as a worker's by the name of its log stream, which AWS gives a function in its environment and
every child inherits; one with another environment is known while its parent lives.
"""

import contextlib
import os
import signal
import threading
import time

import psutil

from sagalab.localcloud.functions.forks import WorkerProcess

MARK = "AWS_LAMBDA_LOG_STREAM_NAME"
_TOGETHER_SECONDS = 0.2  # one look through all processes for the workers that end within this time
_strays: set[str] = set()
_wanted = threading.Condition()
_looking = False


def end_group(process: WorkerProcess) -> None:
    """Kill a worker and all that is in its group, and wait until it is gone; it may have ended before."""
    if os.name == "posix":
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    with contextlib.suppress(OSError):
        process.kill()
    process.wait()


def end_descendants(pid: int) -> None:
    """Kill what a living worker has started and what that has started."""
    with contextlib.suppress(psutil.Error):
        for each in psutil.Process(pid).children(recursive=True):
            with contextlib.suppress(psutil.Error):
                each.kill()


def end_strays_soon(mark: str) -> None:
    """Kill the processes that a worker has left behind, within a moment and in another thread."""
    global _looking
    with _wanted:
        _strays.add(mark)
        _wanted.notify()
        if not _looking:
            _looking = True
            threading.Thread(target=_look, daemon=True, name="strays").start()


def _look() -> None:
    while True:
        with _wanted:
            while not _strays:
                _wanted.wait()
        time.sleep(_TOGETHER_SECONDS)
        with _wanted:
            marks, _ = set(_strays), _strays.clear()
        end_strays(marks)


def end_strays(marks: set[str]) -> None:
    """Kill all processes of this user that bear one of the marks."""
    own = os.getpid()
    for each in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if each.pid != own and each.environ().get(MARK) in marks:
                each.kill()
