"""Workers are forks of one process that has imported boto3: quick, and otherwise as one from the start.

Where there is no safe fork (macOS, Windows), workers start as ever, and these tests are skipped.
"""

import json
import os
import re
import secrets
import textwrap
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import uuid4

import psutil
import pytest
from cloud_processes import processes_of_cloud, runs, still_there, wait_until
from small_functions import zipped

from sagalab.cloud import local_process
from sagalab.cloud.connect import connect
from sagalab.localcloud.functions.call import Call, FunctionVersion
from sagalab.localcloud.functions.forks import FORKS
from sagalab.localcloud.functions.pool import Pool

pytestmark = pytest.mark.skipif(not FORKS, reason="workers are no forks on this system")
PARENT = "import os\ndef handler(event, context):\n    return os.getppid()\n"
Run = Callable[..., Any]


@pytest.fixture
def pool(tmp_path) -> Iterator[Pool]:
    made = Pool(tmp_path / "logs", "http://127.0.0.1:1", 4)
    yield made
    ours = [psutil.Process(each["pid"]) for each in made.describe()]
    if made.forks.pid:
        ours.append(psutil.Process(made.forks.pid))
    made.close()
    assert not still_there(ours)


@pytest.fixture
def run(pool, tmp_path) -> Run:
    """Run the handler of a source in the pool: `run(source, event, variables=…, secret=…, other=source of other.py)`."""

    def run(source: str, event: Any = None, variables=(), secret: str = "", **others: str) -> Any:
        folder = tmp_path / uuid4().hex
        folder.mkdir()
        for name, text in {"own_code": source, **others}.items():
            (folder / f"{name}.py").write_text(textwrap.dedent(text), encoding="utf-8")
        key = ("account", "us-east-1", folder.name, "$LATEST")
        version = FunctionVersion(
            key, "own_code.handler", folder, 128, "python3.13", variables, ("key", secret, None)
        )
        answer, _ = pool.run(version, Call(uuid4().hex, "arn", json.dumps(event).encode(), timeout=60))
        return json.loads(answer.payload)

    return run


def test_each_worker_is_a_fork_of_one_process_of_one_thread(pool, run):
    assert {run(PARENT) for _ in range(3)} == {pool.forks.pid}
    assert psutil.Process(pool.forks.pid).num_threads() == 1


def test_a_worker_has_no_file_open_but_its_own(pool, run):
    source = """
        import os
        def handler(event, context):
            with os.scandir("/proc/self/fd") as files:
                names = [(each.name, os.readlink(each.path)) for each in files]
            return sorted(to.partition(":")[0] for name, to in names if "/fd" not in to)
    """
    run(PARENT)  # its files were open in the fork server when the next one was made
    dev_null, *logs, pipe, socket = run(source)
    assert (dev_null, pipe, socket) == ("/dev/null", "pipe", "socket")
    assert len(logs) == 2 and logs[0] == logs[1] and logs[0].endswith(".log")


def test_a_worker_finds_nothing_of_another_function_in_its_memory(run):
    source = """
        import re
        def handler(event, context):
            found = 0
            with open("/proc/self/maps") as maps, open("/proc/self/mem", "rb", 0) as memory:
                for line in maps:
                    where, rights, *_, name = line.split(maxsplit=5) + [""]
                    begin, end = (int(each, 16) for each in where.split("-"))
                    if rights.startswith("rw") and "[v" not in line:
                        memory.seek(begin)
                        found += len(re.findall(event.encode() + rb"[0-9a-f]{32}", memory.read(end - begin)))
            return found
    """
    begin = "needle-"
    assert run(source, begin, secret=begin + secrets.token_hex(16)) > 0  # it finds its own
    assert run(source, begin, secret="none") == 0


def test_the_fork_server_knows_no_key(pool, run):
    run(PARENT, secret="needle")
    known = psutil.Process(pool.forks.pid)
    assert not [name for name in known.environ() if "KEY" in name or "TOKEN" in name or "PROOF" in name]
    assert "needle" not in " ".join([*known.cmdline(), *known.environ().values()])


def test_a_worker_has_a_session_an_environment_and_chances_of_its_own(run):
    source = """
        import os, random, sys, uuid
        def handler(event, context):
            return [os.getsid(0) == os.getpid(), dict(os.environ), os.getcwd(), sys.argv, random.random(), str(uuid.uuid4())]
    """
    first, second = (run(source, variables=(("COLOUR", name),)) for name in ("red", "blue"))
    assert first[0] and (first[1]["COLOUR"], second[1]["COLOUR"]) == ("red", "blue")
    assert first[1]["LAMBDA_TASK_ROOT"] == first[2] != second[2]
    assert Path(first[3][0]).name == "runtime.py" and first[1]["TZ"] == ":UTC"
    assert first[4] != second[4] and first[5] != second[5]


def test_a_function_gets_its_own_module_of_a_name_that_the_fork_server_has_imported(pool, run):
    source = "import jmespath, os\ndef handler(event, context):\n    return [jmespath.mine, os.getppid()]\n"
    assert run(source, jmespath="mine = True") == [True, os.getpid()]


def test_variables_that_are_read_at_a_start_get_one(run):
    assert run(PARENT, variables=(("LD_LIBRARY_PATH", "/nowhere"),)) == os.getpid()


def test_the_fork_server_is_killed_and_another_takes_its_place(pool, run):
    source = "import os, time\ndef handler(event, context):\n    time.sleep(event)\n    return os.getppid()\n"
    run(PARENT)
    first = psutil.Process(pool.forks.pid)
    with ThreadPoolExecutor(1) as threads:
        running = threads.submit(run, source, 3)
        wait_until(lambda: any(each["state"] == "busy" and each["calls"] for each in pool.describe()))
        first.kill()
        assert not still_there([first])
        assert run(PARENT) not in (first.pid, os.getpid())
        assert isinstance(running.result(), int)  # what ran went on
    assert run(PARENT) == pool.forks.pid != first.pid


def test_a_worker_whose_fork_server_is_gone_ends_in_words(pool, run):
    source = """
        import os, signal
        def handler(event, context):
            server = os.getppid()
            os.kill(server, signal.SIGKILL)
            while os.getppid() == server:
                pass
            os._exit(3)
    """
    failed = run(source)
    assert failed["errorType"] == "Runtime.ExitError" and "Runtime exited" in failed["errorMessage"]
    assert run(PARENT) == pool.forks.pid


def test_without_a_fork_server_workers_start_as_ever(pool, run, tmp_path, monkeypatch):
    broken = tmp_path / "packages"
    broken.mkdir()
    (broken / "boto3.py").write_text("raise SystemExit(3)", encoding="utf-8")
    monkeypatch.setattr("sagalab.localcloud.functions.forks._PACKAGES", str(broken))
    assert {run(PARENT) for _ in range(4)} == {os.getpid()}
    pool.forks.warm_up()
    assert pool.forks.pid == 0  # it was tried often enough


LEAVES = """
    import os, subprocess, sys, time
    def handler(event, context):
        pid = os.fork()
        if pid == 0:
            os.setsid()
            if os.fork():
                os._exit(0)
            print("left", os.getpid(), flush=True)
            time.sleep(600)
        os.waitpid(pid, 0)
        other = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], env={}, start_new_session=True)
        print("left", other.pid, flush=True)
        time.sleep(event)
        os._exit(3)
"""

EXITS = "import os\ndef handler(event, context):\n    os._exit(3)\n"


def left_behind(folder: Path) -> list[psutil.Process]:
    text = "".join(path.read_text(encoding="utf-8") for path in folder.glob("*.log"))
    return [
        psutil.Process(int(pid)) for pid in re.findall(r"left (\d+)", text) if psutil.pid_exists(int(pid))
    ]


def test_what_a_function_hid_well_ends_with_it(run, tmp_path):
    with ThreadPoolExecutor(1) as threads:
        running = threads.submit(run, LEAVES, 5)
        wait_until(lambda: len(left_behind(tmp_path / "logs")) == 2)
        hidden = left_behind(tmp_path / "logs")
        assert run(EXITS)["errorType"] == "Runtime.ExitError"  # the end of another's worker is none for them
        assert len(left_behind(tmp_path / "logs")) == 2
        assert running.result()["errorType"] == "Runtime.ExitError"
    assert not still_there(hidden)


def test_nothing_outlives_a_cloud_that_is_killed(tmp_path, monkeypatch):
    monkeypatch.setenv("SAGALAB_STATE_DIR", str(tmp_path))
    monkeypatch.setenv("SAGALAB_CLOUD", "local")
    cloud = connect()
    try:
        role = cloud.client("iam").create_role(RoleName="role", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
        cloud.client("lambda").create_function(
            FunctionName="leaves", Runtime="python3.13", Role=role, Handler="own_code.handler", Timeout=600,
            Code={"ZipFile": zipped(own_code=LEAVES)},
        )  # fmt: skip
        cloud.client("lambda").invoke(FunctionName="leaves", Payload=b"600", InvocationType="Event")
        wait_until(lambda: len(left_behind(tmp_path / "workers" / "logs")) == 2)
        server, *others = processes_of_cloud()
        hidden = left_behind(tmp_path / "workers" / "logs")
        assert {each.pid for each in hidden} <= {each.pid for each in others}
        server.kill()
        assert not still_there([server, *others])
    finally:
        local_process.stop()


def test_a_cloud_without_functions_starts_no_fork_server(cloud, tmp_path, monkeypatch):
    monkeypatch.setenv("SAGALAB_STATE_DIR", str(tmp_path))
    other = connect()
    try:
        other.client("sqs").list_queues()
        assert len(processes_of_cloud()) == 1
    finally:
        ours = processes_of_cloud()
        local_process.stop()
        assert not [each for each in ours if runs(each) and each.pid != os.getpid()]


def test_models_in_a_folder_of_the_functions_own_are_found(run, tmp_path):
    model = tmp_path / "models" / "orders-of-mine" / "2026-01-01"
    model.mkdir(parents=True)
    (model / "service-2.json").write_text("{}", encoding="utf-8")
    source = """
        import boto3
        def handler(event, context):
            return "orders-of-mine" in boto3.session.Session().get_available_services()
    """
    assert run(source, variables=(("AWS_DATA_PATH", str(tmp_path / "models")),)) is True
    assert run(source) is False
