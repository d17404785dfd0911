"""A small project with setup/ in it and a package index on 127.0.0.1: real set-ups without the network.

Its uv.lock names one package, made here, at an address of PyPI that does not exist. So what is
installed came from the index that pip's setting names, and was held to the lock's hash.
"""

import base64
import functools
import hashlib
import http.server
import importlib.metadata
import os
import shutil
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sagalab.project import ROOT

PACKAGE = "sagatiny"


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *arguments: object) -> None:
        pass


def _wheel(path: Path, files: dict[str, bytes]) -> None:
    """Write a wheel; RECORD is made here."""
    with zipfile.ZipFile(path, "w") as wheel:
        lines = []
        for name, content in files.items():
            info = zipfile.ZipInfo(name)
            info.external_attr = 0o100755 << 16
            wheel.writestr(info, content)
            digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
            lines.append(f"{name},sha256={digest},{len(content)}")
        record = next(name for name in files if name.endswith("METADATA")).replace("METADATA", "RECORD")
        wheel.writestr(zipfile.ZipInfo(record), "\n".join([*lines, f"{record},,"]) + "\n")


def _uv_wheel(folder: Path) -> None:
    """Pack the uv that is installed beside these tests back into a wheel."""
    uv = importlib.metadata.distribution("uv")
    files = {}
    for file in uv.files or []:
        name = file.as_posix()
        if name.endswith((".pyc", "RECORD", "INSTALLER", "REQUESTED")):
            continue
        if name.startswith(".."):
            name = f"uv-{uv.version}.data/scripts/{file.name}"
        files[name] = Path(file.locate()).read_bytes()
    tag = next(
        line.split(": ")[1] for line in (uv.read_text("WHEEL") or "").splitlines() if line.startswith("Tag")
    )
    _wheel(folder / f"uv-{uv.version}-{tag}.whl", files)


def _tiny_wheel(folder: Path) -> str:
    """Write the one package; return its file's sha256."""
    info = f"{PACKAGE}-1.0.dist-info"
    path = folder / f"{PACKAGE}-1.0-py3-none-any.whl"
    _wheel(
        path,
        {
            f"{PACKAGE}/__init__.py": b"WHOLE = True\n",
            f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {PACKAGE}\nVersion: 1.0\n".encode(),
            f"{info}/WHEEL": b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        },
    )
    return hashlib.sha256(path.read_bytes()).hexdigest()


@contextmanager
def index(folder: Path) -> Iterator[tuple[str, str]]:
    """Serve uv and the one package; gives the index's address and the package's sha256."""
    for name in ("uv", PACKAGE):
        (folder / "simple" / name).mkdir(parents=True)
    _uv_wheel(folder / "simple" / "uv")
    sha256 = _tiny_wheel(folder / "simple" / PACKAGE)
    handler = functools.partial(_Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/simple", sha256
        finally:
            server.shutdown()
            thread.join()


def write(folder: Path, sha256: str) -> None:
    """Write the project: setup/ as it is, a lock of one package, and a pytest that only speaks."""
    shutil.copytree(ROOT / "setup", folder / "setup", ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "pyproject.toml").write_text(
        '[project]\nname = "small"\nversion = "1.0"\nrequires-python = ">=3.11"\n'
        f'dependencies = ["{PACKAGE}"]\n'
        '[build-system]\nrequires = ["uv_build>=0.9,<1"]\nbuild-backend = "uv_build"\n'
        '[tool.uv.build-backend]\nmodule-root = ""\n',
        encoding="utf-8",
    )
    (folder / "small").mkdir()
    (folder / "small" / "__init__.py").touch()
    (folder / "uv.lock").write_text(
        'version = 1\nrevision = 3\nrequires-python = ">=3.11"\n\n'
        f'[[package]]\nname = "{PACKAGE}"\nversion = "1.0"\n'
        'source = { registry = "https://pypi.org/simple" }\n'
        f'wheels = [{{ url = "https://files.pythonhosted.org/none/{PACKAGE}-1.0-py3-none-any.whl", '
        f'hash = "sha256:{sha256}" }}]\n\n'
        f'[[package]]\nname = "small"\nversion = "1.0"\nsource = {{ editable = "." }}\n'
        f'dependencies = [{{ name = "{PACKAGE}" }}]\n\n'
        f'[package.metadata]\nrequires-dist = [{{ name = "{PACKAGE}" }}]\n',
        encoding="utf-8",
    )
    (folder / "pytest.py").write_text(
        f"import sys, {PACKAGE}, small\nprint('pytest runs', {PACKAGE}.WHOLE, *sys.argv[1:])\n",
        encoding="utf-8",
    )


def environment(home: Path, index_url: str) -> dict[str, str]:
    """Return an environment with an empty home, where pip's setting names the index."""
    kept = ("PATH", "SYSTEMROOT", "TEMP", "TMP", "COMSPEC", "PATHEXT", "LANG")
    bare = {name: value for name, value in os.environ.items() if name.upper() in kept}
    return bare | {
        "HOME": str(home),
        "USERPROFILE": str(home),
        "APPDATA": str(home),
        "LOCALAPPDATA": str(home),
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_INDEX_URL": index_url,
        "UV_CACHE_DIR": str(home / "uv-cache"),
        "UV_HTTP_RETRIES": "0",
        "PYTHONUTF8": "1",
        "NO_PROXY": "127.0.0.1",
        "CI": "true",
    }


def command(folder: Path, *arguments: str) -> list[str]:
    """Return the command line of setup/run.py, by the Python that is not in any environment."""
    python = getattr(sys, "_base_executable", sys.executable)
    return [python, str(folder / "setup" / "run.py"), *arguments]


def run(
    folder: Path, env: dict[str, str], *arguments: str, cwd: Path | None = None
) -> subprocess.CompletedProcess:
    """Run setup/run.py to its end."""
    return subprocess.run(
        command(folder, *(arguments or ("test", "-k", "one"))),
        cwd=cwd or folder,
        env=env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
    )
