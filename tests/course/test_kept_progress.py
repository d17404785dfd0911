"""What is kept of a participant's progress: nothing is lost between kernels, and nothing raises."""

import json
import subprocess
import sys

import pytest

from sagalab.course import completed
from sagalab.project import ROOT, state_dir

KERNELS, TRIES = 4, 25


@pytest.fixture
def state(monkeypatch, tmp_path):
    monkeypatch.setenv("SAGALAB_STATE_DIR", str(tmp_path / "state"))
    return state_dir()


def test_kernels_that_keep_at_the_same_time_lose_nothing(state):
    code = (
        "import sys; from sagalab.course.completed import keep\n"
        "print('ready', flush=True); sys.stdin.readline()\n"
        f"for each in range({TRIES}): assert keep(sys.argv[1], tried=True) == keep('shared', tried=True) == ''"
    )
    kernels = [
        subprocess.Popen(
            [sys.executable, "-c", code, f"exercise-{number}"],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8",
        )
        for number in range(KERNELS)
    ]  # fmt: skip
    for kernel in kernels:
        assert kernel.stdout.readline() == "ready\n"
    for kernel in kernels:
        kernel.stdin.write("go\n")
        kernel.stdin.flush()
    assert [kernel.wait(60) for kernel in kernels] == [0] * KERNELS
    for kernel in kernels:
        kernel.stdin.close()
        kernel.stdout.close()
    tries = {name: record["tries"] for name, record in completed.completed().items()}
    assert tries == {f"exercise-{number}": TRIES for number in range(KERNELS)} | {"shared": KERNELS * TRIES}


def test_a_state_folder_that_is_none_is_a_remark_and_no_error(monkeypatch, tmp_path):
    (tmp_path / "file").touch()
    monkeypatch.setenv("SAGALAB_STATE_DIR", str(tmp_path / "file" / "state"))
    assert "The progress could not be kept" in completed.keep("retry", tried=True)


def test_a_damaged_file_is_set_aside(state):
    (state / completed.FILE).write_text('{"exercises": []}', encoding="utf-8")
    assert "set aside" in completed.keep("retry", tried=True)
    assert completed.completed()["retry"]["tries"] == 1
    assert json.loads((state / "progress.damaged").read_text(encoding="utf-8")) == {"exercises": []}
