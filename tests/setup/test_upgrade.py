"""An older clone is updated (`git pull`) and started again: its packages and deployment are mended, nothing is lost.

Both editions are commits of this repository: what is not committed is not in it. It fetches the packages of both.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import psutil
import pytest

from sagalab.project import ROOT

FIRST_EDITION = "48287f8"  # flat package, other packages, no keys of the local cloud, no my-workshop
# What a participant had: a local cloud that runs, the saga on it, and an exercise that was solved.
_WORK = """
from sagalab import check, deploy
deploy()
print(check.waits([3, 6, 12, 20, 20]))
"""


def _git(folder: Path, *arguments: str) -> str:
    command = ["git", "-c", "user.name=a", "-c", "user.email=a@b.c", *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, encoding="utf-8", timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def _has_first_edition() -> bool:
    command = ["git", "cat-file", "-e", f"{FIRST_EDITION}^{{commit}}"]
    return (
        bool(shutil.which("git"))
        and subprocess.run(command, cwd=ROOT, capture_output=True, timeout=60).returncode == 0
    )


def _run(clone: Path, *command: str) -> str:
    python = getattr(sys, "_base_executable", sys.executable)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SAGALAB_")}
    with (
        tempfile.TemporaryFile() as said
    ):  # no pipe: a program that stayed behind would hold it open for ever
        done = subprocess.run(
            [python, *command],
            cwd=clone,
            env=environment | {"CI": "true", "PYTHONUTF8": "1"},
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=subprocess.STDOUT,
            timeout=600,
        )
        said.seek(0)
        output = said.read().decode("utf-8", "replace").replace("\r\n", "\n")
    if "The package index cannot be reached" in output:
        pytest.skip("no package index")
    assert done.returncode == 0, output
    return output


def _starts(clone: Path) -> str:
    """Start the lab, wait until it answers, and end it."""
    return _run(clone, ".github/lab_starts.py")


def _first_edition_starts(clone: Path) -> None:
    """Do the same with the first edition, whose JupyterLab may lose a Ctrl-C: it is pressed again, as a person would."""
    script = (clone / ".github" / "lab_starts.py").read_text(encoding="utf-8")
    once = "    return lab.wait(SECONDS_TO_END)\n\n\nif"
    assert script.count(once) == 1
    again = """    for _ in range(6):
        try:
            return lab.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(lab.pid, signal.SIGINT)
    return lab.wait(SECONDS_TO_END)


if"""
    (clone / ".github" / "lab_starts_first.py").write_text(script.replace(once, again), encoding="utf-8")
    _run(clone, ".github/lab_starts_first.py")


@pytest.mark.skipif(not _has_first_edition(), reason="no clone with its history (fetch-depth: 0)")
def test_a_clone_of_the_first_edition_goes_on_after_a_pull(tmp_path):
    pytest.importorskip("uv", reason="setup/run.py puts uv into .venv; here is none (conda?)")
    clone = tmp_path / "clone"
    _git(tmp_path, "clone", "--quiet", str(ROOT), str(clone))
    newest = _git(ROOT, "rev-parse", "HEAD")
    _git(clone, "checkout", "--quiet", "-B", "participant", FIRST_EDITION)
    _first_edition_starts(clone)
    scripts = clone / ".venv" / ("Scripts" if os.name == "nt" else "bin")
    (tmp_path / "work.py").write_text(_WORK, encoding="utf-8")
    done = subprocess.run(
        [scripts / "python", str(tmp_path / "work.py")],
        cwd=clone,
        env={name: value for name, value in os.environ.items() if not name.startswith("SAGALAB_")}
        | {"PYTHONPATH": str(clone)},
        capture_output=True,
        encoding="utf-8",
        timeout=300,
    )
    assert "✓ correct" in done.stdout, done.stdout + done.stderr
    older = json.loads((clone / ".sagalab" / "cloud.json").read_text(encoding="utf-8"))
    assert psutil.pid_exists(older["pid"])
    mine = clone / "my-workshop" / "03_retry.ipynb"
    try:
        # as docs/using.md says: they worked in notebooks/, and git would not overwrite that
        (clone / "notebooks").rename(clone / "my-workshop")
        mine.write_text(mine.read_text(encoding="utf-8") + "\n", encoding="utf-8")
        before = mine.read_bytes()
        _git(clone, "checkout", "--quiet", "--", "notebooks")
        _git(clone, "merge", "--quiet", "--ff-only", newest)

        output = _starts(clone)
        assert "Packages installed" in output and "The saga is deployed" in output
        assert "of an older edition" in output
        assert not psutil.pid_exists(older["pid"])
        assert mine.read_bytes() == before
        assert mine.with_name("03_retry-new-edition.ipynb").exists()
        kept = json.loads((clone / ".sagalab" / "progress.json").read_text(encoding="utf-8"))
        assert kept["exercises"]["waits"]["done"]
        checks = json.loads(_run(clone, "setup/run.py", "doctor", "--json").split("\n", 1)[1])
        assert checks["good"], checks
    finally:
        if psutil.pid_exists(older["pid"]):
            psutil.Process(older["pid"]).kill()
