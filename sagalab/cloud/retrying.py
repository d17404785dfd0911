"""Waiting for AWS: a call is repeated while its error is known to pass by itself."""

import time
from collections.abc import Callable, Collection
from typing import Any, TypeVar

from botocore.exceptions import ClientError

T = TypeVar("T")
Passing = tuple[tuple[str, str], ...]  # (error code, part of the message)

# IAM tells Lambda, X-Ray, KMS and Step Functions of a new role within some seconds.
ROLE_TOO_NEW: Passing = (
    ("InvalidParameterValueException", "cannot be assumed"),
    # "The provided execution role does not have permissions to call PutTraceSegments on XRAY"
    ("InvalidParameterValueException", "role does not have permissions to call"),
    # "Lambda was unable to configure access to your environment variables because the KMS key is invalid for
    # CreateGrant. … KMS Exception: InvalidArnException": the grant's principal is not known yet
    ("InvalidParameterValueException", "KMS key is invalid for CreateGrant"),
    ("AccessDeniedException", "authorized to assume"),
    ("AccessDeniedException", "authorized to access the Log Destination"),
)
# A resource is still busy with an earlier change.
BUSY: Passing = (
    ("ResourceConflictException", ""),
    ("ResourceInUseException", ""),
    ("OperationAbortedException", ""),
    ("ConcurrentModification", ""),
)
# A deleted resource keeps its name for a while: a queue for 60 s, a state machine until it has vanished.
NAME_STILL_TAKEN: Passing = (
    ("StateMachineDeleting", ""),
    ("AWS.SimpleQueueService.QueueDeletedRecently", ""),
    ("QueueDeletedRecently", ""),
)

# More calls than the account may make. The "Common errors" of each service name it differently.
THROTTLED = (
    "429",
    "AWS.SimpleQueueService.RequestThrottled",
    "BandwidthLimitExceeded",
    "EC2ThrottledException",
    "KMS.ThrottlingException",
    "KMSThrottlingException",
    "KmsThrottlingException",
    "PriorRequestNotComplete",
    "Throttling",
    "ThrottlingException",
    "ThrottledException",
    "RequestThrottled",
    "RequestThrottledException",
    "RequestLimitExceeded",
    "TooManyRequestsException",
    "ProvisionedThroughputExceededException",
    "SlowDown",
)


def code(error: ClientError) -> str:
    """Return the error code of a failed AWS call."""
    return error.response.get("Error", {}).get("Code", "")


def patiently(
    passing: Passing, call: Callable[..., T], *, seconds: float = 90, pause: float = 2, **arguments
) -> T:
    """Return `call(**arguments)`; repeat it for up to `seconds` while its error is one of `passing`."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            return call(**arguments)
        except ClientError as error:
            known = any(code(error) == name and part in str(error) for name, part in passing)
            if not known or time.monotonic() > deadline:
                raise
        time.sleep(pause)


def when_allowed(call: Callable[..., T], *arguments: Any, seconds: float) -> T:
    """Return `call(*arguments)`; repeat it for up to `seconds` while AWS says that the account calls too much."""
    passing = tuple((name, "") for name in THROTTLED)
    return patiently(passing, lambda: call(*arguments), seconds=seconds)


def unless(codes: Collection[str], call: Callable[..., T], **arguments) -> T | None:
    """Return `call(**arguments)`, or None when AWS answers with one of these error codes."""
    try:
        return call(**arguments)
    except ClientError as error:
        if code(error) in codes:
            return None
        raise
