"""The notebooks as they were handed out, for `sagalab reset` where there is no git (a downloaded ZIP)."""

import shutil

from bootstrap.places import ROOT, STATE


def keep_pristine() -> None:
    """Copy each notebook once, before anybody has worked in it. With git there is nothing to copy."""
    if (ROOT / ".git").exists():
        return
    folder = STATE / "pristine"
    folder.mkdir(parents=True, exist_ok=True)
    for notebook in (ROOT / "notebooks").glob("*.ipynb"):
        if not (folder / notebook.name).exists():
            shutil.copyfile(notebook, folder / notebook.name)
