"""Start the workshop: JupyterLab on the first notebook, and while it starts, the local cloud with the saga."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from sagalab import settings
from sagalab.errors import SagaLabError
from sagalab.project import NOTEBOOKS, ROOT
from sagalab.upkeep import jupyter_settings

_FIRST_NOTEBOOK = "00_start_here.ipynb"
_LABEXTENSIONS = ROOT / "setup" / "labextension"
# JupyterLab with its parts' warnings to developers off ("ServerApp.token config is deprecated").
_LAB = (
    "import warnings; warnings.simplefilter('ignore', DeprecationWarning); "
    "from jupyterlab.labapp import main; main()"
)
_LOOK_SECONDS, _GRACE_SECONDS = 0.5, 5.0
_BIN = Path(sys.executable).parent


def check_port(port: int) -> None:
    """Raise SagaLabError when `port` on 127.0.0.1 is taken."""
    with socket.socket() as probe:
        if os.name != "nt":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise SagaLabError(
                f"Port {port} cannot be used ({error.strerror}).",
                "Choose another with --port N, or leave --port out: a free one is found.",
            ) from None


def _typed() -> str:
    """Return `sagalab` as the user types it: a terminal that runs setup/run.py has not activated .venv."""
    return str(_BIN.relative_to(ROOT) / "sagalab") if _BIN.is_relative_to(ROOT) else "sagalab"


def deploy_saga(say: Callable[[str], None]) -> None:
    """Start the local cloud and deploy the saga. A failure is said: the notebooks deploy too."""
    from sagalab.deploying.deploy import deploy

    begun = time.monotonic()
    try:
        deploy(progress=False)
    except SagaLabError as error:
        say(f"✗ {error.what} {error.cure}")
        say(f"✗ The saga is not deployed; the notebooks try it again. What may be wrong: {_typed()} doctor")
    else:
        say(f"✓ The saga is deployed on the local cloud ({time.monotonic() - begun:.1f} s)")


def _cloud_is_running() -> bool:
    from sagalab.cloud import local_process

    try:
        return bool(local_process.status()["running"])
    except SagaLabError:
        return True  # not to be stopped by us: we know nothing of it


def open_notebooks(say: Callable[[str], None]) -> str:
    """Make the participant's working copies; return the notebook to begin with, as a path in the project.

    Where they cannot be made, that is said, and the published notebooks are opened.
    """
    from sagalab.course.working_copies import in_words, make_copies

    first = NOTEBOOKS / _FIRST_NOTEBOOK
    try:
        copies = make_copies()
        say(in_words(copies))
        first = copies.folder / _FIRST_NOTEBOOK
    except SagaLabError as error:
        say(f"✗ {error.what} {error.cure}")
    return first.relative_to(ROOT).as_posix()


def jupyter_command(*, browser: bool, port: int | None, notebook: str) -> list[str]:
    """Return the command that starts JupyterLab with the whole project in its file browser."""
    command = [sys.executable, "-c", _LAB, f"--ServerApp.root_dir={ROOT}"]
    command += [f"--LabApp.default_url=/lab/tree/{notebook}"]  # so that the printed address leads there too
    command += [f"--LabApp.extra_labextensions_path={_LABEXTENSIONS}"]
    command += [f"--LabApp.workspaces_dir={jupyter_settings.WORKSPACES}"]
    command += ["--Application.log_level=WARN"]
    # no language server is installed, and to look for one it would start node and npm
    command += ["--LanguageServerManager.autodetect=False"]
    command += ["--ServerApp.answer_yes=True"]  # Ctrl-C ends it without a question
    if port:
        command += [f"--ServerApp.port={port}", "--ServerApp.port_retries=0"]
    if not browser:
        command += ["--no-browser"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command += ["--allow-root"]  # containers and CI; Jupyter refuses otherwise
    return command


def _start(command: list[str]) -> subprocess.Popen:
    environment = dict(os.environ)
    environment["JUPYTER_PREFER_ENV_PATH"] = "1"  # kernels and settings of .venv before those in the home
    if shutil.which("sagalab") != str(_BIN / "sagalab"):  # `!sagalab …` in a notebook
        environment["PATH"] = os.pathsep.join([str(_BIN), os.environ.get("PATH", os.defpath)])
    return subprocess.Popen(command, cwd=ROOT, env=environment)


def _wait(jupyter: subprocess.Popen, ended: list[int]) -> int:
    """Wait for JupyterLab's end; return its exit code. A Ctrl-C that got lost in its imports is said again."""
    asked: float | None = None
    while True:
        try:
            return jupyter.wait(_LOOK_SECONDS)
        except subprocess.TimeoutExpired:
            if ended and asked is None:
                asked = time.monotonic()
            if asked is not None and time.monotonic() - asked > _GRACE_SECONDS:
                jupyter.terminate()


def _run(command: list[str], announce: Callable[[], None], meanwhile: Callable[[], None]) -> tuple[int, bool]:
    """Run JupyterLab to its end, and `meanwhile` beside it; return its exit code, and whether the user ended it.

    `announce` says that Ctrl-C ends it: only once that is true.

    Ctrl-C reaches JupyterLab by itself, because it shares our terminal. A SIGTERM (and SIGHUP, when the terminal's
    window closes) that reaches us alone is passed on. `meanwhile` is not cut off but by a second Ctrl-C.
    """
    jupyter: subprocess.Popen | None = None
    ended: list[int] = []

    def end(number: int, _frame: object) -> None:
        ended.append(number)
        if jupyter and number != signal.SIGINT:
            jupyter.terminate()
        if ended.count(signal.SIGINT) > 1:
            raise KeyboardInterrupt

    numbers = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = {number: signal.signal(number, end) for number in numbers}
    try:
        announce()
        jupyter = _start(command)
        if ended:
            jupyter.terminate()
        else:
            meanwhile()
        return _wait(jupyter, ended), bool(ended)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def run_lab(*, browser: bool, port: int | None, say: Callable[[str], None] = print) -> int:
    """Run JupyterLab until it ends, or Ctrl-C or a signal ends it; return the exit code.

    A local cloud that was started for it ends with it, even when this process is killed. Raises SagaLabError
    for a port that is taken, and without the notebooks (an installed package).
    """
    from sagalab.cloud import local_process
    from sagalab.course.start_over import keep_pristine

    if port:
        check_port(port)
    jupyter_settings.write()
    with contextlib.suppress(OSError):  # a full disk: `sagalab reset` will say that there is no copy
        keep_pristine()
    command = jupyter_command(browser=browser, port=port, notebook=open_notebooks(say))
    local = not settings.on_aws()
    starts_cloud = local and not _cloud_is_running()
    if starts_cloud:
        settings.be_owner()

    def announce() -> None:
        say(
            f"· Starting JupyterLab{' and deploying the saga' if local else ''}. Ctrl-C in this window ends it."
        )
        if not local:
            say(f"· SAGALAB_CLOUD=aws: nothing is deployed by itself. When you want it: {_typed()} deploy")

    try:
        code, ended_by_user = _run(command, announce, partial(deploy_saga, say) if local else lambda: None)
    finally:
        if starts_cloud:
            local_process.stop()
    if starts_cloud:
        say("✓ JupyterLab has ended, and so has the local cloud started for it. Nothing is left running.")
    elif local:
        goes_on = f"The local cloud ran before it and goes on; to end it: {_typed()} cloud stop"
        say(f"✓ JupyterLab has ended. {goes_on}")
    return 0 if ended_by_user else code
