"""A real JupyterHub with real users of this system: what one cannot do to another, and what each costs in memory.

Root on Linux only. The users are made for it and removed. It uses setup/hub/jupyterhub_config.py as it is, but for its
address and how a program asks it.
"""

import json
import os
import pwd
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

ROOT = Path(__file__).resolve().parent.parent
GROUP = "saga-lab"
JUPYTERHUB = "6.1.1"
_SECONDS = 300
_CONFIG = """
load_subconfig({config!r})
c.JupyterHub.bind_url = {url!r}
c.JupyterHub.hub_port = {hub_port}
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{proxy_port}"
c.JupyterHub.services = [{{"name": "tools", "api_token": {token!r}}}]
c.JupyterHub.load_roles = [{{
    "name": "tools", "services": ["tools"],
    "scopes": ["admin:users", "admin:servers", "tokens", "access:servers", "list:users"],
}}]
"""


def why_not() -> str:
    """Return why no hub can be tried here; "" when it can."""
    if sys.platform != "linux" or os.geteuid() != 0:
        return "only root on Linux can make users of the system"
    lacking = [name for name in ("configurable-http-proxy", "useradd", "runuser") if not shutil.which(name)]
    return f"{', '.join(lacking)} lacks (npm install -g configurable-http-proxy)" if lacking else ""


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _python() -> str:
    """Return a Python that every user may run."""
    for name in (getattr(sys, "_base_executable", sys.executable), "/usr/bin/python3"):
        command = [name, "-c", "import sys; sys.exit(sys.version_info < (3, 11))"]
        try:
            if subprocess.run(command, user=65534, group=65534, env={}, cwd="/").returncode == 0:
                return name
        except OSError:
            continue
    raise RuntimeError("no Python 3.11 or later that other users may run")


class Room:
    """A hub over a copy of the committed course, and its users. `say` is told what happens."""

    def __init__(self, names: list[str], folder: Path, say: Callable[[str], None]):
        self.names, self.folder, self.say = names, folder, say
        self.course = folder / "saga lab"
        self._token = secrets.token_hex(16)
        self._port = _free_port()
        self.passwords = {name: secrets.token_hex(8) for name in names}
        self.hub: subprocess.Popen | None = None

    def make(self) -> None:
        """Copy the course, make its .venv with JupyterHub in it, make the users, and start the hub."""
        self.say("· the course, its packages and JupyterHub")
        unwanted = shutil.ignore_patterns(".venv", ".sagalab", "my-workshop", "__pycache__", ".git", "build")
        shutil.copytree(ROOT, self.course, ignore=unwanted)
        self._run([_python(), "setup/run.py", "status"], {0, 1, 2})
        python = self.course / ".venv" / "bin" / "python"
        self._run([python, "-m", "pip", "install", "--quiet", f"jupyterhub=={JUPYTERHUB}"], {0})
        subprocess.run(["groupadd", "--force", GROUP], check=True)
        for name in self.names:
            home = self.folder / "home" / name
            home.parent.mkdir(exist_ok=True)
            subprocess.run(
                [
                    "useradd",
                    "--create-home",
                    "--home-dir",
                    str(home),
                    "--key",
                    "HOME_MODE=0700",
                    "--groups",
                    GROUP,
                ]
                + ["--shell", "/bin/bash", name],
                check=True,
            )
            subprocess.run(["chpasswd"], input=f"{name}:{self.passwords[name]}", encoding="utf-8", check=True)
        config = _CONFIG.format(
            config=str(self.course / "setup" / "hub" / "jupyterhub_config.py"),
            url=f"http://127.0.0.1:{self._port}",
            hub_port=_free_port(),
            proxy_port=_free_port(),
            token=self._token,
        )
        of_hub = self.folder / "hub"
        of_hub.mkdir(mode=0o700)
        (of_hub / "config.py").write_text(config, encoding="utf-8")
        with open(of_hub / "hub.log", "w", encoding="utf-8") as log:
            self.hub = subprocess.Popen(
                [self.course / ".venv" / "bin" / "jupyterhub", "--config", of_hub / "config.py"],
                cwd=of_hub,
                env=self._environment(),
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.wait_until(lambda: self.ask("GET", "/hub/api/").ok, "the hub answers")

    def _environment(self, **more: Any) -> dict[str, str]:
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith(("SAGALAB_", "VIRTUAL"))
        }
        return kept | {name: str(value) for name, value in more.items()}

    def _run(self, command: list, codes: set[int], **more: Any) -> None:
        done = subprocess.run(
            command, cwd=self.course, env=self._environment(**more), capture_output=True, encoding="utf-8"
        )
        if done.returncode not in codes:
            raise RuntimeError(done.stdout + done.stderr)

    def log(self) -> str:
        """Return what the hub and its servers wrote."""
        return (self.folder / "hub" / "hub.log").read_text(encoding="utf-8", errors="replace")

    def url(self, path: str) -> str:
        """Return the whole address of a path of the hub."""
        return f"http://127.0.0.1:{self._port}{path}"

    def ask(self, method: str, path: str, token: str | None = None, **more: Any) -> Any:
        """Ask the hub or, through it, a user's server; as the tools' service, or with another token."""
        import requests

        headers = {"Authorization": f"token {token or self._token}"}
        try:
            return requests.request(method, self.url(path), headers=headers, timeout=60, **more)
        except requests.ConnectionError:
            answer = requests.Response()
            answer.status_code = 503
            return answer

    def wait_until(self, holds: Callable[[], bool], what: str) -> None:
        """Wait until something holds; RuntimeError with the hub's log when it does not come."""
        limit = time.monotonic() + _SECONDS
        while not holds():
            if time.monotonic() > limit or (self.hub and self.hub.poll() is not None):
                raise RuntimeError(f"not yet: {what}\n{self.log()[-4000:]}")
            time.sleep(0.5)

    def log_in(self, name: str, password: str) -> bool:
        """Log in by the page, as a person does; return whether the hub let him in."""
        import requests

        session = requests.Session()
        page = session.get(self.url("/hub/login"), timeout=60)
        form = {"username": name, "password": password, "_xsrf": session.cookies.get("_xsrf", path="/hub/")}
        answer = session.post(self.url("/hub/login"), data=form, timeout=60, allow_redirects=False)
        return page.ok and answer.status_code == 302

    def token_of(self, name: str) -> str:
        """Return a token that this user might have made for himself."""
        answer = self.ask("POST", f"/hub/api/users/{name}/tokens")
        answer.raise_for_status()
        return answer.json()["token"]

    def home(self, name: str) -> Path:
        """Return a user's copy of the course."""
        return self.folder / "home" / name / "saga-lab"

    def start(self, name: str) -> str:
        """Start a user's server with a kernel in which the saga has run; return the user's token."""
        self.ask("POST", f"/hub/api/users/{name}")
        self.ask("POST", f"/hub/api/users/{name}/server")
        self.wait_until(lambda: self.ask("GET", f"/user/{name}/api/status").ok, f"the server of {name}")
        deployed = self.home(name) / ".sagalab" / "deploy.log"
        self.wait_until(
            lambda: deployed.exists() and "deployed under" in deployed.read_text(encoding="utf-8"),
            f"the saga of {name}",
        )
        return self.token_of(name)

    def run_in_kernel(self, name: str, code: str, token: str) -> str:
        """Run code in a new kernel of the user's, and return what it printed. The kernel goes on."""
        import websocket

        path = {"name": "python3", "path": "my-workshop/00_start_here.ipynb"}
        answer = self.ask("POST", f"/user/{name}/api/kernels", token, json=path)
        answer.raise_for_status()
        channels = self.url(f"/user/{name}/api/kernels/{answer.json()['id']}/channels").replace(
            "http", "ws", 1
        )
        header = {"Authorization": f"token {token}"}
        connection = websocket.create_connection(channels, header=header, timeout=_SECONDS)
        content = {"code": code, "silent": False, "stop_on_error": True, "allow_stdin": False}
        request = {"msg_id": secrets.token_hex(8), "msg_type": "execute_request", "version": "5.3"}
        message = {"header": request, "parent_header": {}, "metadata": {}, "content": content}
        connection.send(json.dumps(message | {"channel": "shell", "buffers": []}))
        printed = ""
        while True:
            told = json.loads(connection.recv())
            if told["parent_header"].get("msg_id") != request["msg_id"]:
                continue
            if told["msg_type"] == "stream":
                printed += told["content"]["text"]
            if told["msg_type"] == "error":
                raise RuntimeError("\n".join(told["content"]["traceback"]))
            if told["msg_type"] == "status" and told["content"]["execution_state"] == "idle":
                connection.close()
                return printed

    def as_user(self, name: str, code: str) -> str:
        """Run Python code as this user of the system, with what he may read; return what it printed."""
        user = pwd.getpwnam(name)
        done = subprocess.run(
            [self.course / ".venv" / "bin" / "python", "-c", code],
            user=user.pw_uid,
            group=user.pw_gid,
            extra_groups=[],
            cwd=user.pw_dir,
            env={"HOME": user.pw_dir, "PATH": "/usr/bin:/bin"},
            capture_output=True,
            encoding="utf-8",
            timeout=60,
        )
        return done.stdout + done.stderr

    def processes(self, name: str) -> list[psutil.Process]:
        """Return the processes of a user."""
        uid = pwd.getpwnam(name).pw_uid
        found = []
        for process in psutil.process_iter():
            try:
                if process.uids().real == uid:
                    found.append(process)
            except psutil.NoSuchProcess:
                continue
        return found

    def remove(self) -> None:
        """End the hub and what its users run, and remove them."""
        if self.hub:
            self.hub.terminate()
            try:
                self.hub.wait(30)
            except subprocess.TimeoutExpired:
                self.hub.kill()
        for name in self.names:
            try:
                left = self.processes(name)
            except KeyError:
                continue
            for process in left:
                process.kill()
            psutil.wait_procs(left, 10)
            subprocess.run(["userdel", "--remove", name], capture_output=True)


@contextmanager
def room(names: list[str], say: Callable[[str], None] = print) -> Iterator[Room]:
    """Make a room for these users, and remove it in the end."""
    folder = Path(tempfile.mkdtemp(prefix="room-", dir="/var/tmp"))
    folder.chmod(0o755)
    made = Room(names, folder, say)
    try:
        made.make()
        yield made
    finally:
        made.remove()
        shutil.rmtree(folder, ignore_errors=True)
