"""The demonstration as a page of its own: Voila on 127.0.0.1. It needs no network.

Voila's page links one font of a CDN. Our answers forbid the browser any other origin than this server
(Content-Security-Policy), so nothing is asked of anybody, and nothing waits for a network that is not there.
"""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import nbformat

from sagalab.errors import SagaLabError
from sagalab.project import state_dir

HOST = "127.0.0.1"
_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:"
)
_CELL = "from sagalab.instructor.panel import DemoPanel\n\nDemoPanel()"


def write_page() -> Path:
    """Write the page's notebook, one cell, and Voila's settings beside it; return the notebook's path."""
    page = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(_CELL, id="panel")],
        metadata={
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
    )
    folder = state_dir() / "demo"
    folder.mkdir(exist_ok=True)
    settings = {"Voila": {"tornado_settings": {"headers": {"Content-Security-Policy": _POLICY}}}}
    (folder / "voila.json").write_text(json.dumps(settings), encoding="utf-8")
    path = folder / "saga-demo.ipynb"
    path.write_text(nbformat.writes(page), encoding="utf-8")
    return path


def choose_port(wanted: int | None) -> int:
    """Return `wanted`, or a free port. Raises SagaLabError when `wanted` is taken."""
    with socket.socket() as probe:
        if os.name != "nt":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, wanted or 0))
        except OSError as error:
            raise SagaLabError(
                f"Port {wanted} cannot be used ({error.strerror}).", "Choose another, or leave --port out."
            ) from None
        return probe.getsockname()[1]


def voila_command(page: Path, port: int, *, browser: bool) -> list[str]:
    """Return the command that serves a page's notebook, with the settings beside it (voila.json)."""
    return [
        *(sys.executable, "-m", "voila", str(page), f"--Voila.config_file_paths={page.parent}"),
        *(f"--Voila.ip={HOST}", f"--port={port}", "--Voila.port_retries=0", "--Voila.log_level=ERROR"),
        *("--theme=light", "--VoilaConfiguration.show_margins=False"),
        *([] if browser else ["--no-browser"]),
    ]


def serve(port: int, *, browser: bool) -> int:
    """Serve the demonstration until Ctrl-C; return Voila's exit code (0 after Ctrl-C)."""
    command = voila_command(write_page(), port, browser=browser)
    # The kernel of this environment, not one of the same name in the user's home.
    environment = {**os.environ, "JUPYTER_PREFER_ENV_PATH": "1"}
    voila = subprocess.Popen(command, stdin=subprocess.DEVNULL, env=environment)
    try:
        return voila.wait()
    except KeyboardInterrupt:
        return 0
    finally:
        _end(voila)


def _end(voila: subprocess.Popen) -> None:
    """Let Voila end by itself (Ctrl-C in a terminal reaches it too); tell it to after 2 s. It ends its kernels."""
    try:
        voila.wait(2)
    except subprocess.TimeoutExpired:
        voila.terminate()
        voila.wait()
