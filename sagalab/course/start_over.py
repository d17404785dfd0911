"""A lab back to its start: its notebook as it was handed out, its progress forgotten, a copy of both kept."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sagalab.course import completed
from sagalab.course.exercises import exercises
from sagalab.course.quiz import NAME as QUIZ
from sagalab.course.working_copies import copy_of, without_outputs
from sagalab.errors import SagaLabError
from sagalab.project import ROOT, private_opener, state_dir

GIT_SECONDS = 5
LAST_COMMIT, SET_UP = "the last commit", "the copy of the set-up"
_KEPT_AT_SET_UP = Path(".sagalab") / "pristine"


@dataclass(frozen=True)
class StartOver:
    """What a reset would do. `path` is the notebook, `pristine` its content at the start, `origin` where that is from.

    `entries` is what is kept of the lab's exercises.
    """

    path: Path
    pristine: bytes
    origin: str
    entries: dict[str, dict[str, Any]]

    @property
    def changed(self) -> bool:
        """Return whether the notebook differs from its start. Line ends do not count."""
        try:
            return _plain(self.path.read_bytes()) != _plain(self.pristine)
        except FileNotFoundError:
            return True

    @property
    def needed(self) -> bool:
        return self.changed or bool(self.entries)

    @property
    def what_goes(self) -> str:
        """Return in words what the reset discards."""
        found = ["what you wrote and ran in it"] if self.changed else []
        if self.entries:
            found.append(f"your progress in {', '.join(self.entries)}")
        return " and ".join(found)

    def reset(self) -> list[Path]:
        """Put the notebook back, forget the progress, and return the copies of what was there.

        Raises SagaLabError when a file cannot be written; nothing is discarded before its copy is written.
        """
        try:
            return list(self._reset())
        except OSError as error:
            raise SagaLabError(
                f"{error.filename or self.path} cannot be written: {error.strerror}.",
                "Mend that and try again; nothing is lost.",
            ) from None

    def _reset(self) -> Iterator[Path]:
        kept = _new_copy(self.path.stem.partition("_")[0])
        if self.changed and self.path.exists():
            copy = kept.with_suffix(".ipynb")
            copy.write_bytes(self.path.read_bytes())
            yield copy
        if self.entries:
            copy = kept.with_name(f"{kept.name}-progress.json")
            with open(copy, "w", encoding="utf-8", opener=private_opener) as file:
                json.dump({"exercises": self.entries}, file, indent=1)
            yield copy
            completed.drop(self.entries)
        if self.changed:
            half = self.path.with_suffix(".half")
            half.write_bytes(self.pristine)
            os.replace(half, self.path)


def find(lab: str, root: Path | None = None) -> StartOver:
    """Return what a reset of a lab ("03", "3", "03_retry") would do, in this clone or another. Nothing is changed.

    It is the working copy that starts over; where there are none, the published notebook.
    Raises SagaLabError for an unknown lab, or when its start is kept nowhere.
    """
    root = root or ROOT
    path = _notebook(lab, root / "notebooks")
    pristine, origin = _pristine(path, root)
    copy = copy_of(path, root)
    try:
        kept = completed.completed()
    except completed.Unkept:
        kept = {}  # damaged: the next check sets it aside
    names = {each.name for each in exercises().values() if each.notebook == path.stem}
    names.add(QUIZ.format(notebook=path.stem))
    entries = {name: record for name, record in kept.items() if name in names}
    if copy is not None:
        return StartOver(copy, without_outputs(pristine), origin, entries)
    return StartOver(path, pristine, origin, entries)


def keep_pristine(root: Path | None = None) -> None:
    """Copy each notebook once, before anybody has worked in it. With git (no downloaded ZIP) there is no need.

    Raises OSError when the copies cannot be written.
    """
    root = root or ROOT
    if (root / ".git").exists():
        return
    folder = root / _KEPT_AT_SET_UP
    folder.mkdir(parents=True, exist_ok=True)
    for notebook in (root / "notebooks").glob("*.ipynb"):
        if not (folder / notebook.name).exists():
            shutil.copyfile(notebook, folder / notebook.name)


def _notebook(lab: str, folder: Path) -> Path:
    # git may still have one that was deleted here, but only a known exercise's notebook can be told by its number.
    known = {path.stem for path in folder.glob("[0-9][0-9]_*.ipynb")} | {
        each.notebook for each in exercises().values()
    }
    wanted = Path(lab).name.removesuffix(".ipynb")
    number = f"{int(wanted):02}_" if wanted.isdecimal() else None
    for stem in sorted(known):
        if stem == wanted or (number and stem.startswith(number)):
            return folder / f"{stem}.ipynb"
    labs = ", ".join(sorted(stem.partition("_")[0] for stem in known))
    raise SagaLabError(f"There is no lab {lab}.", f"There are: {labs}.")


def _pristine(path: Path, root: Path) -> tuple[bytes, str]:
    """Return a notebook as it was handed out: from git, or from the copy of keep_pristine."""
    committed = _from_git(path, root)
    if committed is not None:
        return committed, LAST_COMMIT
    copy = root / _KEPT_AT_SET_UP / path.name
    if copy.is_file():
        return copy.read_bytes(), SET_UP
    raise SagaLabError(
        f"Nobody kept {path.name} as it was at the start: there is no git here, and no copy of the set-up.",
        "Download the workshop again into another folder, and copy that notebook here.",
    )


def _from_git(path: Path, root: Path) -> bytes | None:
    if not (root / ".git").exists():
        return None  # else git would answer for a repository around this folder
    name = path.relative_to(root).as_posix()
    try:
        done = subprocess.run(
            ["git", "-C", str(root), "show", f"HEAD:{name}"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=GIT_SECONDS,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 and done.stdout else None


def _plain(content: bytes) -> bytes:
    return content.replace(b"\r\n", b"\n")


def _new_copy(number: str) -> Path:
    """Return a path without an ending, in the folder of kept copies, that no copy has."""
    folder = state_dir() / "kept"
    folder.mkdir(exist_ok=True)
    stem = f"{number}-{datetime.now():%Y-%m-%d-%H%M%S}"
    taken = {path.name.partition(".")[0].removesuffix("-progress") for path in folder.iterdir()}
    names = (stem, *(f"{stem}-{count}" for count in range(2, 1000)))
    return folder / next(name for name in names if name not in taken)
