"""Every variable SAGALAB_… is read in one place; one that means nothing is one sentence and its cure, in every command."""

import os
import re
import subprocess
import sys

import pytest

from sagalab import settings
from sagalab.cloud import local_process
from sagalab.cloud.connect import connect
from sagalab.errors import SagaLabError
from sagalab.project import ROOT
from sagalab.upkeep import doctor

WRONG = {
    "SAGALAB_CLOUD": "moon",
    "SAGALAB_PREFIX": "1-is-no-letter",
    "SAGALAB_TIME_SCALE": "abc",
    "SAGALAB_WORKERS": "abc",
    "SAGALAB_OWNER": "me",
}


@pytest.mark.parametrize("name", WRONG)
def test_a_value_that_means_nothing_is_refused_wherever_a_cloud_is_wanted(cloud, monkeypatch, name):
    monkeypatch.setenv(name, WRONG[name])
    for wanted in (settings.check, connect):  # a local cloud that runs already hides nothing
        with pytest.raises(SagaLabError) as caught:
            wanted()
        assert WRONG[name] in caught.value.what and caught.value.cure
    assert doctor.settings_of_ours().state == "wrong"
    monkeypatch.setenv(name, " ")
    settings.check()
    assert doctor.settings_of_ours().state == "good"


@pytest.mark.parametrize(("name", "value"), [("WORKERS", "0"), ("WORKERS", "²"), ("WORKERS", "1" * 5000),
                                             ("TIME_SCALE", "nan"), ("TIME_SCALE", "-1")])  # fmt: skip
def test_a_number_out_of_range_is_no_number(monkeypatch, name, value):
    monkeypatch.setenv(f"SAGALAB_{name}", value)
    with pytest.raises(SagaLabError, match=f"SAGALAB_{name}"):
        settings.check()


def test_no_other_file_reads_a_variable_of_ours():
    reads = re.compile(r"environ(\.\w+\(|\[)[\"']SAGALAB_|getenv\([\"']SAGALAB_")
    stand_alone = "sagalab/localcloud/functions/runtime.py"  # beside a function, without the package
    found = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "sagalab").rglob("*.py")
        if reads.search(path.read_text(encoding="utf-8"))
    }
    assert found <= {stand_alone}


def test_the_time_scale_is_that_of_the_cloud_and_not_of_the_notebook(cloud, monkeypatch):
    monkeypatch.setenv("SAGALAB_TIME_SCALE", "7")
    assert connect().time_scale == local_process.status()["time_scale"] == 0.02


@pytest.mark.parametrize("command", ["deploy", "status", "scenarios", "parked"])
def test_a_command_says_it_in_two_lines(cloud, command):
    done = subprocess.run(
        [sys.executable, "-m", "sagalab", command],
        cwd=ROOT,
        env=os.environ | {"SAGALAB_WORKERS": "abc"},
        capture_output=True,
        encoding="utf-8",
    )
    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        "✗ SAGALAB_WORKERS is 'abc', which is no whole number above 0.",
        "  Set it to how many functions may run at once, such as 8, or leave it out.",
    ]
