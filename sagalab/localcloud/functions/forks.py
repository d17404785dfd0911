"""How worker processes are made: by a fork of the fork server where that is safe, else from the start.

A fresh Python that imports boto3 takes some 250 ms of processor time; a fork of one that has (fork_server.py) takes a
few, and shares its memory. Only on Linux: on macOS the system's libraries start threads of their own, and abort in a
fork of them (https://docs.python.org/3/library/multiprocessing.html, contexts and start methods); Windows has no fork.
"""

import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import sysconfig
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, Protocol

import psutil

FORKS = sys.platform == "linux"
_HERE = Path(__file__).parent
_PYTHON = (sys.executable, "-I", "-S", "-X", "utf8")
_PACKAGES = sysconfig.get_path("purelib")
_ANSWER_SECONDS = 30.0  # it imports boto3 first, on a computer that may be busy
_END_SECONDS = 6.0
_CLOSE_SECONDS = 2.0  # its workers have ended before; it may still import
_LOOK_SECONDS = 0.05
_TRIES = 3  # fork servers that end before they have forked at all; then there is none
# variables that the system's libraries read when a program starts, and never again
_READ_AT_START = ("LD_", "GLIBC_", "MALLOC_", "OPENSSL_")
# a process group of its own, to kill all that the function started; no console window on Windows
_OWN_SESSION: dict = (
    {"creationflags": subprocess.CREATE_NO_WINDOW} if os.name == "nt" else {"start_new_session": True}
)


class WorkerProcess(Protocol):
    """A process that runs runtime.py. It ends when `close` is called, or the process that made it has ended."""

    pid: int

    def poll(self) -> int | None:
        """Return its exit status (a signal's number negative), None while it runs."""

    def wait(self, timeout: float | None = None) -> int:
        """Return its exit status when it has ended. Raises subprocess.TimeoutExpired."""

    def kill(self) -> None:
        """Kill it; it may have ended before."""

    def close(self) -> None:
        """Free what belongs to it, once it has ended."""


Start = Callable[[dict[str, str], Path, IO[bytes]], WorkerProcess]


class Spawned(subprocess.Popen):
    """A worker process from the start."""

    def __init__(self, environment: dict[str, str], folder: Path, output: IO[bytes]):
        super().__init__(
            [*_PYTHON, str(_HERE / "runtime.py"), _PACKAGES],
            env=environment, cwd=folder, stdin=subprocess.PIPE, stdout=output, stderr=output, **_OWN_SESSION,
        )  # fmt: skip

    def close(self) -> None:
        """Close its life line."""
        self.stdin.close()


class Forked:
    """A worker process that the fork server has made. Safe for threads, as subprocess.Popen is."""

    def __init__(self, pid: int, line: socket.socket, life: int):
        self.pid = pid
        line.setblocking(False)
        self._line = line
        self._life = life
        self._process = psutil.Process(pid)
        self._lock = threading.Lock()
        self._status: int | None = None
        self._orphan = False
        self._closed = False

    def poll(self) -> int | None:
        """Return its exit status (a signal's number negative), None while it runs."""
        with self._lock:
            if self._status is None and not self._closed:
                try:
                    said = self._line.recv(64)
                    self._status = int(said) if said else self._status_of_orphan()
                except BlockingIOError:
                    pass
                except OSError:
                    self._status = self._status_of_orphan()
            return self._status

    def _status_of_orphan(self) -> int | None:
        """The fork server is gone, and how its workers end is said to nobody: 0."""
        self._orphan = True
        try:
            runs = self._process.is_running() and self._process.status() != psutil.STATUS_ZOMBIE
        except psutil.Error:
            runs = False
        return None if runs else 0

    def wait(self, timeout: float | None = None) -> int:
        """Return its exit status when it has ended. Raises subprocess.TimeoutExpired."""
        limit = None if timeout is None else time.monotonic() + timeout
        while (status := self.poll()) is None:
            if limit is not None and time.monotonic() > limit:
                raise subprocess.TimeoutExpired(["fork", str(self.pid)], timeout)
            if self._orphan:
                time.sleep(_LOOK_SECONDS)
            else:
                looks = select.poll()  # select.select takes no file of a number above 1023
                looks.register(self._line, select.POLLIN)
                looks.poll(_LOOK_SECONDS * 1000)
        return status

    def kill(self) -> None:
        """Kill it; it may have ended before."""
        with self._lock:
            if not self._closed and self._status is None:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(self.pid, signal.SIGKILL)

    def close(self) -> None:
        """Free what belongs to it, once it has ended; then its pid may be another's."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            if self._status is None:
                self._status = -signal.SIGKILL
        os.close(self._life)
        with contextlib.suppress(OSError):
            self._line.settimeout(_END_SECONDS)
            self._line.shutdown(socket.SHUT_WR)
            while self._line.recv(64):
                pass
        self._line.close()


class Forks:
    """Starts workers by the fork server, which is started when it is wanted first, and anew when it has ended.

    Where there is no fork, or a function has a module of a name that is imported there, a worker starts as Spawned.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._server: subprocess.Popen | None = None
        self._control: socket.socket | None = None
        self._tries = _TRIES if FORKS else 0
        self._closed = False

    def warm_up(self) -> None:
        """Let the fork server start, if none runs; it takes a moment until it can fork."""
        self._asked()

    @property
    def pid(self) -> int:
        """The fork server's pid, 0 when none runs."""
        server = self._server
        return server.pid if server and server.poll() is None else 0

    def start(self, environment: dict[str, str], folder: Path, output: IO[bytes]) -> WorkerProcess:
        """Start a worker process with this environment, in the folder of its function's code."""
        forked = None
        if not any(name.startswith(_READ_AT_START) for name in environment):
            forked = self._fork(environment, folder, output)
        return forked or Spawned(environment, folder, output)

    def _fork(self, environment: dict[str, str], folder: Path, output: IO[bytes]) -> Forked | None:
        control = self._asked()
        if control is None:
            return None
        line, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        life, held = os.pipe()
        forked = None
        try:
            with theirs:
                socket.send_fds(control, [os.fsencode(folder)], [life, output.fileno(), theirs.fileno()])
            line.settimeout(_ANSWER_SECONDS)
            answer = line.recv(64)
            if answer:
                self._tries = _TRIES
            if answer.isdigit():
                forked = Forked(int(answer), line, held)
                _write(held, environment, folder)
        except (OSError, psutil.Error):
            pass  # the fork server has ended, or is in no state to fork
        finally:
            os.close(life)
            if forked is None:
                os.close(held)
                line.close()
        return forked

    def _asked(self) -> socket.socket | None:
        """Return the socket on which a fork server is asked, None when there is none."""
        with self._lock:
            if self._server and self._server.poll() is None:
                return self._control
            if self._control:
                self._control.close()
                self._control = None
            if self._closed or not self._tries:
                return None
            self._tries -= 1
            self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            self._control.settimeout(_ANSWER_SECONDS)
            with theirs:
                try:
                    self._server = subprocess.Popen(
                        [*_PYTHON, str(_HERE / "fork_server.py"), _PACKAGES],
                        env=_environment(), stdin=theirs, **_OWN_SESSION,
                    )  # fmt: skip
                except OSError:
                    self._control.close()
                    self._control = None
            return self._control

    def close(self) -> None:
        """End the fork server with all its workers."""
        with self._lock:
            self._closed = True
            server, control = self._server, self._control
            self._control = None
        if control:
            control.close()
        if server:
            try:
                server.wait(_CLOSE_SECONDS)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


def _environment() -> dict[str, str]:
    """Return the fork server's environment: what is read before a function's own is set, and no key."""
    return {
        "LANG": "en_US.UTF-8",
        "PATH": os.defpath,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def _write(held: int, environment: dict[str, str], folder: Path) -> None:
    """Send a fork its letter. It may have ended."""
    letter = json.dumps({"environment": environment, "folder": str(folder)}).encode()
    letter = b"%08x" % len(letter) + letter
    while letter:
        letter = letter[os.write(held, letter) :]
