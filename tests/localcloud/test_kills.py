"""What is killed, lost or full in the middle of the work: a clear message, and the next command works."""

import json
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest
from cloud_processes import processes_of_cloud, still_there, wait_until

from sagalab.cloud import local_process
from sagalab.cloud.connect import connect
from sagalab.deploying.deploy import deploy
from sagalab.errors import SagaLabError
from sagalab.failurelab.shown import FailureLab
from sagalab.history.execution import Execution
from sagalab.orders.orders import make_order
from sagalab.orders.runs import run, start, wait

SLOW = {"ProcessPayment": {"kind": "slow", "when": "before", "ms": 8000}}
LAB = f"from sagalab.failurelab.shown import FailureLab; FailureLab().run({SLOW!r})"
# two answers to an exercise: one while the disk is full, one after there is room again
CHECKS = """
import sys
from sagalab.course import completed
from sagalab.course.check import check
answer = check.reference("waits")
completed.keep("waits", hints=2)
FILL
full = check.waits(answer)
kept = completed.completed()
FREE
print(full)
print("-----")
print(kept)
print("-----")
print(check.waits(answer))
print("-----")
print(completed.completed())
"""


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A state folder of its own; whatever runs there is stopped in the end."""
    monkeypatch.setenv("SAGALAB_STATE_DIR", str(tmp_path))
    monkeypatch.setenv("SAGALAB_CLOUD", "local")
    monkeypatch.setenv("SAGALAB_TIME_SCALE", "0.02")
    yield tmp_path
    ours = processes_of_cloud()
    local_process.stop()
    assert not still_there(ours)


def busy(function: str) -> int:
    """Return the pid of a worker that runs a call of `function`, 0 when there is none."""
    workers = local_process.status()["workers"]
    return next(
        (w["pid"] for w in workers if w["state"] == "busy" and w["function"] == function and w["calls"]), 0
    )


def payment(deployed) -> str:
    return deployed.functions["ProcessPayment"].rsplit(":", 1)[-1]


def test_the_local_cloud_is_killed_during_a_run(home, capsys):
    deployed = deploy(progress=False)
    arn = start(make_order(faults=SLOW), deployment=deployed)
    with ThreadPoolExecutor(1) as kernel:
        running = kernel.submit(wait, arn, deployment=deployed)
        wait_until(lambda: busy(payment(deployed)))
        psutil.Process(local_process.status()["pid"]).kill()
        with pytest.raises(SagaLabError, match="The local cloud is gone.* Run `sagalab deploy`"):
            running.result(timeout=60)
    with pytest.raises(SagaLabError, match="The local cloud is gone"):
        start(make_order(), deployment=deployed)

    assert run(make_order(), deployment=deploy(progress=False)).status == "SUCCEEDED"
    assert "is gone, and with it what was deployed" in capsys.readouterr().err
    with pytest.raises(SagaLabError, match="There is no execution .* deploy, and run again"):
        wait(arn)


def test_a_worker_is_killed_during_a_call(cloud):
    deployed = deploy(cloud, progress=False)
    arn = start(make_order(faults=SLOW), deployment=deployed)
    wait_until(lambda: busy(payment(deployed)))
    psutil.Process(busy(payment(deployed))).kill()
    found = wait(arn, deployment=deployed)
    visit = next(visit for visit in found.visits if visit.name == "ProcessPayment")
    assert visit.attempts[0].error == "Runtime.ExitError" and "Runtime exited" in visit.attempts[0].cause
    assert run(make_order(), deployment=deployed).status == "SUCCEEDED"


def test_the_kernel_is_restarted_during_a_run_of_the_lab(cloud):
    deployed = deploy(cloud, progress=False)
    client = cloud.client("stepfunctions")

    def running() -> list[str]:
        found = client.list_executions(stateMachineArn=deployed.machine(), statusFilter="RUNNING")
        return [each["executionArn"] for each in found["executions"]]

    before = running()
    kernel = subprocess.Popen([sys.executable, "-c", LAB])
    try:
        wait_until(lambda: set(running()) - set(before))
    finally:
        kernel.kill()
        kernel.wait()

    [left] = set(running()) - set(before)
    assert Execution.fetch(client, left).status == "RUNNING"
    assert FailureLab(deployed).run().status == "SUCCEEDED"
    client.stop_execution(executionArn=left, cause="the kernel was restarted")
    assert wait(left, deployment=deployed).status == "ABORTED"


def test_two_kernels_deploy_at_once(home):
    def deploying(_) -> dict:
        command = [sys.executable, "-m", "sagalab", "deploy", "--json"]
        done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=120)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    with ThreadPoolExecutor(2) as threads:
        first, second = threads.map(deploying, range(2))
    assert first["machines"] == second["machines"]
    found = deploy(connect(), progress=False)
    assert {change.action for change in found.changes} == {"unchanged"}
    assert run(make_order(), deployment=found).status == "SUCCEEDED"


def full_disk(folder: Path) -> tuple[str, str]:
    """Let a disk of 64 kB be mounted at `folder`; return the code that fills it, and that frees it."""
    if not sys.platform.startswith("linux") or os.geteuid() != 0:
        pytest.skip("only root may mount a small disk")
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k,mode=0700", "tmpfs", str(folder)], capture_output=True
    )
    if made.returncode != 0:
        pytest.skip("a small disk cannot be mounted here")
    big = repr(str(folder / "big"))
    fill = f"big = open({big}, 'wb', buffering=0)\ntry:\n    while big.write(b'x' * 4096): pass\nexcept OSError: pass"
    return fill, f"import os\nbig.close()\nos.unlink({big})"


def limited_files(_folder: Path) -> tuple[str, str]:
    """Return code that forbids this process to write files, and that allows it again."""
    if os.name == "nt":
        pytest.skip("Windows has no such limit")
    limit = "resource.setrlimit(resource.RLIMIT_FSIZE, ({}, hard))"
    fill = f"import resource\nsoft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)\n{limit.format(0)}"
    return fill, limit.format("soft")


def without_signs_of_life(shown: str) -> str:
    """Return what a check says without the lines that it prints every 1.5 s while it works."""
    return re.sub(r"^… [^\n]*\n", "", shown, flags=re.MULTILINE)


@pytest.mark.parametrize(
    ("disk", "words"), [(full_disk, "No space left on device"), (limited_files, "File too large")]
)
def test_the_disk_is_full_while_progress_is_written(tmp_path, monkeypatch, disk, words):
    monkeypatch.setenv("SAGALAB_STATE_DIR", str(tmp_path))
    fill, free = disk(tmp_path)
    try:
        code = CHECKS.replace("FILL", fill).replace("FREE", free)
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, encoding="utf-8", timeout=60
        )
        assert done.returncode == 0, done.stderr
        answer, kept, again, kept_then = done.stdout.split("-----\n")
        answer, again = without_signs_of_life(answer), without_signs_of_life(again)
        assert answer.startswith("✓") and f"could not be kept: {words}. The answer above stands" in answer
        assert "'hints': 2" in kept and "'done': None" in kept
        assert again.startswith("✓") and "could not be kept" not in again
        assert "'hints': 2" in kept_then and "'done': None" not in kept_then
        kept = {path.name for path in tmp_path.iterdir() if path.name.startswith("progress")}
        assert kept - {"progress.json.lock"} == {"progress.json"}
    finally:
        if disk is full_disk:
            subprocess.run(["umount", str(tmp_path)], check=True)
