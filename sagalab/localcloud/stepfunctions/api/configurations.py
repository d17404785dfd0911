"""loggingConfiguration, tracingConfiguration and encryptionConfiguration: what AWS takes, and its defaults."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from sagalab.localcloud.stepfunctions.api.errors import ApiError

OWNED: dict[str, Any] = {"type": "AWS_OWNED_KEY"}
_GROUP = re.compile(r"arn:[^:]+:logs:(?P<region>[^:]+):(?P<account>\d{12}):log-group:(?P<name>[^:*]+):\*")
_REUSE_SECONDS = 300  # kmsDataKeyReusePeriodSeconds by default

LogGroup = tuple[str, str, str]  # account, region, name


def logging(given: Mapping[str, Any] | None, there: Callable[[LogGroup], bool]) -> dict[str, Any]:
    """Return a machine's loggingConfiguration whole. `there` tells whether a log group is.

    Raises ApiError InvalidLoggingConfiguration.
    """
    given = given or {}
    level = given.get("level", "OFF")
    destinations = given.get("destinations")
    if (destinations is not None and len(destinations) > 1) or (level != "OFF" and not destinations):
        raise _bad_logging("Must specify exactly one Log Destination.")
    told: dict[str, Any] = {
        "level": level,
        "includeExecutionData": given.get("includeExecutionData", False),
    }
    if destinations:
        group = log_group(destinations[0])
        if group is None:
            raise _bad_logging("Log Destination is not valid.")
        if not there(group):
            raise _bad_logging("Log Destination not found.")
    if destinations is not None:
        told["destinations"] = destinations
    return told


def log_group(destination: Mapping[str, Any]) -> LogGroup | None:
    """Return the log group of a destination, None where it names none."""
    arn = destination.get("cloudWatchLogsLogGroup", {}).get("logGroupArn", "")
    found = _GROUP.fullmatch(arn)
    return None if found is None else (found["account"], found["region"], found["name"])


def tracing(given: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return a machine's tracingConfiguration whole."""
    return {"enabled": (given or {}).get("enabled", False)}


def encryption(given: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return an encryptionConfiguration whole. Raises ApiError InvalidEncryptionConfiguration."""
    if given is None:
        return OWNED
    if given["type"] == "AWS_OWNED_KEY":
        if "kmsKeyId" in given or "kmsDataKeyReusePeriodSeconds" in given:
            raise ApiError(
                "InvalidEncryptionConfiguration",
                "Invalid Encryption Configuration: 'kmsKeyId' and 'kmsDataKeyReusePeriodSeconds' must be null "
                "when 'type' is 'AWS_OWNED_KEY'",
            )
        return OWNED
    if "kmsKeyId" not in given:
        raise ApiError(
            "InvalidEncryptionConfiguration",
            "Invalid Encryption Configuration: 'kmsKeyId' is required when 'type' is 'CUSTOMER_MANAGED_KMS_KEY'",
        )
    return {"kmsDataKeyReusePeriodSeconds": _REUSE_SECONDS, **given}


def _bad_logging(words: str) -> ApiError:
    return ApiError("InvalidLoggingConfiguration", f"Invalid Logging Configuration: {words}")
