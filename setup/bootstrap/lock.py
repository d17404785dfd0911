"""One setup at a time in one clone: a lock that the operating system frees when its holder dies."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from bootstrap.console import say
from bootstrap.places import STATE

# Windows locks bytes for reading too, so the lock is on a byte far behind the holder's process number.
_LOCKED_BYTE = 1_000


def _try_lock(file: IO[str]) -> bool:
    try:
        if os.name == "nt":
            import msvcrt

            file.seek(_LOCKED_BYTE)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    except OSError:
        return True  # some network folders know no locks: better to go on without one than not at all
    return True


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Hold this clone's lock; wait for another setup that holds it, and say so."""
    STATE.mkdir(exist_ok=True)
    with open(STATE / "setup.lock", "a+", encoding="utf-8") as file:
        if not _try_lock(file):
            file.seek(0)
            holder = file.read().strip() or "?"
            say(f"Another setup (process {holder}) is at work here: waiting for it", "running")
            while not _try_lock(file):
                time.sleep(0.1)
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield
