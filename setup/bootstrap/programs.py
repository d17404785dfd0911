"""Programs run for the user: quietly, with their progress bars, or in front."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping

from bootstrap.places import ROOT, child_environment


def captured(command: list, environment: Mapping[str, str]) -> tuple[int, str]:
    """Run quietly; return the exit code and all that was printed."""
    quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    done = subprocess.run(command, cwd=ROOT, env=environment, encoding="utf-8", errors="replace", **quiet)
    return done.returncode, done.stdout


def shown(command: list, environment: Mapping[str, str]) -> tuple[int, str]:
    """Run with progress bars in a terminal, quietly elsewhere; return the exit code and what was printed.

    What a program prints on a terminal cannot be read, so one that failed there runs once more to tell why.
    """
    looking = sys.stdout.isatty() and not os.environ.get("CI") and os.environ.get("TERM") != "dumb"
    if looking and not subprocess.call(command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL):
        return 0, ""
    return captured(command, environment)


def run_in_front(command: list) -> int:
    """Run a program in place of this one, with its signals; where that cannot be (Windows), return its exit code."""
    os.chdir(ROOT)
    if os.name != "nt":
        os.execve(command[0], command, child_environment())
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the program itself, in the same console
    return subprocess.call(command, env=child_environment())
