"""Where things are: the folders of this clone and the place of its run-time state."""

import contextlib
import errno
import os
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

from sagalab import settings
from sagalab.errors import SagaLabError

ROOT = Path(__file__).resolve().parent.parent
LAMBDAS: Path
STATEMACHINE: Path
NOTEBOOKS: Path
_FOLDERS = {"LAMBDAS": "lambdas", "STATEMACHINE": "statemachine", "NOTEBOOKS": "notebooks"}
_TRIED_BYTES = 64_000  # the local cloud's record and the first of its log


def __getattr__(name: str) -> Path:
    """Return LAMBDAS, STATEMACHINE or NOTEBOOKS: folders of the clone, which an installed package does not have.

    Raises SagaLabError there; what needs none of them (the lint, pictures of a history) works.
    """
    if name not in _FOLDERS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    folder = ROOT / _FOLDERS[name]
    if not folder.is_dir():
        raise SagaLabError(
            f"This is Saga Lab without its folder {_FOLDERS[name]}: only the package is installed.",
            "Take the whole project (git clone) and run it there: python3 setup/run.py lab",
        )
    globals()[name] = folder
    return folder


def state_path() -> Path:
    """Return where the folder of run-time state is or will be; nothing is made or looked at."""
    return settings.state_folder() or ROOT / ".sagalab"


def state_dir() -> Path:
    """Return the folder of this clone's run-time state, made if it is missing. Only the user may look into it.

    It holds the local cloud's key, record and log and the participant's progress: `.sagalab/` in
    the clone, so that two clones never meet. `SAGALAB_STATE_DIR` puts it elsewhere (tests do). Raises
    SagaLabError when it belongs to another user of this computer, or cannot be made.
    """
    path = state_path()
    with writing(path, f"The state folder {path}"):
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
        _keep_private(path)
    return path


def try_state_dir() -> None:
    """Write a file to the state folder and remove it. Raises SagaLabError when that cannot be."""
    folder = state_dir()
    with writing(folder, f"The state folder {folder}"), tempfile.TemporaryFile(dir=folder) as file:
        file.write(bytes(_TRIED_BYTES))
        file.flush()


@contextlib.contextmanager
def writing(path: Path, what: str = "") -> Iterator[None]:
    """Let what cannot be written or read be told in words: SagaLabError in place of OSError. `what` names it."""
    try:
        yield
    except OSError as error:
        raise unusable(error, what or f"The file {path}") from None


@contextlib.contextmanager
def writing_to(place: Path) -> Iterator[None]:
    """Let what cannot be written be told in words, at a place that somebody named: SagaLabError in place of OSError."""
    try:
        yield
    except OSError as error:
        raise SagaLabError(
            f"{place} cannot be written: {error.strerror or error}.",
            "Choose a folder that there is, and that you may write to.",
        ) from None


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Let one process and thread at a time go on that has this lock file. The system frees a dead one's lock.

    Raises SagaLabError when the file cannot be made.
    """
    from filelock import FileLock

    lock = FileLock(path, mode=0o600, thread_local=False, poll_interval=0.02)
    with writing(path):
        path.touch(
            mode=0o600
        )  # filelock waits for ever where no file can be made and the system says ENOENT (/proc)
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


def unusable(error: OSError, what: str) -> SagaLabError:
    """Return what a failed use of a file or folder of ours means, and the cure. `what` names it."""
    cure = "Set SAGALAB_STATE_DIR to a folder that you can write to, or copy the project to such a one."
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        cure = "Free some space there, or set SAGALAB_STATE_DIR to a folder on another disk."
    return SagaLabError(f"{what} cannot be used: {error.strerror or error}.", cure)


_OWN = "Set SAGALAB_STATE_DIR to a folder of your own."


def _keep_private(path: Path) -> None:
    """Take a folder from others. On Windows it has the rights of the user's profile, which others lack too."""
    if os.name == "nt":
        return
    known = path.stat()
    me = os.geteuid()
    if known.st_mode & stat.S_ISVTX or (me and known.st_uid not in (me, 0)):
        whose = "is shared by all users" if known.st_mode & stat.S_ISVTX else "belongs to another user"
        raise SagaLabError(f"The state folder {path} {whose} of this computer.", _OWN)
    if known.st_mode & 0o077:
        with contextlib.suppress(PermissionError):  # a mounted Windows disk has no such rights
            path.chmod(0o700)
            for each in path.iterdir():  # of a time when all might read them
                if each.is_file() and not each.is_symlink():
                    each.chmod(0o600)


def private_opener(path: str, flags: int) -> int:
    """Open a file that only the user may read: `open(path, "w", opener=private_opener)`."""
    return os.open(path, flags, 0o600)
