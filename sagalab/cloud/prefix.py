"""The prefix of a participant who set none: "saga" on the local cloud, made of the user's name on AWS."""

import getpass
import re

from sagalab import settings
from sagalab.errors import SagaLabError

LOCAL_PREFIX = "saga"
_LONGEST = 20  # sandboxes and longer names are built on it
# Names that many people have at once: in containers, on shared machines, in the browser.
_NOBODYS = {
    "admin", "administrator", "cloudshell-user", "codespace", "coder", "ec2-user", "gitpod", "jovyan",
    "node", "owner", "root", "runner", "runneradmin", "sagemaker-user", "ubuntu", "user", "vscode",
}  # fmt: skip


def prefix_of_participant(*, on_aws: bool) -> str:
    """Return SAGALAB_PREFIX, else "saga" locally and the user's name on AWS, in letters, digits and hyphens.

    Raises SagaLabError for a prefix that no name can begin with; on AWS also when the name is one that many have, or leaves nothing.
    """
    given = settings.prefix()
    if given or not on_aws:
        return given or LOCAL_PREFIX
    name = _user()
    prefix = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-0123456789")[:_LONGEST].rstrip("-")
    if not prefix or name.lower() in _NOBODYS:
        raise SagaLabError(
            f"On AWS you need a prefix of your own, and your user name ({name or 'none'}) gives none.",
            "Set SAGALAB_PREFIX, for example SAGALAB_PREFIX=anna.",
        )
    return prefix


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # a container's user without a name
        return ""
