"""Started from a stick, or from a read-only disk: the work is done in a copy in the user's home."""

import shutil
import subprocess
import sys

from bootstrap.failures import SetupProblem
from bootstrap.places import ROOT, SOURCE, STATE, STICK

_COPY_OF = STATE / "copy-of"  # which edition the copy is; empty while it is being made
_PARTICIPANTS = {".sagalab", ".venv", "my-workshop"}
# What a start or the tests leave in a clone: it belongs to nobody else, and may be private.
_LEFT = ("wheels", "build", "screenshots", ".hypothesis", ".coverage*", ".*_cache", "__pycache__")


def copy_home() -> None:
    """Bring the copy in the user's home to the edition of the stick. What it had before is kept aside, and nothing of the
    participant's is touched. Raises SetupProblem when the folder there is something else, or OSError."""
    if ROOT == SOURCE:
        return
    why = "This is a stick" if STICK.is_dir() else f"{SOURCE} cannot be written to"
    edition = f"{SOURCE} {max(path.stat().st_mtime_ns for path in SOURCE.glob('[a-z]*/**/*.[pi]*[yb]'))}"
    if STICK.is_dir():
        edition = (STICK / "edition.txt").read_text(encoding="utf-8")
    if ROOT.exists() and not _COPY_OF.exists():
        raise SetupProblem(f"{why}, and {ROOT} is no copy of a stick. Rename it, and start this again.")
    STATE.mkdir(parents=True, exist_ok=True)
    if not _COPY_OF.exists() or _COPY_OF.read_text(encoding="utf-8") != edition:
        print(f"· {why}: copying the course to {ROOT} …")
        _COPY_OF.touch()
        older = STATE / f"older-{len(list(STATE.glob('older-*')))}"
        for path in [path for path in ROOT.iterdir() if path.name not in _PARTICIPANTS]:
            older.mkdir(exist_ok=True)
            path.rename(older / path.name)
        left = shutil.ignore_patterns(*_PARTICIPANTS, *_LEFT)
        shutil.copytree(SOURCE, ROOT, ignore=left, copy_function=shutil.copyfile, dirs_exist_ok=True)
        _COPY_OF.write_text(edition, encoding="utf-8")
    later = subprocess.list2cmdline([sys.executable, str(ROOT / "setup" / "run.py"), "lab"])
    print(f"✓ {why}: the work is done in {ROOT}. Later on, without it: {later}")
