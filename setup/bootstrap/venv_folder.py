"""The folder `.venv`: recognise what is wrong with it, and make it anew.

`uv sync` would do it, but uv itself is in there.
"""

import os
import re
import shutil
import sys
import venv

from bootstrap.places import PYTHON, STATE, VENV, python_version

# Exists while `.venv` is being made. If it is found later, the making was killed.
MAKING = VENV / "sagalab-making"


def _configuration() -> dict[str, str]:
    """Return pyvenv.cfg, {} if it is missing."""
    try:
        text = (VENV / "pyvenv.cfg").read_text(encoding="utf-8")
    except OSError:
        return {}
    return dict(re.findall(r"^\s*([^=\n]*?)\s*=\s*(.*?)\s*$", text, re.MULTILINE))


def why_not_usable() -> str:
    """Return why `.venv` must be made anew, in words for the user; "" if it is good."""
    if not os.path.lexists(VENV):
        return "there is none yet"
    configuration = _configuration()
    if MAKING.exists() or not configuration or not os.path.exists(PYTHON):
        return "the one here was not finished"
    if not os.path.isdir(configuration.get("home", "")):
        return "the Python that made the one here is gone"
    made_by = configuration.get("version", configuration.get("version_info", ""))
    if ".".join(made_by.split(".")[:2]) != python_version():
        return f"the one here was made by Python {made_by}"
    # as venv notes it: python -m venv --without-pip /the/folder
    place = re.sub(r"^(--\S+ )*", "", configuration.get("command", "").rpartition("-m venv ")[2])
    if os.path.isabs(place) and os.path.normcase(os.path.realpath(place)) != os.path.normcase(VENV):
        return "the one here was made in another folder"
    return ""


def runs_inside() -> bool:
    """Return whether this very Python is the one in `.venv` (it was activated): it cannot replace itself."""
    return os.path.normcase(os.path.realpath(sys.prefix)) == os.path.normcase(VENV)


def make() -> None:
    """Make `.venv` anew, with nothing in it but Python; `MAKING` is to be removed when uv is there.

    Raises OSError when the folder cannot be written to or the old one is in use (Windows).
    """
    if os.path.islink(VENV) or os.path.isfile(VENV):
        os.unlink(VENV)
    elif os.path.isdir(VENV):  # by a rename, so that a kill leaves none rather than half of one
        os.rename(VENV, STATE / f"old-venv-{os.getpid()}")
    for old in STATE.glob("old-venv-*"):
        shutil.rmtree(old, ignore_errors=True)
    VENV.mkdir()
    MAKING.touch()
    venv.EnvBuilder(symlinks=os.name != "nt", with_pip=False).create(VENV)
