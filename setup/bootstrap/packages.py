"""Put uv and the locked packages into `.venv`."""

import hashlib
import shutil
import tempfile
import urllib.request
from pathlib import Path

from bootstrap import index_settings
from bootstrap.console import step
from bootstrap.failures import SetupProblem, explain
from bootstrap.places import PYTHON, SITE_PACKAGES, UV, VENV, child_environment
from bootstrap.running import captured, shown

UV_VERSION = "0.13.9"
# Exists while uv is at work. If it is found later, uv was killed: a package may be half there.
SYNCING = VENV / "sagalab-syncing"
_SYNC = [UV, "sync", "--locked", "--inexact"]
_UV_DIST_INFO = SITE_PACKAGES / f"uv-{UV_VERSION}.dist-info"

# Debian and Ubuntu leave ensurepip out of their Python. pip's own file is fetched in its place.
PIP_WHEEL = (
    "https://files.pythonhosted.org/packages/70/7a/"
    "be4bd8bcbb24ea475856dd68159d78b03b2bb53dae369f69c9606b8888f5/pip-26.1-py3-none-any.whl"
)
PIP_WHEEL_SHA256 = "4e8486d821d814b77319acb7b9e8bf5a4ee7590a643e7cb21029f209be8573c1"


def _pip_environment() -> dict[str, str]:
    """Return the environment for pip: settings that would install elsewhere are taken out."""
    astray = ("PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_REQUIREMENT", "PIP_CONSTRAINT", "PIP_PYTHON")
    environment = {name: value for name, value in child_environment().items() if name not in astray}
    return environment | {"PIP_USER": "0", "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1"}


def install_pip() -> None:
    """Put pip into `.venv`: from Python's own copy, or from PyPI where the system took that copy away."""
    code, text = captured([PYTHON, "-m", "ensurepip", "--default-pip"], _pip_environment())
    if code == 0:
        return
    if "No module named ensurepip" not in text:
        raise explain(text, "Installing pip into .venv")
    with tempfile.TemporaryDirectory() as folder:
        wheel = Path(folder) / PIP_WHEEL.rpartition("/")[2]
        try:
            with urllib.request.urlopen(PIP_WHEEL, timeout=30) as answer:
                content = answer.read()
        except OSError as error:
            raise SetupProblem(
                "This Python comes without pip (no ensurepip), and PyPI cannot be reached for it.",
                "Check the network, or: sudo apt install python3-venv. Then run the same command again.",
            ) from error
        if hashlib.sha256(content).hexdigest() != PIP_WHEEL_SHA256:
            raise SetupProblem(
                "What arrived from PyPI as pip is not pip (a login page of this network?).",
                "Open a page in the browser to log in, or: sudo apt install python3-venv. "
                "Then run the same command again.",
            )
        wheel.write_bytes(content)
        code, text = captured([PYTHON, wheel / "pip", "install", "--no-index", wheel], _pip_environment())
    if code != 0:
        raise explain(text, "Installing pip into .venv")


def has_pip() -> bool:
    """Return whether `.venv` has a pip (one made by uv has none)."""
    return (SITE_PACKAGES / "pip" / "__main__.py").exists() and any(SITE_PACKAGES.glob("pip-*.dist-info"))


def has_uv() -> bool:
    """Return whether `.venv` has the uv that this project is locked for."""
    return UV.exists() and (_UV_DIST_INFO / "RECORD").exists()


def install_uv() -> None:
    """Put uv into `.venv` by pip."""
    # pip would take a uv whose program is gone for installed.
    shutil.rmtree(_UV_DIST_INFO, ignore_errors=True)
    command = [PYTHON, "-m", "pip", "install", "--retries", "2", "--only-binary", "uv", f"uv=={UV_VERSION}"]
    code, text = captured(command, _pip_environment())
    if code != 0:
        raise explain(text, f"Installing uv {UV_VERSION} into .venv")


def has_test_tools() -> bool:
    """Return whether the tools for the tests were installed here once."""
    return (SITE_PACKAGES / "pytest").is_dir()


def sync(*, dev: bool) -> None:
    """Install what uv.lock names and is not there; `dev`: with the tools for the tests. Raises SetupProblem.

    Packages that the user added are left alone.
    """
    groups = [] if dev else ["--no-dev"]
    if not SYNCING.exists() and _is_synced(groups):
        return
    # uv takes a package for installed when its dist-info is there: after a sync that was killed all are put in
    # again, from uv's cache.
    again = ["--reinstall"] if SYNCING.exists() else []
    index = index_settings.find()
    SYNCING.touch()
    # Tests start hundreds of processes, and where PYTHONDONTWRITEBYTECODE is set each would compile what it imports.
    compiled = ["--compile-bytecode"] if dev else []
    with step("Installing the packages of uv.lock", "Packages installed", shows_output=True):
        _run_uv(index, dev, [*compiled, *again])
    SYNCING.unlink()


def _is_synced(groups: list[str]) -> bool:
    """Ask uv, without any network, whether all that the lock names is there."""
    plain = {name: value for name, value in child_environment().items() if not name.startswith("UV_")}
    environment = plain | {"UV_PROJECT_ENVIRONMENT": str(VENV), "UV_PYTHON_DOWNLOADS": "never"}
    check = [*_SYNC, "--check", "--offline", "--no-config", *groups, "--python", PYTHON]
    return captured(check, environment)[0] == 0


def _run_uv(index: index_settings.Index, dev: bool, options: list[str]) -> None:
    run = _from_mirror if index.mirror else _from_pypi
    code, text = run(index.environment, dev, options)
    if code != 0 and "certificate" in text and not index.environment.get("UV_SYSTEM_CERTS"):
        # pip trusts what the system trusts, uv only when told so: a company proxy needs it.
        code, text = run(index.environment | {"UV_SYSTEM_CERTS": "true"}, dev, options)
    if code != 0:
        raise explain(text, "Installing the packages")


def _from_pypi(environment: dict[str, str], dev: bool, options: list[str]) -> tuple[int, str]:
    groups = [] if dev else ["--no-dev"]
    return shown([*_SYNC, *groups, *options, "--python", PYTHON], environment)


def _from_mirror(environment: dict[str, str], dev: bool, options: list[str]) -> tuple[int, str]:
    """Install the locked versions, held to the lock's hashes, from the index that the user has set."""
    groups = [] if dev else ["--no-dev"]
    plain = {
        name: value for name, value in environment.items() if name not in ("UV_DEFAULT_INDEX", "UV_INDEX")
    }
    with tempfile.TemporaryDirectory() as folder:
        pins = Path(folder) / "requirements.txt"
        command = [UV, "export", "--frozen", "--quiet", "--no-emit-project", *groups, "--output-file", pins]
        code, text = captured(command, plain)
        if code != 0:
            return code, text
        install = [UV, "pip", "install", "--python", PYTHON, *options]
        code, text = shown([*install, "--require-hashes", "--requirement", pins], environment)
    if code != 0:
        return code, text
    return shown([*install, "--no-deps", "--editable", "."], environment)
