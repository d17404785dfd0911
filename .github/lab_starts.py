"""CI: `setup/run.py lab` makes everything, JupyterLab answers, and an interrupt ends it. Standard library only."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SECONDS_TO_START, SECONDS_TO_END = 600, 60


def free_port() -> int:
    """Return a port of 127.0.0.1 that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answers(port: int) -> bool:
    """Say whether JupyterLab answers."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/api", timeout=5) as answer:
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False


def main() -> int:
    """Return 0 when the lab started and ended as it should."""
    port = free_port()
    windows = os.name == "nt"
    # A group of its own: the interrupt must not reach the shell of the CI.
    options = (
        {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP} if windows else {"start_new_session": True}
    )
    command = [sys.executable, "setup/run.py", "lab", "--no-browser", "--port", str(port)]
    lab = subprocess.Popen(command, cwd=ROOT, **options)
    until = time.monotonic() + SECONDS_TO_START
    while not answers(port):
        if lab.poll() is not None or time.monotonic() > until:
            print("The lab did not start.", file=sys.stderr)
            lab.kill()
            return 1
        time.sleep(0.5)
    print("JupyterLab answers. Now Ctrl-C.", flush=True)
    if windows:
        lab.send_signal(signal.CTRL_BREAK_EVENT)  # Ctrl-C cannot be sent to one group
        lab.wait(SECONDS_TO_END)
        # It ends run.py at once, before that could end the local cloud.
        stop = [sys.executable, "setup/run.py", "cloud", "stop"]
        return subprocess.run(stop, cwd=ROOT, timeout=SECONDS_TO_END).returncode
    os.killpg(lab.pid, signal.SIGINT)
    return lab.wait(SECONDS_TO_END)


if __name__ == "__main__":
    sys.exit(main())
