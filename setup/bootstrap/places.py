"""Where things are in this clone, and the environment that child processes get."""

import os
import sys
from pathlib import Path

SOURCE = Path(__file__).resolve().parent.parent.parent  # the project that was started
STICK = SOURCE / "wheels"  # there on a stick made by `sagalab bundle`
# Nothing is written to a stick, nor can it be to a disk that is read-only: there all is done in a copy.
ROOT = Path.home() / "saga-lab" if STICK.is_dir() or not os.access(SOURCE, os.W_OK) else SOURCE
VENV = ROOT / ".venv"
STATE = ROOT / ".sagalab"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
# The Python that .venv is made of, also when that of .venv itself (it was activated) runs this.
BASE_PYTHON = Path(getattr(sys, "_base_executable", sys.executable))

# These change which Python or which packages a child sees.
_LEADS_ASTRAY = ("PYTHONHOME", "PYTHONPATH", "VIRTUAL_ENV", "CONDA_PREFIX", "__PYVENV_LAUNCHER__")


def child_environment() -> dict[str, str]:
    """Return the environment for a program of `.venv`, as if `.venv` were activated."""
    environment = {name: value for name, value in os.environ.items() if name not in _LEADS_ASTRAY}
    path = os.pathsep.join([str(BIN), os.environ.get("PATH", os.defpath)])
    return environment | {"VIRTUAL_ENV": str(VENV), "PATH": path, "PYTHONUTF8": "1"}
