"""Every test run has its own state folder, and with it its own local cloud, which ends with the run.

It stands here and not in tests/, because nbval runs the notebooks too: their kernels inherit this
environment. So the tests never meet a workshop that runs in the same clone.
"""

import gc
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import coverage
import nbval.kernel
import nbval.plugin
import psutil
import pytest
from xdist.scheduler import LoadFileScheduling

from tools.coverage import ROOMS

ROOT = Path(__file__).resolve().parent
pytest_plugins = ["pytester"]  # for the tests of our own plugin


# The tests start hundreds of processes: where a system asks for no bytecode, each would compile the project anew.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False


# Thousands of tests are objects that stay: to look at them all again and again takes a fifth of the pure tests' time.
gc.set_threshold(50_000, 10, 10)


def pytest_collection_finish() -> None:
    gc.freeze()


def pytest_configure(config) -> None:
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        # so it is in the background of a script, and what the tests start would never hear of a Ctrl-C
        signal.signal(signal.SIGINT, signal.default_int_handler)
    folder = Path(tempfile.mkdtemp(prefix="sagalab-tests-"))
    config.sagalab_state_dir = folder
    os.environ["SAGALAB_STATE_DIR"] = str(folder)
    os.environ["SAGALAB_CLOUD"] = "local"
    os.environ["IPYTHONDIR"] = str(folder / "ipython")  # the user's own start-up files stay out
    config.option.nbval_sanitize_with = str(ROOT / "tests" / "nbval" / "sanitize.cfg")
    # With --cov nbval would start coverage in each notebook's kernel, which does not answer for a minute then.
    nbval.plugin.setup_coverage = nbval.plugin.teardown_coverage = lambda *_given: None
    nbval.kernel.start_new_kernel = _start_kernel


_start_once = nbval.kernel.start_new_kernel


def _start_kernel(*given, **options):
    """Start nbval's kernel, a second time where it died at once: of several that begin together, two can take one port."""
    try:
        return _start_once(*given, **options)
    except RuntimeError:
        return _start_once(*given, **options)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Return how many test files run at once: with four they take some 6 GB."""
    return 4 if psutil.virtual_memory().available > 8e9 else 2


class _Files(LoadFileScheduling):
    """A worker gets a file, and of the browser's a folder: its files share Chromium, and JupyterLab (tests/browser/conftest.py)."""

    def _split_scope(self, nodeid: str) -> str:
        file = super()._split_scope(nodeid)
        return file.rpartition("/")[0] if file.startswith("tests/browser/") else file


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log) -> LoadFileScheduling | None:
    return _Files(config, log) if config.getoption("dist") == "loadfile" else None


# Files that take long, the longest first; before them those with a browser: with several files at once none of them must
# be the last, while one worker goes on and the others have nothing left to do.
_LONG = (
    "test_upgrade", "test_run_py", "test_checks",
    "test_every_fault", "test_neighbours", "test_forty_on_quotas", "test_docs", "test_stick",
    "test_lab_panel", "test_any_terminal", "test_solved_notebooks",
    "test_cloud_process", "test_kills", "test_doors", "test_fork_server", "test_lambda_limits", "test_lambda_concurrency",
)  # fmt: skip


def pytest_collection_modifyitems(items) -> None:
    """Run the notebooks first: on a local cloud on which nothing is deployed, with waits as long as they say.

    Later the tests' own cloud (tests/conftest.py) is in the environment that a kernel would inherit. Then come the
    browser's, and the files that take long.
    """

    def place(item) -> tuple[bool, bool, int]:
        file, browser = item.path.stem, item.path.is_relative_to(ROOT / "tests" / "browser")
        return item.path.suffix != ".ipynb", not browser, _LONG.index(file) if file in _LONG else len(_LONG)

    items.sort(key=place)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item) -> None:
    """With a bare --cov, measure the pure rooms' own tests alone: in the others, those of the explorer most of all, it
    takes three quarters of their time again, and the floor is reached without them."""
    plugin = item.config.pluginmanager.get_plugin("_cov")
    control = plugin and plugin.cov_controller
    if control and item.config.option.cov_source == [True]:
        measured = any((ROOT / "tests" / room) in item.path.parents for room in ROOMS)
        if measured != control.started:
            (control.resume if measured else control.pause)()
        if not measured:
            while under := coverage.Coverage.current():
                under.stop()  # in a worker pytest-cov has begun another one, which would go on beneath


def pytest_unconfigure(config) -> None:
    folder = config.sagalab_state_dir
    if any(folder.glob("*")):
        subprocess.run(
            [sys.executable, "-m", "sagalab", "cloud", "stop"],
            cwd=ROOT,
            env=os.environ | {"SAGALAB_STATE_DIR": str(folder)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=60,
        )
    shutil.rmtree(folder, ignore_errors=True)
