"""The folder `.venv`: one set-up at a time in it, recognise what is wrong with it, and make it anew.

`uv sync` would do it, but uv itself is in there. The lock is one that the operating system frees when its holder dies.
"""

import os
import re
import shutil
import sys
import time
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from bootstrap.console import say
from bootstrap.places import PYTHON, STATE, VENV, python_version

# Exists while `.venv` is being made. If it is found later, the making was killed.
MAKING = VENV / "sagalab-making"
# Windows locks bytes for reading too, so the lock is on a byte far behind the holder's process number.
_LOCKED_BYTE = 1_000


def _configuration() -> dict[str, str]:
    """Return pyvenv.cfg, {} if it is missing."""
    try:
        text = (VENV / "pyvenv.cfg").read_text(encoding="utf-8")
    except OSError:
        return {}
    return dict(re.findall(r"^\s*([^=\n]*?)\s*=\s*(.*?)\s*$", text, re.MULTILINE))


def why_not_usable() -> str:
    """Return why `.venv` must be made anew, in words for the user; "" if it is good."""
    if not os.path.lexists(VENV):
        return "there is none yet"
    configuration = _configuration()
    if MAKING.exists() or not configuration or not os.path.exists(PYTHON):
        return "the one here was not finished"
    if not os.path.isdir(configuration.get("home", "")):
        return "the Python that made the one here is gone"
    made_by = configuration.get("version", configuration.get("version_info", ""))
    if ".".join(made_by.split(".")[:2]) != python_version():
        return f"the one here was made by Python {made_by}"
    # as venv notes it: python -m venv --without-pip /the/folder
    place = re.sub(r"^(--\S+ )*", "", configuration.get("command", "").rpartition("-m venv ")[2])
    if os.path.isabs(place) and os.path.normcase(os.path.realpath(place)) != os.path.normcase(VENV):
        return "the one here was made in another folder"
    return ""


def runs_inside() -> bool:
    """Return whether this very Python is the one in `.venv` (it was activated): it cannot replace itself."""
    return os.path.normcase(os.path.realpath(sys.prefix)) == os.path.normcase(VENV)


def make() -> None:
    """Make `.venv` anew, with nothing in it but Python; `MAKING` is to be removed when uv is there.

    Raises OSError when the folder cannot be written to or the old one is in use (Windows).
    """
    if os.path.islink(VENV) or os.path.isfile(VENV):
        os.unlink(VENV)
    elif os.path.isdir(VENV):  # by a rename, so that a kill leaves none rather than half of one
        os.rename(VENV, STATE / f"old-venv-{os.getpid()}")
    for old in STATE.glob("old-venv-*"):
        shutil.rmtree(old, ignore_errors=True)
    VENV.mkdir()
    MAKING.touch()
    venv.EnvBuilder(symlinks=os.name != "nt", with_pip=False).create(VENV)


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
