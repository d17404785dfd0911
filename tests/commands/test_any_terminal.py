"""The command line on any terminal: encodings that lack signs, Ctrl-C, a disk that takes nothing."""

import json
import os
import re
import signal
import socket
import subprocess
import sys

import pytest

from sagalab.project import ROOT, state_dir

MACHINE = {"StartAt": "Größe 中", "States": {"Größe 中": {"Type": "Pass", "Next": "Gone"}}}


def sagalab(*arguments: str, encoding: str = "utf-8", **variables: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-m", "sagalab", *arguments],
        cwd=ROOT,
        env=os.environ | {"PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"} | variables,
        capture_output=True,
        timeout=60,
    )


@pytest.fixture
def machine(tmp_path) -> str:
    path = tmp_path / "machine.asl.json"
    path.write_text(json.dumps(MACHINE), encoding="utf-8")
    return str(path)


@pytest.mark.parametrize(
    ("encoding", "sign"), [("cp1252", "× error"), ("cp437", "x error"), ("ascii", "x error")]
)
def test_a_finding_has_a_sign_that_the_encoding_has(machine, encoding, sign):
    done = sagalab("lint", machine, encoding=encoding)
    assert done.returncode == 1 and done.stderr == b""
    shown = done.stdout.decode(encoding)
    assert sign in shown and "\\u4e2d" in shown


@pytest.mark.parametrize("encoding", ["cp1252", "ascii"])
def test_json_and_errors_and_help_are_told_in_any_encoding(machine, encoding, tmp_path):
    found = json.loads(sagalab("lint", "--json", machine, encoding=encoding).stdout.decode(encoding))
    assert found[0]["state"] == "Größe 中"
    done = sagalab("lint", str(tmp_path / "中.json"), encoding=encoding)
    assert done.returncode == 2 and b"There is no file" in done.stderr and b"Traceback" not in done.stderr
    assert sagalab("--help", encoding=encoding).returncode == 0


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT for one process alone")
@pytest.mark.parametrize("command", ["storm", "run"])
def test_ctrl_c_says_what_to_run_again(cloud, tmp_path, monkeypatch, command):
    arguments = {"storm": ["storm", "300"], "run": ["run", "--scenario", "3"]}[command]
    # stands still where the command begins to work, so that Ctrl-C meets it there
    code = (
        "import signal, sys, time; sys.argv[0] = 'sagalab'; import importlib\n"
        # a shell lets what it starts in the background ignore Ctrl-C: CI may be started so
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        # short sleeps: a signal just before a sleep begins is heard only when that sleep ends
        "def still():\n"
        "    print('works', flush=True)\n"
        "    while True: time.sleep(0.05)\n"
        "importlib.import_module('sagalab.cloud.connect').connect = still\n"
        "from sagalab.commands.app import main; main()"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8",
    )  # fmt: skip
    assert process.stdout.readline() == "works\n"
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 130
    assert f"Run it again: sagalab {' '.join(arguments)}" in said and "Traceback" not in said


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGTERM")
@pytest.mark.parametrize("sent", ["SIGTERM", "SIGHUP", "SIGINT"])
def test_a_demonstration_that_is_ended_leaves_nothing(cloud, tmp_path, sent):
    opener = tmp_path / "browser"
    opener.write_text("#!/bin/sh\necho opened\n")
    opener.chmod(0o700)
    # a shell lets what it starts in the background ignore Ctrl-C: CI may be started so
    heard = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); from sagalab.commands.app import main; main()"
    with subprocess.Popen(
        [sys.executable, "-c", heard, "demo"], cwd=ROOT, stdout=subprocess.PIPE, encoding="utf-8",
        env=os.environ | {"SAGALAB_PREFIX": "demo-end", "BROWSER": f"{opener} %s"},
    ) as process:  # fmt: skip
        port = int(re.search(r"127\.0\.0\.1:(\d+)", process.stdout.readline()).group(1))
        assert "speaker" in process.stdout.readline()
        assert process.stdout.readline() == "opened\n"
        assert list(state_dir().glob("demo-*"))
        process.send_signal(number := getattr(signal, sent))
        assert process.wait(30) == (0 if sent == "SIGINT" else 128 + number)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port))
    assert not list(state_dir().glob("demo-*"))


COMMANDS = (
    ["deploy"],
    ["status"],
    ["parked"],
    ["demo"],
    ["cloud", "start"],
    ["cloud", "stop"],
    ["cloud", "env"],
)


# One start of Python for all of them; each runs from its arguments to its exit, and what it told stands in a line of JSON.
_ALL = """
import contextlib, io, json, sys
from sagalab.commands.app import app, main
for command in json.loads(sys.argv[1]):
    app.registered_commands.clear(), app.registered_groups.clear()
    sys.argv, told = ["sagalab", *command], io.StringIO()
    try:
        with contextlib.redirect_stderr(told):
            main()
        code = 0
    except SystemExit as left:
        code = left.code
    print(json.dumps([command, code, told.getvalue()]), file=sys.__stdout__, flush=True)
"""


def test_a_folder_that_cannot_be_made_is_one_sentence_and_its_cure(tmp_path):
    (tmp_path / "file").touch()
    done = subprocess.run(
        [sys.executable, "-c", _ALL, json.dumps(COMMANDS)],
        cwd=ROOT, env=os.environ | {"SAGALAB_STATE_DIR": str(tmp_path / "file" / "state")},
        capture_output=True, encoding="utf-8", timeout=60,
    )  # fmt: skip
    ended = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("[[")]
    assert [command for command, _, _ in ended] == list(COMMANDS), done.stderr
    for command, code, told in ended:
        assert code == 2, command
        what, cure = told.splitlines()
        assert "cannot be used" in what and "Set SAGALAB_STATE_DIR" in cure, command


@pytest.mark.skipif(
    not os.path.isdir("/proc/self"), reason="a folder of Linux in which nobody can make a file"
)
@pytest.mark.parametrize("command", [["cloud", "start"], ["cloud", "stop"]], ids=" ".join)
def test_a_folder_that_takes_no_file_is_refused_and_not_waited_for(command):
    done = sagalab(*command, SAGALAB_STATE_DIR="/proc/self")
    assert done.returncode == 2
    what, cure = done.stderr.decode().splitlines()
    assert "cannot be used" in what and "Set SAGALAB_STATE_DIR" in cure


@pytest.mark.skipif(os.name == "nt", reason="Windows limits no size of files")
@pytest.mark.parametrize("command", [["deploy"], ["cloud", "start"], ["doctor"]], ids=" ".join)
def test_a_disk_that_takes_nothing_is_one_sentence_and_its_cure(tmp_path, command):
    full = "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0)); "
    code = f"{full}sys.argv = {['sagalab', *command]}; from sagalab.commands.app import main; main()"
    done = subprocess.run(
        [sys.executable, "-B", "-c", code],
        cwd=ROOT, env=os.environ | {"SAGALAB_STATE_DIR": str(tmp_path)}, capture_output=True, encoding="utf-8",
    )  # fmt: skip
    told = done.stdout if command == ["doctor"] else done.stderr
    assert done.returncode == (1 if command == ["doctor"] else 2)
    assert "cannot be used: File too large" in told and "Free some space there" in told
    assert "Traceback" not in done.stdout + done.stderr
