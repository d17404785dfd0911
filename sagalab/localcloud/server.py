"""The local cloud's server: moto on 127.0.0.1, over HTTP/1.1 with kept connections.

Started as `python -m sagalab.localcloud` by process.py. Why an own request handler: Werkzeug closes each
connection after one answer, and writes header and body apart, which costs 40 ms by Nagle's algorithm.
"""

import argparse
import contextlib
import gc
import io
import json
import os
import threading
import time
import traceback
from pathlib import Path
from typing import IO, cast

import psutil
from moto.core import DEFAULT_ACCOUNT_ID
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import DechunkedInput, ThreadedWSGIServer

from sagalab.cloud.local_control import CONTROL, PROOF, SERVER
from sagalab.cloud.local_key import LocalKey, local_key
from sagalab.cloud.local_record import write_record
from sagalab.cloud.version import server_version
from sagalab.localcloud import owner
from sagalab.localcloud.doors import Doors, Stranger
from sagalab.settings import time_scale

_NO_BODY = (204, 304)
_SINGLE = ("Host", "Authorization", "Content-Length")
_LARGEST_BODY = 100_000_000  # bytes; a function's archive of 50 MB in base 64 is the largest that AWS takes
_DRAINED, _DRAIN_SECONDS = 65_536, 1.0


class Handler(MotoRequestHandler):
    """Serve many requests on one connection, each answered with one send."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: "Server"

    def run_wsgi(self) -> None:
        """Read the whole request, let moto answer it if it may come in, and send the whole answer."""
        headers = {name.lower(): value for name, value in self.headers.items()}
        if len(headers) != len(self.headers) and any(
            len(self.headers.get_all(name, ())) > 1 for name in _SINGLE
        ):
            return self._refuse(400, "A header stands there twice.")
        try:
            self.server.doors.check_origin(headers, self.path)
            body = self._body(headers)
        except Stranger as stranger:
            return self._refuse(403, str(stranger))
        except ValueError as problem:
            return self._refuse(400, str(problem))
        if self.path.startswith(CONTROL):
            return self._control()
        refused = self.server.doors.refuse(self.command, self.path, headers, body)
        if refused:
            return self._send(refused[0], list(refused[1].items()), refused[2])
        self.environ = environ = self.make_environ()
        environ["wsgi.input"] = io.BytesIO(body)
        environ["CONTENT_LENGTH"] = str(len(body))
        started: list = []

        def start_response(status, headers, exc_info=None):
            started[:] = [int(status.split(" ", 1)[0]), headers]

        try:
            pieces = self.server.app(environ, start_response)
            answer = b"".join(pieces)
            pieces.close()  # type: ignore[attr-defined]  # Flask's answer has it
        except NotImplementedError:
            operation = headers.get("x-amz-target", "").rpartition(".")[2] or f"{self.command} {self.path}"
            report = {
                "__type": "UnknownOperationException",
                "message": f"The local cloud has no {operation}: it has what the workshop uses.",
            }
            return self._send(400, [("Content-Type", "application/json")], json.dumps(report).encode())
        except Exception as error:  # a gap in moto: tell the caller what, and the log where
            traceback.print_exc()
            report = {"__type": "InternalFailure", "message": f"{type(error).__name__}: {error}"}
            return self._send(500, [("Content-Type", "application/json")], json.dumps(report).encode())
        return self._send(started[0], started[1], answer)

    def _body(self, headers: dict[str, str]) -> bytes:
        """Return the request's body. Raises ValueError when it has no usable length, or is too large."""
        if "chunked" in headers.get("transfer-encoding", "").lower():
            chunks: io.RawIOBase = DechunkedInput(cast(IO[bytes], self.rfile))
            body = io.BufferedReader(chunks).read(_LARGEST_BODY + 1)
            length = len(body)
        else:
            given = headers.get("content-length") or "0"
            length = int(given) if given.isascii() and given.isdigit() else -1
            body = self.rfile.read(length) if 0 <= length <= _LARGEST_BODY else b""
        if not 0 <= length <= _LARGEST_BODY:
            raise ValueError(f"No body of more than {_LARGEST_BODY} bytes, or of no length.")
        return body

    def _refuse(self, status: int, words: str) -> None:
        """Answer who is not let in, and close: what he sends after it is not read."""
        self.close_connection = True
        waiting = self.headers.get("Content-Length", "")
        if waiting.isascii() and waiting.isdigit():
            self.connection.settimeout(_DRAIN_SECONDS)
            with contextlib.suppress(OSError):  # a system may drop the answer to what was not read
                self.rfile.read(min(int(waiting), _DRAINED))
        self._send(status, [("Content-Type", "text/plain"), ("Connection", "close")], f"{words}\n".encode())

    def _control(self) -> None:
        """Answer local_process.py: GET …/status, POST …/stop and POST …/workers/COUNT, to who has the key."""
        nonce, _, proof = self.headers.get(PROOF, "").partition(" ")
        server = self.server
        if not server.key.proves(proof, self.command, self.path, str(server.port), nonce):
            return self._send(403, [("Server", SERVER)], b"{}")
        if self.command == "POST" and self.path.startswith(f"{CONTROL}/workers/"):
            from sagalab.localcloud.functions import lambdas

            lambdas.allow_workers(int(self.path.rsplit("/", 1)[1]))
        answer = json.dumps(server.describe()).encode()
        self._send(
            200,
            [("Content-Type", "application/json"), (PROOF, server.key.proof(nonce, answer.decode()))],
            answer,
        )
        if self.command == "POST" and self.path == f"{CONTROL}/stop":
            threading.Thread(target=server.shutdown).start()
        return None

    def _send(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.send_response_only(status)
        for name, value in headers:
            if name.lower() not in ("content-length", "connection", "transfer-encoding"):
                self.send_header(name, value)
        if self.command == "HEAD":
            length = next((value for name, value in headers if name.lower() == "content-length"), "0")
            self.send_header("Content-Length", length)
            body = b""
        elif status not in _NO_BODY:
            self.send_header("Content-Length", str(len(body)))
        else:
            body = b""
        self._headers_buffer.append(b"\r\n" + body)
        self.flush_headers()

    def log_request(self, code="-", size="-") -> None:
        """Keep the log for what matters: no line a request."""


class Server(ThreadedWSGIServer):
    """The listening server; `identity` says who it is."""

    request_queue_size = 512
    # on Windows SO_REUSEADDR would let two servers share a port
    allow_reuse_address = os.name == "posix"
    identity: dict
    key: LocalKey
    doors: Doors

    def describe(self) -> dict:
        """Return what `sagalab cloud status` shows."""
        from sagalab.localcloud.functions import lambdas

        return self.identity | {"workers": lambdas.describe_workers(), "cap": lambdas.allow_workers()}


def main() -> None:
    """Run the local cloud until it is told to stop."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--state", type=Path, required=True)
    parser.add_argument("--id", required=True)
    parser.add_argument("--iam", action="store_true")
    given = parser.parse_args()
    if os.name == "posix":
        os.umask(0o077)
    app = DomainDispatcherApplication(create_backend_app)
    server = Server("127.0.0.1", given.port, app, Handler)
    endpoint = f"http://127.0.0.1:{server.port}"
    server.key = key = local_key(given.state)
    # moto's own clients follow these variables; the functions' workers do not inherit them
    os.environ |= {
        "MOTO_PORT": str(server.port),
        "AWS_ACCESS_KEY_ID": key.id,
        "AWS_SECRET_ACCESS_KEY": key.secret,
    }

    from sagalab.localcloud import adaptations, dispatch
    from sagalab.localcloud.functions import lambdas
    from sagalab.localcloud.iam import keys
    from sagalab.localcloud.services import clients, one_at_a_time

    adaptations.install()
    dispatch.install()
    lambdas.install(given.state / "workers", endpoint, key)
    clients.use(key)
    one_at_a_time.install()
    server.doors = Doors(server.port, keys.keeper(key))
    if given.iam:
        from sagalab.localcloud.iam import enforcement as iam_enforcement

        iam_enforcement.install()
    server.identity = {
        "pid": os.getpid(),
        "port": server.port,
        "endpoint": endpoint,
        "id": given.id,
        "version": server_version(),
        "account": DEFAULT_ACCOUNT_ID,
        "started": time.time(),
        "created": psutil.Process().create_time(),
        "iam": given.iam,
        "time_scale": time_scale(),
    }
    gc.freeze()  # what is imported stays: no collection looks at it again
    gc.enable()
    write_record(given.state, server.identity)
    owner.watch(given.state, server.identity, server.shutdown)
    try:
        server.serve_forever(poll_interval=0.1)
    finally:
        lambdas.close()
        server.server_close()
        os._exit(0)  # executions may still sleep in their threads
