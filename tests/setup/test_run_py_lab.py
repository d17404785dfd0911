"""`setup/run.py lab`: JupyterLab answers, the saga is deployed, and ending it leaves nothing behind.

The making of `.venv` is left out here (see test_run_py.py): these tests run in a finished one.
"""

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
from project_copy import project_copy

from sagalab.project import NOTEBOOKS, ROOT

VENV_PYTHON = ROOT / ".venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
pytestmark = pytest.mark.skipif(
    not VENV_PYTHON.exists(), reason="setup/run.py has made no .venv here (conda?)"
)
LAB = (
    "import sys; sys.path.insert(0, 'setup')\n"
    "from bootstrap.console import prepare; prepare()\n"
    "from bootstrap.workshop import run_lab\n"
    "sys.exit(run_lab(browser=False, port=int(sys.argv[1])))"
)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def _start(port: int, project, state) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-c", LAB, str(port)],
        cwd=project,
        env=os.environ | {"SAGALAB_STATE_DIR": str(state)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
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
    project = project_copy(tmp_path / "project")
    tmp_path = tmp_path / "state"
    lab = _start(port, project, tmp_path)
    lines = []
    for line in lab.stdout:
        lines.append(line)
        if f"127.0.0.1:{port}/lab/tree/my-workshop/00_start_here.ipynb?token=" in line:
            break
    try:
        assert "version" in _answer(f"http://127.0.0.1:{port}/api", lab)
        assert any("The saga is deployed" in line for line in lines)
        assert not [line for line in lines if "Warning" in line]
        assert len(list((project / "my-workshop").glob("*.ipynb"))) == len(list(NOTEBOOKS.glob("*.ipynb")))
        cloud = _cloud("cloud status --json", tmp_path)
        assert cloud["running"]
        ours = [psutil.Process(cloud["pid"]), *psutil.Process(lab.pid).children(recursive=True)]
        assert len(ours) >= 2
        sockets = [each for one in [*ours, psutil.Process(lab.pid)] for each in one.net_connections("inet")]
        assert {each.laddr.ip for each in sockets if each.status == "LISTEN"} == {"127.0.0.1"}
    finally:
        lab.send_signal(signal.SIGTERM)
        rest, _ = lab.communicate(timeout=60)
    assert lab.returncode == 0, rest
    assert rest.strip().splitlines()[-1].endswith("Nothing is left running.")
    assert not psutil.wait_procs(ours, timeout=10)[1]


def test_a_taken_port_is_one_line_with_the_cure():
    sys.path.insert(0, str(ROOT / "setup"))
    from bootstrap.failures import SetupProblem
    from bootstrap.workshop import check_port

    with socket.create_server(("127.0.0.1", 0)) as server:
        with pytest.raises(SetupProblem, match="cannot be used .* --port N"):
            check_port(server.getsockname()[1])


def test_on_aws_nothing_is_deployed_by_itself(monkeypatch, capsys):
    sys.path.insert(0, str(ROOT / "setup"))
    from bootstrap import workshop

    def never(*_arguments):
        raise AssertionError("sagalab was called")

    monkeypatch.setattr(workshop, "captured", never)
    monkeypatch.setenv("SAGALAB_CLOUD", "aws")
    assert workshop.start_saga() is False
    assert "sagalab deploy" in capsys.readouterr().out
