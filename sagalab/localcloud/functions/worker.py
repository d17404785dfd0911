"""One Lambda worker: a process that runs one version of a function, one invocation at a time.

The worker speaks the Lambda Runtime API (wire.py) with a socket of its own, served by the thread that waits for the
answer: no thread between, so that a warm call is quick.
"""

import contextlib
import hmac
import json
import os
import secrets
import socket
import subprocess
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar
from uuid import uuid4

from sagalab.localcloud.functions import family
from sagalab.localcloud.functions.call import (
    NEXT,
    Answer,
    Call,
    FunctionVersion,
    error_answer,
    outcome,
    report_of_init,
    signal_name,
)
from sagalab.localcloud.functions.forks import Spawned, Start, WorkerProcess
from sagalab.localcloud.functions.limits import Limits, OverLimit, out_of_memory, read_output
from sagalab.localcloud.functions.wire import Nonsense, Wire, WorkerGone

T = TypeVar("T")
_PROOF_SECONDS = 2.0
_END_SECONDS = 2.0  # a process that has closed its connection ends within this time
OUT_OF_MEMORY = 137  # exit status of runtime.py after a MemoryError
_NONSENSE = OverLimit(
    "Runtime.ExitError", "The function broke its connection to the runtime API and was ended."
)
_INIT_SECONDS = 10  # AWS gives the init phase 10 seconds; then the function's Timeout counts
_LARGEST_LOG = 32_000_000  # bytes; a worker whose log file is larger is replaced


class Worker:
    """A worker process, started by its first call. One thread uses a worker at a time; any may kill it."""

    def __init__(self, version: FunctionVersion, folder: Path, endpoint: str, start: Start = Spawned):
        self.version = version
        self.calls = 0
        self.idle_since = 0.0
        self.busy = False
        self.pid = 0
        now = datetime.now(UTC)
        self.log_stream = f"{now:%Y/%m/%d}/[{version.key[3]}]{uuid4().hex}"
        self._endpoint = endpoint
        self._folder = folder
        self._start_process = start
        self._process: WorkerProcess | None = None
        self._wire: Wire | None = None
        self._limits: Limits | None = None
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
                environment = self.version.environment(address, self._endpoint, self.log_stream)
                environment["SAGALAB_WORKER_PROOF"] = proof
                self._process = self._start_process(environment, self.version.code, output)
            self._log = open(log_path, "rb")
            self.pid = self._process.pid
            limit = began + _INIT_SECONDS + call.timeout
            self._limits = Limits(self.pid, self.version.memory, self._log)
            self._wire = self._accept(listener, proof, limit)
        if self._wire is None:
            return self._ended(call, began)
        report = self._hear(call, began, limit, report_of_init)
        if isinstance(report, Answer):
            return report
        if report is not None:
            self._wire.reply("202 Accepted", b"{}")
            report["requestId"] = call.request_id
            answer = Answer(json.dumps(report).encode(), True, self._lines(), time.monotonic() - began)
            self.end()
            return answer
        return None

    def _accept(self, listener: socket.socket, proof: str, limit: float) -> Wire | None:
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
                return Wire(connection)
            connection.close()
        return None

    def kill(self) -> None:
        """Kill the process and what it started, and wait until it is gone."""
        process = self._process
        if process is None:
            return
        if process.poll() is None and self.busy:
            family.end_descendants(process.pid)
        family.end_group(process)
        family.end_strays_soon(self.log_stream)

    def end(self) -> None:
        """Kill the process and free what belongs to it."""
        self.kill()
        process, self._process = self._process, None
        if self._wire:
            self._wire.close()
        if process:
            process.close()
        if self._log:
            self._log.close()
            with contextlib.suppress(OSError):  # Windows: still open; the next start of the cloud removes it
                os.unlink(self._log.name)
            self._log = None

    # -- one call

    def call(self, call: Call) -> Answer:
        """Let the worker run `call`. Raises WorkerGone when it ended while it was idle.

        A timeout, the end of the process or its end for a limit is an answer; the worker is ended then (`alive` is
        False).
        """
        self.busy = True
        try:
            return self._call(call)
        finally:
            self.busy = False

    def _call(self, call: Call) -> Answer:
        init_seconds = None
        if self._process is None:
            began = time.monotonic()
            failed = self._start(call)
            if failed:
                return failed
            init_seconds = time.monotonic() - began
        else:
            try:
                path, _ = self._wire.read(time.monotonic() + _INIT_SECONDS)
                if self._process.poll() is not None or path != NEXT:
                    raise WorkerGone
            except (TimeoutError, WorkerGone, Nonsense):
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
            head += f"Content-Length: {len(call.payload)}\r\n\r\n"
            self._wire.send(head, call.payload, began + call.timeout)
        except TimeoutError:
            return self._timed_out(call, began)
        except OSError:
            if self.calls == 1:
                return self._ended(call, began)
            self.end()
            raise WorkerGone from None
        heard = self._hear(
            call, began, began + call.timeout, lambda path, body: (body, outcome(path, body, call.request_id))
        )
        if isinstance(heard, Answer):
            return heard
        body, failed = heard
        seconds = time.monotonic() - began
        self._wire.reply("202 Accepted", b'{"status":"OK"}')
        return Answer(body, failed, self._lines(), seconds, init_seconds)

    def _hear(self, call: Call, began: float, limit: float, read: Callable[[str, bytes], T]) -> T | Answer:
        """Wait for what the process says and read it; return the answer to the call where it says nothing of use."""
        try:
            return read(*self._wire.read(limit, self._limits.look))
        except TimeoutError:
            return self._timed_out(call, began)
        except WorkerGone:
            return self._ended(call, began)
        except Nonsense:
            return self._refused(call, began, _NONSENSE)
        except OverLimit as over:
            return self._refused(call, began, over)

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
        return error_answer(
            "Sandbox.Timedout", f"RequestId: {call.request_id} Error: {message}", lines, began
        )

    def _refused(self, call: Call, began: float, over: OverLimit) -> Answer:
        """End a worker that used too much, or spoke nonsense; it is not used again."""
        lines = self._lines()
        self.end()
        message = f"RequestId: {call.request_id} Error: {over}"
        return error_answer(over.error_type, message, [*lines, message], began)

    def _ended(self, call: Call, began: float) -> Answer:
        try:
            code = self._process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:  # it has closed its connection, and goes on
            return self._refused(call, began, _NONSENSE)
        lines = self._lines()
        self.end()
        if code == OUT_OF_MEMORY:
            over = out_of_memory(self.version.memory)
            message = f"RequestId: {call.request_id} Error: {over}"
            return error_answer(over.error_type, message, [*lines, message], began)
        if code < 0:
            how = f"with error: signal: {signal_name(-code)}"
        else:
            how = f"with error: exit status {code}" if code else "without providing a reason"
        message = f"RequestId: {call.request_id} Error: Runtime exited {how}"
        return error_answer("Runtime.ExitError", message, [*lines, message], began)

    def _lines(self) -> list[str]:
        """Return what the function printed since the last time, one entry a log event."""
        text = read_output(self._log)
        return [line.replace("\r", "\n").strip("\n") for line in text.split("\n") if line.strip("\r")]


def _sends(connection: socket.socket, proof: str) -> bool:
    """Tell whether what is connected sends the proof."""
    connection.settimeout(_PROOF_SECONDS)
    try:
        got = connection.recv(len(proof))
    except OSError:
        return False
    return hmac.compare_digest(got, proof.encode())
