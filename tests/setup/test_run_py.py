"""setup/run.py does its whole work for real, on a small project with an index of its own."""

import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import small_project

pytest.importorskip("uv", reason="setup/run.py puts uv into .venv; here is none (conda?)")


@pytest.fixture(scope="module")
def index(tmp_path_factory):
    with small_project.index(tmp_path_factory.mktemp("index")) as served:
        yield served


@pytest.fixture(scope="module")
def env(tmp_path_factory, index):
    return small_project.environment(tmp_path_factory.mktemp("home"), index[0])


def _killed_while_making(folder: Path, env: dict[str, str]) -> str:
    """Start a run and kill it when it is about to put pip into the new `.venv`; return its first line."""
    process = subprocess.Popen(
        small_project.command(folder, "test"),
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        encoding="utf-8",
        start_new_session=True,
    )
    lines = []
    for line in process.stdout:
        lines.append(line)
        if "Getting pip" in line:
            break
    os.killpg(process.pid, signal.SIGKILL) if os.name != "nt" else process.kill()
    process.communicate()
    return lines[0]


@pytest.fixture(scope="module")
def first_runs(tmp_path_factory, index, env):
    """A project in a folder with spaces, an umlaut, `#`, a comma and `%` in its name, the first line of a run that was killed, and the next
    run, from another working directory."""
    folder = tmp_path_factory.mktemp("a project") / "saga läb #1, 100%"
    folder.mkdir()
    small_project.write(folder, index[1])
    killed = _killed_while_making(folder, env)
    return folder, killed, small_project.run(folder, env, cwd=folder.parent)


@pytest.fixture
def project(first_runs):
    """The project after its first whole run."""
    return first_runs[0]


def _programs(project: Path) -> Path:
    return project / ".venv" / ("Scripts" if os.name == "nt" else "bin")


def _site_packages(project: Path) -> Path:
    return next((project / ".venv").rglob("site-packages"))


def _ok(done: subprocess.CompletedProcess) -> str:
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1] == "pytest runs True -k one"
    return done.stdout


def _one_line(done: subprocess.CompletedProcess) -> str:
    """Return the one line that says what is wrong."""
    assert done.returncode == 2, done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1, done.stderr
    return lines[0]


def test_a_run_makes_everything_anew_after_one_that_was_killed(first_runs):
    folder, killed, done = first_runs
    assert "Making .venv" in killed and "there is none yet" in killed
    output = _ok(done)
    assert "Making .venv" in output and "was not finished" in output and "Packages installed" in output
    assert list(_site_packages(folder).glob(f"{small_project.PACKAGE}-1.0.dist-info"))


def test_a_run_with_nothing_to_do_needs_no_network(project, env):
    output = _ok(small_project.run(project, env | {"PIP_INDEX_URL": "http://127.0.0.1:9/simple"}))
    assert output.splitlines()[0].endswith("Everything is installed.")


def test_a_command_of_sagalab_goes_through(project, env):
    (project / "sagalab.py").write_text("import sys; print('sagalab', *sys.argv[1:])\n", encoding="utf-8")
    done = small_project.run(project, env, "lint", "--json", "a file")
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "sagalab lint --json a file")


def test_a_sync_that_was_killed_is_mended(project, env):
    site = _site_packages(project)
    (project / ".venv" / "sagalab-syncing").touch()
    (site / f"{small_project.PACKAGE}-1.0.dist-info" / "RECORD").unlink()
    (site / small_project.PACKAGE / "__init__.py").unlink()
    assert "Packages installed" in _ok(small_project.run(project, env))
    assert not (project / ".venv" / "sagalab-syncing").exists()


def test_a_package_that_lacks_is_installed(project, env):
    shutil.rmtree(_site_packages(project) / f"{small_project.PACKAGE}-1.0.dist-info")
    assert "Packages installed" in _ok(small_project.run(project, env))


def test_a_lock_that_does_not_fit_the_files_is_refused(project, env):
    """What arrives from another index is held to the lock's hash."""
    lock = project / "uv.lock"
    before = lock.read_text(encoding="utf-8")
    site = _site_packages(project)
    shutil.rmtree(site / f"{small_project.PACKAGE}-1.0.dist-info")
    lock.write_text(re.sub("sha256:........", "sha256:00000000", before), encoding="utf-8")
    try:
        done = small_project.run(project, env | {"UV_NO_CACHE": "1"})
    finally:
        lock.write_text(before, encoding="utf-8")
    assert "sagatiny is not the file of uv.lock" in _one_line(done)
    _ok(small_project.run(project, env))


@pytest.mark.parametrize("tool", ["pip", "uv"])
def test_without_network_there_is_one_line_and_the_next_run_mends_it(project, env, tool):
    site = _site_packages(project)
    for folder in site.glob("uv-*.dist-info" if tool == "pip" else f"{small_project.PACKAGE}-*.dist-info"):
        shutil.rmtree(folder)
    closed = env | {
        "PIP_INDEX_URL": "http://127.0.0.1:9/simple",
        "PIP_RETRIES": "0",
        "UV_NO_CACHE": "1",
        "PIP_NO_CACHE_DIR": "1",
    }
    line = _one_line(small_project.run(project, closed))
    assert "cannot be reached" in line and "run the same command again" in line
    _ok(small_project.run(project, env))


def test_two_runs_at_once_wait_for_each_other(project, env):
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sys; sys.path.insert(0, sys.argv[1])\nfrom bootstrap.venv_folder import one_at_a_time\n"
            "with one_at_a_time(): print('held', flush=True); sys.stdin.read()",
            str(project / "setup"),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )
    assert holder.stdout.readline() == "held\n"
    waiting = subprocess.Popen(
        small_project.command(project, "test"),
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )
    assert f"Another setup (process {holder.pid}) is at work here" in waiting.stdout.readline()
    holder.communicate("")
    output, _ = waiting.communicate(timeout=60)
    assert waiting.returncode == 0
    assert output.splitlines()[-1] == "pytest runs True -n auto --dist loadfile --no-loadscope-reorder"


def _ask(project: Path, expression: str) -> str:
    """Return what an expression of the small project's own bootstrap gives."""
    code = (
        f"import sys; sys.path.insert(0, sys.argv[1])\nfrom bootstrap import venv_folder\nprint({expression})"
    )
    return subprocess.run(
        [getattr(sys, "_base_executable", sys.executable), "-c", code, str(project / "setup")],
        capture_output=True,
        encoding="utf-8",
        check=True,
        timeout=30,
    ).stdout.strip()


def test_what_makes_a_venv_unusable_is_recognised(project):
    """Of another Python, of a Python that is gone, without its python, cut off, moved."""
    why = "venv_folder.why_not_usable()"
    configuration = project / ".venv" / "pyvenv.cfg"
    good = configuration.read_text(encoding="utf-8")
    home = next(line for line in good.splitlines() if line.startswith("home"))
    version = next(line for line in good.splitlines() if line.startswith("version"))
    cases = {
        "": good,
        "the one here was made by Python 3.8.1": good.replace(version, "version = 3.8.1"),
        "the Python that made the one here is gone": good.replace(home, f"home = {project / 'gone'}"),
        "the one here was not finished": "",
    }
    for reason, text in cases.items():
        configuration.write_text(text, encoding="utf-8")
        try:
            assert _ask(project, why) == reason
        finally:
            configuration.write_text(good, encoding="utf-8")
    moved = project.with_name("moved")
    os.replace(project, moved)
    try:
        assert _ask(moved, why) == "the one here was made in another folder"
    finally:
        os.replace(moved, project)
    assert _ask(project, why) == ""


def test_the_environment_leads_no_one_astray(project, env, tmp_path):
    """Settings of the user's shell that would install elsewhere or load other packages change nothing."""
    (tmp_path / small_project.PACKAGE).mkdir()
    (tmp_path / small_project.PACKAGE / "__init__.py").write_text("WHOLE = False\n", encoding="utf-8")
    shutil.rmtree(_site_packages(project) / f"{small_project.PACKAGE}-1.0.dist-info")
    astray = env | {
        "PYTHONPATH": str(tmp_path),
        "VIRTUAL_ENV": str(tmp_path),
        "UV_PROJECT_ENVIRONMENT": str(tmp_path / "other"),
        "UV_PYTHON": "3.8",
        "UV_FROZEN": "1",
        "PIP_TARGET": str(tmp_path / "target"),
        "PIP_USER": "1",
    }
    _ok(small_project.run(project, astray))
    assert not (tmp_path / "other").exists() and not (tmp_path / "target").exists()


@pytest.mark.parametrize("arguments", [[], ["--nothing"], ["lab", "--port", "70000"]])
def test_a_wrong_command_line_is_refused(project, env, arguments):
    done = subprocess.run(
        small_project.command(project, *arguments), env=env, capture_output=True, encoding="utf-8"
    )
    assert done.returncode == 2
    assert "usage: setup/run.py" in done.stderr


OLD_PYTHONS = sorted(
    path
    for path in (Path.home() / ".pyenv" / "versions").glob("*/bin/python")
    if path.parts[-3].split(".")[:2] in (["2", "7"], ["3", "6"], ["3", "8"], ["3", "10"])
)


@pytest.mark.skipif(not OLD_PYTHONS, reason="no old Python under ~/.pyenv/versions")
@pytest.mark.parametrize("python", OLD_PYTHONS, ids=lambda path: path.parts[-3])
def test_an_old_python_says_what_is_needed(python, project):
    done = subprocess.run(
        [python, project / "setup" / "run.py", "lab"], env={"PATH": ""}, capture_output=True, encoding="utf-8"
    )
    assert done.returncode == 2
    version = ".".join(python.parts[-3].split(".")[:2])
    assert done.stderr == (
        f"Python 3.11 or later is needed, this is {version}. "
        "Install it from https://www.python.org/downloads/ and run this command with it.\n"
    )
