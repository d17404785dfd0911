"""A participant's server under JupyterHub: the working copies, the local cloud with the saga, then Jupyter.

setup/hub/single_user.py starts it in the user's copy of the course. POSIX only, as JupyterHub.
"""

import contextlib
import os
import subprocess
import sys

from sagalab import settings
from sagalab.project import state_dir
from sagalab.upkeep.workshop import open_notebooks


def main(arguments: list[str]) -> None:
    """Become `jupyterhub-singleuser`; the local cloud that is started for it ends with it."""
    from sagalab.course.start_over import keep_pristine

    with contextlib.suppress(OSError):
        keep_pristine()
    open_notebooks(print)
    settings.be_owner()  # this process: it becomes Jupyter
    if not settings.on_aws():
        log = state_dir() / "deploy.log"
        deploy = 'exec "$0" -m sagalab deploy >"$1" 2>&1'
        # by a shell that ends at once, so that nobody has to wait for its end
        subprocess.run(["sh", "-c", f"({deploy}) &", sys.executable, str(log)], check=False)
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, "-m", "jupyterhub.singleuser", *arguments])


if __name__ == "__main__":
    main(sys.argv[1:])
