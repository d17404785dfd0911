"""Where things are: the folders of this clone and the place of its run-time state."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LAMBDAS = ROOT / "lambdas"
STATEMACHINE = ROOT / "statemachine"
NOTEBOOKS = ROOT / "notebooks"


def state_dir() -> Path:
    """Return the folder of this clone's run-time state, made if it is missing.

    It holds the local cloud's record and log and the participant's progress: `.sagalab/` in
    the clone, so that two clones never meet. `SAGALAB_STATE_DIR` puts it elsewhere (tests do).
    """
    path = Path(os.environ.get("SAGALAB_STATE_DIR") or ROOT / ".sagalab")
    path.mkdir(parents=True, exist_ok=True)
    return path
