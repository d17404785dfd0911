"""A function that runs away ends within its limit, in words, with all that it started; the next call is as ever."""

import os
import sys

import psutil
import pytest
from cloud_processes import wait_until

from sagalab.localcloud.functions.family import MARK
from sagalab.localcloud.functions.forks import FORKS

HOGS = """
import os, sys, time, threading, subprocess
def grows(event, context):
    kept = []
    while True:
        kept.append(bytearray(b"x" * 1_000_000))
        time.sleep(0.001)
def at_once(event, context):
    return len(bytearray(10_000_000_000))
def prints(event, context):
    while True:
        print("x" * 10_000)
def recurses(event, context):
    return recurses(event, context)
def deep(event, context):
    sys.setrecursionlimit(10**9)
    return recurses(event, context)
def loops(event, context):
    while True:
        pass
"""
EXPECTED = {
    "grows": ("Runtime.OutOfMemory", "more memory than its MemorySize of 128 MB"),
    "prints": ("Runtime.ExitError", "printed more than 32 MB"),
    "recurses": ("RecursionError", "maximum recursion depth"),
    "loops": ("Sandbox.Timedout", "Task timed out after"),
}
if sys.platform == "linux":
    EXPECTED["at_once"] = ("Runtime.OutOfMemory", "more memory than its MemorySize of 128 MB")


@pytest.mark.parametrize("kind", EXPECTED)
def test_a_function_that_runs_away_ends_in_words(function, kind):
    seconds = 1 if kind == "loops" else 60
    made = function(HOGS, f"code.{kind}", Timeout=seconds, MemorySize=128)
    failed = made.invoke({})["Payload"]
    error_type, words = EXPECTED[kind]
    assert failed["errorType"] == error_type and words in failed["errorMessage"]


def test_a_function_of_much_memory_has_it(function):
    made = function(
        "def handler(event, context):\n    import time\n    kept = bytearray(b'x' * 300_000_000)\n"
        "    time.sleep(0.3)\n    return len(kept)\n",
        MemorySize=1024,
        Timeout=30,
    )
    assert made.invoke({})["Payload"] == 300_000_000


STARTS = f"""
import os, subprocess, sys, time
SLEEP = [sys.executable, "-c", "import time; time.sleep(600)"]
def handler(event, context):
    mark = os.environ["{MARK}"]
    if event["how"] != "clean":
        subprocess.Popen(SLEEP, start_new_session=event["how"] == "session")
    else:
        subprocess.Popen(SLEEP, env={{}}, start_new_session=True)
    print("started", flush=True)
    if event["then"] == "exits":
        os._exit(3)
    time.sleep(600 if event["then"] == "hangs" else 0)
    return mark
"""


def sleepers() -> list[psutil.Process]:
    found = []
    for each in psutil.process_iter(["cmdline", "status"]):
        if (
            "import time; time.sleep(600)" in (each.info["cmdline"] or [])
            and each.info["status"] != psutil.STATUS_ZOMBIE
        ):
            found.append(each)
    return found


@pytest.mark.parametrize("how", ["child", "session", "clean"])
@pytest.mark.parametrize("then", ["hangs", "exits"])
def test_what_a_function_started_ends_with_it(function, how, then):
    if how == "clean" and then == "exits" and not FORKS:
        pytest.skip("a process without the function's environment is known while the function lives")
    before = {each.pid for each in sleepers()}
    failed = function(STARTS, Timeout=3).invoke({"how": how, "then": then})["Payload"]
    assert failed["errorType"] == ("Sandbox.Timedout" if then == "hangs" else "Runtime.ExitError")
    wait_until(lambda: not {each.pid for each in sleepers()} - before, 20)


NONSENSE = """
import gc, os, socket
def handler(event, context):
    if event.get("words") is not None:
        sockets = [each for each in gc.get_objects() if isinstance(each, socket.socket) and each.fileno() >= 0]
        words = event["words"].replace("ID", context.aws_request_id)
        for each in sockets:
            each.sendall(words.encode("latin-1"))
        if event.get("close"):
            for each in sockets:
                os.close(each.detach())
    if event.get("loops"):
        while True:
            pass
    return os.getpid()
"""


@pytest.mark.parametrize(
    "words",
    [
        "nonsense\r\n\r\n",
        "\r\n\r\n",
        "POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        "POST / HTTP/1.1\r\nContent-Length: many\r\n\r\n",
        "POST /2018-06-01/runtime/invocation/another/response HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}",
        "POST /2018-06-01/runtime/invocation/ID/error HTTP/1.1\r\nContent-Length: 4\r\n\r\n{not",
        "x" * 100_000,
    ],
)
def test_a_worker_that_spoke_nonsense_is_replaced(function, words):
    made = function(NONSENSE, Timeout=30)
    first = made.invoke({})["Payload"]
    failed = made.invoke({"words": words, "loops": True})["Payload"]
    assert failed["errorType"] == "Runtime.ExitError" and "broke its connection" in failed["errorMessage"]
    assert made.invoke({})["Payload"] not in (first, None)


def test_a_worker_that_closed_its_connection_and_goes_on_is_ended(function):
    made = function(NONSENSE, Timeout=60)
    first = made.invoke({})["Payload"]
    failed = made.invoke({"words": "", "close": True, "loops": True})["Payload"]
    assert failed["errorType"] == "Runtime.ExitError" and made.invoke({})["Payload"] != first
    assert not psutil.pid_exists(first) or first == os.getpid()
