"""Run pip and uv: their progress goes through to the user, their errors are kept for `explain`."""

import os
import re
import subprocess
import sys
from collections.abc import Callable

from bootstrap.console import is_terminal
from bootstrap.places import ROOT

_COLOUR = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
# From here on uv speaks of an error. Its lines are held back: the user gets one line with the cure.
_ERROR = re.compile(r"(^|[\r\n])(\x1b\[[0-9;]*m)*(error|The lockfile at|  ×)", re.MULTILINE)
# One line for each of 170 packages says nothing to a participant. `$`: the line may not be whole yet.
_PACKAGE = re.compile(r"(\x1b\[[0-9;]*m)* ((\x1b\[[0-9;]*m)*([+~-]|$)|$)")


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
    """Run and let the output through up to its first error; return the exit code and all that was printed.

    In a terminal the program gets a terminal too (not on Windows), so that its progress bars are drawn.
    """
    if is_terminal() and os.name != "nt":
        return _through_terminal([str(part) for part in command], environment)
    process = subprocess.Popen(
        [str(part) for part in command],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    assert process.stdout is not None
    text = _copy(lambda: os.read(process.stdout.fileno(), 65536))
    return process.wait(), text


def _through_terminal(command: list[str], environment: dict[str, str]) -> tuple[int, str]:
    import fcntl
    import pty
    import termios

    master, slave = pty.openpty()
    try:
        fcntl.ioctl(slave, termios.TIOCSWINSZ, fcntl.ioctl(sys.stdout, termios.TIOCGWINSZ, b"\0" * 8))
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=slave, stderr=slave
        )
    finally:
        os.close(slave)

    def read() -> bytes:
        try:
            return os.read(master, 65536)
        except OSError:  # Linux says EIO when the program has closed its end
            return b""

    try:
        text = _copy(read)
    finally:
        os.close(master)
    return process.wait(), text


def _copy(read: Callable[[], bytes]) -> str:
    """Copy what `read` gives to the user until an error begins; return all of it without colours."""
    everything = b""
    copied = 0
    while chunk := read():
        everything += chunk
        text = everything.decode("utf-8", errors="ignore")
        error = _ERROR.search(text)
        end = error.start() if error else len(text)
        lines = text[copied:end].splitlines(keepends=True)
        if lines and _PACKAGE.match(lines[-1]) and not lines[-1].endswith("\n"):
            end -= len(lines.pop())
        if end > copied:
            shown_lines = (
                line.replace("\r\n", "\n") for line in lines if not _PACKAGE.match(line.rstrip("\r\n"))
            )
            sys.stdout.write("".join(shown_lines))
            sys.stdout.flush()
            copied = end
    text = everything.decode("utf-8", errors="replace").replace("\r\n", "\n")
    return _COLOUR.sub("", text)
