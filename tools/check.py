"""All that is checked without running the project: format, lint, types, and the order of the rooms."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
_BIN = Path(sys.executable).parent
CHECKS = (
    ("format", ("ruff", "format", "--check", ".")),
    ("lint", ("ruff", "check", ".")),
    ("types", ("mypy",)),
    ("rooms", ("lint-imports",)),
)


def check() -> list[str]:
    """Run each check, its output straight through; return the names of those that failed."""
    failed = []
    for name, (program, *arguments) in CHECKS:
        print(f"· {name}: {' '.join((program, *arguments))}", flush=True)
        if subprocess.call([str(_BIN / program), *arguments], cwd=ROOT):
            failed.append(name)
    return failed
