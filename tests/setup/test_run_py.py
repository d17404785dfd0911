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

pytest.importorskip("uv", reason="the small project's index serves the uv of .venv; here is none (conda?)")
NO_NETWORK = {
    "PIP_INDEX_URL": "http://127.0.0.1:9/simple",
    "PIP_RETRIES": "0",
    "UV_NO_CACHE": "1",
    "PIP_NO_CACHE_DIR": "1",
}


@pytest.fixture(scope="module")
def index(tmp_path_factory):
    with small_project.index(tmp_path_factory.mktemp("index")) as served:
        yield served


@pytest.fixture(scope="module")
def env(tmp_path_factory, index):
    return small_project.environment(tmp_path_factory.mktemp("home"), index[0])


def _killed_while_installing(folder: Path, env: dict[str, str]) -> str:
    """Start a run and kill it when it is about to fill the new `.venv`; return what it had printed."""
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
        if "Installing" in line:
            break
    os.killpg(process.pid, signal.SIGKILL) if os.name != "nt" else process.kill()
    process.communicate()
    return "".join(lines)


@pytest.fixture(scope="module")
def first_runs(tmp_path_factory, index, env):
    """A project in a folder with spaces, an umlaut, `#`, a comma and `%` in its name, and its first three runs: without a network, killed,
    and a whole one, from another working directory."""
    folder = tmp_path_factory.mktemp("a project") / "saga läb #1, 100%"
    folder.mkdir()
    small_project.write(folder, index[1])
    alone = small_project.run(folder, env | NO_NETWORK)
    killed = _killed_while_installing(folder, env)
    return folder, alone, killed, small_project.run(folder, env, cwd=folder.parent)


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


def test_without_network_there_is_one_line_and_a_later_run_goes_on(first_runs):
    line = _one_line(first_runs[1])
    assert "cannot be reached" in line and "run the same command again" in line


def test_a_run_goes_on_after_one_that_was_killed(first_runs):
    folder, _, killed, done = first_runs
    assert "Getting uv" in killed and "Making .venv" in killed
    output = _ok(done)
    assert "Getting uv" not in output and "Installing the packages" in output
    assert list(_site_packages(folder).glob(f"{small_project.PACKAGE}-1.0.dist-info"))


def test_a_run_with_nothing_to_do_needs_no_network(project, env):
    output = _ok(small_project.run(project, env | NO_NETWORK))
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
    assert "Installing the packages" in _ok(small_project.run(project, env))
    assert not (project / ".venv" / "sagalab-syncing").exists()


def test_what_does_not_fit_the_lock_or_does_not_come_is_one_line_and_the_next_run_mends_it(project, env):
    """What arrives from another index is held to the lock's hash."""
    lock = project / "uv.lock"
    before = lock.read_text(encoding="utf-8")
    shutil.rmtree(_site_packages(project) / f"{small_project.PACKAGE}-1.0.dist-info")
    lock.write_text(re.sub("sha256:........", "sha256:00000000", before), encoding="utf-8")
    try:
        other = small_project.run(project, env | {"UV_NO_CACHE": "1"})
    finally:
        lock.write_text(before, encoding="utf-8")
    assert "sagatiny is not the file of uv.lock" in _one_line(other)
    wishes = project / "pyproject.toml"
    wanted = wishes.read_text(encoding="utf-8")
    wishes.write_text(wanted.replace("dependencies = [", 'dependencies = ["sagahuge", '), encoding="utf-8")
    try:
        stale = small_project.run(project, env)
    finally:
        wishes.write_text(wanted, encoding="utf-8")
    assert "uv.lock does not match pyproject.toml" in _one_line(stale)
    assert "cannot be reached" in _one_line(small_project.run(project, env | NO_NETWORK))
    _ok(small_project.run(project, env))


def test_two_runs_at_once_wait_for_each_other(project, env):
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sys; sys.path.insert(0, sys.argv[1])\nfrom bootstrap.packages import take_lock\n"
            "with open(sys.argv[2], 'ab') as file: take_lock(file); print('held', flush=True); sys.stdin.read()",
            str(project / "setup"),
            str(project / ".sagalab" / "setup.lock"),
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
    assert "Another setup is at work here" in waiting.stdout.readline()
    holder.communicate("")
    output, _ = waiting.communicate(timeout=60)
    assert waiting.returncode == 0
    assert output.splitlines()[-1] == "pytest runs True -n auto --dist loadfile --no-loadscope-reorder"


def _is_venv(project: Path) -> bool:
    """Return what the small project's own bootstrap says of its `.venv`."""
    code = "import sys; sys.path.insert(0, sys.argv[1])\nfrom bootstrap import packages\nprint(packages.is_venv())"
    return subprocess.run(
        [getattr(sys, "_base_executable", sys.executable), "-c", code, str(project / "setup")],
        capture_output=True,
        encoding="utf-8",
        check=True,
        timeout=30,
    ).stdout.strip() == str(True)


def test_a_venv_that_uv_would_not_mend_is_recognised(project, env):
    """Of another Python, of a Python that is gone, cut off, made elsewhere, by Python's venv too; and one that moved is made anew."""
    configuration = project / ".venv" / "pyvenv.cfg"
    good = configuration.read_text(encoding="utf-8")
    home = next(line for line in good.splitlines() if line.startswith("home"))
    version = next(line for line in good.splitlines() if line.startswith("version"))
    cases = [
        (True, good),
        (True, "".join(line + "\n" for line in good.splitlines() if not line.startswith("command"))),
        (True, good.replace("uv venv", "/usr/bin/python3 -m venv --without-pip")),
        (False, good.replace(version, "version = 3.8.1")),
        (False, good.replace(home, f"home = {project / 'gone'}")),
        (False, good.replace(str(project), str(project / "elsewhere"))),
        (False, good.replace(f" {project}", f" /elsewhere{project}")),
        (False, good[:10]),
        (False, ""),
    ]
    try:
        for expected, text in cases:
            configuration.write_text(text, encoding="utf-8")
            assert _is_venv(project) is expected, text
    finally:
        configuration.write_text(good, encoding="utf-8")
    moved = project.with_name("moved")
    os.replace(project, moved)
    try:
        assert not _is_venv(moved)
        shutil.rmtree(moved / ".venv")
        (moved / ".venv").write_text("no folder at all", encoding="utf-8")
        assert "Making .venv" in _ok(small_project.run(moved, env))
    finally:
        os.replace(moved, project)
    assert not _is_venv(project)


def test_the_environment_leads_no_one_astray(project, env, tmp_path):
    """Settings of the user's shell that would install elsewhere or load other packages change nothing. What lacks comes."""
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


@pytest.mark.parametrize("arguments", [[], ["--nothing"]])
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
