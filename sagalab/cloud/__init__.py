"""The connection to the cloud, local or AWS: its client side, confirmation, and errors in words."""
