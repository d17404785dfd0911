"""Errors of tasks: the names and causes that AWS gives them in the history.

Two SDKs word a service's error: the optimised integrations' "(Service: AmazonSNS; Status Code: 400; Error Code: …;
Request ID: …; Proxy: null)" and that of aws-sdk tasks, "(Service: DynamoDb, Status Code: 400, Request ID: …)".
Both are in the recordings.
"""

import uuid
from typing import Any

from botocore.exceptions import ClientError


class TaskError(Exception):
    """A task failed with an error name and a cause. `terminal` ends the execution (told.TaskFailed)."""

    def __init__(self, error: str | None, cause: str | None, *, terminal: bool = False) -> None:
        super().__init__(error, cause)
        self.error = error
        self.cause = cause
        self.terminal = terminal


def new_request_id() -> str:
    """Return the id of a request that was never sent."""
    return str(uuid.uuid4())


def client_error(code: str, message: str, status: int = 400, operation: str = "") -> ClientError:
    """Return what boto3 raises when a service answers an error."""
    answer: Any = {
        "Error": {"Code": code, "Message": message},
        "ResponseMetadata": {"HTTPStatusCode": status, "RequestId": new_request_id()},
    }
    return ClientError(answer, operation)


def code_of(error: ClientError) -> str:
    """Return a service's code for an error."""
    return str(error.response["Error"]["Code"])


def optimised_cause(error: ClientError, service: str, code: str | None = None) -> str:
    """Word an error as an optimised integration does; `service` is the SDK's name of it, AmazonSNS."""
    return (
        f"{error.response['Error']['Message']} (Service: {service}; Status Code: {_status(error)}; "
        f"Error Code: {code or code_of(error)}; Request ID: {_request_id(error)}; Proxy: null)"
    )


def sdk_cause(error: ClientError, service: str) -> str:
    """Word an error as an aws-sdk task does; `service` is its name there, DynamoDb."""
    details = [f"Service: {service}", f"Status Code: {_status(error)}", f"Request ID: {_request_id(error)}"]
    extended = error.response["ResponseMetadata"].get("HostId")
    if extended:
        details.append(f"Extended Request ID: {extended}")
    return f"{error.response['Error'].get('Message', '')} ({', '.join(details)})"


def _status(error: ClientError) -> int:
    return error.response["ResponseMetadata"]["HTTPStatusCode"]


def _request_id(error: ClientError) -> str:
    return error.response["ResponseMetadata"].get("RequestId", "")
