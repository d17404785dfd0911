"""Codespaces, Binder and the CI: their files parse, and what they call exists."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib

import pytest
import yaml

from sagalab.project import ROOT
from sagalab.upkeep.wheels import PYTHONS

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
SUBCOMMANDS = ("lab", "test", "check")


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def steps() -> list[dict]:
    """Return every step of every job of every workflow."""
    jobs = [job for path in WORKFLOWS for job in yaml.safe_load(read(path))["jobs"].values()]
    return [step for job in jobs for step in job["steps"]]


def assert_runs(command: str) -> None:
    """Assert that a command of ours names files that exist, and a subcommand that setup/run.py has."""
    words = shlex.split(command)
    if not re.match(r"python3?$|py$", words[0]):
        return
    assert (ROOT / words[1]).is_file(), command
    if words[1] == "setup/run.py":
        assert words[2] in (*SUBCOMMANDS, "doctor"), command
    for word in words[3:]:
        path = word.partition("=")[2] if word.startswith("--ignore=") else word
        assert path.startswith("-") or (ROOT / path).exists(), command


def test_run_py_has_the_subcommands():
    shown = subprocess.run(
        [sys.executable, "setup/run.py", "--help"],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
    )
    assert all(name in shown.stdout for name in SUBCOMMANDS)


def test_the_workflow_runs_both_commands_on_three_systems():
    jobs = yaml.safe_load(read(".github/workflows/ci.yml"))["jobs"]
    matrix = jobs["readme"]["strategy"]["matrix"]
    assert [name.partition("-")[0] for name in matrix["os"]] == ["ubuntu", "macos", "windows"]
    assert matrix["python"] == list(PYTHONS)
    commands = [step["run"] for step in jobs["readme"]["steps"] if "run" in step]
    assert any("lab_starts.py" in command for command in commands)
    assert '"setup/run.py", "lab"' in read(".github/lab_starts.py")
    assert any(command.startswith("python setup/run.py test") for command in commands)
    assert "tests/browser" in jobs["browser"]["steps"][-1]["run"]


def test_what_is_built_of_the_pages_is_published_by_the_one_job_that_may():
    jobs = yaml.safe_load(read(".github/workflows/ci.yml"))["jobs"]
    build, publish = jobs["pages"]["steps"], jobs["publish"]
    assert "tools docs" in build[-2]["run"] and build[-1]["with"]["path"] == "build/docs"
    assert publish["needs"] == "pages" and "'push'" in publish["if"]
    assert [name for name, job in jobs.items() if "permissions" in job] == ["publish"]
    assert publish["permissions"] == {"pages": "write", "id-token": "write"}


def test_what_the_workflows_call_exists():
    commands = [line for step in steps() if "run" in step for line in step["run"].splitlines()]
    assert len(commands) >= 4
    for command in commands:
        assert_runs(command)


def test_actions_are_pinned_by_hash_and_there_are_no_secrets():
    uses = [step["uses"] for step in steps() if "uses" in step]
    assert uses and all(re.search(r"@[0-9a-f]{40}$", name) for name in uses)
    for path in WORKFLOWS:
        text = read(path)
        assert "secrets." not in text and "AWS_" not in text
        assert yaml.safe_load(text)["permissions"] == {"contents": "read"}


def test_the_dev_container_sets_up_and_finds_the_kernel():
    container = json.loads(read(".devcontainer/devcontainer.json"))
    assert re.search(r"python:3\.(1[1-9])$", container["image"])
    assert_runs(container["postCreateCommand"])
    interpreter = container["customizations"]["vscode"]["settings"]["python.defaultInterpreterPath"]
    assert interpreter.endswith("/.venv/bin/python")
    for name in container["customizations"]["codespaces"]["openFiles"]:
        assert (ROOT / name).is_file()
    assert not {"secrets", "remoteEnv", "containerEnv"} & set(container)


def test_binder_reads_its_own_folder_and_installs_what_is_locked():
    # repo2docker: where binder/ is, the files of the root do not count, environment.yml among them.
    assert {path.name for path in (ROOT / "binder").iterdir()} == {"runtime.txt", "postBuild"}
    wanted = tomllib.loads(read("pyproject.toml"))["project"]["requires-python"]
    version = re.fullmatch(r"python-3\.(\d+)\s*", read("binder/runtime.txt"))[1]
    assert int(version) >= int(wanted.removeprefix(">=3."))
    script = read("binder/postBuild")
    assert script.startswith("#!") and "--locked" in script and "--require-hashes" in script
    pinned = re.search(r'^UV_VERSION = "(.+)"', read("setup/bootstrap/packages.py"), re.MULTILINE)[1]
    assert f"uv=={pinned}\n" in script
    assert f'"uv=={pinned}",' in read("pyproject.toml")  # the contributors' own


@pytest.mark.skipif(os.name == "nt", reason="repo2docker runs on Linux")
def test_binders_script_is_executable_and_parses():
    script = ROOT / "binder" / "postBuild"
    assert os.access(script, os.X_OK)
    if shutil.which("bash"):
        subprocess.run(["bash", "-n", script], check=True, timeout=30)


def test_what_contributing_names_is_there():
    text = read("CONTRIBUTING.md")
    names = set(re.findall(r"`((?:lambdas|sagalab|setup|tests|notebooks|\.github)/[\w./-]+\.\w+)`", text))
    assert len(names) > 10
    missing = [name for name in names if "NN" not in name and not (ROOT / name).exists()]
    assert missing == []
