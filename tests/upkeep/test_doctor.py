"""`sagalab doctor` says of each thing whether it is good, and names a cure for what is wrong."""

import json
import os
import shutil
import subprocess
import sys
import tomllib
from importlib.metadata import version

import psutil
import pytest
import typer

from sagalab.cloud import local_process
from sagalab.cloud.accounts import mask_accounts
from sagalab.cloud.local_key import local_key
from sagalab.commands import doctor as doctor_command
from sagalab.pictures import drawing
from sagalab.project import ROOT, state_dir
from sagalab.upkeep import doctor, doctor_cloud, doctor_packages
from sagalab.upkeep.doctor_check import State


def test_what_is_good_is_said_and_no_process_is_left(tmp_path):
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    done = subprocess.run(
        [sys.executable, "-m", "sagalab", "doctor", "--json"],
        cwd=ROOT,
        env=environment | dict.fromkeys(("SAGALAB_STATE_DIR", "TMPDIR", "TEMP", "TMP"), str(tmp_path)),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
    )
    told = json.loads(done.stdout)
    states = {check["name"]: check["state"] for check in told["checks"]}
    needed = (
        "Python",
        "Packages",
        "Notebook kernel",
        "Drawing",
        "Ports",
        "State folder",
        "Local cloud",
        "AWS",
    )
    assert {name: states[name] for name in needed} == dict.fromkeys(needed, "good"), done.stdout
    assert done.returncode == (0 if told["good"] else 1)
    assert "none runs, and it can start" in done.stdout
    lines = [" ".join(found.info["cmdline"] or []) for found in psutil.process_iter(["cmdline"])]
    assert not [line for line in lines if str(tmp_path) in line]
    assert list(tmp_path.iterdir()) == []


def test_what_is_wrong_has_a_cure_and_exit_code_1(tmp_path, monkeypatch, capsys):
    (tmp_path / "file").touch()
    monkeypatch.setenv("SAGALAB_STATE_DIR", str(tmp_path / "file" / "state"))
    monkeypatch.setenv("SAGALAB_CLOUD", "moon")
    monkeypatch.setenv("SAGALAB_TIME_SCALE", "slow")
    checks = (("", doctor.state_folder), ("", doctor_cloud.aws), ("", doctor.time_scale), ("", doctor.python))
    monkeypatch.setattr(doctor, "CHECKS", checks)
    with pytest.raises(typer.Exit) as left:
        doctor_command.doctor()
    assert left.value.exit_code == 1
    lines = capsys.readouterr().out.splitlines()
    for name in ("State folder", "AWS", "Time scale"):
        row = next(index for index, line in enumerate(lines) if name in line and line.startswith("✗ wrong"))
        assert lines[row + 1].strip().startswith("→ "), name
    assert lines[-1] == "3 of 4 need a cure (→)."


def test_another_version_of_a_package_is_wrong(tmp_path):
    for name in ("pyproject.toml", "uv.lock"):
        shutil.copy(ROOT / name, tmp_path)
    lock = (ROOT / "uv.lock").read_text(encoding="utf-8")
    wanted, _ = doctor_packages.locked_versions()
    ours = f'name = "boto3"\nversion = "{wanted["boto3"]}"'
    (tmp_path / "uv.lock").write_text(lock.replace(ours, 'name = "boto3"\nversion = "0.1"'), encoding="utf-8")
    check = doctor_packages.packages(tmp_path)
    assert check.state is State.WRONG
    assert check.found == f"boto3 is {wanted['boto3']}, not 0.1"
    assert check.cure


def test_a_missing_package_is_wrong(tmp_path):
    for name in ("pyproject.toml", "uv.lock"):
        text = (ROOT / name).read_text(encoding="utf-8")
        (tmp_path / name).write_text(text.replace("pyyaml", "pyyaml-of-the-moon"), encoding="utf-8")
    check = doctor_packages.packages(tmp_path)
    assert (check.state, check.found) == (State.WRONG, "pyyaml-of-the-moon is missing")


def test_without_dot_drawing_is_wrong(monkeypatch):
    monkeypatch.setattr(drawing, "find_dot", lambda: None)
    check = doctor.drawing()
    assert (check.state, bool(check.cure)) == (State.WRONG, True)


def test_a_kernel_of_another_python_is_wrong(monkeypatch, tmp_path):
    folder = tmp_path / "kernels" / "python3"
    folder.mkdir(parents=True)
    specification = {
        "argv": ["/somewhere/else/python", "-m", "ipykernel_launcher"],
        "display_name": "x",
        "language": "python",
    }
    (folder / "kernel.json").write_text(json.dumps(specification), encoding="utf-8")
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    check = doctor.kernel()
    assert check.state is State.WRONG
    assert "/somewhere/else/python" in check.found


def test_a_check_that_breaks_does_not_end_the_others(monkeypatch):
    def breaks():
        raise RuntimeError("the moon is full")

    monkeypatch.setattr(doctor, "CHECKS", (("First", breaks), ("Python", doctor.python)))
    first, second = doctor.examine()
    assert (first.name, first.state) == ("First", State.WRONG)
    assert "the moon is full" in first.found
    assert second.state is State.GOOD


def test_account_ids_are_masked():
    account = "1234" * 3
    assert mask_accounts(f"arn:aws:iam::{account}:user/x") == "arn:aws:iam::••••••••1234:user/x"
    assert mask_accounts(f"saga_{account}_log") == "saga_••••••••1234_log"
    assert mask_accounts("order 1234") == "order 1234"


@pytest.fixture
def nothing_of_aws(monkeypatch):
    """No AWS setting of the machine, and AWS asked for."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("SAGALAB_CLOUD", "aws")


def test_aws_needs_a_region_and_credentials(nothing_of_aws, monkeypatch):
    assert doctor_cloud.aws().found == "no region is set"
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    check = doctor_cloud.aws()
    assert (check.state, check.found) == (State.WRONG, "no credentials were found")
    assert check.cure


def test_an_endpoint_that_is_not_aws_is_wrong(nothing_of_aws, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    check = doctor_cloud.aws()
    assert check.state is State.WRONG
    assert "AWS_ENDPOINT_URL" in check.cure


@pytest.fixture
def cloud_state(monkeypatch, tmp_path):
    """A state folder of its own with a local cloud that runs."""
    monkeypatch.setenv("SAGALAB_STATE_DIR", str(tmp_path))
    record = local_process.running()
    yield record
    local_process.stop()


def test_a_local_cloud_that_runs_is_found_with_its_version(cloud_state, nothing_of_aws, monkeypatch):
    check = doctor_cloud.local_cloud()
    assert (check.state, cloud_state["endpoint"] in check.found) == (State.GOOD, True)

    # The real STS call of the check, answered by the local cloud: the account is masked.
    monkeypatch.setenv("AWS_ENDPOINT_URL_STS", cloud_state["endpoint"])
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    key = local_key(state_dir())
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", key.id)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", key.secret)
    check = doctor_cloud.aws_identity()
    assert check.state is State.GOOD
    assert cloud_state["account"] not in check.found
    assert f"••••••••{cloud_state['account'][-4:]}" in check.found and "eu-west-1" in check.found

    monkeypatch.setattr(local_process, "server_version", lambda: "sagalab 9, moto 9")
    check = doctor_cloud.local_cloud()
    assert (check.state, "sagalab cloud stop" in check.cure) == (State.WRONG, True)


def test_of_a_package_with_several_versions_in_the_lock_that_of_this_python_counts():
    lock = tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))
    several = {each["name"] for each in lock["package"] if "resolution-markers" in each}
    of_tests = doctor_packages.locked_versions()[1]
    found = {name: locked for name, locked in of_tests.items() if name in several}
    assert found == {name: version(name) for name in found} != {}
