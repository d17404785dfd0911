"""What can go wrong while making the environment, each as one line with its cure.

pip, uv and the operating system say it in their own words; `explain` recognises those words.
"""

import errno
import os
import re
import shutil
import tempfile
from pathlib import Path

from bootstrap.places import BIN, ROOT

NEEDED_MB = 900  # measured: .venv 424 MB and uv's cache about as much again


class SetupProblem(Exception):
    """Something the user can mend. `what` happened, and its `cure`; the next run goes on from there.

    `unknown`: the words of the program that failed were not recognised.
    """

    def __init__(self, what: str, cure: str = "", *, unknown: bool = False):
        super().__init__(f"{what} {cure}".strip())
        self.what = what
        self.cure = cure
        self.unknown = unknown


def _free_mb(folder: Path) -> int:
    try:
        return shutil.disk_usage(folder).free // 1_000_000
    except OSError:
        return 0


def _full_disk(_text: str) -> SetupProblem:
    temporary = _free_mb(Path(tempfile.gettempdir()))
    free = f"{_free_mb(ROOT)} MB free in {ROOT}, {temporary} MB in the temporary folder"
    return SetupProblem(
        f"The disk is full ({free}).", f"Free about {NEEDED_MB} MB and run the same command again."
    )


def _read_only(text: str) -> SetupProblem:
    if str(ROOT) in text or not re.search(r"cache", text):
        return SetupProblem(
            f"{ROOT} cannot be written to.",
            "Copy the project into a folder of your own (for example in your home) and run it there.",
        )
    return SetupProblem(
        "uv cannot write to its cache.",
        "Set UV_CACHE_DIR to a folder that you can write to and run the same command again.",
    )


def _no_network(_text: str) -> SetupProblem:
    return SetupProblem(
        "The package index cannot be reached.",
        "Check the network (in a company set HTTPS_PROXY, or PIP_INDEX_URL to the company's own index)"
        " and run the same command again: what was fetched already is kept.",
    )


def _certificate(_text: str) -> SetupProblem:
    return SetupProblem(
        "The package index shows a certificate that is not trusted here.",
        "Does a company proxy replace certificates? Set SSL_CERT_FILE and PIP_CERT to its certificate file"
        " (PEM) and run the same command again.",
    )


def _refused(_text: str) -> SetupProblem:
    return SetupProblem(
        "The package index or the proxy asks for a login.",
        "Put it into PIP_INDEX_URL or HTTPS_PROXY (https://USER:PASSWORD@HOST/…) or into ~/.netrc"
        " and run the same command again.",
    )


def _wrong_hash(text: str) -> SetupProblem:
    found = re.search(r"(?:Hash mismatch for|download|fetch) `([^`@= ]+)", text)
    name = found[1] if found else "a package"
    return SetupProblem(
        f"What arrived as {name} is not the file of uv.lock (its hash differs).",
        "Run the same command again; if it stays, the package index or a proxy changes files.",
    )


def _stale_lock(_text: str) -> SetupProblem:
    return SetupProblem(
        "uv.lock does not match pyproject.toml.",
        "If you changed pyproject.toml run: .venv/bin/uv lock. "
        "If not, restore both: git checkout uv.lock pyproject.toml",
    )


def _no_wheel(text: str) -> SetupProblem:
    found = re.search(r"Failed to build `([^`@ ]+)", text) or re.search(r"[Dd]istribution `([^`@ ]+)", text)
    name = found[1] if found else "A package"
    return SetupProblem(
        f"{name} has no ready-made file for this Python and this machine.",
        "Use a 64-bit CPython 3.11 to 3.14 from https://www.python.org/downloads/ for the same command.",
    )


def _not_in_index(_text: str) -> SetupProblem:
    return SetupProblem(
        "The package index does not have a version that is needed.",
        "If pip is set to a company's own index (see: pip config list), ask for it to mirror PyPI, or set"
        " PIP_INDEX_URL=https://pypi.org/simple and run the same command again.",
    )


# The order counts: a full disk also ends downloads, a proxy that wants a login also breaks connections.
_SIGNS = (
    (
        r"No space left on device|not enough space on the disk|os error 112|[Qq]uota exceeded|Errno 28\b",
        _full_disk,
    ),
    (r"[Hh]ash(es)? mismatch|DO NOT MATCH THE HASHES", _wrong_hash),
    (
        r"CERTIFICATE_VERIFY_FAILED|invalid peer certificate|UnknownIssuer|SSLCertVerification"
        r"|certificate verify",
        _certificate,
    ),
    (r"\b407\b|Proxy Authentication Required|\b401\b|Unauthorized|\b403\b|Forbidden", _refused),
    (
        r"[Cc]onnection (refused|reset|broken|timed out)|Failed to fetch|error sending request|ProxyError"
        r"|dns error|[Nn]ame resolution|getaddrinfo|Network is unreachable|[Tt]imed out|urlopen error"
        r"|connectivity is disabled",
        _no_network,
    ),
    (
        r"Read-only file system|Permission ?[Dd]enied|Access is denied|os error 5\b|Errno 13\b|Errno 30\b",
        _read_only,
    ),
    (r"lockfile.*needs to be updated|[Uu]nable to find lockfile|Failed to parse `uv.lock`", _stale_lock),
    (
        r"No matching distribution found|No solution found|was not found in the (package )?registry"
        r"|no versions? of",
        _not_in_index,
    ),
    (
        r"[Ff]ailed to build|can't be installed because it doesn't have a (source distribution|wheel)"
        r"|no wheels",
        _no_wheel,
    ),
)


def explain(text: str, doing: str) -> SetupProblem:
    """Return the problem that `text` (printed by pip or uv) speaks of; `doing` names the step that failed."""
    for sign, problem in _SIGNS:
        if re.search(sign, text):
            return problem(text)
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    errors = [line for line in lines if re.match(r"(?i)error\b", line)][:1] or lines[-1:]
    causes = [line for line in lines if line.startswith("cause:")][-1:]
    said = f" It said: {' '.join(errors + causes)[:300]}" if errors else ""
    cure = "Remove the folder .venv and run the same command again."
    return SetupProblem(f"{doing} failed.{said}", cure, unknown=True)


def explain_os_error(error: OSError) -> SetupProblem:
    """Return the problem that an operating system's error speaks of."""
    if (
        error.errno in (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC))
        or getattr(error, "winerror", None) == 112
    ):
        return _full_disk("")
    if (
        error.errno in (errno.EACCES, errno.EPERM)
        and os.path.isfile(error.filename or "")
        and BIN in Path(error.filename).parents
    ):
        return SetupProblem(
            f"Programs in {BIN} may not be run (is this disk mounted with noexec?).",
            "Copy the project to another disk, or remove the folder .venv, and run the same command there.",
        )
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        if getattr(error, "winerror", None) in (5, 32):
            return SetupProblem(
                f"{error.filename} is in use by another program, or cannot be written to.",
                "Close JupyterLab and every terminal that uses .venv, and run the same command again.",
            )
        return _read_only(str(ROOT))
    return SetupProblem(
        f"{error}.", "Run the same command again; if it stays, remove the folder .venv first."
    )
