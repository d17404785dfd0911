"""How JupyterLab looks and what its kernels load, for `sagalab lab`: written where only this clone reads it."""

import contextlib
import json
import sys
from pathlib import Path

from sagalab.project import ROOT

# Workspaces of this clone's own: others of the user's stay as they are, and what is moved here is kept here.
WORKSPACES = ROOT / ".sagalab" / "jupyter" / "workspaces"
_DEFAULT_WORKSPACE = WORKSPACES / "default-37a8.jupyterlab-workspace"  # the name that JupyterLab gives it
_ETC = Path(sys.prefix) / "etc"
_PAGE = _ETC / "jupyter" / "labconfig" / "page_config.json"
_KERNEL = _ETC / "ipython" / "ipython_kernel_config.py"


def write() -> None:
    """Write the settings that are not there yet. A read-only folder is no reason not to start."""
    for path, content in {
        # no question at the first start whether JupyterLab may fetch news, and no look for node and npm
        _PAGE: json.dumps(
            {
                "disabledExtensions": {"@jupyterlab/apputils-extension:announcements": True},
                "buildCheck": False,
            }
        ),
        # a cell that is run too early says which cell to run first
        _KERNEL: 'c.InteractiveShellApp.extra_extensions = ["sagalab.course.restarted"]\n',
        # the notebook has the room of the file browser, which a click opens
        _DEFAULT_WORKSPACE: json.dumps(_layout()),
    }.items():
        with contextlib.suppress(OSError):
            _write_once(path, content)


def _write_once(path: Path, content: str) -> None:
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")


def _layout() -> dict[str, object]:
    """Return a workspace with nothing open and both side areas collapsed."""
    return {
        "data": {
            "layout-restorer:data": {
                "main": {"dock": None},
                "down": {"size": 0, "widgets": []},
                "left": {"collapsed": True, "visible": True, "widgets": []},
                "right": {"collapsed": True, "visible": True, "widgets": []},
                "relativeSizes": [0, 1, 0],
                "top": {"simpleVisibility": True},
            }
        },
        "metadata": {"id": "default"},
    }
