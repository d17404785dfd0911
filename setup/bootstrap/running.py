"""Run pip and uv: quietly, or with their own progress where somebody looks at a terminal."""

import subprocess

from bootstrap.console import is_terminal
from bootstrap.places import ROOT


def captured(command: list, environment: dict[str, str]) -> tuple[int, str]:
    """Run quietly; return the exit code and all that was printed."""
    done = subprocess.run(
        [str(part) for part in command],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    )
    return done.returncode, done.stdout


def shown(command: list, environment: dict[str, str]) -> tuple[int, str]:
    """Run with progress bars in a terminal, quietly elsewhere; return the exit code and what was printed.

    What a program prints on a terminal cannot be read, so one that failed there runs once more to tell why.
    """
    parts = [str(part) for part in command]
    if is_terminal() and subprocess.call(parts, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL) == 0:
        return 0, ""
    return captured(command, environment)
