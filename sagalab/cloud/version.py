"""Which version of the local cloud this is: a server that runs since before a `git pull` is known as another one."""

import functools
import hashlib
from importlib.metadata import version
from pathlib import Path

_SOURCES = (Path(__file__).parent.parent / "localcloud",)


def server_version() -> str:
    """Return what decides what the server does: sagalab's and moto's versions, a hash of its sources."""
    ours, motos = _versions()
    return f"sagalab {ours} ({fingerprint(*_SOURCES)}), moto {motos}"


@functools.cache
def _versions() -> tuple[str, str]:
    return version("sagalab"), version("moto")


def fingerprint(*folders: Path) -> str:
    """Return eight characters that change with the name or the text of any Python file below `folders`."""
    paths = [path for folder in folders for path in folder.rglob("*.py")]
    files = [(str(path), path.stat()) for path in paths]
    return _hashed(tuple(sorted((path, found.st_mtime_ns, found.st_size) for path, found in files)))


@functools.lru_cache(maxsize=8)
def _hashed(files: tuple[tuple[str, int, int], ...]) -> str:
    """Read the files, anew only when one has changed. Ends of lines do not count: git may write either."""
    seen = hashlib.sha256()
    for path, _, _ in files:
        text = Path(path).read_bytes().replace(b"\r\n", b"\n")
        seen.update(f"{Path(path).name} {len(text)}\n".encode() + text)
    return seen.hexdigest()[:8]
