"""Two participants on one JupyterHub, two users of the system: what one cannot do to the other.

It makes users of the system and removes them, so it runs only when asked: SAGALAB_TEST_HUB=1, as root on Linux.
"""

import json
import os
import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from tools.hub import GROUP, Room, room, why_not

WHY_NOT = why_not() if os.environ.get("SAGALAB_TEST_HUB") else "SAGALAB_TEST_HUB is not set"
pytestmark = pytest.mark.skipif(bool(WHY_NOT), reason=WHY_NOT)
ANNA, BEN = "saga-anna", "saga-ben"


@pytest.fixture(scope="module")
def both() -> Iterator[tuple[Room, dict[str, str]]]:
    """The room with both servers started, and a token of each."""
    with room([ANNA, BEN]) as made:
        yield made, {name: made.start(name) for name in (ANNA, BEN)}


def _cloud(made: Room, name: str) -> dict:
    return json.loads((made.home(name) / ".sagalab" / "cloud.json").read_text(encoding="utf-8"))


def test_people_log_in_with_their_password_and_only_those_of_the_group(both):
    made, _ = both
    assert made.log_in(ANNA, made.passwords[ANNA])
    assert not made.log_in(ANNA, made.passwords[BEN])
    assert not made.log_in("root", "root")
    assert ANNA in Path("/etc/group").read_text(encoding="utf-8").split(f"\n{GROUP}:")[1].splitlines()[0]


def test_each_has_a_cloud_a_key_a_state_folder_and_notebooks_of_their_own(both):
    made, tokens = both
    clouds = [_cloud(made, name) for name in (ANNA, BEN)]
    assert clouds[0]["port"] != clouds[1]["port"]
    keys = [(made.home(name) / ".sagalab" / "cloud.key").read_text() for name in (ANNA, BEN)]
    assert keys[0] != keys[1]
    for name in (ANNA, BEN):
        home = made.home(name)
        assert stat.S_IMODE((home / ".sagalab").stat().st_mode) == 0o700
        assert (home / "my-workshop" / "00_start_here.ipynb").stat().st_uid == home.stat().st_uid
        printed = made.run_in_kernel(
            name,
            "import getpass, sagalab; from sagalab import run_scenario; print(sagalab.__file__); "
            'print(getpass.getuser(), run_scenario("4").status)',
            tokens[name],
        )
        assert printed.splitlines()[-2:] == [str(home / "sagalab" / "__init__.py"), f"{name} SUCCEEDED"]


def _ports(made: Room, name: str) -> dict[int, tuple[str, str]]:
    """Return port → (address, command line) of what a user's processes listen at."""
    found = {}
    for process in made.processes(name):
        try:
            command = " ".join(process.cmdline())
            for each in process.net_connections():
                if each.status == psutil.CONN_LISTEN:
                    found[each.laddr.port] = (each.laddr.ip, command)
        except psutil.Error:
            continue
    return found


SPY = """
import zmq
context = zmq.Context()
spy = context.socket(zmq.SUB)
spy.subscribe(b"")
for port in {ports}:
    spy.connect(f"tcp://127.0.0.1:{{port}}")
print("read", b"".join(spy.recv_multipart()) if spy.poll(6000) else "nothing")
"""


def test_what_a_kernel_prints_is_read_by_nobody_else(both):
    """Over TCP, a kernel publishes its outputs to whoever asks at its port. (One port is left: it takes, and gives nothing.)"""
    made, tokens = both
    assert {ip for ip, _ in _ports(made, ANNA).values()} == {"127.0.0.1"}
    assert _cloud(made, ANNA)["port"] in _ports(made, ANNA)
    prints = "import time\nfor _ in range(100):\n    print('a secret', flush=True)\n    time.sleep(0.1)"
    before = _of_kernels(made, set())
    with ThreadPoolExecutor() as pool:
        printed = pool.submit(made.run_in_kernel, ANNA, prints, tokens[ANNA])
        made.wait_until(lambda: bool(_of_kernels(made, before)), "a kernel")
        spied = made.as_user(BEN, SPY.format(ports=sorted(_of_kernels(made, before))))
        assert "a secret" in printed.result()
    assert spied.strip() == "read nothing"


def _of_kernels(made: Room, but: set[int]) -> set[int]:
    return {port for port, (_, command) in _ports(made, ANNA).items() if "ipykernel" in command} - but


REFUSED = """
import os, pathlib, socket
def refused(what, do):
    try:
        print(what, "DONE", do())
    except PermissionError:
        print(what, "refused")
home = pathlib.Path({home!r})
refused("home", lambda: os.listdir(home))
refused("key", lambda: (home / ".sagalab" / "cloud.key").read_text())
refused("kernel", lambda: socket.socket(socket.AF_UNIX).connect({ipc!r}))
refused("signal", lambda: os.kill({pid}, 15))
refused("environ", lambda: open("/proc/{pid}/environ").read())
refused("course", lambda: pathlib.Path({course!r}, "lambdas", "mine.py").touch())
refused("packages", lambda: pathlib.Path({course!r}, ".venv", "mine").touch())
refused("hub", lambda: os.listdir({hub!r}))
"""


def test_another_user_reaches_no_file_no_kernel_and_no_process(both):
    made, tokens = both
    made.run_in_kernel(ANNA, "print(1)", tokens[ANNA])
    of_anna = made.processes(ANNA)
    kernel = next(process for process in of_anna if "ipykernel" in " ".join(process.cmdline()))
    sockets = [
        each.laddr for each in kernel.net_connections("unix") if isinstance(each.laddr, str) and each.laddr
    ]
    code = REFUSED.format(
        home=str(made.home(ANNA)),
        ipc=sockets[0],
        pid=kernel.pid,
        course=str(made.course),
        hub=str(made.folder / "hub"),
    )
    answers = dict(line.split(" ", 1) for line in made.as_user(BEN, code).splitlines())
    names = ("home", "key", "kernel", "signal", "environ", "course", "packages", "hub")
    assert answers == dict.fromkeys(names, "refused")


ASKED = """
import json, urllib.error, urllib.request, boto3, botocore
def code(url, token=None, data=None):
    headers = {{"Authorization": "token " + token}} if token else {{}}
    try:
        with urllib.request.urlopen(urllib.request.Request(url, data, headers), timeout=20) as answer:
            return "DONE " + answer.url
    except urllib.error.HTTPError as error:
        return str(error.code)
for port in {ports}:
    print(code(f"http://127.0.0.1:{{port}}/user/{anna}/api/contents", {token!r}))
cloud = boto3.client("lambda", endpoint_url="http://127.0.0.1:{cloud}", region_name="us-east-1",
                     aws_access_key_id="a", aws_secret_access_key="b")
try:
    print("DONE", cloud.list_functions())
except botocore.exceptions.ClientError as error:
    print(error.response["ResponseMetadata"]["HTTPStatusCode"])
"""


def test_another_users_server_and_cloud_answer_nobody_else(both):
    made, tokens = both
    cloud = _cloud(made, ANNA)["port"]
    ports = {port for port, (_, command) in _ports(made, ANNA).items() if "jupyterhub.singleuser" in command}
    code = ASKED.format(ports=sorted(ports), anna=ANNA, token=tokens[BEN], cloud=cloud)
    assert made.as_user(BEN, code).split() == ["403"] * (len(ports) + 1)
    assert ports
    for method, path in (
        ("GET", f"/user/{ANNA}/api/contents"),
        ("DELETE", f"/hub/api/users/{ANNA}/server"),
        ("POST", f"/hub/api/users/{ANNA}/tokens"),
        ("GET", f"/hub/api/users/{ANNA}"),
    ):
        assert made.ask(method, path, tokens[BEN]).status_code in (403, 404), path
    assert made.ask("GET", f"/user/{BEN}/api/contents", tokens[BEN]).ok


def test_a_cloud_ends_with_its_users_server(both):
    """The last test: it stops one of the servers."""
    made, _ = both
    pid = _cloud(made, BEN)["pid"]
    made.ask("DELETE", f"/hub/api/users/{BEN}/server")
    made.wait_until(lambda: not psutil.pid_exists(pid), "the end of the cloud")
