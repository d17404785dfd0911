"""Run a program: quietly, with its own progress, or in front of the user until it ends."""

import signal
import subprocess
from collections.abc import Mapping

from bootstrap.console import is_terminal
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
    if is_terminal() and not subprocess.call(command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL):
        return 0, ""
    return captured(command, environment)


def run_in_front(command: list) -> int:
    """Run a program to its end; return its exit code.

    Ctrl-C reaches it by itself, because it shares our terminal: we only wait for its end. A SIGTERM (and
    SIGHUP, when the terminal's window closes) that reaches us alone is passed on.
    """
    process = subprocess.Popen(command, cwd=ROOT, env=child_environment())
    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), lambda number, _frame: process.send_signal(number))
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            continue
