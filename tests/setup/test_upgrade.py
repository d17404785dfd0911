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
from sagalab.upkeep.bundle import uv_version

find_uv_bin = pytest.importorskip(
    "uv", reason="uv comes with the tools for the tests; here is none"
).find_uv_bin

FIRST_EDITION = "48287f8"  # flat package, other packages, no keys of the local cloud, no my-workshop
# The first edition's set-up: what its run.py does before it starts JupyterLab.
_FIRST_SETUP = """
import sys
sys.path.insert(0, "setup")
from bootstrap.environment import ensure
ensure(dev=False)
"""
# What `sagalab doctor` says of the packages in .venv.
_PACKAGES = "from sagalab.upkeep.doctor_packages import packages; print(packages().found)"
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


def _put_there(clone: Path) -> None:
    """Give the clone a `.venv` with pip and uv in it, as the first edition has it, and the new edition its own uv.

    Where this fails (no uv here, nothing in its cache, no network), the editions' own set-ups do it by pip: that takes longer.
    """
    python = getattr(sys, "_base_executable", sys.executable)
    subprocess.run([python, "-m", "venv", "--without-pip", clone / ".venv"], check=True, timeout=120)
    of_venv = clone / ".venv" / ("Scripts" if os.name == "nt" else "bin") / "python"
    install = ["pip", "install", "--quiet", "--python", of_venv, "pip", f"uv=={uv_version()}"]
    subprocess.run([find_uv_bin(), *install], cwd=clone, capture_output=True, timeout=120)
    for folder in [*ROOT.glob(".sagalab/uv-*"), *ROOT.glob(".sagalab/pip-*")]:
        shutil.copytree(folder, clone / ".sagalab" / folder.name)


def _environment() -> dict[str, str]:
    """Return a participant's environment: Python keeps what it compiled, so that each process of an edition does not compile all anew."""
    ours = ("SAGALAB_", "PYTHONDONTWRITEBYTECODE")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}


def _run(clone: Path, *command: str) -> str:
    python = getattr(sys, "_base_executable", sys.executable)
    with (
        tempfile.TemporaryFile() as said
    ):  # no pipe: a program that stayed behind would hold it open for ever
        done = subprocess.run(
            [python, *command],
            cwd=clone,
            env=_environment() | {"CI": "true", "PYTHONUTF8": "1"},
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


def _of_venv(clone: Path, *arguments: str) -> str:
    """Run the clone's own Python; return what it printed."""
    python = clone / ".venv" / ("Scripts" if os.name == "nt" else "bin") / "python"
    done = subprocess.run(
        [python, *arguments],
        cwd=clone,
        env=_environment() | {"PYTHONPATH": str(clone)},
        capture_output=True,
        encoding="utf-8",
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.skipif(not _has_first_edition(), reason="no clone with its history (fetch-depth: 0)")
def test_a_clone_of_the_first_edition_goes_on_after_a_pull(tmp_path):
    clone = tmp_path / "clone"
    _git(tmp_path, "clone", "--quiet", str(ROOT), str(clone))
    newest = _git(ROOT, "rev-parse", "HEAD")
    _git(clone, "checkout", "--quiet", "-B", "participant", FIRST_EDITION)
    _put_there(clone)
    assert "Packages installed" in _run(clone, "-c", _FIRST_SETUP)
    (tmp_path / "work.py").write_text(_WORK, encoding="utf-8")
    assert "✓ correct" in _of_venv(clone, str(tmp_path / "work.py"))
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

        output = _run(clone, ".github/lab_starts.py")
        assert "Installing the packages" in output and "The saga is deployed" in output
        assert "of an older edition" in output
        assert not psutil.pid_exists(older["pid"])
        assert mine.read_bytes() == before
        assert mine.with_name("03_retry-new-edition.ipynb").exists()
        kept = json.loads((clone / ".sagalab" / "progress.json").read_text(encoding="utf-8"))
        assert kept["exercises"]["waits"]["done"]
        assert _of_venv(clone, "-c", _PACKAGES).endswith("as in uv.lock\n")
    finally:
        if psutil.pid_exists(older["pid"]):
            psutil.Process(older["pid"]).kill()
