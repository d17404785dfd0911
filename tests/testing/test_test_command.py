"""`sagalab test FOLDER`: exit codes, words, and the folder that is there to copy."""

import filecmp
import os
import shutil
import subprocess
import sys

import pytest

from sagalab.project import ROOT, STATEMACHINE

EXAMPLES = ROOT / "docs" / "examples" / "machine-tests"


def sagalab_test(*arguments, **variables: str) -> subprocess.CompletedProcess:
    """Run the command; pytest without the plugins that are of no use here, which take seconds to import."""
    return subprocess.run(
        [sys.executable, "-m", "sagalab", "test", *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        timeout=300,
        env=os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"} | variables,
    )


def test_the_examples_test_all_of_their_machines():
    done = sagalab_test(EXAMPLES, "--min", "100")
    assert done.returncode == 0, done.stdout
    assert "saga.asl.json: 100 % tested" in done.stdout and "trip.asl.json: 100 % tested" in done.stdout


def test_the_examples_saga_is_the_course_s():
    same = filecmp.cmp(EXAMPLES / "saga.asl.json", STATEMACHINE / "saga.asl.json", shallow=False)
    assert same, "copy statemachine/saga.asl.json to docs/examples/machine-tests/"


def test_a_copy_of_the_folder_works_anywhere_and_notices_a_lost_catcher(tmp_path):
    folder = tmp_path / "mine"
    shutil.copytree(EXAMPLES, folder, ignore=shutil.ignore_patterns("__pycache__"))
    trip = folder / "trip.asl.json"
    trip.write_text(trip.read_text(encoding="utf-8").replace('"NoRoom", ', ""), encoding="utf-8")
    assert sagalab_test(folder, "-k", "trip").returncode == 0  # States.ALL stands behind it
    trip.write_text(
        trip.read_text(encoding="utf-8").replace('["States.ALL"], "ResultPath"', '["X"], "ResultPath"'),
        encoding="utf-8",
    )
    done = sagalab_test(folder, "-k", "trip")
    assert done.returncode == 1 and "expected  FAILED TripFailed" in done.stdout
    assert "happened  FAILED NoRoom" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("no-such-folder",), 2, "There is no folder no-such-folder"),
        ((EXAMPLES / "order.json",), 2, ""),
        ((EXAMPLES, "--min", "101"), 2, "--min"),
        ((EXAMPLES, "--on", "moon"), 2, "moon"),
        ((EXAMPLES, "--no-such-option"), 2, "no-such-option"),
        ((EXAMPLES, "-k", "nothing_of_this_name"), 5, "There is no test"),
    ],
)
def test_what_cannot_run_says_so(arguments, code, words):
    done = sagalab_test(*arguments)
    assert done.returncode == code, done.stdout + done.stderr
    assert words in done.stdout + done.stderr and "Traceback" not in done.stdout + done.stderr


def test_without_pytest_it_says_what_to_install(tmp_path):
    (tmp_path / "sitecustomize.py").write_text(
        "import importlib.util as util\nfind = util.find_spec\n"
        "util.find_spec = lambda name, *more: None if name == 'pytest' else find(name, *more)\n",
        encoding="utf-8",
    )
    done = sagalab_test(EXAMPLES, PYTHONPATH=str(tmp_path))
    assert done.returncode == 2 and "pip install pytest" in done.stderr and "Traceback" not in done.stderr


def test_the_local_cloud_is_not_taken_for_aws():
    done = sagalab_test(EXAMPLES, "--on", "local", "-x", SAGALAB_CLOUD="aws")
    assert done.returncode == 2 and "SAGALAB_CLOUD says aws" in done.stdout
