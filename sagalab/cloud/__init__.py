"""The connection to the cloud, local or AWS: its client side, confirmation, and errors in words.

Each is imported from its own file: who starts, asks or stops the local cloud does not wait for boto3.
"""
