"""The environment in which a server of this computer stands in for AWS; nothing of the user's own settings is left in it."""

import os

import pytest

from sagalab.cloud import confirm as confirming


def use(patch: pytest.MonkeyPatch, endpoint: str, region: str, prefix: str, key: tuple[str, str]) -> None:
    """Make AWS of the server at `endpoint`, asked with this access key (id, secret); nobody has confirmed its use yet."""
    for name in [name for name in os.environ if name.startswith("AWS_") or name == "SAGALAB_CONFIRM"]:
        patch.delenv(name)
    settings = {
        "SAGALAB_CLOUD": "aws",
        "SAGALAB_PREFIX": prefix,
        "AWS_REGION": region,
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": key[0],
        "AWS_SECRET_ACCESS_KEY": key[1],
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    for name, value in settings.items():
        patch.setenv(name, value)
    patch.setattr(confirming, "_confirmed", set())
