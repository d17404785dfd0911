"""The demonstration as a page of its own: Voila on 127.0.0.1. It needs no network.

Voila's page links one font of a CDN. Our answers forbid the browser any other origin than this server
(Content-Security-Policy), so nothing is asked of anybody, and nothing waits for a network that is not there.

The page has a kernel behind it, which runs what it is told: it opens for the token in the printed address only, and
for no other Host than this computer's. The token stands in files that only the user may read, and in no argument.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import webbrowser
from pathlib import Path
from typing import NoReturn

import nbformat

from sagalab.errors import SagaLabError
from sagalab.markup import escape
from sagalab.project import private_opener, state_dir

HOST = "127.0.0.1"
_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:"
)
_CELL = """from pathlib import Path

from sagalab.instructor.panel import DemoPanel

DemoPanel(room={room})"""


def write_page(token: str, room: Path | None = None) -> Path:
    """Write the page's notebook, one cell, and Voila's settings beside it; return the notebook's path.

    `room` is the folder whose heat map the page can show.
    """
    shown = None if room is None else f"Path({str(room.resolve())!r})"
    page = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(_CELL.format(room=shown), id="panel")],
        metadata={
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
    )
    folder = state_dir() / "demo"
    folder.mkdir(exist_ok=True, mode=0o700)
    tornado = {
        "headers": {"Content-Security-Policy": _POLICY},
        # Voila lets every Host in, also the name that a web page has rebound to 127.0.0.1
        "allow_remote_access": False,
        "local_hostnames": ["localhost"],
    }
    _write(folder / "voila.json", json.dumps({"Voila": {"tornado_settings": tornado, "token": token}}))
    path = folder / "saga-demo.ipynb"
    _write(path, nbformat.writes(page))
    return path


def _write(path: Path, text: str) -> None:
    with open(path, "w", encoding="utf-8", opener=private_opener) as file:
        file.write(text)


def address(port: int, token: str) -> str:
    """Return the page's address, which opens it."""
    return f"http://{HOST}:{port}/?token={token}"


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


def voila_command(page: Path, port: int) -> list[str]:
    """Return the command that serves a page's notebook, with the settings beside it (voila.json)."""
    return [
        *(sys.executable, "-m", "voila", str(page), f"--Voila.config_file_paths={page.parent}"),
        *(f"--Voila.ip={HOST}", f"--port={port}", "--Voila.port_retries=0", "--Voila.log_level=ERROR"),
        *("--theme=light", "--VoilaConfiguration.show_margins=False", "--no-browser"),
    ]


def serve(port: int, token: str, *, browser: bool, room: Path | None = None) -> int:
    """Serve the demonstration until Ctrl-C; return Voila's exit code (0 after Ctrl-C).

    A SIGTERM, and a terminal that is closed, end Voila and its kernels too.
    """
    page = write_page(token, room)
    command = voila_command(page, port)
    # The kernel of this environment, not one of the same name in the user's home.
    environment = {**os.environ, "JUPYTER_PREFER_ENV_PATH": "1"}
    for name in ("SIGTERM", "SIGHUP", "SIGBREAK"):
        if hasattr(signal, name):  # each system has its own
            signal.signal(getattr(signal, name), _ended)
    voila = subprocess.Popen(command, stdin=subprocess.DEVNULL, env=environment)
    try:
        if browser:
            _open(page.parent, port, token, voila)
        return voila.wait()
    except KeyboardInterrupt:
        return 0
    finally:
        _end(voila)


def _ended(number: int, _frame: object) -> NoReturn:
    """Let a signal that ends this process end it in order, so that nothing stays behind."""
    sys.exit(128 + number)  # as shells count signals


def _open(folder: Path, port: int, token: str, voila: subprocess.Popen) -> None:
    """Open the page in a browser once it answers: by a file, since all users see a program's arguments."""
    while voila.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex((HOST, port)) == 0:
                break
        time.sleep(0.1)
    target = escape(address(port, token))
    file = folder / "open.html"
    _write(
        file,
        f'<!DOCTYPE html><meta http-equiv="refresh" content="0;url={target}"><a href="{target}">The page</a>',
    )
    webbrowser.open(file.as_uri())


def _end(voila: subprocess.Popen) -> None:
    """Let Voila end by itself (Ctrl-C in a terminal reaches it too); tell it to after 2 s. It ends its kernels."""
    try:
        voila.wait(2)
    except subprocess.TimeoutExpired:
        voila.terminate()
        voila.wait()
