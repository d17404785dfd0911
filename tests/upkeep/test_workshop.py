"""`sagalab lab`, which is what `setup/run.py lab` starts when `.venv` is made: JupyterLab answers, the saga is deployed,
and ending it leaves nothing behind."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request

import psutil
import pytest
from cloud_processes import listening
from project_copy import project_copy

from sagalab.errors import SagaLabError
from sagalab.project import NOTEBOOKS, ROOT
from sagalab.upkeep import workshop


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


@pytest.fixture(autouse=True)
def _copies_elsewhere(tmp_path, monkeypatch):
    """What is run in this process makes no working copies in this clone."""
    monkeypatch.setattr(workshop, "open_notebooks", lambda say: "notebooks/00_start_here.ipynb")


def _start(port: int, project, state, **options: bool) -> subprocess.Popen:
    environment = {name: value for name, value in os.environ.items() if name != "SAGALAB_OWNER"}
    return subprocess.Popen(
        [sys.executable, "-m", "sagalab", "lab", "--no-browser", "--port", str(port)],
        cwd=project,
        env=environment | {"SAGALAB_STATE_DIR": str(state)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        **options,
    )


def _answer(url: str, lab: subprocess.Popen) -> dict:
    """Return what is at `url`; JupyterLab prints its address a moment before it listens."""
    while True:
        try:
            with urllib.request.urlopen(url, timeout=30) as answer:
                return json.load(answer)
        except OSError:
            assert lab.poll() is None, lab.stdout.read()
            time.sleep(0.05)


def _cloud(command: str, state) -> dict:
    done = subprocess.run(
        [sys.executable, "-m", "sagalab", *command.split()],
        cwd=ROOT,
        env=os.environ | {"SAGALAB_STATE_DIR": str(state)},
        capture_output=True,
        encoding="utf-8",
    )
    return json.loads(done.stdout) if command.endswith("--json") else {}


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGTERM that a program can answer")
def test_lab_answers_with_the_saga_deployed_and_ends_without_a_trace(tmp_path):
    port = _free_port()
    project, state = project_copy(tmp_path / "project"), tmp_path / "state"
    lab = _start(port, project, state)
    said = []
    awaited = {f"127.0.0.1:{port}/lab/tree/my-workshop/00_start_here.ipynb?token=", "The saga is deployed"}
    while awaited:
        line = lab.stdout.readline()
        assert line, "it ended"
        said.append(line)
        awaited -= {words for words in awaited if words in line}
    try:
        assert "version" in _answer(f"http://127.0.0.1:{port}/api", lab)
        assert not [line for line in said if "Warning" in line]
        assert len(list((project / "my-workshop").glob("*.ipynb"))) == len(list(NOTEBOOKS.glob("*.ipynb")))
        cloud = _cloud("cloud status --json", state)
        assert cloud["running"]
        ours = [psutil.Process(cloud["pid"]), *psutil.Process(lab.pid).children(recursive=True)]
        assert len(ours) >= 2
        assert listening([*ours, psutil.Process(lab.pid)]) == {"127.0.0.1"}
    finally:
        lab.send_signal(signal.SIGTERM)
        rest, _ = lab.communicate(timeout=60)
    assert lab.returncode == 0, rest
    assert rest.strip().splitlines()[-1].endswith("Nothing is left running.")
    assert not psutil.wait_procs(ours, timeout=10)[1]


@pytest.mark.skipif(os.name == "nt", reason="it takes a group of processes")
def test_ctrl_c_while_the_saga_is_deployed_ends_all(tmp_path):
    lab = _start(_free_port(), project_copy(tmp_path / "project"), tmp_path / "state", start_new_session=True)
    while "Starting JupyterLab and deploying the saga" not in lab.stdout.readline():
        assert lab.poll() is None
    os.killpg(lab.pid, signal.SIGINT)
    said, _ = lab.communicate(timeout=60)
    assert lab.returncode == 0, said
    assert "Traceback" not in said
    assert said.strip().splitlines()[-1].endswith("Nothing is left running.")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_a_lab_that_is_killed_leaves_no_local_cloud(tmp_path):
    lab = _start(_free_port(), project_copy(tmp_path / "project"), tmp_path / "state")
    while "The saga is deployed" not in lab.stdout.readline():
        assert lab.poll() is None
    cloud = psutil.Process(_cloud("cloud status --json", tmp_path / "state")["pid"])
    jupyter = psutil.Process(lab.pid).children()
    lab.kill()
    for each in jupyter:
        each.kill()
    lab.communicate()
    assert not psutil.wait_procs([cloud], timeout=20)[1]


def test_a_cloud_that_ran_before_goes_on(cloud, tmp_path, monkeypatch):
    said: list[str] = []
    monkeypatch.setattr(workshop, "jupyter_command", lambda **_: [sys.executable, "-c", "import time"])
    assert workshop.run_lab(browser=False, port=None, say=said.append) == 0
    assert "The local cloud ran before it and goes on" in said[-1]
    assert cloud.client("stepfunctions").list_state_machines()["stateMachines"]


def test_a_taken_port_is_one_line_with_the_cure():
    with socket.create_server(("127.0.0.1", 0)) as server:
        with pytest.raises(SagaLabError, match="cannot be used .* --port N"):
            workshop.check_port(server.getsockname()[1])


def test_on_aws_nothing_is_deployed_by_itself(monkeypatch):
    said: list[str] = []
    monkeypatch.setattr(
        workshop, "jupyter_command", lambda **_: [sys.executable, "-c", "raise SystemExit(3)"]
    )
    monkeypatch.setenv("SAGALAB_CLOUD", "aws")
    assert workshop.run_lab(browser=False, port=None, say=said.append) == 3
    assert len(said) == 2 and "sagalab deploy" in said[1]
