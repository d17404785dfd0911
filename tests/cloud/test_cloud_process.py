"""The local cloud as a process: started on demand, found again, and each way to be gone is told in words."""

import ast
import http.client
import json
import os
import shutil
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest
from cloud_processes import processes_of_cloud, still_there, wait_until
from small_functions import zipped
from typer.testing import CliRunner

from sagalab import localcloud, project
from sagalab.cloud import local_process, local_record, version
from sagalab.cloud.connect import connect
from sagalab.errors import SagaLabError
from sagalab.localcloud.functions.forks import FORKS

SERVERS = 2 if FORKS else 1  # the fork server beside the server, once a function was made

POISON = {
    "AWS_PROFILE": "no-such-profile",
    "AWS_DEFAULT_PROFILE": "no-such-profile",
    "AWS_ACCESS_KEY_ID": "AKIAPOISON",
    "AWS_SECRET_ACCESS_KEY": "poison",
    "AWS_SESSION_TOKEN": "poison",
    "AWS_REGION": "eu-central-1",
    "AWS_DEFAULT_REGION": "eu-central-1",
    "AWS_ENDPOINT_URL": "https://192.0.2.1",
    "AWS_ENDPOINT_URL_DYNAMODB": "https://192.0.2.2",
    "AWS_ENDPOINT_URL_S3": "https://192.0.2.2",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true",
    "AWS_USE_FIPS_ENDPOINT": "true",
    "AWS_USE_DUALSTACK_ENDPOINT": "true",
    "AWS_ACCOUNT_ID_ENDPOINT_MODE": "required",
    "AWS_RETRY_MODE": "nonsense",
    "AWS_DEFAULTS_MODE": "nonsense",
    "AWS_CA_BUNDLE": "/no/such/file",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://192.0.2.3/",
    "AWS_WEB_IDENTITY_TOKEN_FILE": "/no/such/file",
    "AWS_ROLE_ARN": "arn:aws:iam::999999999999:role/poison",
    "HTTP_PROXY": "http://192.0.2.4:1",
    "HTTPS_PROXY": "http://192.0.2.4:1",
    "ALL_PROXY": "http://192.0.2.4:1",
    "http_proxy": "http://192.0.2.4:1",
    "https_proxy": "http://192.0.2.4:1",
    "all_proxy": "http://192.0.2.4:1",
    "PYTHONPATH": "/no/such/folder",
}
# calls several services, and writes down each address that any of it connects to or looks up
CALLS = """
import sys
seen = set()
sys.addaudithook(lambda name, given: seen.add(str(given[1] if name == "socket.connect" else given[0]))
                 if name in ("socket.connect", "socket.getaddrinfo") else None)
from sagalab.cloud.connect import connect
cloud = connect()
cloud.client("dynamodb").list_tables()
cloud.client("stepfunctions").list_state_machines()
cloud.client("sts").get_caller_identity()
cloud.resource("s3").create_bucket(Bucket="some-bucket")
list(cloud.resource("s3").buckets.all())
cloud.session.client("sns").list_topics()
cloud.session.client("lambda", endpoint_url="https://192.0.2.9").list_functions()
cloud.session.client("sqs", region_name="eu-west-1").list_queues()
print(sorted(seen))
"""


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A state folder of its own; whatever runs there is stopped in the end."""
    monkeypatch.setenv("SAGALAB_STATE_DIR", str(tmp_path))
    monkeypatch.delenv("SAGALAB_CLOUD", raising=False)
    yield tmp_path
    ours = processes_of_cloud()
    local_process.stop()
    assert not still_there(ours)


def sagalab(*arguments: str) -> str:
    from sagalab.commands.cloud import app

    outcome = CliRunner().invoke(app, arguments, catch_exceptions=False)
    return outcome.output


def record_of(identity: str, port: int, pid: int = 1) -> dict:
    endpoint = f"http://127.0.0.1:{port}"
    return {"id": identity, "pid": pid, "port": port, "endpoint": endpoint, "started": 0, "created": 0}


def make_function(cloud, source: str, **settings) -> None:
    arn = cloud.client("iam").create_role(RoleName="r", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    cloud.client("lambda").create_function(
        FunctionName="f",
        Runtime="python3.13",
        Role=arn,
        Handler="code.handler",
        Code={"ZipFile": zipped(code=source)},
        **settings,
    )


def test_a_life(home, capsys):
    assert json.loads(sagalab("status", "--json")) == {"running": False, "died": False}
    assert "No local cloud runs here" in sagalab("stop")

    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(SagaLabError, match=f"Port {port} is in use by another program"):
            local_process.start(port)
    assert "runs now" in sagalab("start", "--port", str(port))
    known = json.loads(sagalab("status", "--json"))
    assert known["running"] and known["port"] == port and known["endpoint"] == f"http://127.0.0.1:{port}"
    assert known["version"] == local_process.server_version() and known["workers"] == []
    assert psutil.pid_exists(known["pid"])
    assert "runs already" in sagalab("start")
    with pytest.raises(SagaLabError, match=f"runs already, at port {port}"):
        local_process.start(1)

    cloud = connect()
    assert connect() is cloud and cloud.is_local and cloud.endpoint == known["endpoint"]
    cloud.client("sqs").create_queue(QueueName="q")
    assert f"http://127.0.0.1:{port}" in sagalab("reset")
    assert "QueueUrls" not in connect().client("sqs").list_queues()

    ours = processes_of_cloud()
    assert "is stopped" in sagalab("stop")
    assert not still_there(ours)
    assert "gone" not in capsys.readouterr().err


def test_others_are_kept_apart(home, tmp_path_factory, monkeypatch):
    port = local_process.start()[0]["port"]
    with monkeypatch.context() as elsewhere:
        elsewhere.setenv("SAGALAB_STATE_DIR", str(tmp_path_factory.mktemp("other-clone")))
        assert local_process.status() == {"running": False, "died": False}
        with pytest.raises(SagaLabError, match="the local cloud of another clone"):
            local_process.start(port)
        # a record of a server that died, whose port the other clone's server has by now
        local_record.write_record(project.state_dir(), record_of("old", port))
        assert local_process.status() == {"running": False, "died": True}
        assert not local_process.stop()
    assert local_process.status()["running"]
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr(local_process, "server_version", lambda: "sagalab 9, moto 9")
        with pytest.raises(
            SagaLabError, match=r"another version .*sagalab 9, moto 9.* Run `sagalab cloud stop`"
        ):
            connect()
    web_page = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    web_page.request("POST", "/2015-03-31/functions", body="{}", headers={"Origin": "https://example.org"})
    assert web_page.getresponse().status == 403
    web_page.close()


def test_the_version_changes_with_the_source_of_the_local_cloud(tmp_path):
    (tmp_path / "a.py").write_bytes(b"one = 1\n")
    (tmp_path / "notes.txt").write_bytes(b"no source")
    first = version.fingerprint(tmp_path)
    assert first == version.fingerprint(tmp_path) and len(first) == 8
    seen = {first}
    for name, text in [("a.py", b"one = 11\n"), ("b.py", b""), ("b.py", b"two = 2\n")]:
        (tmp_path / name).write_bytes(text)
        seen.add(version.fingerprint(tmp_path))
    assert len(seen) == 4
    (tmp_path / "b.py").unlink()
    (tmp_path / "a.py").write_bytes(b"one = 1\r\n")
    (tmp_path / "notes.txt").write_bytes(b"other")
    assert version.fingerprint(tmp_path) == first
    own = version.fingerprint(Path(localcloud.__file__).parent)
    assert f"({own})" in local_process.server_version()


def test_kill_leaves_no_worker_and_the_next_use_says_so(home, capsys):
    cloud = connect()
    make_function(cloud, "def handler(event, context):\n    while event:\n        pass\n", Timeout=60)
    cloud.client("lambda").invoke(FunctionName="f", Payload="0")
    cloud.client("lambda").invoke(FunctionName="f", Payload="1", InvocationType="Event")
    cloud.client("lambda").invoke(FunctionName="f", Payload="1", InvocationType="Event")
    wait_until(lambda: len(processes_of_cloud()) == SERVERS + 2)
    ours = processes_of_cloud()
    ours[0].kill()
    assert not still_there(ours)
    assert json.loads(sagalab("status", "--json")) == {"running": False, "died": True}
    assert "died" in sagalab("status")

    again = connect()
    told = capsys.readouterr().err
    assert f"(process {ours[0].pid}) is gone" in told and "`sagalab deploy`" in told
    assert again.client("lambda").list_functions()["Functions"] == []
    connect()
    assert capsys.readouterr().err == ""


def test_a_stop_ends_busy_workers_too(home):
    cloud = connect()
    make_function(cloud, "import time\ndef handler(event, context):\n    time.sleep(60)\n", Timeout=60)
    cloud.client("lambda").invoke(FunctionName="f", InvocationType="Event")
    wait_until(lambda: len(processes_of_cloud()) == SERVERS + 1)
    ours = processes_of_cloud()
    local_process.stop()
    assert not still_there(ours)


def test_a_cloud_ends_when_the_process_that_it_is_for_is_killed(home):
    code = "import os; os.environ['SAGALAB_OWNER'] = str(os.getpid())\n"
    code += (
        "from sagalab.cloud import local_process; local_process.running(); print('runs', flush=True); input()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as started:
        assert started.stdout.readline().strip() == b"runs"
        make_function(connect(), "def handler(event, context):\n    pass\n")
        connect().client("lambda").invoke(FunctionName="f")
        ours = processes_of_cloud()
        assert len(ours) == SERVERS + 1
        started.kill()
        assert not still_there(ours, 30)  # though nobody has looked after the killed process yet


@pytest.mark.skipif(os.name == "nt", reason="on Windows an open file keeps its folder")
def test_a_cloud_ends_when_its_state_folder_has_vanished(tmp_path, monkeypatch):
    monkeypatch.setenv("SAGALAB_STATE_DIR", str(tmp_path / "state"))
    connect()
    ours = processes_of_cloud()
    shutil.rmtree(tmp_path / "state")
    assert not still_there(ours, 30)


def test_a_stale_record_harms_nobody(home):
    with socket.create_server(("127.0.0.1", 0)) as other:
        other.settimeout(0.05)
        bystander = psutil.Process()  # the pid of the record belongs to another program by now
        local_record.write_record(home, record_of("old", other.getsockname()[1], bystander.pid))
        other.close()
        assert local_process.status() == {"running": False, "died": True}
        assert not local_process.stop()
        assert bystander.is_running()


@pytest.mark.parametrize(
    "text", ["{half", "[]", '{"pid": 1}', "7", "", "\udcff".encode("utf-8", "surrogatepass")]
)
def test_a_damaged_record_is_said_and_mended(home, monkeypatch, capsys, text):
    monkeypatch.setattr(local_process, "_MEND_SECONDS", 0.1)
    (home / "cloud.json").write_bytes(text if isinstance(text, bytes) else text.encode())
    assert local_process.status() == {"running": False, "died": False, "damaged": True}
    assert "is damaged" in sagalab("status")
    if text == "[]":
        connect()
        assert "was damaged" in capsys.readouterr().err and local_process.status()["running"]
    else:
        assert "No local cloud runs" in sagalab("stop")
    assert "damaged" not in local_process.status()


def test_a_cloud_mends_its_own_damaged_record_and_nothing_is_lost(home):
    cloud = connect()
    cloud.client("sqs").create_queue(QueueName="q")
    (home / "cloud.json").write_text('{"pid": 1}', encoding="utf-8")
    assert connect() is cloud
    assert len(cloud.client("sqs").list_queues()["QueueUrls"]) == 1


def test_a_cloud_that_no_record_names_any_more_ends(home):
    connect()
    ours = processes_of_cloud()
    (home / "cloud.json").unlink()
    assert not still_there(ours, 30)


def test_another_key_is_another_cloud(home):
    """An impostor at the recorded port cannot prove that it is ours; nor can we to a server with another key."""
    connect()
    ours = processes_of_cloud()
    kept = (home / "cloud.key").read_text(encoding="ascii")
    (home / "cloud.key").write_text("damaged", encoding="ascii")
    assert local_process.status() == {"running": False, "died": True}
    made = (home / "cloud.key").read_text(encoding="ascii")
    assert made != kept and made.startswith("LOCAL")
    (home / "cloud.key").write_text(kept, encoding="ascii")
    assert local_process.status()["running"] and ours[0].is_running()


def test_two_who_start_at_once_get_one(home):
    command = [
        sys.executable,
        "-c",
        "from sagalab.cloud import local_process; print(local_process.running()['pid'])",
    ]
    with ThreadPoolExecutor(2) as threads:
        pids = list(threads.map(lambda _: subprocess.check_output(command, text=True, timeout=60), range(2)))
    assert pids[0] == pids[1]


def test_a_server_that_does_not_start_is_told_with_its_last_words(home, monkeypatch):
    monkeypatch.setattr(local_process, "ROOT", home)  # no sagalab there to start
    # the Python that made .venv: it has no sagalab either
    monkeypatch.setattr(local_process.sys, "executable", getattr(sys, "_base_executable", sys.executable))
    with pytest.raises(SagaLabError, match="did not start: .*No module named .*sagalab cloud logs"):
        local_process.start()
    assert "No module named" in sagalab("logs", "--lines", "1")


@pytest.mark.parametrize("name", ["SAGALAB_TIME_SCALE", "SAGALAB_WORKERS"])
@pytest.mark.parametrize("value", ["abc", "-1", "nan", "inf"])
def test_a_setting_that_means_nothing_is_one_sentence(home, monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    with pytest.raises(SagaLabError, match=f"{name} is '{value}', which is no .*number"):
        connect()


def test_no_environment_lets_a_call_leave_the_machine(home, tmp_path):
    poison = {**os.environ, **POISON}
    config = tmp_path / "config"
    config.write_text("[profile broken\nnonsense", encoding="utf-8")
    poison["AWS_CONFIG_FILE"] = poison["AWS_SHARED_CREDENTIALS_FILE"] = str(config)
    told = subprocess.run(
        [sys.executable, "-c", CALLS], env=poison, capture_output=True, text=True, timeout=60
    )
    assert told.returncode == 0, told.stderr
    seen = told.stdout
    assert "192.0.2" not in seen and "amazonaws" not in seen
    assert all("127.0.0.1" in address for address in ast.literal_eval(seen))
    environment = processes_of_cloud()[0].environ()
    assert not [name for name, value in POISON.items() if environment.get(name) == value]


def test_a_cloud_that_is_asked_for_is_never_replaced_by_the_local_one(home, monkeypatch):
    """What AWS mode does when it can is in test_aws_mode.py; here it cannot, and nothing local starts instead."""
    monkeypatch.setenv("SAGALAB_CLOUD", "aws")
    monkeypatch.setenv("SAGALAB_PREFIX", "mine")
    monkeypatch.delenv("AWS_REGION", raising=False)
    monkeypatch.delenv("AWS_DEFAULT_REGION", raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    with pytest.raises(SagaLabError, match="No AWS region"):
        connect()
    monkeypatch.setenv("SAGALAB_CLOUD", "AWS!")
    with pytest.raises(SagaLabError, match="'AWS!'.*`local` or `aws`"):
        connect()
    assert not local_process.status()["running"]
