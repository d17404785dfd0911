"""`run.py lab`: the local cloud with the saga deployed, and JupyterLab on the first notebook."""

import json
import os
import socket

from bootstrap import jupyter_settings
from bootstrap.console import say, step
from bootstrap.failures import SetupProblem
from bootstrap.foreground import run_in_front
from bootstrap.places import (
    BIN,
    FIRST_NOTEBOOK,
    LABEXTENSIONS,
    MY_FIRST_NOTEBOOK,
    PYTHON,
    ROOT,
    child_environment,
)
from bootstrap.pristine import keep_pristine
from bootstrap.running import captured

_SAGALAB = [str(PYTHON), "-m", "sagalab"]
# JupyterLab with its parts' warnings to developers off ("ServerApp.token config is deprecated"). voila, one of them,
# turns them on when it is imported, so -W would come too early.
_LAB = (
    "import voila, warnings; warnings.simplefilter('ignore', DeprecationWarning); "
    "from jupyterlab.labapp import main; main()"
)
# As the user types it: this terminal has not activated .venv.
_TYPED = str((BIN / "sagalab").relative_to(ROOT))


def check_port(port: int) -> None:
    """Raise SetupProblem when `port` on 127.0.0.1 is taken."""
    with socket.socket() as probe:
        if os.name != "nt":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise SetupProblem(
                f"Port {port} cannot be used ({error.strerror}).",
                "Choose another with --port N, or leave --port out: a free one is found.",
            ) from error


def start_saga() -> bool:
    """Start the local cloud and deploy the saga. Return whether this run started the cloud.

    A failure is said and does not keep JupyterLab from starting: the notebooks deploy too.
    """
    if os.environ.get("SAGALAB_CLOUD", "local") == "aws":
        say(f"SAGALAB_CLOUD=aws: nothing is deployed by itself. When you want it: {_TYPED} deploy", "running")
        return False
    was_running = _cloud_is_running()
    try:
        with step(
            "Starting the local cloud and deploying the saga", "The saga is deployed on the local cloud"
        ):
            code, text = captured([*_SAGALAB, "deploy"], child_environment())
            if code != 0:
                raise SetupProblem(text.strip())
    except SetupProblem as problem:
        print(problem.what)
        say(
            f"The saga is not deployed; the notebooks try it again. What may be wrong: {_TYPED} doctor",
            "failed",
        )
    return not was_running


def _cloud_is_running() -> bool:
    code, text = captured([*_SAGALAB, "cloud", "status", "--json"], child_environment())
    try:
        return code == 0 and bool(json.loads(text).get("running"))
    except ValueError:
        return True  # not to be stopped by us: we know nothing of it


def _stop_cloud() -> None:
    captured([*_SAGALAB, "cloud", "stop"], child_environment())


def open_notebooks() -> str:
    """Make the participant's working copies, and return the notebook to begin with, as a path in the project.

    Where they cannot be made, that is said, and the published notebooks are opened.
    """
    code, text = captured([*_SAGALAB, "notebooks"], child_environment())
    print(text.strip(), flush=True)
    return MY_FIRST_NOTEBOOK if code == 0 and (ROOT / MY_FIRST_NOTEBOOK).exists() else FIRST_NOTEBOOK


def jupyter_command(*, browser: bool, port: int | None, notebook: str = FIRST_NOTEBOOK) -> list[str]:
    """Return the command that starts JupyterLab with the whole project in its file browser."""
    command = [str(PYTHON), "-c", _LAB, f"--ServerApp.root_dir={ROOT}"]
    command += [f"--LabApp.default_url=/lab/tree/{notebook}"]  # so that the printed address leads there too
    command += [f"--LabApp.extra_labextensions_path={LABEXTENSIONS}"]
    command += [f"--LabApp.workspaces_dir={jupyter_settings.WORKSPACES}"]
    command += ["--Application.log_level=WARN"]
    command += ["--ServerApp.answer_yes=True"]  # Ctrl-C ends it without a question
    if port:
        command += [f"--ServerApp.port={port}", "--ServerApp.port_retries=0"]
    if not browser:
        command += ["--no-browser"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command += ["--allow-root"]  # containers and CI; Jupyter refuses otherwise
    return command


def run_lab(*, browser: bool, port: int | None) -> int:
    """Run JupyterLab until it is ended by Ctrl-C or a signal; return the exit code."""
    if port:
        check_port(port)
    started_cloud = start_saga()
    jupyter_settings.write()
    try:
        keep_pristine()
    except OSError:
        pass  # a full disk: `sagalab reset` will say that there is no copy
    notebook = open_notebooks()
    say("Starting JupyterLab. Ctrl-C in this window ends it.", "running")
    try:
        code, ended_by_user = run_in_front(jupyter_command(browser=browser, port=port, notebook=notebook))
    finally:
        if started_cloud:
            _stop_cloud()
    if started_cloud:
        say("JupyterLab has ended, and so has the local cloud started for it. Nothing is left running.")
    else:
        say(
            f"JupyterLab has ended. The local cloud ran before it and goes on; to end it: {_TYPED} cloud stop"
        )
    return 0 if ended_by_user else code
