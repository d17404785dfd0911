"""What a role may do without a request: invoke a function, start a machine. Both are calls within this process.

iam/enforcement.py replaces both; here every role may do everything.
"""


def check_invoke(role_arn: str | None, function: str, qualifier: str | None, region: str) -> None:
    """Raise botocore's ClientError when a role may not invoke a function, given by its name or ARN."""


def check_start(role_arn: str | None, machine_arn: str, region: str) -> None:
    """Raise botocore's ClientError when a role may not start a machine."""
