"""What a durable function invokes (context.invoke): another durable function's execution, or an ordinary function once.

Whose function may invoke which is not checked here, with `--iam` neither.
Source: "Durable operations: invoke" in the Lambda developer guide; the words are those of AWS's local runner.
"""

import uuid
from collections.abc import Callable, Mapping
from typing import Any

from aws_durable_execution_sdk_python_testing.child_dispatcher import (
    ChainedInvokeRequest,
    ChildOutcome,
    DispatchResult,
    FunctionTarget,
    RunInvocation,
    StartChild,
    function_not_found,
    result_outcome,
    target_lookup_keys,
)
from aws_durable_execution_sdk_python_testing.model import StartDurableExecutionInput

from sagalab.localcloud.durable.invoker import Answered, error_of

_RETENTION_DAYS = 14


def lasts(config: Mapping[str, Any]) -> tuple[int, int]:
    """Return how long an execution may take, in seconds, and how many days it is kept, by a DurableConfig."""
    return int(config.get("ExecutionTimeout") or 0), int(
        config.get("RetentionPeriodInDays") or _RETENTION_DAYS
    )


class Chained:
    """Dispatches the invocations of durable functions of one region.

    `call(name with qualifier, payload)` runs a function once; `config(name with qualifier)` returns its DurableConfig, or
    None where it is an ordinary one. Both raise KeyError where there is no such function.
    """

    def __init__(
        self, call: Callable[[str, bytes], Answered], config: Callable[[str], dict[str, Any] | None]
    ) -> None:
        self._call, self._config = call, config

    def preflight(self, target: FunctionTarget) -> ChildOutcome | None:
        """Return the outcome of a target that is not there, else None."""
        name = target_lookup_keys(target.name, target.qualifier)[0]
        try:
            self._config(name)
        except KeyError:
            return function_not_found(name).outcome
        return None

    def dispatch(self, request: ChainedInvokeRequest) -> DispatchResult:
        """Say how a target is run: as an execution of its own, or once."""
        name = request.invoke_identifier()
        try:
            config = self._config(name)
        except KeyError:
            return function_not_found(name)
        payload = request.payload or "{}"
        if config is None:
            return RunInvocation(lambda: self._once(name, payload))
        timeout, days = lasts(config)
        return StartChild(
            StartDurableExecutionInput(
                account_id=request.account_id,
                function_name=request.function_name,
                function_qualifier=request.child_qualifier(),
                execution_name=str(uuid.uuid4()),
                execution_timeout_seconds=timeout,
                execution_retention_period_days=days,
                input=payload,
                trace_fields=request.trace_fields,
                tenant_id=request.tenant_id,
            )
        )

    def _once(self, name: str, payload: str) -> ChildOutcome:
        try:
            _, answered, failed = self._call(name, payload.encode())
        except KeyError:
            return function_not_found(name).outcome
        return ChildOutcome(error=error_of(answered)) if failed else result_outcome(answered.decode())
