"""Make `.venv` whole, doing only what is missing. When nothing is missing this costs some milliseconds."""

from bootstrap import packages, stamp, venv_folder
from bootstrap.console import say, step
from bootstrap.damage import forget_damaged
from bootstrap.failures import SetupProblem
from bootstrap.lock import one_at_a_time
from bootstrap.places import python_version
from bootstrap.stamp import Found


def ensure(*, dev: bool) -> None:
    """Make `.venv` ready; `dev`: with the tools for the tests too. Raises SetupProblem or OSError."""
    if _is_ready(dev):
        say("Everything is installed.")
        return
    with one_at_a_time():
        if _is_ready(dev):
            say("Everything is installed (by the other setup).")
            return
        _make_ready(dev)


def _is_ready(dev: bool) -> bool:
    return not venv_folder.why_not_usable() and stamp.compare(packages.UV_VERSION, dev=dev) is Found.GOOD


def _make_ready(dev: bool) -> None:
    damaged = False
    reason = venv_folder.why_not_usable()
    if reason:
        _make_venv(reason)
    else:
        damaged = stamp.compare(packages.UV_VERSION, dev=dev) is Found.DAMAGED
        if damaged:
            _forget_damaged()
        if not (packages.has_pip() and packages.has_uv()):
            _mend_tools()
    # What was there for the tests stays and must be kept up to date with the lock.
    with_dev = dev or bool(stamp.read().get("dev"))
    packages.sync(dev=with_dev, check=damaged)
    stamp.write(packages.UV_VERSION, dev=with_dev)


def _forget_damaged() -> None:
    with step("Looking for packages that are not whole", "Looked at every file"):
        names = forget_damaged()
    say(f"To be installed again: {', '.join(names) or 'none'}")


def _mend_tools() -> None:
    try:
        _install_tools()
    except SetupProblem as problem:
        if not problem.unknown:
            raise
        # Someone else's .venv, cut off in the middle: its pip does not run.
        _make_venv("pip does not run in the one here")


def _make_venv(reason: str) -> None:
    with step(f"Making .venv with Python {python_version()} ({reason})", "Made .venv"):
        venv_folder.make()
    _install_tools()
    venv_folder.finished()


def _install_tools() -> None:
    with step(f"Getting pip and uv {packages.UV_VERSION}", f"uv {packages.UV_VERSION} is here"):
        if not packages.has_pip():
            packages.install_pip()
        if not packages.has_uv():
            packages.install_uv()
