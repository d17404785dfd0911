"""A copy of this project in another folder, with this project's .venv: what `run.py lab` makes in it is thrown away."""

import shutil
from pathlib import Path

from sagalab.project import ROOT

_FOLDERS = ("sagalab", "setup", "lambdas", "statemachine", "notebooks")
_UNWANTED = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints")


def project_copy(folder: Path) -> Path:
    """Copy the project into `folder`, which is made, and return it. Its .venv is this project's own."""
    for name in _FOLDERS:
        shutil.copytree(ROOT / name, folder / name, ignore=_UNWANTED)
    shutil.copyfile(ROOT / "pyproject.toml", folder / "pyproject.toml")
    (folder / ".venv").symlink_to(ROOT / ".venv", target_is_directory=True)
    return folder
