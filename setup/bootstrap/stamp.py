"""The note in `.venv` that everything was done: comparing it costs some milliseconds, and uv is not called.

It holds a hash of what decides the environment, and the names of what lies in site-packages and
among the programs, so that a package folder deleted by hand or a package replaced by pip is noticed.
"""

import hashlib
import json
import os
from enum import Enum

from bootstrap.places import BIN, ROOT, SITE_PACKAGES, VENV, python_version

FILE = VENV / "sagalab-stamp.json"
# Exists while uv is at work. If it is found later, uv was killed: a package may be half there.
SYNCING = VENV / "sagalab-syncing"


class Found(Enum):
    """What the stamp says of the environment."""

    GOOD = "good"
    OUTDATED = "outdated"
    DAMAGED = "damaged"


def inputs_hash(tool_version: str) -> str:
    """Return a hash of uv.lock, pyproject.toml, the Python and uv's version."""
    digest = hashlib.sha256(f"{python_version()} {tool_version}".encode())
    for name in ("uv.lock", "pyproject.toml"):
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()


def _names() -> list[str]:
    names = set()
    for folder in (SITE_PACKAGES, BIN):
        names |= {f"{folder.name}/{name}" for name in os.listdir(folder) if name != "__pycache__"}
    return sorted(names)


def read() -> dict:
    """Return the stamp, {} if there is none or it cannot be read."""
    try:
        return json.loads(FILE.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def compare(tool_version: str, *, dev: bool) -> Found:
    """Compare the stamp with what is there; `dev`: the tools for the tests are needed too."""
    note = read()
    if SYNCING.exists():
        return Found.DAMAGED
    if not note:
        return Found.OUTDATED
    try:
        if not set(note["names"]) <= set(_names()):
            return Found.DAMAGED
    except OSError:
        return Found.DAMAGED
    if note["inputs"] != inputs_hash(tool_version) or (dev and not note["dev"]):
        return Found.OUTDATED
    return Found.GOOD


def write(tool_version: str, *, dev: bool) -> None:
    """Note that all is done. Written at once, so that a kill leaves the old note or the new one."""
    note = {"inputs": inputs_hash(tool_version), "dev": dev, "place": str(VENV), "names": _names()}
    draft = FILE.with_suffix(".new")
    draft.write_text(json.dumps(note), encoding="utf-8")
    os.replace(draft, FILE)
    SYNCING.unlink(missing_ok=True)
