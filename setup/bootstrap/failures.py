"""What can go wrong while making the environment, each as one line with its cure.

pip, uv and the operating system say it in their own words; `explain` recognises those words.
"""

import re

from bootstrap.places import ROOT

STALE_LOCK = r"lockfile.*needs to be updated|[Uu]nable to find lockfile|Failed to parse `uv.lock`"
_DENIED = r"(Read-only file system|Permission ?[Dd]enied|Errno (1|13|30)\b)"
# The package that the words speak of, with its version where the version matters.
_NAME = r"(?:Hash mismatch for|[Dd]ownload|fetch) `([^`@= ]+)|(?:build|istribution) `([^`@ ]+)"

# The words (a pattern), what they mean, and the cure; an indented line goes on with the one above. The order counts: a full
# disk also ends downloads, a proxy that wants a login also breaks connections. Names in capitals are filled in.
# 900 MB: measured, .venv 424 MB and uv's cache about as much again.
_TABLE = r"""
No space left on device|not enough space on the disk|os error 112|[Qq]uota exceeded|Errno 28\b|WinError 112\b
The disk of ROOT, of the temporary folder or of uv's cache is full.
Free about 900 MB and AGAIN.

[Hh]ash(es)? mismatch|DO NOT MATCH THE HASHES
What arrived as NAME is not the file of uv.lock (its hash differs).
Once more: AGAIN. If it stays, the package index or a proxy changes files.

CERTIFICATE_VERIFY_FAILED|invalid peer certificate|UnknownIssuer|SSLCertVerification|certificate verify
The package index shows a certificate that is not trusted here.
Does a company proxy replace certificates? Set SSL_CERT_FILE and PIP_CERT to its certificate file (PEM) and AGAIN.

\b407\b|Proxy Authentication Required|\b401\b|Unauthorized|\b403\b|Forbidden
The package index or the proxy asks for a login.
Put it into PIP_INDEX_URL or HTTPS_PROXY (https://USER:PASSWORD@HOST/…) or into ~/.netrc and AGAIN.

[Cc]onnection (refused|reset|broken|timed out)|Failed to fetch|error sending request|ProxyError|dns error
  |[Nn]ame resolution|getaddrinfo|Network is unreachable|[Tt]imed out|urlopen error|connectivity is disabled
The package index cannot be reached.
Check the network (in a company set HTTPS_PROXY, or PIP_INDEX_URL to the company's own index) and AGAIN:
   what was fetched already is kept. Without a network: a stick (sagalab bundle).

(WinError|os error) (5|32)\b
A file in ROOT is in use by another program, or cannot be written to.
Close JupyterLab and every terminal that uses .venv, and AGAIN.

\A(?![\s\S]*ROOT)[\s\S]*cache[\s\S]*DENIED
uv cannot write to its cache.
Set UV_CACHE_DIR to a folder that you can write to and AGAIN.

DENIED
ROOT cannot be written to, or programs there may not be run.
Copy the project into a folder of your own (for example in your home) and run it there.

STALE
uv.lock does not match pyproject.toml.
If you changed pyproject.toml run: .venv/bin/uv lock. If not, restore both: git checkout uv.lock pyproject.toml

No matching distribution found|No solution found|was not found in the (package )?registry|no versions? of
The package index does not have a version that is needed.
If pip is set to a company's own index (see: pip config list), ask for it to mirror PyPI, or set
   PIP_INDEX_URL=https://pypi.org/simple and AGAIN.

[Ff]ailed to build|can't be installed because it doesn't have a (source distribution|wheel)|no wheels
NAME has no ready-made file for this Python and this machine.
Use a 64-bit CPython 3.11 to 3.14 from https://www.python.org/downloads/ for the same command.
"""
_SIGNS = [block.replace("\n  ", "").split("\n") for block in _TABLE.strip().split("\n\n")]


class SetupProblem(Exception):
    """Something the user can mend: what happened, and the cure. The next run goes on from there."""


def _fill(text: str, names: dict[str, str]) -> str:
    return re.sub(rf"\b({'|'.join(names)})\b", lambda name: names[name[0]], text)


def explain(text: str, doing: str) -> SetupProblem:
    """Return the problem that `text` (printed by pip or uv, or the system's error) speaks of; `doing` names the step that failed."""
    found = re.search(_NAME, text)
    filled = {"NAME": (found[1] or found[2]) if found else "a package", "AGAIN": "run the same command again"}
    for sign, what, cure in _SIGNS:
        pattern = _fill(sign, {"ROOT": re.escape(str(ROOT)), "DENIED": _DENIED, "STALE": STALE_LOCK})
        if re.search(pattern, text):
            return SetupProblem(_fill(f"{what} {cure}", filled | {"ROOT": str(ROOT)}))
    said = " ".join(text.split())[-300:]
    return SetupProblem(f"{doing} failed. It said: {said} Remove .venv and run the same command again.")
