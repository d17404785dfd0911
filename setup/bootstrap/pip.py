"""pip, to fetch uv and to read the user's settings of the package index. uv itself reads neither of them.

It is unpacked from the file that comes with Python (ensurepip); to install it would take three seconds.
"""

import ast
import hashlib
import os
import re
import sysconfig
import zipfile
from pathlib import Path

from bootstrap.failures import SetupProblem
from bootstrap.places import BASE_PYTHON, STATE, STICK, child_environment
from bootstrap.programs import captured

# Debian and Ubuntu leave ensurepip out of their Python. pip's own file is fetched in its place.
_WHEEL = (
    "https://files.pythonhosted.org/packages/70/7a/"
    "be4bd8bcbb24ea475856dd68159d78b03b2bb53dae369f69c9606b8888f5/pip-26.1-py3-none-any.whl"
)
_WHEEL_SHA256 = "4e8486d821d814b77319acb7b9e8bf5a4ee7590a643e7cb21029f209be8573c1"


def run_pip(*arguments: str) -> tuple[int, str]:
    """Run pip; return its exit code and what it printed. Settings that lead elsewhere do not count."""
    astray = ("PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_REQUIREMENT", "PIP_CONSTRAINT", "PIP_PYTHON")
    environment = {name: value for name, value in child_environment().items() if name not in astray}
    environment |= {"PIP_USER": "0", "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1"}
    return captured([BASE_PYTHON, _pip(), *arguments], environment)


def _pip() -> Path:
    system = sysconfig.get_config_var("WHEEL_PKG_DIR")  # where a distribution keeps it beside Python
    folder = Path(system or Path(os.__file__).parent / "ensurepip" / "_bundled")
    known = sorted(folder.glob("pip-*.whl")) or sorted(STICK.glob("pip-*.whl"))
    wheel = known[-1] if known else STATE / Path(_WHEEL).name
    unpacked = STATE / wheel.stem
    if not unpacked.is_dir():
        if not known:
            _fetch(wheel)
        arriving = STATE / f"arriving-{wheel.stem}"
        zipfile.ZipFile(wheel).extractall(arriving)
        arriving.rename(unpacked)
    return unpacked / "pip"


def _fetch(wheel: Path) -> None:
    import urllib.request

    with urllib.request.urlopen(_WHEEL, timeout=30) as answer:
        wheel.write_bytes(answer.read())
    if hashlib.sha256(wheel.read_bytes()).hexdigest() != _WHEEL_SHA256:
        raise SetupProblem("What came is no pip: log in to this network by the browser. Then do it again.")


def pip_settings() -> dict[str, str]:
    """Return pip's settings from its files and from PIP_*, the strongest last word for each name."""
    _, text = run_pip("config", "list")
    found = re.findall(r"^(:env:|global|install)\.([a-z-]+)=(['\"].*)$", text, re.MULTILINE)
    found.sort(key=lambda setting: setting[0] == ":env:")
    return {name: ast.literal_eval(value) for _, name, value in found}
