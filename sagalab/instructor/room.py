"""Who is where in the room: the participants' progress files of one folder, read side by side.

Whoever wants to be seen runs `sagalab share NAME FOLDER`, or copies their own `.sagalab/progress.json` there, as
`NAME.json` or `NAME/progress.json`.
Nothing is sent anywhere, and nothing is written.
"""

import json
import stat
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sagalab.course.completed import FILE
from sagalab.course.exercises import exercises
from sagalab.course.quiz import NAME as QUIZ
from sagalab.course.quizzes import quizzes
from sagalab.errors import SagaLabError

DONE, TRIED, OPEN = "done", "tried", "open"
SIGNS = {DONE: "✓", TRIED: "✗", OPEN: "·"}
MOST_BYTES = 1_000_000  # a progress file has a few thousand; another file is not read into memory


class Damaged(Exception):
    """A file that is no progress file; the message says why, for people."""


@dataclass(frozen=True)
class Participant:
    """One participant: a name, and exercise → {"tries", "done", "hints", "solution"}."""

    name: str
    kept: Mapping[str, Mapping[str, Any]]

    def state(self, exercise: str) -> str:
        """Return DONE, TRIED (and not done) or OPEN."""
        record = self.kept.get(exercise, {})
        return DONE if record.get("done") else TRIED if record.get("tries") else OPEN

    def sign(self, exercise: str) -> str:
        """Return the state as a sign, with the count of tries that failed and an s when the solution was seen."""
        state, record = self.state(exercise), self.kept.get(exercise, {})
        tries = str(record["tries"]) if state == TRIED else ""
        return SIGNS[state] + tries + ("s" if record.get("solution") else "")

    @property
    def done(self) -> int:
        """How many of the course's exercises are done."""
        return sum(self.state(name) == DONE for name in exercises())

    @property
    def quizzes(self) -> dict[str, int]:
        """The best score of each closing quiz that was answered: notebook → questions that were right."""
        scores: dict[str, int] = {}
        for notebook in quizzes():
            right = self.kept.get(QUIZ.format(notebook=notebook), {}).get("right")
            if isinstance(right, int):
                scores[notebook] = right
        return scores

    @property
    def at(self) -> str:
        """Return the exercise that comes next: the first open one after the last that was touched."""
        names = list(exercises())
        touched = [place for place, name in enumerate(names) if self.state(name) != OPEN]
        if not touched:
            return "not begun"
        if self.state(names[touched[-1]]) == TRIED:
            return names[touched[-1]]
        left = [name for name in (*names[touched[-1] :], *names) if self.state(name) != DONE]
        return left[0] if left else "all done"


@dataclass(frozen=True)
class Room:
    """All participants by name, and the files that could not be read: (path in the folder, why)."""

    participants: tuple[Participant, ...]
    skipped: tuple[tuple[str, str], ...] = ()

    def as_record(self) -> dict[str, Any]:
        """Return the room as JSON values."""
        return {
            "exercises": [{"name": name, "notebook": each.notebook} for name, each in exercises().items()],
            "participants": [
                {
                    "name": each.name,
                    "at": each.at,
                    "done": each.done,
                    "states": {name: each.state(name) for name in exercises()},
                    "quizzes": each.quizzes,
                    "tries": {name: each.kept[name]["tries"] for name in exercises() if name in each.kept},
                }
                for each in self.participants
            ],
            "skipped": [{"file": name, "why": why} for name, why in self.skipped],
        }


def read_room(folder: Path) -> Room:
    """Read every .json file of a folder and of its subfolders.

    Raises SagaLabError when the folder is not there, or has no such file.
    """
    if not folder.is_dir():
        raise SagaLabError(f"There is no folder {folder}.", "Give the folder with the progress files.")
    kept, skipped = {}, []
    for path in sorted(path for path in folder.rglob("*.json") if not path.is_dir()):
        try:
            kept[path] = read_progress(path)
        except Damaged as problem:
            skipped.append((path.relative_to(folder).as_posix(), str(problem)))
    names = Counter(_name(path, folder).casefold() for path in kept)
    participants, seen = [], Counter[str]()
    for path, record in kept.items():
        name = _name(path, folder)
        if names[name.casefold()] > 1:
            # two of one name: each with a number, which a narrow table keeps, and its file
            seen[name.casefold()] += 1
            name = f"{name} {seen[name.casefold()]} ({path.relative_to(folder).as_posix()})"
        participants.append(Participant(name, record))
    if not participants and not skipped:
        raise SagaLabError(
            f"There is no progress file in {folder}.",
            f"Each participant runs: sagalab share NAME {folder}",
        )
    return Room(tuple(sorted(participants, key=lambda each: each.name.casefold())), tuple(skipped))


def _name(path: Path, folder: Path) -> str:
    """Return whose file it is: ada.json, ada/progress.json and ada/.sagalab/progress.json are Ada's."""
    if path.name != FILE:
        return path.stem
    parents = [part for part in path.relative_to(folder).parts[:-1] if not part.startswith(".")]
    return parents[-1] if parents else path.stem


def read_progress(path: Path) -> dict[str, dict[str, Any]]:
    """Return what a progress file keeps, as `completed.completed` does. Raises Damaged."""
    try:
        about = path.stat()
        if not stat.S_ISREG(about.st_mode):
            raise Damaged("no file: a pipe or a device, which could be waited for without end")
        if about.st_size > MOST_BYTES:
            raise Damaged("too large for a progress file")
        kept = json.loads(path.read_text(encoding="utf-8"))["exercises"]
        for record in kept.values():
            if not (_is_count(record["tries"]) and _is_count(record["hints"])):
                raise Damaged("a count is not a number")
            if not isinstance(record["done"], str | None) or not isinstance(record["solution"], bool):
                raise Damaged("an exercise has a value of the wrong kind")
    except OSError as error:
        raise Damaged(f"cannot be read: {error.strerror or error}") from None
    except RecursionError:
        raise Damaged("nested too deeply") from None
    except (ValueError, KeyError, AttributeError, TypeError):
        raise Damaged("not a progress file, or damaged") from None
    return kept


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0
