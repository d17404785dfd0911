"""A real stick for this system and Python, and the lab started from it where no network is."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
_SECONDS = 900
# Awkward on purpose: what reads it as an address, a list or a pattern fails.
_NAMES = ("Stick #1, 100% für alle", "Heim %41 #2")


def alone() -> list[str]:
    """Return what a command is put behind to run without a network but the loopback; [] where that cannot be."""
    way = ["unshare", "--net", "sh", "-c", 'ip link set lo up && exec "$0" "$@"']
    if sys.platform != "linux" or not (shutil.which("unshare") and shutil.which("ip")):
        return []
    for command in (way, [way[0], "--map-root-user", *way[1:]]):
        if subprocess.run([*command, "true"], capture_output=True).returncode == 0:
            return command
    return []


def try_stick() -> bool:
    """Make a stick, and start the lab from it with an empty home and a bare PATH; return whether it was whole.

    Where there are no network namespaces, every proxy is a closed port: what goes out by HTTP fails.
    """
    from sagalab.upkeep.bundle import make_bundle
    from sagalab.upkeep.wheels import this_target

    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        stick, home = (Path(folder) / name for name in _NAMES)
        home.mkdir()
        make_bundle(stick, targets=[this_target()])
        python = getattr(sys, "_base_executable", sys.executable)
        command = [*alone(), python, str(stick / ".github" / "lab_starts.py")]
        done = subprocess.run(
            command,
            cwd=folder,
            env=_bare(home),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            encoding="utf-8",
            errors="replace",
            timeout=_SECONDS,
        )
    print(done.stdout)
    print("In a network namespace of its own." if alone() else "With closed proxies: no namespaces here.")
    return done.returncode == 0 and "The saga is deployed" in done.stdout


def _bare(home: Path) -> dict[str, str]:
    kept = ("SYSTEMROOT", "TEMP", "TMP", "COMSPEC", "PATHEXT")
    found = {name: value for name, value in os.environ.items() if name.upper() in kept}
    path = os.environ["PATH"] if os.name == "nt" else "/usr/bin:/bin"
    found |= {"HOME": str(home), "USERPROFILE": str(home), "APPDATA": str(home), "LOCALAPPDATA": str(home)}
    closed = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"), "http://127.0.0.1:9")
    return found | closed | {"PATH": path, "NO_PROXY": "127.0.0.1,localhost", "PYTHONUTF8": "1"}
