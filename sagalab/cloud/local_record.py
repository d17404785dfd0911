"""The record of the local cloud in the state folder: which process it is, and at which port."""

import json
import os
from pathlib import Path

from sagalab.errors import SagaLabError
from sagalab.project import private_opener

_END_SECONDS = 5.0
_RECORD = {
    "id": str,
    "pid": int,
    "port": int,
    "endpoint": str,
    "started": float | int,
    "created": float | int,
}


def record_path(state: Path) -> Path:
    """Return where the record is or will be."""
    return state / "cloud.json"


def write_record(state: Path, record: dict) -> None:
    """Write the record in one step, so that no reader sees half of it."""
    half = state / f"cloud.json.{os.getpid()}"
    with open(half, "w", encoding="utf-8", opener=private_opener) as file:
        json.dump(record, file)
    half.replace(record_path(state))


def parse_record(text: str) -> dict | None:
    """Return the record that a text holds, None when it is damaged."""
    try:
        record = json.loads(text)
    except ValueError:
        return None
    usable = isinstance(record, dict) and all(
        isinstance(record.get(name), kind) for name, kind in _RECORD.items()
    )
    return record if usable and 0 < record["port"] < 65536 and record["pid"] > 0 else None


def read_record(state: Path) -> dict | None:
    """Return the record in a state folder; None when there is none, and `{}` when it is damaged."""
    try:
        return parse_record(record_path(state).read_text(encoding="utf-8", errors="replace")) or {}
    except FileNotFoundError:
        return None
    except OSError as error:
        raise SagaLabError(
            f"The record of the local cloud ({record_path(state)}) cannot be read: {error.strerror}.",
            "Make the state folder readable, or set SAGALAB_STATE_DIR to a folder of your own.",
        ) from None


def end_older_edition(state: Path) -> bool:
    """End the local cloud of an edition of Saga Lab whose record says less than ours; return whether there was one.

    After a `git pull` nothing else would know of it. It is ended only when its command line names this state folder.
    """
    import psutil

    try:
        record = json.loads(record_path(state).read_text(encoding="utf-8"))
        process = psutil.Process(record["pid"])
        command = process.cmdline()
        if "sagalab.localcloud" not in command or str(state.resolve()) not in command:
            return False
        process.terminate()
        process.wait(_END_SECONDS)
    except psutil.TimeoutExpired:
        process.kill()
    except (OSError, ValueError, TypeError, KeyError, psutil.Error):
        return False  # none, damaged beyond that, or gone
    return True
