"""The loop inside a Lambda worker: take an invocation, call the handler, answer. Standard library only.

It speaks the Lambda Runtime API with the local cloud and is started as `python runtime.py PACKAGES` with the
environment that AWS would give a function. Source: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
"""

import json
import os
import socket
import sys
import time

_API = "/2018-06-01/runtime"
_OUT_OF_MEMORY = 137  # exit status; worker.py knows it
_SLACK_MB = 512
_ROOT = os.environ.get("LAMBDA_TASK_ROOT", "")


class Fault(Exception):
    """An error of the runtime: its AWS errorType and message, no frames of the handler."""

    def __init__(self, error_type, message, trace=()):
        super().__init__(message)
        self.error_type, self.trace = error_type, list(trace)


class Identity:
    """Who calls through the mobile SDK: nobody here."""

    cognito_identity_id = None
    cognito_identity_pool_id = None


class ClientContext:
    """What a mobile client sends along: `custom`, `env` and `client`."""

    def __init__(self, sent):
        self.custom, self.env = sent.get("custom"), sent.get("env")
        self.client = type("Client", (), sent["client"])() if sent.get("client") else None


class Context:
    """The context object of a handler.

    Source: https://docs.aws.amazon.com/lambda/latest/dg/python-context.html
    """

    function_name = os.environ.get("AWS_LAMBDA_FUNCTION_NAME")
    function_version = os.environ.get("AWS_LAMBDA_FUNCTION_VERSION")
    memory_limit_in_mb = os.environ.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE")
    log_group_name = os.environ.get("AWS_LAMBDA_LOG_GROUP_NAME")
    log_stream_name = os.environ.get("AWS_LAMBDA_LOG_STREAM_NAME")

    def __init__(self, headers):
        self.aws_request_id = headers["lambda-runtime-aws-request-id"]
        self.invoked_function_arn = headers.get("lambda-runtime-invoked-function-arn")
        self._deadline_ms = int(headers["lambda-runtime-deadline-ms"])
        self.identity = Identity()
        sent = headers.get("lambda-runtime-client-context")
        self.client_context = ClientContext(json.loads(sent)) if sent else None

    def get_remaining_time_in_millis(self):
        """Return the milliseconds until the function's Timeout, 0 when it has passed."""
        return max(0, self._deadline_ms - int(time.time() * 1000))

    def log(self, message):
        """Write to the function's log, without a newline."""
        sys.stdout.write(str(message))


class RuntimeApi:
    """One kept connection to the Runtime API. A request is one send: header and body together."""

    def __init__(self, address, proof):
        host, _, port = address.rpartition(":")
        self._socket = socket.create_connection((host, int(port)))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.sendall(proof.encode())  # so that the local cloud knows who it is
        self._file = self._socket.makefile("rb")
        self._host = address

    def request(self, method, path, body=b""):
        """Return (headers in lower case, body). Ends the process when the local cloud is gone."""
        head = f"{method} {_API}{path} HTTP/1.1\r\nHost: {self._host}\r\nContent-Length: {len(body)}\r\n\r\n"
        try:
            self._socket.sendall(head.encode() + body)
            if not self._file.readline():
                os._exit(0)
            headers = {}
            while line := self._file.readline().strip():
                name, _, value = line.decode("latin-1").partition(":")
                headers[name.lower()] = value.strip()
            return headers, self._file.read(int(headers.get("content-length", 0)))
        except OSError:
            os._exit(0)


def _plain(value):
    """Decimals are JSON numbers, as in AWS's runtime."""
    if type(value).__name__ == "Decimal":
        return int(value) if value == value.to_integral_value() else float(value)
    raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")


def _frames(error):
    """Return the frames of user code as AWS shows them: the code lies in /var/task."""
    import traceback

    here = os.path.abspath(__file__)
    frames = [
        f
        for f in traceback.extract_tb(error.__traceback__)
        if os.path.abspath(f.filename) != here and not f.filename.startswith("<frozen importlib")
    ]
    return [line.replace(_ROOT + os.sep, "/var/task/") for line in traceback.format_list(frames)]


def _report(error, request_id=""):
    if isinstance(error, Fault):
        kind, trace = error.error_type, error.trace
    else:
        kind, trace = type(error).__name__, _frames(error)
    report = {"errorMessage": str(error), "errorType": kind, "requestId": request_id, "stackTrace": trace}
    lines = [f"[ERROR] {kind}: {error}", "Traceback (most recent call last):"]
    lines += [line for entry in trace for line in entry.splitlines()]
    # \r keeps the lines of one log event together until the local cloud has read them
    sys.stdout.write("\r".join(lines) + "\n")
    return json.dumps(report).encode()


def load(name):
    """Return the handler called `module.function`. Raises Fault with AWS's error types."""
    import importlib

    module_name, dot, function = name.rpartition(".")
    if not dot:
        raise Fault(
            "Runtime.MalformedHandlerName",
            f"Bad handler '{name}': not enough values to unpack (expected 2, got 1)",
        )
    try:
        module = importlib.import_module(module_name.replace("/", "."))
    except ImportError as error:
        raise Fault(
            "Runtime.ImportModuleError", f"Unable to import module '{module_name}': {error}"
        ) from None
    except SyntaxError as error:
        where = (error.filename or "").replace(_ROOT + os.sep, "/var/task/")
        raise Fault(
            "Runtime.UserCodeSyntaxError",
            f"Syntax error in module '{module_name}': {error}",
            [f'  File "{where}" Line {error.lineno}\n    {error.text}'],
        ) from None
    if not hasattr(module, function):
        raise Fault("Runtime.HandlerNotFound", f"Handler '{function}' missing on module '{module_name}'")
    return getattr(module, function)


def call(handler, body, context):
    """Return the handler's result as JSON. Raises Fault when it is not JSON, else what the handler raises."""
    try:
        event = json.loads(body)
    except ValueError as error:
        raise Fault("Runtime.UnmarshalError", f"Unable to unmarshal input: {error}") from None
    result = handler(event, context)
    if isinstance(result, bytes):
        return result
    try:
        return json.dumps(result, default=_plain, ensure_ascii=False).encode()
    except Exception as error:
        raise Fault("Runtime.MarshalError", f"Unable to marshal response: {error}") from None


def set_up_logging():
    """Give the root logger AWS's handler and format; return the filter that knows the request id."""
    import logging

    class RequestId(logging.Filter):
        current = ""

        def filter(self, record):
            record.aws_request_id = self.current
            return True

    class OneEvent(logging.Handler):
        def emit(self, record):
            sys.stdout.write(self.format(record).replace("\n", "\r") + "\n")

    logging.Formatter.converter = time.gmtime
    handler, request_id = OneEvent(), RequestId()
    handler.setFormatter(
        logging.Formatter(
            "[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s", "%Y-%m-%dT%H:%M:%S"
        )
    )
    handler.addFilter(request_id)
    logging.getLogger().addHandler(handler)
    return request_id


def end_with_parent():
    """End this process when the local cloud ends: standard input is a pipe that it holds open."""
    import _thread

    pipe = os.dup(0)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)

    def watch():
        os.read(pipe, 1)
        os._exit(0)

    _thread.start_new_thread(watch, ())


def bound_memory():
    """Let the system refuse what is far above MemorySize at once; the local cloud watches the rest (limits.py).

    Address space counts here, of which an interpreter with threads and boto3 takes more than it uses.
    """
    try:
        import resource
    except ImportError:
        return  # Windows
    limit = (int(Context.memory_limit_in_mb) + _SLACK_MB) * 1_048_576
    try:
        resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
    except (ValueError, OSError):
        pass  # macOS


def main():
    """Serve invocations until the local cloud goes away."""
    end_with_parent()
    sys.stdout.reconfigure(encoding="utf-8", errors="replace", line_buffering=True)
    sys.stderr.reconfigure(encoding="utf-8", errors="replace", line_buffering=True)
    api = RuntimeApi(os.environ["AWS_LAMBDA_RUNTIME_API"], os.environ.pop("SAGALAB_WORKER_PROOF"))
    request_id = set_up_logging()
    bound_memory()
    try:
        handler = load(os.environ["_HANDLER"])
    except MemoryError:
        os._exit(_OUT_OF_MEMORY)
    except Exception as error:
        api.request("POST", "/init/error", _report(error))
        os._exit(1)
    while True:
        headers, body = api.request("GET", "/invocation/next")
        context = Context(headers)
        request_id.current = context.aws_request_id
        os.environ["_X_AMZN_TRACE_ID"] = headers.get("lambda-runtime-trace-id", "")
        try:
            answer, kind = call(handler, body, context), "response"
        except MemoryError:
            os._exit(_OUT_OF_MEMORY)
        except Exception as error:
            answer, kind = _report(error, context.aws_request_id), "error"
        sys.stdout.flush()
        sys.stderr.flush()
        api.request("POST", f"/invocation/{context.aws_request_id}/{kind}", answer)


if __name__ == "__main__":
    sys.path[:0] = [_ROOT]
    sys.path.append(sys.argv[1])  # where boto3 is
    main()
