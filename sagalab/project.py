"""Where things are: the folders of this clone and the place of its run-time state."""

import contextlib
import os
import stat
from pathlib import Path

from sagalab.errors import SagaLabError

ROOT = Path(__file__).resolve().parent.parent
LAMBDAS = ROOT / "lambdas"
STATEMACHINE = ROOT / "statemachine"
NOTEBOOKS = ROOT / "notebooks"


def state_dir() -> Path:
    """Return the folder of this clone's run-time state, made if it is missing. Only the user may look into it.

    It holds the local cloud's key, record and log and the participant's progress: `.sagalab/` in
    the clone, so that two clones never meet. `SAGALAB_STATE_DIR` puts it elsewhere (tests do). Raises
    SagaLabError when it belongs to another user of this computer, or cannot be made.
    """
    path = Path(os.environ.get("SAGALAB_STATE_DIR") or ROOT / ".sagalab")
    try:
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
        _keep_private(path)
    except OSError as error:
        raise SagaLabError(f"The state folder {path} cannot be used: {error.strerror}.", _OWN) from None
    return path


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
