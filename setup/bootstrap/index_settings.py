"""The package index that this machine is told to use: pip's settings, passed on to uv.

uv reads neither pip.conf nor PIP_* variables. And uv.lock names pypi.org with every file's address,
so behind a company's own index `uv sync --locked` cannot fetch: `Index.mirror` says so, and
packages.py then installs the locked versions and hashes from that index.
"""

import ast
import os
import re
from dataclasses import dataclass, field
from pathlib import Path

from bootstrap.places import PYTHON, VENV, child_environment
from bootstrap.running import captured

PYPI = "https://pypi.org/simple"
# uv's own variables that say how to reach the network and where to keep files. All others could
# change which packages are installed and where, and are not passed on.
_KEPT = re.compile(
    r"UV_(CACHE_DIR|NO_CACHE|HTTP_.*|REQUEST_TIMEOUT|SYSTEM_CERTS|NATIVE_TLS|INSECURE_HOST|KEYRING_PROVIDER"
    r"|LINK_MODE|OFFLINE|CONCURRENT_.*|CONFIG_FILE|NO_CONFIG|LOCK_TIMEOUT|NO_PROGRESS"
    r"|INDEX_.*_(USERNAME|PASSWORD))$"
)
_USER_CONFIG = (
    "~/.config/uv/uv.toml",
    "/etc/uv/uv.toml",
    "%APPDATA%\\uv\\uv.toml",
    "%PROGRAMDATA%\\uv\\uv.toml",
)


@dataclass
class Index:
    """Where packages come from. `mirror` is True when it is not PyPI itself."""

    mirror: bool
    environment: dict[str, str] = field(default_factory=dict)


def pip_settings() -> dict[str, str]:
    """Return pip's settings from its files and from PIP_*, the strongest last word for each name."""
    _, text = captured([PYTHON, "-m", "pip", "config", "list"], child_environment())
    files: dict[str, str] = {}
    variables: dict[str, str] = {}
    for line in text.splitlines():
        found = re.match(r"(:env:|global|install)\.([a-z-]+)=(['\"].*)$", line.strip())
        if found:
            chosen = variables if found[1] == ":env:" else files
            chosen[found[2]] = ast.literal_eval(found[3])
    return files | variables


def _uv_config_names_index() -> bool:
    """Return whether the user's own uv settings name an index: the lock would not be accepted with it."""
    if os.environ.get("UV_NO_CONFIG"):
        return False
    for name in (os.environ.get("UV_CONFIG_FILE", ""), *_USER_CONFIG):
        path = Path(os.path.expandvars(os.path.expanduser(name)))
        if (
            name
            and path.is_file()
            and re.search(
                r"^\s*(\[\[index\]\]|index|index-url|default-index)\b",
                path.read_text(encoding="utf-8", errors="replace"),
                re.MULTILINE,
            )
        ):
            return True
    return False


def find() -> Index:
    """Return the index to use and the environment that makes uv use it."""
    pip = pip_settings()
    environment = {
        name: value
        for name, value in child_environment().items()
        if not name.startswith("UV_") or _KEPT.match(name)
    }
    environment |= {"UV_PYTHON_DOWNLOADS": "never", "UV_PROJECT_ENVIRONMENT": str(VENV)}

    def pass_on(name: str, value: str | None) -> None:
        if value and not environment.get(name):
            environment[name] = value

    pass_on("SSL_CERT_FILE", pip.get("cert"))
    pass_on("SSL_CLIENT_CERT", pip.get("client-cert"))
    pass_on("HTTPS_PROXY", pip.get("proxy"))
    pass_on("HTTP_PROXY", pip.get("proxy"))
    pass_on("UV_INSECURE_HOST", " ".join(pip.get("trusted-host", "").split()))
    url = os.environ.get("UV_DEFAULT_INDEX") or os.environ.get("UV_INDEX_URL") or pip.get("index-url") or PYPI
    if url.rstrip("/") != PYPI:
        environment["UV_DEFAULT_INDEX"] = url
        if extra := pip.get("extra-index-url"):
            environment["UV_INDEX"] = " ".join(extra.split())
        return Index(True, environment)
    return Index(_uv_config_names_index(), environment)
