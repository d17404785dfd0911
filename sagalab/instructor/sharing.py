"""A participant's progress shared in the room's folder: one file of one's own there, NAME.json. Nothing is sent."""

import json
import os
import re
import secrets
import tempfile
from pathlib import Path

from sagalab.course.completed import Unkept, completed
from sagalab.errors import SagaLabError
from sagalab.project import private_opener, state_dir, writing

LONGEST_NAME = 40
MARK = "share-mark"  # in the state folder
WHOSE = "whose"  # in the file: a mark of the clone that shares it, so that nobody overwrites another's


def share(name: str, folder: Path) -> Path:
    """Write one's progress to FOLDER/NAME.json, whole or not at all, and return that path. Repeat it freely.

    Raises SagaLabError for a name that cannot be a file's, a folder that is not there or not to be written,
    progress that cannot be read, and a name under which another clone shares already.
    """
    _check(name)
    if not folder.is_dir():
        raise SagaLabError(f"There is no folder {folder}.", "Give the folder that your instructor named.")
    path = folder / f"{name}.json"
    mine = _mark()
    if path.exists() and _whose(path) != mine:
        raise SagaLabError(
            f"Somebody else shares as {name} in {folder}, or that file was copied there by hand.",
            "Choose another name, or remove the file if it is yours.",
        )
    try:
        kept = completed()
    except Unkept as problem:
        raise SagaLabError(str(problem), "sagalab doctor says more; a check begins the file anew.") from None
    try:
        _write(path, {WHOSE: mine, "exercises": kept})
    except OSError as error:
        raise SagaLabError(
            f"{path} cannot be written: {error.strerror or error}.",
            "Ask your instructor for the right folder.",
        ) from None
    return path


def _check(name: str) -> None:
    if not re.fullmatch(r"\w[\w .'-]*", name) or len(name) > LONGEST_NAME or name != name.strip(" ."):
        raise SagaLabError(
            f"{name!r} cannot be the name of a file in the room.",
            f"Take up to {LONGEST_NAME} letters, digits, spaces, hyphens or dots, a letter first.",
        )


def _mark() -> str:
    """Return what tells this clone from others: drawn once, and kept in its state folder.

    No name of a computer, user or folder would do: in a room many have the same, and a container has a new one each day.
    """
    path = state_dir() / MARK
    with writing(path):
        try:
            with open(path, "x", encoding="utf-8", opener=private_opener) as file:
                file.write(secrets.token_hex(8))
        except FileExistsError:
            pass
        return path.read_text(encoding="utf-8").strip()


def _whose(path: Path) -> str | None:
    try:
        if not path.is_file():
            return None  # a pipe would be waited for without end
        return json.loads(path.read_text(encoding="utf-8")).get(WHOSE)
    except (OSError, ValueError, AttributeError):
        return None


def _write(path: Path, kept: dict) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".share-")
    try:
        with open(handle, "w", encoding="utf-8") as file:
            json.dump(kept, file, indent=1)
        os.chmod(name, 0o644)  # the instructor reads it, perhaps as another user of this computer
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
