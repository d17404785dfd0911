"""Before the first change on AWS: account and region are shown and confirmed.

The account's number is shown with its last four digits only, so that no notebook, log or picture keeps it.
"""

import sys

from sagalab import settings
from sagalab.cloud.accounts import masked
from sagalab.cloud.connect import Cloud
from sagalab.errors import SagaLabError

_confirmed: set[tuple[str, str]] = set()  # (account, region), in this process


def place(cloud: Cloud) -> str:
    """Return what SAGALAB_CONFIRM must say for this cloud: the last four digits and the region."""
    return f"{cloud.account[-4:]}/{cloud.region}"


def show(cloud: Cloud) -> None:
    """Print where the changes will be made."""
    print(
        f"AWS account {masked(cloud.account)}, region {cloud.region}, prefix {cloud.prefix}.",
        file=sys.stderr,
    )


def confirm(cloud: Cloud) -> None:
    """Show account and region and have them confirmed, once in a process; else raise SagaLabError.

    In a terminal the person types the account's last four digits. Elsewhere (a notebook, a script)
    SAGALAB_CONFIRM must name them and the region, as in 9012/eu-west-1: so one that was set for another
    account or region confirms nothing.
    """
    if cloud.is_local or (cloud.account, cloud.region) in _confirmed:
        return
    show(cloud)
    given = settings.confirmed()
    if given != place(cloud):
        _ask(cloud, given)
    _confirmed.add((cloud.account, cloud.region))


def accept(cloud: Cloud) -> None:
    """Show account and region, and take them as confirmed (`--yes`)."""
    show(cloud)
    _confirmed.add((cloud.account, cloud.region))


def _ask(cloud: Cloud, given: str) -> None:
    if given or not sys.stdin.isatty():
        why = f"SAGALAB_CONFIRM says {given}" if given else "nobody confirmed it"
        raise SagaLabError(
            f"Nothing was changed in the AWS account {masked(cloud.account)}, {cloud.region}: {why}.",
            f"If that is the right place, set SAGALAB_CONFIRM={place(cloud)}.",
        )
    print("Type the last four digits of the account to go on: ", end="", file=sys.stderr, flush=True)
    if sys.stdin.readline().strip() != cloud.account[-4:]:
        raise SagaLabError("Nothing was changed.", "The four digits were not those of the account.")
