"""The access key of a local cloud: random, one for each state folder, and never sent over a wire.

Requests to AWS's APIs are signed with it (Signature Version 4), and the control of the process proves with it who
speaks, on both sides. It stands in one file that only the user may read; whoever can read that file is the user.
"""

import contextlib
import hashlib
import hmac
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from sagalab.errors import SagaLabError
from sagalab.project import private_opener

_FILE = "cloud.key"
# no AKIA: neither a person nor a scanner of secrets takes it for a key of AWS
_ID_START, _ID_LETTERS = "LOCAL", "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_ID_RANDOM, _SECRET_BYTES = 15, 30


@dataclass(frozen=True)
class LocalKey:
    """An access key: its id may be shown, its secret never is."""

    id: str
    secret: str = field(repr=False)

    def proof(self, *said: str) -> str:
        """Return what only somebody with this key can compute of `said` (HMAC-SHA256, in hexadecimal)."""
        return hmac.new(self.secret.encode(), "\n".join(said).encode(), hashlib.sha256).hexdigest()

    def proves(self, proof: str, *said: str) -> bool:
        """Tell whether `proof` was computed of `said` with this key."""
        return hmac.compare_digest(proof.encode(), self.proof(*said).encode())


def local_key(state: Path) -> LocalKey:
    """Return the key of the local cloud of a state folder; it is made at the first call, by whoever comes first.

    A damaged file is replaced, as nobody can know that key any more. Raises SagaLabError when it cannot be
    read or written.
    """
    path = state / _FILE
    try:
        return _read(path) or _make(path)
    except OSError as error:
        raise SagaLabError(
            f"The local cloud's key ({path}) cannot be used: {error.strerror}.",
            "Make the folder writable, or set SAGALAB_STATE_DIR to a folder of your own.",
        ) from None


def _read(path: Path) -> LocalKey | None:
    try:
        parts = path.read_text(encoding="ascii").split()
    except (FileNotFoundError, UnicodeDecodeError):
        return None
    usable = len(parts) == 2 and parts[0].startswith(_ID_START) and len(parts[1]) >= _SECRET_BYTES
    return LocalKey(*parts) if usable else None


def _make(path: Path) -> LocalKey:
    made = LocalKey(
        _ID_START + "".join(secrets.choice(_ID_LETTERS) for _ in range(_ID_RANDOM)),
        secrets.token_urlsafe(_SECRET_BYTES),
    )
    half = path.with_name(f"{_FILE}.{secrets.token_hex(4)}")
    with open(half, "w", encoding="ascii", opener=private_opener) as file:
        file.write(f"{made.id}\n{made.secret}\n")
    try:
        with contextlib.suppress(FileExistsError):
            os.link(half, path)  # of two who make one at once, the first one's counts
        if not _read(path):
            half.replace(path)  # it was damaged
    except OSError:  # a file system without links
        half.replace(path)
    finally:
        half.unlink(missing_ok=True)
    return _read(path) or made
