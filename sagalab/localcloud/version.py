"""Which version of the local cloud this is: a server that runs since before a `git pull` is known as another one."""

import functools
import hashlib
import os
from importlib.metadata import version
from pathlib import Path


def server_version() -> str:
    """Return what decides what the server does: sagalab's and moto's versions, a hash of this folder's source."""
    ours, motos = _versions()
    return f"sagalab {ours} ({fingerprint(Path(__file__).parent)}), moto {motos}"


@functools.cache
def _versions() -> tuple[str, str]:
    return version("sagalab"), version("moto")


def fingerprint(folder: Path) -> str:
    """Return eight characters that change with the name or the text of any Python file in `folder`."""
    with os.scandir(folder) as entries:
        files = [(entry.path, entry.stat()) for entry in entries if entry.name.endswith(".py")]
    return _hashed(tuple(sorted((path, found.st_mtime_ns, found.st_size) for path, found in files)))


@functools.lru_cache(maxsize=8)
def _hashed(files: tuple[tuple[str, int, int], ...]) -> str:
    """Read the files, anew only when one has changed. Ends of lines do not count: git may write either."""
    seen = hashlib.sha256()
    for path, _, _ in files:
        text = Path(path).read_bytes().replace(b"\r\n", b"\n")
        seen.update(f"{Path(path).name} {len(text)}\n".encode() + text)
    return seen.hexdigest()[:8]
