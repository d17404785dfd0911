"""One Lambda worker: a process that runs one version of a function, one invocation at a time.

The worker speaks the Lambda Runtime API with a socket of its own, served by the thread that waits for the
answer: no thread between, so that a warm call is quick. Source of the protocol:
https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
"""

import contextlib
import hmac
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import sysconfig
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

_RUNTIME = Path(__file__).with_name("runtime.py")
_PROOF_SECONDS = 2.0
_INIT_SECONDS = 10  # AWS gives the init phase 10 seconds; then the function's Timeout counts
# a process group of its own, to kill all that the function started; no console window on Windows
_OWN_SESSION: dict = (
    {"creationflags": subprocess.CREATE_NO_WINDOW} if os.name == "nt" else {"start_new_session": True}
)
_LARGEST_LOG = 32_000_000  # bytes; a worker whose log file is larger is replaced


@dataclass(frozen=True)
class FunctionVersion:
    """What a worker is started for; two equal ones can share workers."""

    key: tuple[str, str, str, str]  # account, region, name, version
    handler: str
    code: Path
    memory: int
    runtime: str
    variables: tuple[tuple[str, str], ...]
    # access key id, secret, session token; without them it reaches nothing
    keys: tuple[str, str, str | None] = field(default=("", "", None), repr=False)

    @property
    def name(self) -> str:
        return self.key[2]

    @property
    def log_group(self) -> str:
        return f"/aws/lambda/{self.name}"


@dataclass
class Call:
    """One invocation. `deadline` and `timeout` in seconds; the deadline is set when a worker takes it."""

    request_id: str
    arn: str
    payload: bytes
    timeout: float
    client_context: str = ""


@dataclass
class Answer:
    """The outcome of a call: its payload, whether it is an error, and what the function printed."""

    payload: bytes
    failed: bool = False
    lines: list[str] = field(default_factory=list)
    seconds: float = 0.0
    init_seconds: float | None = None  # of a worker's first call


class WorkerGone(Exception):
    """The worker ended before it took the call; another one can take it."""


class Worker:
    """A worker process, started by its first call. One thread uses a worker at a time; any may kill it."""

    def __init__(self, version: FunctionVersion, folder: Path, endpoint: str):
        self.version = version
        self.calls = 0
        self.idle_since = 0.0
        self.pid = 0
        now = datetime.now(UTC)
        self.log_stream = f"{now:%Y/%m/%d}/[{version.key[3]}]{uuid4().hex}"
        self._endpoint = endpoint
        self._folder = folder
        self._process: subprocess.Popen | None = None
        self._connection: socket.socket | None = None
        self._received = b""
        self._log = None

    # -- the process

    def _start(self, call: Call) -> Answer | None:
        """Start the process and let it import the handler. Return None, or the answer of a failed init."""
        began = time.monotonic()
        self._folder.mkdir(parents=True, exist_ok=True)
        log_path = self._folder / f"{uuid4().hex}.log"
        with socket.create_server(("127.0.0.1", 0)) as listener:
            address, proof = f"127.0.0.1:{listener.getsockname()[1]}", secrets.token_hex(16)
            with open(log_path, "ab") as output:
                self._process = subprocess.Popen(
                    [sys.executable, "-I", "-S", "-X", "utf8", str(_RUNTIME), sysconfig.get_path("purelib")],
                    env=self._environment(address) | {"SAGALAB_WORKER_PROOF": proof},
                    cwd=self.version.code,
                    stdin=subprocess.PIPE,
                    stdout=output,
                    stderr=output,
                    **_OWN_SESSION,
                )
            self._log = open(log_path, "rb")
            self.pid = self._process.pid
            limit = began + _INIT_SECONDS + call.timeout
            self._connection = self._accept(listener, proof, limit)
        if self._connection is None:
            return self._ended(call, began)
        try:
            head, body = self._read(limit)
        except TimeoutError:
            return self._timed_out(call, began)
        except WorkerGone:
            return self._ended(call, began)
        if head.endswith("/init/error"):
            self._reply("202 Accepted", b"{}")
            report = json.loads(body)
            report["requestId"] = call.request_id
            answer = Answer(json.dumps(report).encode(), True, self._lines(), time.monotonic() - began)
            self.end()
            return answer
        return None

    def _accept(self, listener: socket.socket, proof: str, limit: float) -> socket.socket | None:
        """Wait for the process's connection; None when it ended before or took too long.

        Any user of the computer can connect to the port: only the process itself knows the proof that it sends first.
        """
        listener.settimeout(0.1)
        while time.monotonic() < limit:
            try:
                connection, _ = listener.accept()
            except TimeoutError:
                if self._process.poll() is not None:
                    return None
                continue
            if _sends(connection, proof):
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                return connection
            connection.close()
        return None

    def _environment(self, address: str) -> dict[str, str]:
        """Return the environment that AWS gives a function, and nothing of the user's.

        Source: https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
        """
        account, region, name, number = self.version.key
        given = {
            "AWS_LAMBDA_RUNTIME_API": address,
            "_HANDLER": self.version.handler,
            "LAMBDA_TASK_ROOT": str(self.version.code),
            "AWS_REGION": region,
            "AWS_DEFAULT_REGION": region,
            "AWS_EXECUTION_ENV": f"AWS_Lambda_{self.version.runtime}",
            "AWS_LAMBDA_FUNCTION_NAME": name,
            "AWS_LAMBDA_FUNCTION_VERSION": number,
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(self.version.memory),
            "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
            "AWS_LAMBDA_LOG_GROUP_NAME": self.version.log_group,
            "AWS_LAMBDA_LOG_STREAM_NAME": self.log_stream,
            "AWS_ACCESS_KEY_ID": self.version.keys[0],
            "AWS_SECRET_ACCESS_KEY": self.version.keys[1],
            "AWS_ENDPOINT_URL": self._endpoint,
            "TZ": ":UTC",
            "LANG": "en_US.UTF-8",
            "PATH": os.defpath,
            # without these botocore would read the user's files, and ask 169.254.169.254
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
        }
        if self.version.keys[2]:
            given["AWS_SESSION_TOKEN"] = self.version.keys[2]
        if os.name == "nt":
            given.pop("TZ")
            given |= {key: os.environ[key] for key in ("SYSTEMROOT", "TEMP", "TMP") if key in os.environ}
        return dict(self.version.variables) | given

    def kill(self) -> None:
        """Kill the process, and on POSIX all it started; wait until it is gone."""
        process = self._process
        if process is None or process.poll() is not None:
            return
        if os.name == "posix":
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
        process.kill()
        process.wait()

    def end(self) -> None:
        """Kill the process and free what belongs to it."""
        self.kill()
        process, self._process = self._process, None
        if self._connection:
            self._connection.close()
        if process:
            process.stdin.close()
        if self._log:
            self._log.close()
            with contextlib.suppress(OSError):  # Windows: still open; the next start of the cloud removes it
                os.unlink(self._log.name)
            self._log = None

    # -- one call

    def call(self, call: Call) -> Answer:
        """Let the worker run `call`. Raises WorkerGone when it ended while it was idle.

        A timeout or the end of the process is an answer; the worker is ended then (`alive` is False).
        """
        init_seconds = None
        if self._process is None:
            began = time.monotonic()
            failed = self._start(call)
            if failed:
                return failed
            init_seconds = time.monotonic() - began
        else:
            try:
                self._read(time.monotonic() + _INIT_SECONDS)
                if self._process.poll() is not None:
                    raise WorkerGone
            except (TimeoutError, WorkerGone):
                self.end()
                raise WorkerGone from None
        began = time.monotonic()
        self.calls += 1
        head = (
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
            f"Lambda-Runtime-Aws-Request-Id: {call.request_id}\r\n"
            f"Lambda-Runtime-Deadline-Ms: {int((time.time() + call.timeout) * 1000)}\r\n"
            f"Lambda-Runtime-Invoked-Function-Arn: {call.arn}\r\n"
            f"Lambda-Runtime-Trace-Id: Root=1-{int(time.time()):08x}-{uuid4().hex[:24]};Sampled=0\r\n"
        )
        if call.client_context:
            head += f"Lambda-Runtime-Client-Context: {call.client_context}\r\n"
        try:
            self._send(head + f"Content-Length: {len(call.payload)}\r\n\r\n", call.payload)
        except OSError:
            if self.calls == 1:
                return self._ended(call, began)
            self.end()
            raise WorkerGone from None
        try:
            path, body = self._read(began + call.timeout)
        except TimeoutError:
            return self._timed_out(call, began)
        except WorkerGone:
            return self._ended(call, began)
        seconds = time.monotonic() - began
        self._reply("202 Accepted", b'{"status":"OK"}')
        return Answer(body, path.endswith("/error"), self._lines(), seconds, init_seconds)

    @property
    def started(self) -> bool:
        """True once it has imported the handler."""
        return self.calls > 0

    @property
    def alive(self) -> bool:
        """False once the worker was ended or its log grew too large to go on."""
        return self._process is not None and self._log is not None and self._log.tell() < _LARGEST_LOG

    def _timed_out(self, call: Call, began: float) -> Answer:
        lines = self._lines()
        self.end()
        message = f"Task timed out after {call.timeout:.2f} seconds"
        lines.append(f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%f}"[:-3] + f"Z {call.request_id} {message}")
        report = {
            "errorType": "Sandbox.Timedout",
            "errorMessage": f"RequestId: {call.request_id} Error: {message}",
        }
        return Answer(
            json.dumps(report, separators=(",", ":")).encode(), True, lines, time.monotonic() - began
        )

    def _ended(self, call: Call, began: float) -> Answer:
        code = self._process.wait()
        lines = self._lines()
        self.end()
        if code < 0:
            how = f"with error: signal: {_signal_name(-code)}"
        else:
            how = f"with error: exit status {code}" if code else "without providing a reason"
        message = f"RequestId: {call.request_id} Error: Runtime exited {how}"
        lines.append(message)
        report = {"errorType": "Runtime.ExitError", "errorMessage": message}
        return Answer(
            json.dumps(report, separators=(",", ":")).encode(), True, lines, time.monotonic() - began
        )

    def _lines(self) -> list[str]:
        """Return what the function printed since the last time, one entry a log event."""
        text = self._log.read().decode("utf-8", "replace")
        return [line.replace("\r", "\n").strip("\n") for line in text.split("\n") if line.strip("\r")]

    # -- HTTP on the worker's socket

    def _read(self, limit: float) -> tuple[str, bytes]:
        """Return (path, body) of the worker's next request. Raises TimeoutError, WorkerGone."""
        while b"\r\n\r\n" not in self._received:
            self._receive(limit)
        head, _, rest = self._received.partition(b"\r\n\r\n")
        first, *others = head.decode("latin-1").split("\r\n")
        headers = dict(
            (name.lower(), value.strip()) for name, _, value in (line.partition(":") for line in others)
        )
        length = int(headers.get("content-length", 0))
        parts, have = [rest], len(rest)
        while have < length:
            self._received = b""
            self._receive(limit)
            parts.append(self._received)
            have += len(self._received)
        body = b"".join(parts)
        self._received = body[length:]
        return first.split(" ")[1], body[:length]

    def _receive(self, limit: float) -> None:
        left = limit - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._connection.settimeout(left)
        try:
            data = self._connection.recv(262_144)
        except TimeoutError:
            raise
        except OSError:
            raise WorkerGone from None
        if not data:
            raise WorkerGone
        self._received += data

    def _reply(self, status: str, body: bytes) -> None:
        with contextlib.suppress(OSError):  # the process ends after an init error, and may be gone already
            self._send(f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n\r\n", body)

    def _send(self, head: str, body: bytes) -> None:
        self._connection.settimeout(None)
        self._connection.sendall(head.encode("latin-1") + body)


def _sends(connection: socket.socket, proof: str) -> bool:
    """Tell whether what is connected sends the proof."""
    connection.settimeout(_PROOF_SECONDS)
    try:
        got = connection.recv(len(proof))
    except OSError:
        return False
    return hmac.compare_digest(got, proof.encode())


def _signal_name(number: int) -> str:
    names = {9: "killed", 11: "segmentation fault", 6: "aborted", 15: "terminated"}
    return names.get(number, str(number))
