"""How much of the pure rooms their own tests run: language, saga, lint, histories. CI holds the floor."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("asl", "saga", "linting", "history")
FLOOR = 93  # per cent of lines and branches


def coverage() -> int:
    """Run the rooms' tests with coverage.py and print what is missing; return the exit code (2: below the floor)."""
    source = ",".join(f"sagalab.{room}" for room in ROOMS)
    run = ["run", "--branch", f"--source={source}", "-m", "pytest", "-q", "-p", "no:cacheprovider", "-n0"]
    code = _call(*run, *(f"tests/{room}" for room in ROOMS))
    return code or _call("report", "--skip-covered", "--show-missing", f"--fail-under={FLOOR}")


def _call(*arguments: str) -> int:
    return subprocess.call([sys.executable, "-m", "coverage", *arguments], cwd=ROOT)
