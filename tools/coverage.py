"""How much of the pure rooms their own tests run: language, saga, lint, histories.

Rooms and floor stand in [tool.coverage] of pyproject.toml. CI holds the floor while it runs the whole suite
(conftest.py measures these rooms' tests there, and no others).
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("asl", "saga", "linting", "history")


def coverage() -> int:
    """Run the rooms' tests, print what they leave out; return the exit code (not 0 below the floor)."""
    rooms = [f"tests/{room}" for room in ROOMS]
    # --cov is last: it would take what follows for the code to measure
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *rooms, "--cov"]
    return subprocess.call(command, cwd=ROOT)
