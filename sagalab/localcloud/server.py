"""The local cloud's server: moto on 127.0.0.1, over HTTP/1.1 with kept connections.

Started as `python -m sagalab.localcloud` by process.py. Why an own request handler: Werkzeug closes each
connection after one answer, and writes header and body apart, which costs 40 ms by Nagle's algorithm.
"""

import argparse
import io
import json
import os
import threading
import time
import traceback
from pathlib import Path

import psutil
from moto.core import DEFAULT_ACCOUNT_ID
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import DechunkedInput, ThreadedWSGIServer

from sagalab.cloud.local_process import CONTROL, write_record
from sagalab.cloud.version import server_version
from sagalab.localcloud import owner

_NO_BODY = (204, 304)


class Handler(MotoRequestHandler):
    """Serve many requests on one connection, each answered with one send."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: "Server"

    def run_wsgi(self) -> None:
        """Read the whole request, run moto, and send the whole answer."""
        body = self._body()
        if self.headers.get("Origin"):
            # a web page must not reach the local cloud: it could create and run functions
            return self._send(403, [("Content-Type", "text/plain")], b"No web pages here.\n")
        if self.path.startswith(CONTROL):
            return self._control()
        self.environ = environ = self.make_environ()
        environ["wsgi.input"] = io.BytesIO(body)
        environ["CONTENT_LENGTH"] = str(len(body))
        started: list = []

        def start_response(status, headers, exc_info=None):
            started[:] = [int(status.split(" ", 1)[0]), headers]

        try:
            pieces = self.server.app(environ, start_response)
            answer = b"".join(pieces)
            pieces.close()
        except Exception as error:  # a gap in moto: tell the caller what, and the log where
            traceback.print_exc()
            report = {"__type": "InternalFailure", "message": f"{type(error).__name__}: {error}"}
            return self._send(500, [("Content-Type", "application/json")], json.dumps(report).encode())
        return self._send(started[0], started[1], answer)

    def _body(self) -> bytes:
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            return DechunkedInput(self.rfile).read()
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def _control(self) -> None:
        """Answer process.py: GET …/status, POST …/stop and POST …/workers/COUNT, with this server's token."""
        if self.headers.get("Sagalab-Token", self.server.identity["token"]) != self.server.identity["token"]:
            return self._send(403, [], b"{}")
        if self.command == "POST" and self.path == f"{CONTROL}/stop":
            self._send(200, [], b"{}")
            threading.Thread(target=self.server.shutdown).start()
            return None
        if self.command == "POST" and self.path.startswith(f"{CONTROL}/workers/"):
            from sagalab.localcloud.functions import lambdas

            lambdas.allow_workers(int(self.path.rsplit("/", 1)[1]))
        answer = json.dumps(self.server.describe()).encode()
        return self._send(200, [("Content-Type", "application/json")], answer)

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

    def describe(self) -> dict:
        """Return what `sagalab cloud status` shows."""
        from sagalab.localcloud.functions import lambdas

        return self.identity | {"workers": lambdas.describe_workers(), "cap": lambdas.allow_workers()}


def main() -> None:
    """Run the local cloud until it is told to stop."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--state", type=Path, required=True)
    parser.add_argument("--token", required=True)
    parser.add_argument("--iam", action="store_true")
    given = parser.parse_args()
    app = DomainDispatcherApplication(create_backend_app)
    server = Server("127.0.0.1", given.port, app, Handler)
    endpoint = f"http://127.0.0.1:{server.port}"
    # moto's own clients and presigned links follow this variable
    os.environ["MOTO_PORT"] = str(server.port)

    from sagalab.localcloud import dispatch, quick_imports

    quick_imports.install()
    from sagalab.localcloud import adaptations
    from sagalab.localcloud.functions import lambdas
    from sagalab.localcloud.services import one_at_a_time

    adaptations.install()
    dispatch.install()
    lambdas.install(given.state / "workers", endpoint)
    one_at_a_time.install()
    if given.iam:
        from sagalab.localcloud.iam import enforcement as iam_enforcement

        iam_enforcement.install()
    server.identity = {
        "pid": os.getpid(),
        "port": server.port,
        "endpoint": endpoint,
        "token": given.token,
        "version": server_version(),
        "account": DEFAULT_ACCOUNT_ID,
        "started": time.time(),
        "created": psutil.Process().create_time(),
        "iam": given.iam,
        "time_scale": float(os.environ.get("SAGALAB_TIME_SCALE") or 1),
    }
    write_record(given.state, server.identity)
    owner.watch(given.state, server.shutdown)
    try:
        server.serve_forever(poll_interval=0.1)
    finally:
        lambdas.close()
        server.server_close()
        os._exit(0)  # executions may still sleep in their threads
