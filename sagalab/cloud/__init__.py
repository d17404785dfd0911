"""The connection to the cloud, local or AWS: its client side, confirmation, and errors in words."""

from sagalab.cloud.connect import Cloud, connect

__all__ = [
    "Cloud",
    "connect",
]
