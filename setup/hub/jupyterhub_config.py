"""One server for a room: JupyterHub, with a user of the system for each participant. docs/hub.md is the guide.

.venv/bin/jupyterhub --config setup/hub/jupyterhub_config.py
"""

import importlib.util
import os
from pathlib import Path

from sagalab.upkeep import jupyter_settings

COURSE = Path(__file__).resolve().parents[2]
BIN = COURSE / ".venv" / "bin"

jupyter_settings.write()  # what the kernels load: only root may write it
c = get_config()  # noqa: F821 - JupyterHub gives it

# The network sees it only when that is asked for, with a certificate: c.JupyterHub.bind_url, ssl_cert, ssl_key.
c.JupyterHub.bind_url = "http://127.0.0.1:8000"
c.JupyterHub.concurrent_spawn_limit = 4
# Users of the system log in with their passwords; only those of this group.
c.JupyterHub.authenticator_class = "pam"
c.PAMAuthenticator.allowed_groups = {"saga-lab"}
c.PAMAuthenticator.open_sessions = False

if Path("/run/systemd/system").is_dir() and importlib.util.find_spec("systemdspawner"):
    c.JupyterHub.spawner_class = "systemdspawner.SystemdSpawner"
    c.SystemdSpawner.isolate_tmp = True
    c.SystemdSpawner.disable_user_sudo = True
    c.Spawner.mem_limit = "2G"
else:
    c.JupyterHub.spawner_class = "jupyterhub.spawner.LocalProcessSpawner"
c.Spawner.cmd = [str(BIN / "python"), str(COURSE / "setup" / "hub" / "single_user.py")]
c.Spawner.notebook_dir = "~/saga-lab"
c.Spawner.default_url = "/lab/tree/my-workshop/00_start_here.ipynb"
c.Spawner.start_timeout = c.Spawner.http_timeout = 180
c.Spawner.environment = {
    "PATH": os.pathsep.join([str(BIN), "/usr/local/bin", "/usr/bin", "/bin"]),
    "JUPYTER_PREFER_ENV_PATH": "1",
    "SAGALAB_WORKERS": "4",
}
c.Spawner.args = [
    # Over TCP every user of this computer could read what another's kernel prints.
    "--KernelManager.transport=ipc",
    f"--LabApp.extra_labextensions_path={COURSE / 'setup' / 'labextension'}",
    "--ServerApp.shutdown_no_activity_timeout=7200",
]
