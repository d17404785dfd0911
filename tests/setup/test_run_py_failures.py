"""What pip, uv and the operating system say when something fails becomes one line with its cure.

The texts were printed by uv 0.13.9, pip 23 to 26 and CPython 3.11 to 3.13, some shortened.
"""

import errno
import os
import re
import sys

import pytest

from sagalab.project import ROOT

sys.path.insert(0, str(ROOT / "setup"))
from bootstrap.failures import explain  # noqa: E402

CASES = {
    "uv, full disk": (
        "error: Failed to install: pandas-3.1.1-cp311-cp311-manylinux_2_24_x86_64.whl (pandas==3.1.1)\n"
        "  cause: failed to copy file: No space left on device (os error 28)",
        "uv's cache is full",
    ),
    "pip, full disk": (
        "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device\n",
        "uv's cache is full",
    ),
    "Windows, full disk": (
        "error: There is not enough space on the disk. (os error 112)",
        "uv's cache is full",
    ),
    "uv, closed port": (
        "error: Request failed after 3 retries in 4.7s\n"
        "  cause: Failed to fetch: http://127.0.0.1:9/simple/six/\n"
        "  cause: tcp connect error\n  cause: Connection refused (os error 111)",
        "The package index cannot be reached",
    ),
    "uv, no name server": (
        "error: Failed to download `six==1.17.0`\n  cause: dns error\n"
        "  cause: failed to lookup address information: Temporary failure in name resolution",
        "The package index cannot be reached",
    ),
    "pip, closed port": (
        "WARNING: Retrying (Retry(total=0)) after connection broken by 'NewConnectionError('Failed to make a "
        "new connection: [Errno 111] Connection refused')': /simple/uv/\n"
        "ERROR: No matching distribution found for uv==0.13.9",
        "The package index cannot be reached",
    ),
    "pip, a company index without it": (
        "ERROR: Could not find a version that satisfies the requirement uv==0.13.9 (from versions: 0.4.0)\n"
        "ERROR: No matching distribution found for uv==0.13.9",
        "does not have a version that is needed",
    ),
    "uv, a company proxy": (
        "error: Failed to download `six==1.17.0`\n  cause: invalid peer certificate: UnknownIssuer",
        "a certificate that is not trusted here",
    ),
    "proxy with a login": (
        "  cause: tunnel error: failed to create underlying connection\n"
        "  cause: proxy authorization required: 407 Proxy Authentication Required",
        "asks for a login",
    ),
    "lock": (
        "The lockfile at `uv.lock` needs to be updated, but `--locked` was provided. "
        "To update the lockfile, run `uv lock`.",
        "uv.lock does not match pyproject.toml",
    ),
    "a machine without wheels": (
        "error: Failed to build `pyzmq==27.3.0`\n  cause: The build backend returned an error",
        "pyzmq==27.3.0 has no ready-made file",
    ),
    "read-only": (
        f"error: failed to create directory `{ROOT}/.venv/lib`: Read-only file system (os error 30)",
        "cannot be written to",
    ),
    "Windows, a file in use": (
        "error: failed to remove directory: Access is denied. (os error 5)",
        "is in use by another program",
    ),
    "cache": (
        "error: failed to open file `/home/x/.cache/uv/.lock`: Permission denied (os error 13)",
        "uv cannot write to its cache",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_the_words_of_pip_and_uv_are_recognised(name):
    text, what = CASES[name]
    problem = str(explain(text, "Installing"))
    assert what in problem
    assert re.search(r"[.)] [A-Z]\w+ .+", problem[problem.index(what) :])  # the cure


def test_an_unknown_failure_says_what_was_printed():
    problem = explain(
        "Resolved 3 packages\nerror: The moon is full\n  cause: tides\n", "Installing the packages"
    )
    assert str(problem) == (
        "Installing the packages failed. It said: Resolved 3 packages error: The moon is full cause: tides "
        "Remove .venv and run the same command again."
    )


@pytest.mark.parametrize(
    ("number", "what"),
    [
        (errno.ENOSPC, "is full"),
        (errno.EROFS, "cannot be written to"),
        (errno.EACCES, "cannot be written to, or programs there may not be run"),
    ],
)
def test_the_operating_systems_errors_are_recognised(number, what):
    error = OSError(number, os.strerror(number), str(ROOT / ".venv"))
    assert what in str(explain(f"error: {error}", "Setting up"))
