"""The local cloud as a process: start, find again, stop. One for each state folder, so one for each clone.

A record in the state folder says where it is (local_record.py). It counts only while the server at that port proves
that it has the state folder's key (local_control.py): a stale record, a recycled pid and another program on the port
are thus told apart, and nobody else can ask it anything or stop it.
"""

import contextlib
import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from sagalab import settings
from sagalab.cloud.local_control import CONTROL, SERVER, NotAnswering, ask, request
from sagalab.cloud.local_key import local_key
from sagalab.cloud.local_record import end_older_edition, read_record, record_path
from sagalab.cloud.version import server_version
from sagalab.errors import SagaLabError
from sagalab.project import ROOT, locked, private_opener, state_dir, try_state_dir, writing

_START_SECONDS = 60
_STOP_SECONDS = 5
_MEND_SECONDS = 2.5  # a server that runs mends its damaged record within a second (localcloud/owner.py)
_children: list[subprocess.Popen] = []


def log_path() -> Path:
    """Return the file that the local cloud writes to."""
    return state_dir() / "cloud.log"


def _read_record() -> dict | None:
    """Return the record as `read_record` does; a server that runs gets the time to mend it."""
    limit = time.monotonic() + _MEND_SECONDS
    while (record := read_record(state_dir())) == {} and time.monotonic() < limit:
        time.sleep(0.05)
    return record


@contextlib.contextmanager
def _locked() -> Iterator[None]:
    """Let one starter or stopper at a time work on this state folder. The system frees a dead one's lock."""
    with locked(state_dir() / "cloud.lock"):
        yield


def _alive(record: dict) -> dict | None:
    """Return what the recorded server says of itself, None when it is gone."""
    answer = ask(record["port"], "status")
    return answer if answer and answer.get("id") == record["id"] else None


def _find(record: dict | None) -> dict | None:
    if not record:
        return None
    try:
        return _alive(record)
    except NotAnswering:
        raise SagaLabError(
            f"The local cloud (process {record['pid']}, port {record['port']}) does not answer.",
            "Run `sagalab cloud stop`, then `sagalab deploy`.",
        ) from None


def status() -> dict:
    """Return what is known of the local cloud: `running`, and if it runs endpoint, pid, port, version,
    started (epoch seconds), account, time_scale, workers (a list); if not, whether it `died`, and whether its
    record was `damaged`. Starts nothing. Raises SagaLabError when it does not answer.
    """
    record = _read_record()
    found = _find(record)
    if found:
        return {"running": True} | {key: value for key, value in found.items() if key != "id"}
    return {"running": False, "died": bool(record)} | ({"damaged": True} if record == {} else {})


def allow_workers(count: int) -> int:
    """Let at most `count` Lambda workers run at the same time; return how many might until now.

    For work that needs more for a while, and gives them back. Raises SagaLabError when nothing runs.
    """
    record = _read_record()
    found = _find(record)
    if not record or found is None:
        raise SagaLabError("The local cloud does not run.", "Start it: sagalab cloud start")
    ask(record["port"], f"workers/{count}", "POST")
    return found["cap"]


def running(say=None) -> dict:
    """Return the record of the running local cloud, started if need be.

    `say(text)` is told when one had died. Raises SagaLabError when it is of another version, or silent, and
    for a variable SAGALAB_… that means nothing.
    """
    settings.check()
    found = _find(_read_record())
    if found is None:
        with _locked():
            record = _read_record()
            found = _find(record)
            if found is None:
                found = _start(0, iam=_enforces(record))
                if record is not None and say:
                    say(died(record))
    if found["version"] != server_version():
        raise SagaLabError(
            f"A local cloud of another version runs ({found['version']}; here: {server_version()}).",
            "Run `sagalab cloud stop`, then `sagalab deploy`.",
        )
    return found


def died(record: dict) -> str:
    """Say that the recorded server died, what that means, and what to do; `{}` is a damaged record."""
    if not record:
        return (
            "The record of the local cloud was damaged or of an older edition, so that it could not be used any more. "
            "A new one was started: `sagalab deploy` brings back what was deployed."
        )
    since = time.strftime("%H:%M", time.localtime(record["started"]))
    return (
        f"The local cloud that ran since {since} (process {record['pid']}) is gone, "
        "and with it what was deployed. A new one was started: `sagalab deploy` brings the rest back."
    )


def start(port: int = 0, *, iam: bool = False) -> tuple[dict, bool, str]:
    """Start the local cloud at `port` (0: a free one). Return (its record, whether it is new, a remark).

    With `iam` it enforces the policies of roles. Raises SagaLabError when the port is taken, the server does
    not start, or one runs already that differs.
    """
    with _locked():
        record = _read_record()
        found = _find(record)
        if found:
            if port and port != found["port"]:
                raise SagaLabError(
                    f"The local cloud runs already, at port {found['port']}.",
                    "Run `sagalab cloud stop` first.",
                )
            if iam and not _enforces(found):
                raise SagaLabError(
                    "The local cloud runs already, without IAM.",
                    "Run `sagalab cloud stop` first; afterwards `sagalab deploy`.",
                )
            return found, False, ""
        return _start(port, iam=iam), True, "" if record is None else died(record)


def _enforces(record: dict | None) -> bool:
    return bool(record and record.get("iam"))


def _start(port: int, *, iam: bool = False) -> dict:
    if port:
        _check_port(port)
    settings.time_scale(), settings.workers(), settings.owner()  # refused here, in words
    try_state_dir()
    state, identity = state_dir(), secrets.token_hex(8)
    local_key(state)  # it is there before the server looks for it
    if read_record(state) == {}:
        end_older_edition(state)
    with writing(record_path(state)):
        record_path(state).unlink(missing_ok=True)
    command = [
        *(sys.executable, "-m", "sagalab.localcloud"),
        *("--port", str(port), "--state", str(state.resolve()), "--id", identity),
        *(["--iam"] if iam else []),
    ]
    with open(log_path(), "wb", opener=private_opener) as log:
        options: dict = {"start_new_session": True}
        if sys.platform == "win32":
            options = {"creationflags": subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP}
        process = subprocess.Popen(
            command, cwd=ROOT, env=_environment(), stdin=subprocess.DEVNULL, stdout=log, stderr=log, **options
        )
    _children.append(process)
    limit = time.monotonic() + _START_SECONDS
    while time.monotonic() < limit:
        record = read_record(state)
        if record and record["id"] == identity:
            return record
        if process.poll() is not None:
            break
        time.sleep(0.01)
    process.kill()
    lines = log_path().read_text(encoding="utf-8", errors="replace").strip().splitlines()
    raise SagaLabError(
        f"The local cloud did not start{': ' + lines[-1] if lines else ''}.",
        "`sagalab cloud logs` shows all it said; `sagalab doctor` checks the set-up.",
    )


def _check_port(port: int) -> None:
    with socket.socket() as probe:
        if os.name == "posix":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
            return
        except OSError:
            pass
    try:
        other = request(port, "GET", f"{CONTROL}/status", {}, seconds=2)
    except NotAnswering:
        other = None
    ours = other and other[1].get("Server") == SERVER
    who = "the local cloud of another clone" if ours else "another program"
    raise SagaLabError(
        f"Port {port} is in use by {who}.",
        "Choose another with `sagalab cloud start --port N`, or leave --port out for a free one.",
    )


def _environment() -> dict[str, str]:
    """Return the server's environment: nothing of the user's AWS settings, proxies or Python settings."""
    kept = (
        "PATH",
        "LANG",
        "LC_ALL",
        "TMPDIR",
        "TEMP",
        "TMP",
        "SYSTEMROOT",
        "SAGALAB_WORKERS",
        "SAGALAB_TIME_SCALE",
        "SAGALAB_OWNER",
    )
    return {name: os.environ[name] for name in kept if name in os.environ} | {
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "NO_PROXY": "*",
        "MOTO_DISABLE_GLOBAL_CORS": "1",
        "MALLOC_ARENA_MAX": "2",  # glibc gives each thread its own pool of memory, and hardly any back
        "PYTHONUTF8": "1",
    }


def stop() -> bool:
    """Stop the local cloud and wait until its process is gone. Return whether there was one."""
    with _locked():
        record = _read_record()
        if record is None:
            return False
        try:
            found = _alive(record) if record else None
            if found:
                ask(record["port"], "stop", "POST")
        except NotAnswering:
            found = record
        if found:
            _wait_for_end(record)
        older = not record and end_older_edition(state_dir())
        record_path(state_dir()).unlink(missing_ok=True)
        return older or found is not None


def _wait_for_end(record: dict) -> None:
    """Wait for the server's process to end, and kill it when it does not."""
    import psutil

    try:
        process = psutil.Process(record["pid"])
        if abs(process.create_time() - record["created"]) > 1:
            return  # the pid belongs to another program by now
        limit = time.monotonic() + _STOP_SECONDS
        while process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
            if time.monotonic() > limit:
                process.kill()
                break
            time.sleep(0.01)
    except psutil.NoSuchProcess:
        pass
    for child in _children:
        child.poll()


def reset() -> dict:
    """Empty the local cloud by a new server at the same port; return its record. Starts one if none ran."""
    record = _read_record()
    port = record["port"] if record and stop() else 0
    with _locked():
        return _find(_read_record()) or _start(port, iam=_enforces(record))
