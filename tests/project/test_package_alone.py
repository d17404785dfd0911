"""The package without its clone, as from a wheel: the lint works, and what needs the clone says so."""

import os
import shutil
import subprocess
import sys

import pytest

from sagalab.project import ROOT

MACHINE = '{"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}'


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """A folder with nothing but the package, and a run in it."""
    folder = tmp_path_factory.mktemp("alone")
    shutil.copytree(ROOT / "sagalab", folder / "sagalab", ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "done.asl.json").write_text(MACHINE, encoding="utf-8")

    def run(*arguments: str) -> subprocess.CompletedProcess:
        environment = os.environ | {"PYTHONPATH": str(folder), "SAGALAB_STATE_DIR": str(folder / "state")}
        return subprocess.run(
            [sys.executable, "-m", "sagalab", *arguments],
            cwd=folder,
            env=environment,
            capture_output=True,
            encoding="utf-8",
            timeout=60,
        )

    return run


def test_the_lint_works(alone):
    done = alone("lint", "done.asl.json")
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    "command", [("scenarios",), ("deploy",), ("explore", "--machine", "saga"), ("test", ".")]
)
def test_what_needs_the_clone_says_so(alone, command):
    done = alone(*command)
    assert done.returncode == 2 and "Traceback" not in done.stderr
    assert "only the package is installed" in done.stderr and "git clone" in done.stderr
