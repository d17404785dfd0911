"""Make `.venv` whole: a Python, uv, and by uv the packages of uv.lock. With nothing to do it costs a tenth of a second."""

from bootstrap import packages, venv_folder
from bootstrap.console import say, step
from bootstrap.failures import SetupProblem
from bootstrap.lock import one_at_a_time
from bootstrap.places import python_version


def ensure(*, dev: bool) -> None:
    """Make `.venv` ready; `dev`: with the tools for the tests too. Raises SetupProblem or OSError."""
    with one_at_a_time():
        reason = venv_folder.why_not_usable()
        if reason:
            _make_venv(reason)
        elif not packages.has_uv():
            _mend_uv()
        # What was there for the tests stays and must be kept up to date with the lock.
        packages.sync(dev=dev or packages.has_test_tools())
    say("Everything is installed.")


def _mend_uv() -> None:
    try:
        _install_uv()
    except SetupProblem as problem:
        if not problem.unknown:
            raise
        # Someone else's .venv, cut off in the middle: its pip does not run.
        _make_venv("pip does not run in the one here")


def _make_venv(reason: str) -> None:
    with step(f"Making .venv with Python {python_version()} ({reason})", "Made .venv"):
        venv_folder.make()
    _install_uv()
    venv_folder.finished()


def _install_uv() -> None:
    with step(f"Getting pip and uv {packages.UV_VERSION}", f"uv {packages.UV_VERSION} is here"):
        if not packages.has_pip():
            packages.install_pip()
        packages.install_uv()
