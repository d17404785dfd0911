"""Put uv and the locked packages into `.venv`. With nothing to do it costs a tenth of a second."""

import os
import re
import shutil
import tempfile
from pathlib import Path

from bootstrap import venv_folder
from bootstrap.console import captured, say, shown, step
from bootstrap.failures import STALE_LOCK, explain
from bootstrap.pip import pip_settings, run_pip
from bootstrap.places import PYTHON, SITE_PACKAGES, STICK, UV, VENV, child_environment, python_version

UV_VERSION = "0.13.9"
# Exists while uv is at work. If it is found later, uv was killed: a package may be half there.
SYNCING = VENV / "sagalab-syncing"
PYPI = "https://pypi.org/simple"
_FROM_STICK = ["--no-index", "--find-links", STICK.as_uri()] if STICK.is_dir() else []
_UV_DIST_INFO = SITE_PACKAGES / f"uv-{UV_VERSION}.dist-info"
# uv's own variables that say how to reach the network and where to keep files. All others could
# change which packages are installed and where, and are not passed on.
_KEPT = re.compile(
    r"UV_(CACHE_DIR|NO_CACHE|HTTP_.*|REQUEST_TIMEOUT|SYSTEM_CERTS|NATIVE_TLS|INSECURE_HOST|KEYRING_PROVIDER"
    r"|LINK_MODE|OFFLINE|CONCURRENT_.*|CONFIG_FILE|NO_CONFIG|LOCK_TIMEOUT|NO_PROGRESS"
    r"|INDEX_.*_(USERNAME|PASSWORD))$"
)


def ensure(*, dev: bool) -> None:
    """Make `.venv` ready; `dev`: with the tools for the tests too. Raises SetupProblem or OSError."""
    with venv_folder.one_at_a_time():
        reason = venv_folder.why_not_usable()
        if reason:
            with step(f"Making .venv with Python {python_version()} ({reason})", "Made .venv"):
                venv_folder.make()
        if not (UV.exists() and (_UV_DIST_INFO / "RECORD").exists()):
            with step(f"Getting pip and uv {UV_VERSION}", f"uv {UV_VERSION} is here"):
                _install_uv()
        venv_folder.MAKING.unlink(missing_ok=True)
        # What was there for the tests stays and must be kept up to date with the lock.
        _sync([] if dev or (SITE_PACKAGES / "nbval").is_dir() else ["--no-dev"])
    say("Everything is installed.")


def _install_uv() -> None:
    # pip would take a uv whose program is gone for installed
    shutil.rmtree(_UV_DIST_INFO, ignore_errors=True)
    options = ["--retries", "2", "--only-binary", "uv", *_FROM_STICK]
    code, text = run_pip("install", *options, f"uv=={UV_VERSION}")
    if code != 0:
        raise explain(text, f"Installing uv {UV_VERSION} into .venv")


def _environment() -> dict[str, str]:
    """Return the environment for uv, without any index."""
    all_of_it = child_environment()
    kept = {name: all_of_it[name] for name in all_of_it if not name.startswith("UV_") or _KEPT.match(name)}
    return kept | {"UV_PYTHON_DOWNLOADS": "never", "UV_PROJECT_ENVIRONMENT": str(VENV)}


def _settings(pip: dict[str, str]) -> dict[str, str]:
    """Return the variables that make uv use the index and the network as pip's settings (or uv's own) say."""
    url = os.environ.get("UV_DEFAULT_INDEX") or os.environ.get("UV_INDEX_URL") or pip.get("index-url") or PYPI
    found = {
        "SSL_CERT_FILE": pip.get("cert"),
        "SSL_CLIENT_CERT": pip.get("client-cert"),
        "HTTPS_PROXY": pip.get("proxy"),
        "HTTP_PROXY": pip.get("proxy"),
        "UV_INSECURE_HOST": " ".join(pip.get("trusted-host", "").split()),
    }
    if url.rstrip("/") != PYPI:
        found |= {"UV_DEFAULT_INDEX": url, "UV_INDEX": " ".join(pip.get("extra-index-url", "").split())}
    return {name: value for name, value in found.items() if value and not os.environ.get(name)}


def _sync(groups: list[str]) -> None:
    """Install what uv.lock names and is not there. Packages that the user added are left alone."""
    sync = [UV, "sync", "--locked", "--inexact", "--python", PYTHON, *groups]
    plain = _environment()
    if not SYNCING.exists() and captured([*sync, "--check", "--offline", "--no-config"], plain)[0] == 0:
        return
    # uv takes a package for installed when its dist-info is there: after a sync that was killed all are put in
    # again, from uv's cache. For the tests all is compiled: they start hundreds of processes.
    options = ["--reinstall"] * SYNCING.exists() + ["--compile-bytecode"] * (not groups)
    SYNCING.touch()
    with step("Installing the packages of uv.lock", "Packages installed", shows_output=True):
        environment = plain | _settings(pip_settings())
        code, text = _fetch(sync, groups, options, environment)
        if code != 0 and "certificate" in text and not environment.get("UV_SYSTEM_CERTS"):
            # pip trusts what the system trusts, uv only when told so: a company proxy needs it.
            code, text = _fetch(sync, groups, options, environment | {"UV_SYSTEM_CERTS": "true"})
        if code != 0:
            raise explain(text, "Installing the packages")
    SYNCING.unlink()


def _fetch(sync: list, groups: list[str], options: list[str], environment: dict[str, str]) -> tuple[int, str]:
    """Let uv install. uv.lock names pypi.org with every file: another index takes the locked versions and hashes.

    That other index stands in pip's settings, or in uv's own: then uv calls a lock stale that is not.
    """
    plain = {name: environment[name] for name in environment if name not in ("UV_DEFAULT_INDEX", "UV_INDEX")}
    if "UV_DEFAULT_INDEX" not in environment and not _FROM_STICK:
        code, text = shown([*sync, *options], environment)
        fresh = [UV, "lock", "--check", "--offline", "--no-config", "--python", PYTHON]
        if code == 0 or not re.search(STALE_LOCK, text) or captured(fresh, plain)[0] != 0:
            return code, text
    with tempfile.TemporaryDirectory() as folder:
        pins = Path(folder) / "requirements.txt"
        export = [UV, "export", "--frozen", "--quiet", "--no-emit-project", *groups, "--output-file", pins]
        code, text = captured(export, plain)
        if code != 0:
            return code, text
        # The tools for the tests are on no stick: with them a network is needed.
        install = [UV, "pip", "install", "--python", PYTHON, *options, *_FROM_STICK[not groups :]]
        code, text = shown([*install, "--require-hashes", "--requirement", pins], environment)
    return (code, text) if code else shown([*install, "--no-deps", "--editable", "."], environment)
