"""moto's interpreter uses the clients that are made once (services/clients.py)."""

import sys
from typing import Any

from botocore.client import BaseClient
from moto.stepfunctions.parser.asl.utils import boto_client

from sagalab.localcloud.services import clients


def client_for(region: str, service: str, state_credentials: Any = None) -> BaseClient:
    """Return a client with the credentials of a state."""
    role = None if state_credentials is None else state_credentials.role_arn
    return clients.client_for(region, service, role)


def install() -> None:
    """Replace moto's boto_client_for in every module that imported it."""
    original = boto_client.boto_client_for
    for name, module in list(sys.modules.items()):
        if (
            name.startswith("moto.stepfunctions.parser")
            and getattr(module, "boto_client_for", None) is original
        ):
            module.boto_client_for = client_for
