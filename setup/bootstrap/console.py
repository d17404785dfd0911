"""What the user sees: steps with a mark and a time, and the programs that are run in them, quietly or in front.

In a terminal a step's line is redrawn when it ends.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from bootstrap.places import ROOT, child_environment

_MARKS = {"done": ("✓", "ok"), "failed": ("✗", "ERROR"), "running": ("·", "-")}


def prepare() -> None:
    """Never let an old code page of a console stop the work: what it cannot show becomes `?`."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace", line_buffering=True)


def is_terminal() -> bool:
    """Return whether someone is looking. CI logs get plain lines."""
    return sys.stdout.isatty() and not os.environ.get("CI") and os.environ.get("TERM") != "dumb"


def _mark(name: str) -> str:
    sign, plain = _MARKS[name]
    return plain if sign.encode(sys.stdout.encoding or "ascii", "replace") == b"?" else sign


def say(text: str, mark: str = "done") -> None:
    """Print one line with a mark (`done`, `failed`, `running`)."""
    print(f"{_mark(mark)} {text}", flush=True)


def fail(what: str, cure: str) -> None:
    """Print what went wrong and what to do now, on the error stream."""
    print(f"{_mark('failed')} {what} {cure}".rstrip(), file=sys.stderr, flush=True)


@contextmanager
def step(doing: str, done: str, *, shows_output: bool = False) -> Iterator[None]:
    """Show a step while it runs, and its time when it ended well.

    `shows_output`: what runs inside prints itself, so the step's first line stays as it is.
    """
    redraw = is_terminal() and not shows_output
    print(f"{_mark('running')} {doing} …", end="" if redraw else "\n", flush=True)
    began = time.monotonic()
    try:
        yield
    except BaseException:
        print(end="\n" if redraw else "", flush=True)
        raise
    print(end="\r\x1b[K" if redraw else "")
    say(f"{done} ({time.monotonic() - began:.1f} s)")


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
