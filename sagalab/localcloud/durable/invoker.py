"""How the engine invokes a durable function: in the local cloud's workers, with the state of its execution as the event."""

import json
from collections.abc import Callable
from typing import Any

from aws_durable_execution_sdk_python.execution import (
    DurableExecutionInvocationInput,
    InitialExecutionState,
)
from aws_durable_execution_sdk_python.lambda_service import ErrorObject
from aws_durable_execution_sdk_python_testing.checkpoint.processor import DEFAULT_MAX_INVOCATION_PAGE_BYTES
from aws_durable_execution_sdk_python_testing.clock import real_now
from aws_durable_execution_sdk_python_testing.exceptions import (
    DurableFunctionsTestError,
    ResourceNotFoundException,
)
from aws_durable_execution_sdk_python_testing.execution import Execution, OperationPaginatorState
from aws_durable_execution_sdk_python_testing.invoker import Invoker, InvokeResponse

# What one invocation of a function answers: its request id, its payload, and whether that is an error.
Answered = tuple[str, bytes, bool]


class WorkerInvoker(Invoker):
    """Runs a function once by `call(name with qualifier, payload)`, which raises KeyError where there is none."""

    def __init__(self, call: Callable[[str, bytes], Answered], load: Callable[[str], Execution]) -> None:
        self._call, self._load = call, load
        self.died_of: dict[str, Exception] = {}  # by request id

    def create_invocation_input(self, execution: Execution) -> DurableExecutionInvocationInput:
        """Return the event: the operations so far, a page of them if they are many."""
        operations, marker = OperationPaginatorState.pin(execution).page(
            None, DEFAULT_MAX_INVOCATION_PAGE_BYTES
        )
        return DurableExecutionInvocationInput(
            durable_execution_arn=execution.durable_execution_arn,
            checkpoint_token=execution.get_new_checkpoint_token(),
            initial_execution_state=InitialExecutionState(operations=operations, next_marker=marker or ""),
            updated_operation_ids=list(execution.updated_operation_ids),
        )

    def invoke(
        self, function_name: str, input: DurableExecutionInvocationInput, *where: Any, **more: Any
    ) -> InvokeResponse:
        """Run the function once. An error, an exit and a time-out of it are raised: the engine tries again then."""
        began = real_now()
        try:
            request_id, payload, failed = self._call(function_name, json.dumps(input.to_json_dict()).encode())
        except KeyError:
            raise ResourceNotFoundException(f"Function not found: {function_name}") from None
        if failed:
            # the engine's history forgets an invocation that died; Lambda's has it, with its error
            self.died_of[request_id] = error = _failure(payload)
            execution = self._load(input.durable_execution_arn)
            execution.record_invocation_completion(began, real_now(), request_id)
            raise error
        return InvokeResponse.from_payload(payload, request_id)

    def update_endpoint(self, endpoint_url: str, region_name: str) -> None:
        """Nothing: the workers are those of this cloud."""

    def inherit_endpoint(self, child_execution_arn: str, parent_execution_arn: str) -> None:
        """Nothing: the workers are those of this cloud."""


def error_of(payload: bytes) -> ErrorObject:
    """Return the error that a function reported, as an operation keeps it."""
    try:
        report = json.loads(payload)
        return ErrorObject(
            report.get("errorMessage"),
            report.get("errorType"),
            report.get("errorData"),
            report.get("stackTrace"),
        )
    except (ValueError, AttributeError):
        return ErrorObject.from_message(payload.decode("utf-8", "replace"))


def _failure(payload: bytes) -> Exception:
    """Return what a function died of: the engine keeps the error's class and words when no further try helped."""
    try:
        report = json.loads(payload)
        name, words = str(report["errorType"]), str(report.get("errorMessage", ""))
    except (ValueError, KeyError, TypeError):
        return DurableFunctionsTestError(payload.decode("utf-8", "replace"))
    return type(name, (DurableFunctionsTestError,), {"__module__": "builtins", "__qualname__": name})(words)
