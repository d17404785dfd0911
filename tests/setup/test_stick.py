"""A stick: setup/run.py works in a copy in the user's home, takes everything from the stick, and writes nothing to it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import small_project

pytest.importorskip("uv", reason="the stick gets the uv of .venv; here is none (conda?)")

STICK_NAME = "Stick #1, 100% für %41lle"
ROOT_ON_LINUX = sys.platform == "linux" and os.geteuid() == 0 and bool(shutil.which("unshare"))
# A network namespace has no way out, not even to this computer's own address.
ALONE = ["unshare", "--net"] if ROOT_ON_LINUX else []
READ_ONLY = ["unshare", "--mount", "--net", "sh", "-c", 'mount --bind -o ro "$0" "$0" && exec "$@"']


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A stick with one package, and an environment with an empty home, where no index answers."""
    base = tmp_path_factory.mktemp("stick")
    with small_project.index(base / "index") as (_, sha256):
        stick = base / STICK_NAME
        stick.mkdir()
        small_project.write(stick, sha256)
        (stick / "wheels").mkdir()
        for wheel in (base / "index").rglob("*.whl"):
            shutil.copy(wheel, stick / "wheels")
    (stick / "wheels" / "edition.txt").write_text("one\n", encoding="utf-8")
    (stick / "sagalab.py").write_text(
        "import sys, sagatiny\nprint('sagalab', *sys.argv[1:])\n", encoding="utf-8"
    )
    (stick / ".hypothesis").mkdir()  # of root's, and private: it would stop another's copying
    home = base / "Müller & Söhne #2"
    home.mkdir()
    return stick, small_project.environment(home, "http://127.0.0.1:9/simple") | {"PIP_RETRIES": "0"}


def _start(stick: Path, env: dict[str, str], before: list[str] | None = None) -> subprocess.CompletedProcess:
    command = small_project.command(stick, "lint", "a file")
    return subprocess.run(
        [*(ALONE if before is None else before), *command],
        cwd=stick.parent,
        env=env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
    )


def _ok(done: subprocess.CompletedProcess) -> str:
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1] == "sagalab lint a file"
    return done.stdout


def _files(folder: Path) -> dict[str, int]:
    return {path.relative_to(folder).as_posix(): path.stat().st_mtime_ns for path in folder.rglob("*")}


@pytest.fixture(scope="module")
def first(made):
    """The stick, its environment, the copy in the home, and what the first start printed: from a disk mounted read-only, where we may."""
    stick, env = made
    before = _files(stick)
    output = _ok(_start(stick, env, before=[*READ_ONLY, str(stick)] if ROOT_ON_LINUX else None))
    assert _files(stick) == before
    return stick, env, Path(env["HOME"]) / "saga-lab", output


def test_the_first_start_copies_the_course_and_says_where_it_is(first):
    _, _, copy, output = first
    assert f"copying the course to {copy}" in output and f"the work is done in {copy}" in output
    assert "This is a stick" in output and "Installing the packages" in output
    assert (
        (copy / ".venv").is_dir() and not (copy / "wheels").exists() and not (copy / ".hypothesis").exists()
    )


def test_the_next_start_copies_nothing_and_the_copy_starts_without_the_stick(first):
    stick, env, copy, _ = first
    (copy / "pytest.py").write_text("# mine\n", encoding="utf-8")
    assert "copying" not in _ok(_start(stick, env))
    assert "stick" not in _ok(_start(copy, env))
    assert (copy / "pytest.py").read_text(encoding="utf-8") == "# mine\n"


def test_a_newer_edition_replaces_the_course_and_loses_nothing(first):
    stick, env, copy, _ = first
    (copy / "my-workshop").mkdir(exist_ok=True)
    (copy / "my-workshop" / "00.ipynb").write_text("mine", encoding="utf-8")
    (copy / "notes.txt").write_text("also mine", encoding="utf-8")
    (stick / "new.txt").write_text("new", encoding="utf-8")
    (stick / "wheels" / "edition.txt").write_text("two\n", encoding="utf-8")
    output = _ok(_start(stick, env))
    assert "copying the course" in output and "Making .venv" not in output
    assert (copy / "new.txt").exists() and (copy / "my-workshop" / "00.ipynb").read_text() == "mine"
    aside = [path.read_text(encoding="utf-8") for path in (copy / ".sagalab").rglob("notes.txt")]
    assert aside == ["also mine"]


def test_a_copy_that_was_not_finished_is_made_again(first):
    stick, env, copy, _ = first
    (copy / "pyproject.toml").unlink()
    (copy / ".sagalab" / "copy-of").write_text("", encoding="utf-8")
    _ok(_start(stick, env))
    assert (copy / "pyproject.toml").exists()


def test_a_folder_of_that_name_that_is_something_else_is_left_alone(made, tmp_path):
    stick, env = made
    (tmp_path / "saga-lab").mkdir()
    (tmp_path / "saga-lab" / "a clone").touch()
    done = _start(stick, env | {"HOME": str(tmp_path), "USERPROFILE": str(tmp_path)})
    assert done.returncode == 2 and "is no copy of a stick" in done.stderr and "Rename it" in done.stderr
    assert [path.name for path in (tmp_path / "saga-lab").iterdir()] == ["a clone"]


@pytest.mark.skipif(not ROOT_ON_LINUX, reason="mounting needs root on Linux")
def test_a_clone_on_a_disk_that_is_mounted_read_only_is_copied_too(made, tmp_path):
    stick, env = made
    source = tmp_path / "disk #3"
    shutil.copytree(stick, source, ignore=shutil.ignore_patterns("wheels"))
    done = _start(source, env | {"HOME": str(tmp_path / "home")}, before=[*READ_ONLY, str(source)])
    copied = f"{source} cannot be written to: copying the course to {tmp_path / 'home' / 'saga-lab'}"
    assert copied in done.stdout, done.stdout + done.stderr
    assert done.returncode == 2 and "The package index cannot be reached" in done.stderr
    assert (tmp_path / "home" / "saga-lab" / "uv.lock").exists()
