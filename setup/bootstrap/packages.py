"""Put the packages of uv.lock into `.venv`, by uv, which has a folder of its own. With nothing to do it costs a tenth of a second."""

import os
import re
import shutil
import sys
import time
from pathlib import Path
from typing import IO

from bootstrap.failures import STALE_LOCK, explain
from bootstrap.pip import pip_settings, run_pip
from bootstrap.places import BASE_PYTHON, BIN, PYTHON, STATE, STICK, VENV, child_environment
from bootstrap.programs import captured, shown

UV_VERSION = "0.13.9"
_VERSION = f"{sys.version_info[0]}.{sys.version_info[1]}"
_UV_FOLDER = STATE / f"uv-{UV_VERSION}"
_UV = _UV_FOLDER / "bin" / ("uv.exe" if os.name == "nt" else "uv")
# Exists while uv is at work. If it is found later, uv was killed: a package may be half there.
_SYNCING = VENV / "sagalab-syncing"
_PYPI = "https://pypi.org/simple"
_FROM_STICK = ["--no-index", "--find-links", STICK.as_uri()] if STICK.is_dir() else []
# All variables but uv's own, and of those the ones that say how to reach the network and where to keep files. The
# others could change which packages are installed and where, and are not passed on.
_KEPT = re.compile(
    r"(?!UV_)|UV_(CACHE_DIR|NO_CACHE|HTTP_.*|REQUEST_TIMEOUT|SYSTEM_CERTS|NATIVE_TLS|INSECURE_HOST|KEYRING_PROVIDER"
    r"|LINK_MODE|OFFLINE|CONCURRENT_.*|CONFIG_FILE|NO_CONFIG|LOCK_TIMEOUT|NO_PROGRESS"
    r"|INDEX_.*_(USERNAME|PASSWORD))$"
)


def ensure(*, dev: bool) -> None:
    """Make `.venv` ready; `dev`: with the tools for the tests too. Raises SetupProblem or OSError."""
    STATE.mkdir(exist_ok=True)
    with open(STATE / "setup.lock", "ab") as file:
        if not take_lock(file):
            print("· Another setup is at work here: waiting for it …")
            while not take_lock(file):
                time.sleep(0.1)
        if not _UV.exists():
            print(f"· Getting uv {UV_VERSION} …")
            _install_uv()
        if not is_venv():
            print(f"· Making .venv with Python {_VERSION} …")
            _make_venv()
        # What was there for the tests stays and must be kept up to date with the lock.
        _sync([] if dev or any(BIN.glob("ruff*")) else ["--no-dev"])
    print("✓ Everything is installed.")


def take_lock(file: IO[bytes]) -> bool:
    """Take this clone's lock, unless another set-up holds it; return whether. The system frees it when its holder dies."""
    try:
        if os.name == "nt":
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    except OSError:
        pass  # some network folders know no locks: better to go on without one than not at all
    return True


def _install_uv() -> None:
    for older in STATE.glob("uv-*"):
        shutil.rmtree(older)
    arriving = STATE / "uv-arriving"  # pip may be killed while it fills this
    options = ["--retries", "2", "--only-binary", "uv", "--target", arriving, *_FROM_STICK]
    code, text = run_pip("install", *options, f"uv=={UV_VERSION}")
    if code != 0:
        raise explain(text, f"Installing uv {UV_VERSION}")
    arriving.rename(_UV_FOLDER)


def is_venv() -> bool:
    """Return whether `.venv` is whole, stands where it was made, and is of this Python, which is still there."""
    notes = VENV / "pyvenv.cfg"  # uv writes it when all else is there
    text = notes.read_text(encoding="utf-8", errors="replace") if notes.is_file() else ""
    home = re.search(r"^home = (.+)$", text, re.MULTILINE)
    of_this = re.search(rf"^version(_info)? = {re.escape(_VERSION)}\b", text, re.MULTILINE)
    stands = "\ncommand = " not in text or f" {VENV}\n" in text
    return bool(home and Path(home[1]).is_dir() and PYTHON.exists() and of_this and stands)


def _make_venv() -> None:
    if not VENV.is_dir():
        VENV.unlink(missing_ok=True)  # a file, or a link that leads nowhere
    code, text = captured([_UV, "venv", "--clear", "--force", "--python", BASE_PYTHON, VENV], _environment())
    if code != 0:
        raise explain(text, "Making .venv")
    with open(VENV / "pyvenv.cfg", "a", encoding="utf-8") as notes:
        notes.write(f"command = uv venv {VENV}\n")  # Python's own venv notes it like this


def _environment() -> dict[str, str]:
    """Return the environment for uv, without any index."""
    kept = {name: value for name, value in child_environment().items() if _KEPT.match(name)}
    return kept | {"UV_PYTHON_DOWNLOADS": "never", "UV_PROJECT_ENVIRONMENT": str(VENV)}


def _with_settings(environment: dict[str, str]) -> dict[str, str]:
    """Return the environment with the index and the network that pip's settings (or uv's own) name."""
    pip = pip_settings()
    uvs_own = os.environ.get("UV_DEFAULT_INDEX") or os.environ.get("UV_INDEX_URL")
    url = uvs_own or pip.get("index-url") or _PYPI
    found = {
        "SSL_CERT_FILE": pip.get("cert"),
        "SSL_CLIENT_CERT": pip.get("client-cert"),
        "ALL_PROXY": pip.get("proxy"),
        "UV_INSECURE_HOST": " ".join(pip.get("trusted-host", "").split()),
    }
    if url.rstrip("/") != _PYPI:
        found |= {"UV_DEFAULT_INDEX": url, "UV_INDEX": " ".join(pip.get("extra-index-url", "").split())}
    return {name: value for name, value in found.items() if value} | environment


def _sync(groups: list[str]) -> None:
    """Install what uv.lock names and is not there. Packages that the user added are left alone."""
    sync = [_UV, "sync", "--locked", "--inexact", "--python", PYTHON, *groups]
    plain = _environment()
    if not _SYNCING.exists() and captured([*sync, "--check", "--offline", "--no-config"], plain)[0] == 0:
        return
    # uv takes a package for installed when its dist-info is there: after a sync that was killed all are put in
    # again, from uv's cache. For the tests all is compiled: they start hundreds of processes.
    options = ["--reinstall"] * _SYNCING.exists() + ["--compile-bytecode"] * (not groups)
    _SYNCING.touch()
    print("· Installing the packages of uv.lock …")
    environment = _with_settings(plain)
    code, text = _fetch(sync, groups, options, environment)
    if code != 0 and "certificate" in text and not environment.get("UV_SYSTEM_CERTS"):
        # pip trusts what the system trusts, uv only when told so: a company proxy needs it.
        code, text = _fetch(sync, groups, options, environment | {"UV_SYSTEM_CERTS": "true"})
    if code != 0:
        raise explain(text, "Installing the packages")
    _SYNCING.unlink()


def _fetch(sync: list, groups: list[str], options: list[str], environment: dict[str, str]) -> tuple[int, str]:
    """Let uv install. uv.lock names pypi.org with every file: another index takes the locked versions and hashes.

    That other index stands in pip's settings, or in uv's own: then uv calls a lock stale that is not.
    """
    plain = {name: environment[name] for name in environment if name not in ("UV_DEFAULT_INDEX", "UV_INDEX")}
    if plain == environment and not _FROM_STICK:
        code, text = shown([*sync, *options], environment)
        if not re.search(STALE_LOCK, text):
            return code, text
    pins = STATE / "requirements.txt"
    export = [_UV, "export", "--locked", "--python", PYTHON, "--offline", "--no-config", "--no-emit-project"]
    if captured([*export, *groups, "--output-file", pins], plain)[0] != 0:
        return 1, "The lockfile needs to be updated"  # without a network uv says only what it cannot find
    # The tools for the tests are on no stick: with them a network is needed.
    install = [_UV, "pip", "install", "--python", PYTHON, *options, *_FROM_STICK[not groups :]]
    code, text = shown([*install, "--require-hashes", "--requirement", pins], environment)
    if code != 0:
        return code, text
    return captured([*sync, "--offline", "--no-config"], plain)  # the project itself
