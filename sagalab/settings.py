"""What the variables SAGALAB_… say: each is read and checked here, and a value that means nothing is told in words.

A variable that is set to nothing counts as not set.
"""

import os
import re
from pathlib import Path

from sagalab.errors import SagaLabError

LOCAL, AWS = "local", "aws"
# The longest name is a role's: P-release-inventory-role, and IAM allows 64 characters.
PREFIX = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,39}")


def cloud() -> str:
    """Return SAGALAB_CLOUD: `local` (without it) or `aws`. Raises SagaLabError for another word."""
    name = _said("SAGALAB_CLOUD") or LOCAL
    if name not in (LOCAL, AWS):
        raise SagaLabError(
            f"SAGALAB_CLOUD is {name!r}.", "Set it to `local` or `aws`, or leave it out for `local`."
        )
    return name


def choose_aws() -> None:
    """Ask for AWS in this process and those that it starts: somebody named it otherwise than by the variable."""
    os.environ.update(SAGALAB_CLOUD=AWS)


def on_aws() -> bool:
    """Tell whether SAGALAB_CLOUD asks for AWS. It never raises."""
    return _said("SAGALAB_CLOUD") == AWS


def prefix() -> str | None:
    """Return SAGALAB_PREFIX: with what the names of all deployed things begin; None without it.

    Raises SagaLabError when no name can begin so.
    """
    text = _said("SAGALAB_PREFIX")
    return valid_prefix(text) if text else None


def valid_prefix(text: str) -> str:
    """Return a prefix that can begin the name of every kind of resource; raise SagaLabError for another."""
    if not PREFIX.fullmatch(text):
        raise SagaLabError(
            f"{text!r} cannot be a prefix.",
            "Set SAGALAB_PREFIX to a letter and up to 39 more letters, digits or hyphens.",
        )
    return text


def confirmed() -> str:
    """Return SAGALAB_CONFIRM: the account's last digits and the region that may be changed; "" without it."""
    return _said("SAGALAB_CONFIRM")


def state_folder() -> Path | None:
    """Return SAGALAB_STATE_DIR: the folder of run-time state; None without it, for the clone's own."""
    text = _said("SAGALAB_STATE_DIR")
    return Path(text) if text else None


def chromium() -> Path | None:
    """Return SAGALAB_CHROMIUM: the browser for the browser tests; None without it."""
    text = _said("SAGALAB_CHROMIUM")
    return Path(text) if text else None


def owner() -> int | None:
    """Return SAGALAB_OWNER: the pid of the process that a local cloud is for; None without it, for everybody.

    Raises SagaLabError when it is no whole number above 0.
    """
    return _count("SAGALAB_OWNER", "Set it to the id of a process, or leave it out.")


def be_owner() -> None:
    """Let the local clouds that this process and its children start end with it, unless another owner is set."""
    if not _said("SAGALAB_OWNER"):
        os.environ.update(SAGALAB_OWNER=str(os.getpid()))


def time_scale() -> float:
    """Return SAGALAB_TIME_SCALE: by what a local cloud that starts now multiplies waits (1 without it).

    One that runs already has its own: `connect().time_scale`. Raises SagaLabError when it is no number from 0 on.
    """
    text = _said("SAGALAB_TIME_SCALE") or "1"
    try:
        scale = float(text)
    except ValueError:
        scale = -1.0
    if not 0 <= scale < float("inf"):
        raise SagaLabError(
            f"SAGALAB_TIME_SCALE is {text!r}, which is no number from 0 on.",
            "Set it to 1 for real time, to 0.1 for a tenth of it, or leave it out.",
        )
    return scale


def workers() -> int:
    """Return SAGALAB_WORKERS: how many Lambda functions run at once (4 for each processor without it).

    Raises SagaLabError when it is no whole number above 0.
    """
    cure = "Set it to how many functions may run at once, such as 8, or leave it out."
    return _count("SAGALAB_WORKERS", cure) or 4 * (os.cpu_count() or 1)


def check() -> None:
    """Raise SagaLabError for the first variable that means nothing, so that none waits until it is needed."""
    for read in (cloud, prefix, time_scale, workers, owner):
        read()


def _said(name: str) -> str:
    return os.environ.get(name, "").strip()


def _count(name: str, cure: str) -> int | None:
    text = _said(name)
    if not text:
        return None
    if not (re.fullmatch("[0-9]{1,9}", text) and int(text) > 0):
        raise SagaLabError(f"{name} is {text!r}, which is no whole number above 0.", cure)
    return int(text)
