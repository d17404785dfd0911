"""Where things are in this clone, and the environment that child processes get."""

import os
import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
VENV = ROOT / ".venv"
# Git ignores this folder. It holds the lock, because .venv itself may be removed while it is held.
STATE = ROOT / ".sagalab"
FIRST_NOTEBOOK = "notebooks/00_start_here.ipynb"
MY_FIRST_NOTEBOOK = "my-workshop/00_start_here.ipynb"
LABEXTENSIONS = ROOT / "setup" / "labextension"

_WINDOWS = os.name == "nt"
BIN = VENV / ("Scripts" if _WINDOWS else "bin")
PYTHON = BIN / ("python.exe" if _WINDOWS else "python")
UV = BIN / ("uv.exe" if _WINDOWS else "uv")
SITE_PACKAGES = Path(sysconfig.get_path("purelib", "venv", vars={"base": str(VENV), "platbase": str(VENV)}))

# These change which Python or which packages a child sees.
_LEADS_ASTRAY = ("PYTHONHOME", "PYTHONPATH", "VIRTUAL_ENV", "CONDA_PREFIX", "__PYVENV_LAUNCHER__")


def child_environment() -> dict[str, str]:
    """Return the environment for a program of `.venv`, as if `.venv` were activated."""
    environment = {name: value for name, value in os.environ.items() if name not in _LEADS_ASTRAY}
    environment["VIRTUAL_ENV"] = str(VENV)
    environment["PATH"] = os.pathsep.join([str(BIN), os.environ.get("PATH", os.defpath)])
    environment["PYTHONUTF8"] = "1"  # a Windows pipe would be cp1252 otherwise
    environment["JUPYTER_PREFER_ENV_PATH"] = "1"  # kernels and settings of .venv before those in the home
    return environment


def python_version() -> str:
    """Return the running Python as `3.11`: an environment stays good as long as this stays the same."""
    return f"{sys.version_info.major}.{sys.version_info.minor}"
