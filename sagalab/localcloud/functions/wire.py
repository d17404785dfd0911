"""The Runtime API on a worker's socket: one request after another, read by the thread that waits for it.

Source of the protocol: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html. A function can write to this
socket too, so whatever comes is measured, and what is no request of the API is `Nonsense`.
"""

import contextlib
import socket
import time
from collections.abc import Callable

API = "/2018-06-01/runtime"
_LARGEST_HEAD = 65_536
_LARGEST_BODY = 100_000_000  # bytes; a response may have 6 MB, and a larger one is told as such
_LOOK_SECONDS = 0.1  # how often the worker is looked at while it computes


class WorkerGone(Exception):
    """The worker ended before it took the call; another one can take it."""


class Nonsense(Exception):
    """The worker sent what is no request of the Runtime API, or not the one that is due."""


class Wire:
    """The connection of one worker. One thread uses it at a time."""

    def __init__(self, connection: socket.socket):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._connection = connection
        self._received = b""

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def read(self, limit: float, look: Callable[[], None] = lambda: None) -> tuple[str, bytes]:
        """Return path and body of the worker's next request; `limit` is a time of time.monotonic().

        `look` is called every tenth of a second. Raises TimeoutError, WorkerGone, Nonsense, and what `look` raises.
        """
        while b"\r\n\r\n" not in self._received:
            if len(self._received) > _LARGEST_HEAD:
                raise Nonsense
            self._receive(limit, look)
        head, _, rest = self._received.partition(b"\r\n\r\n")
        try:
            first, *others = head.decode("latin-1").split("\r\n")
            _, path, protocol = first.split(" ")
            fields = (line.partition(":") for line in others)
            headers = {name.lower(): value.strip() for name, _, value in fields}
            length = int(headers.get("content-length", 0))
        except ValueError:
            raise Nonsense from None
        if not protocol.startswith("HTTP/1.") or not 0 <= length <= _LARGEST_BODY:
            raise Nonsense
        parts, have = [rest], len(rest)
        while have < length:
            self._received = b""
            self._receive(limit, look)
            parts.append(self._received)
            have += len(self._received)
        body = b"".join(parts)
        self._received = body[length:]
        return path, body[:length]

    def _receive(self, limit: float, look: Callable[[], None]) -> None:
        while True:
            left = limit - time.monotonic()
            if left <= 0:
                raise TimeoutError
            self._connection.settimeout(min(left, _LOOK_SECONDS))
            try:
                data = self._connection.recv(262_144)
                break
            except TimeoutError:
                look()
            except OSError:
                raise WorkerGone from None
        if not data:
            raise WorkerGone
        self._received += data

    def reply(self, status: str, body: bytes) -> None:
        """Answer the worker; it may be gone already."""
        with contextlib.suppress(OSError):
            self.send(f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n\r\n", body, time.monotonic() + 5)

    def send(self, head: str, body: bytes, limit: float) -> None:
        """Send to the worker. Raises OSError (TimeoutError too, when it does not read)."""
        self._connection.settimeout(max(0.1, limit - time.monotonic()))
        self._connection.sendall(head.encode("latin-1") + body)
