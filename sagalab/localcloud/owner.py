"""A local cloud that nobody can want any more ends by itself.

That is one whose state folder or record has vanished, or names another one, so that nobody can find it, and one that
was started for a process which is gone: tests and measurements name themselves in SAGALAB_OWNER, so that one that is
killed leaves nothing behind. A record that was damaged is written anew, so that what is deployed is not lost.
"""

import threading
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from sagalab import settings
from sagalab.cloud.local_record import read_record, write_record
from sagalab.errors import SagaLabError

_LOOK_SECONDS = 1.0


def watch(state: Path, record: dict, end: Callable[[], None]) -> None:
    """Call `end` in a thread as soon as the record in the state folder, or the owner, is gone."""
    threading.Thread(target=_watch, args=(state, record, _owner(), end), daemon=True, name="owner").start()


def _owner() -> psutil.Process | None:
    pid = settings.owner()
    try:
        return psutil.Process(pid) if pid else None
    except psutil.Error:
        return None


def _watch(state: Path, record: dict, owner: psutil.Process | None, end: Callable[[], None]) -> None:
    while _named(state, record) and (owner is None or _runs(owner)):
        time.sleep(_LOOK_SECONDS)
    end()


def _named(state: Path, record: dict) -> bool:
    """Tell whether the state folder names this server; a damaged record does again afterwards."""
    try:
        found = read_record(state)
        if found == {}:
            print("The record of this local cloud was damaged. It is written anew.", flush=True)
            write_record(state, record)
    except (OSError, SagaLabError):
        return state.is_dir()  # it may be readable again in a moment
    return found == {} or (found is not None and found["id"] == record["id"])


def _runs(owner: psutil.Process) -> bool:
    """Tell whether a process runs; one that only waits for its parent to look does not, nor does a later one."""
    try:
        return owner.is_running() and owner.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
