"""A local cloud that nobody can want any more ends by itself.

That is one whose state folder has vanished, so that nobody can find it, and one that was started for a process which
is gone: tests and measurements name themselves in SAGALAB_OWNER, so that one that is killed leaves nothing behind.
"""

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psutil

VARIABLE = (
    "SAGALAB_OWNER"  # the pid of the process that the local cloud is for; without it, it is for everybody
)
_LOOK_SECONDS = 1.0


def watch(state: Path, end: Callable[[], None]) -> None:
    """Call `end` in a thread as soon as the state folder or the owner is gone."""
    threading.Thread(target=_watch, args=(state, _owner(), end), daemon=True, name="owner").start()


def _owner() -> psutil.Process | None:
    pid = os.environ.get(VARIABLE)
    try:
        return psutil.Process(int(pid)) if pid else None
    except (ValueError, psutil.Error):
        return None


def _watch(state: Path, owner: psutil.Process | None, end: Callable[[], None]) -> None:
    while state.is_dir() and (owner is None or _runs(owner)):
        time.sleep(_LOOK_SECONDS)
    end()


def _runs(owner: psutil.Process) -> bool:
    """Tell whether a process runs; one that only waits for its parent to look does not, nor does a later one."""
    try:
        return owner.is_running() and owner.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
