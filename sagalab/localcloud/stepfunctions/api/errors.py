"""The errors of the API: code and message, as AWS writes them."""

# Step Functions' own errors and those of its request checks come from different parts of AWS (seen in answers).
_SERVICE = "com.amazonaws.swf.service.v2.model"
_CHECKS = {
    "ValidationException": "com.amazon.coral.validate",
    "SerializationException": "com.amazon.coral.service",
    "UnknownOperationException": "com.amazon.coral.service",
}


class ApiError(Exception):
    """An operation is refused. `code` is what boto3 gives as Error.Code, `message` as Error.Message."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message

    @property
    def type(self) -> str:
        """The `__type` of the answer; what stands before # is not looked at by the SDKs."""
        return f"{_CHECKS.get(self.code, _SERVICE)}#{self.code}"


def invalid(message: str) -> ApiError:
    """Return a ValidationException."""
    return ApiError("ValidationException", message)


def no_machine(arn: str) -> ApiError:
    """Return StateMachineDoesNotExist."""
    return ApiError("StateMachineDoesNotExist", f"State Machine Does Not Exist: '{arn}'")


def no_execution(arn: str) -> ApiError:
    """Return ExecutionDoesNotExist."""
    return ApiError("ExecutionDoesNotExist", f"Execution Does Not Exist: '{arn}'")


def no_resource(arn: str) -> ApiError:
    """Return ResourceNotFound of an operation on tags."""
    return ApiError("ResourceNotFound", f"Resource not found: '{arn}'")


def deleting(arn: str) -> ApiError:
    """Return StateMachineDeleting."""
    return ApiError("StateMachineDeleting", f"State Machine Deleting: '{arn}'")


def labelled(arn: str) -> ApiError:
    """Return the refusal of a distributed Map's ARN (machine/label) where a machine is meant."""
    return invalid(f"A qualified state machine ARN of a Map state is not supported: '{arn}'")


def wrong_type() -> ApiError:
    """Return the refusal of an operation for a machine of the other type."""
    return ApiError(
        "StateMachineTypeNotSupported", "This operation is not supported by this type of state machine"
    )


def bad_token() -> ApiError:
    """Return the refusal of a token for a page or a task."""
    return ApiError("InvalidToken", "Invalid Token: 'Invalid token'")
