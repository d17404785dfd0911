"""What a participant has done in this clone: one local JSON file. Nothing is sent anywhere."""

import contextlib
import json
import os
import tempfile
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sagalab.errors import SagaLabError
from sagalab.project import locked, state_dir

FILE = "progress.json"
Record = dict[str, Any]


class Unkept(Exception):
    """Progress that could not be read or written; the message is for people."""


def completed() -> dict[str, Record]:
    """Return what is kept: exercise → {"tries", "done", "hints", "solution"}; `done` is a UTC time or None.

    A closing quiz stands there too, under "quiz NOTEBOOK", with its best score as "right".

    Raises Unkept for a file that is damaged, or that cannot be read.
    """
    try:
        kept = json.loads(_path().read_text(encoding="utf-8"))
        if not all(_is_record(record) for record in kept["exercises"].values()):
            raise ValueError("an exercise is no record")
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise Unkept(f"The progress cannot be read: {error.strerror or error}.") from None
    except (ValueError, KeyError, AttributeError, TypeError):
        raise Unkept(f"The file of the progress is damaged: {FILE}.") from None
    return kept["exercises"]


def keep(
    exercise: str,
    *,
    tried: bool = False,
    done: bool = False,
    hints: int = 0,
    solution: bool = False,
    right: int | None = None,
) -> str:
    """Add to what is kept of one exercise. Return "" or, where that failed, one sentence why. Never raises.

    `right` is the score of a quiz; the best one is kept.
    A damaged file is set aside first (its name ends in .damaged), so that a new one can begin.
    """
    try:
        with _alone():
            return _kept(exercise, tried=tried, done=done, hints=hints, solution=solution, right=right)
    except SagaLabError as problem:
        return f"The progress could not be kept: {problem} The answer above stands."
    except OSError as error:
        return f"The progress could not be kept: {error.strerror or error}. The answer above stands."


def _alone() -> contextlib.AbstractContextManager[None]:
    """Keep other kernels of this clone from reading what is about to be written anew."""
    return locked(state_dir() / f"{FILE}.lock")


def _kept(exercise: str, *, tried: bool, done: bool, hints: int, solution: bool, right: int | None) -> str:
    """Do what `keep` does, while nobody else does. Raises OSError or SagaLabError."""
    remark = ""
    try:
        kept = completed()
    except Unkept as problem:
        _path().replace(_path().with_suffix(".damaged"))
        kept, remark = {}, f"{problem} It was set aside, and the progress begins anew."
    record: dict[str, Any] = {"tries": 0, "done": None, "hints": 0, "solution": False} | kept.get(
        exercise, {}
    )
    record["tries"] += tried
    record["hints"] = max(record["hints"], hints)
    record["solution"] = record["solution"] or solution
    if right is not None:
        record["right"] = max(right, record.get("right", 0))
    if done and not record["done"]:
        record["done"] = datetime.now(UTC).isoformat(timespec="seconds")
    _write({**kept, exercise: record})
    return remark


def drop(exercises: Iterable[str]) -> None:
    """Forget what is kept of these exercises. Raises Unkept as `completed` does, OSError if it cannot write."""
    dropped = set(exercises)
    with _alone():
        _write({name: record for name, record in completed().items() if name not in dropped})


def _is_record(record: Any) -> bool:
    if not isinstance(record, dict):
        return False
    counts = (record.get("tries", 0), record.get("hints", 0), record.get("right", 0))
    return all(isinstance(count, int) for count in counts) and isinstance(record.get("done"), str | None)


def _path() -> Path:
    return state_dir() / FILE


def _write(kept: dict[str, Record]) -> None:
    """Write the file whole or not at all."""
    path = _path()
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f"{FILE}.")
    try:
        with open(handle, "w", encoding="utf-8") as file:
            json.dump({"exercises": kept}, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
