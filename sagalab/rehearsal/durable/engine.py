"""AWS's engine for durable functions in this process: the one of its test runner, with time that is skipped."""

import itertools
import json
import logging
import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from aws_durable_execution_sdk_python import state
from aws_durable_execution_sdk_python.execution import InvocationStatus
from aws_durable_execution_sdk_python.lambda_service import OperationStatus, OperationType
from aws_durable_execution_sdk_python_testing.checkpoint.processor import CheckpointProcessor
from aws_durable_execution_sdk_python_testing.client import InMemoryServiceClient
from aws_durable_execution_sdk_python_testing.clock import SkipClock
from aws_durable_execution_sdk_python_testing.exceptions import DurableFunctionsTestError
from aws_durable_execution_sdk_python_testing.invoker import InProcessInvoker
from aws_durable_execution_sdk_python_testing.model import StartDurableExecutionInput
from aws_durable_execution_sdk_python_testing.scheduler import Scheduler
from aws_durable_execution_sdk_python_testing.stores.memory import InMemoryExecutionStore
from aws_durable_execution_sdk_python_testing.worker.registry import ExecutionRegistry

from sagalab.history.durable_events import invocation_details
from sagalab.rehearsal.durable.code import Died, DurableCode
from sagalab.rehearsal.durable.executor import SteadyExecutor

_ACCOUNT, _REGION = "123456789012", "us-east-1"
MOST_INVOCATIONS = 60  # of one execution; a saga that tries again without end is stopped then
_SECONDS = 60.0  # of real time, for one execution; it takes some hundredths of a second
_OUTPUT = dict[str, Any]


class _Client(InMemoryServiceClient):
    """Takes the checkpoints of a function, as long as its process lives."""

    def __init__(self, processor: CheckpointProcessor, registry: ExecutionRegistry) -> None:
        super().__init__(processor, registry)
        self.codes: dict[str, DurableCode] = {}
        self.name_of: Callable[[str], str] = str

    def checkpoint(self, durable_execution_arn: str, *given: Any, **more: Any) -> Any:
        """Keep what the function did. The SDK sends what can wait some moments later: a process that exits never does."""
        if self.codes[self.name_of(durable_execution_arn)].exited:
            raise ConnectionError("The process has exited.")
        return super().checkpoint(durable_execution_arn, *given, **more)


class _Invoker(InProcessInvoker):
    """Calls handlers, and tells when an execution is over or can do nothing more by itself."""

    def __init__(self, client: _Client, store: InMemoryExecutionStore, now: Callable[[], datetime]) -> None:
        super().__init__(_no_handler, client, region=_REGION)
        self._kept, self._now, self._client = store, now, client
        self.over: dict[str, threading.Event] = {}
        self.died: dict[str, int] = {}
        self.invoked: dict[str, int] = {}
        self.died_of: dict[str, Exception] = {}  # by request id

    def invoke(self, function_name: str, input: Any, *where: Any, **more: Any) -> Any:
        """Call the handler; a process that died is an invocation that failed, which the engine tries again."""
        name = function_name.partition(":")[0]
        began = self._now()
        self.invoked[name] = self.invoked.get(name, 0) + 1
        self._client.codes[name].exited = False
        if self.invoked[name] > MOST_INVOCATIONS:
            self.over[name].set()
        try:
            answer = super().invoke(function_name, input, *where, **more)
        except Died as died:
            self.died[name] = self.died.get(name, 0) + 1
            if self.died[name] >= SteadyExecutor.MAX_CONSECUTIVE_FAILED_ATTEMPTS:
                self.over[name].set()
            error = type(died.error, (DurableFunctionsTestError,), {"__module__": "builtins"})(str(died))
            request_id = f"{name}/died-{len(self.died_of)}"
            self.died_of[request_id] = error
            execution = self._kept.load(input.durable_execution_arn)
            execution.record_invocation_completion(began, self._now(), request_id)
            raise error from None
        self.died[name] = 0
        if answer.invocation_output.status is not InvocationStatus.PENDING or self._is_parked(
            input.durable_execution_arn
        ):
            self.over[name].set()
        return answer

    def unregister(self, name: str) -> None:
        """Forget a handler."""
        self._handlers.pop(name, None)

    def _is_parked(self, arn: str) -> bool:
        """Tell whether only a callback, a human's answer, is waited for."""
        operations = self._kept.load(arn).get_assertable_operations()
        due = any(
            (each.operation_type is OperationType.STEP and each.status is not OperationStatus.SUCCEEDED
             and each.status is not OperationStatus.FAILED)
            or (each.operation_type is OperationType.WAIT and each.status is OperationStatus.STARTED)
            for each in operations
        )  # fmt: skip
        asked = any(
            each.operation_type is OperationType.CALLBACK and each.status is OperationStatus.STARTED
            for each in operations
        )
        return asked and not due


class Engine:
    """Runs durable functions to their end, one call a run; calls may come from several threads."""

    def __init__(self) -> None:
        for name in ("aws_durable_execution_sdk_python", "aws_durable_execution_sdk_python_testing"):
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)
        state._STOP_SIGNAL_POLL_SECONDS = (
            0.002  # its thread looks so often whether it may end; each run waits for it
        )
        self._store, self._scheduler = InMemoryExecutionStore(), Scheduler()
        self._scheduler.start()
        self.clock = SkipClock()
        registry = ExecutionRegistry(self._store, self._scheduler)
        processor = CheckpointProcessor(self._store, self._scheduler, self.clock)
        self._client = _Client(processor, registry)
        self._client.name_of = lambda arn: self._store.load(arn).start_input.function_name
        self._invoker = _Invoker(self._client, self._store, self.clock.now)
        self._executor = SteadyExecutor(
            store=self._store,
            scheduler=self._scheduler,
            invoker=self._invoker,
            checkpoint_processor=processor,
            registry=registry,
            clock=self.clock,
            region=_REGION,
        )
        self._executor.RETRY_BACKOFF_SECONDS = 0
        processor.add_execution_observer(self._executor)
        self._numbers = itertools.count(1)

    def now(self) -> float:
        """Return the engine's time in milliseconds since 1970."""
        return self.clock.now().timestamp() * 1000

    def run(self, code: DurableCode, event: Mapping[str, Any]) -> tuple[list[_OUTPUT], bool]:
        """Run a durable function; return its history's events as boto3 gives them, and whether it waits for a human."""
        name = f"run-{next(self._numbers)}"
        self._invoker.register(name, code.handler)
        self._client.codes[name] = code
        over = self._invoker.over[name] = threading.Event()
        started = self._executor.start_execution(
            StartDurableExecutionInput(
                account_id=_ACCOUNT,
                function_name=name,
                function_qualifier="$LATEST",
                execution_name=str(event.get("order_id", name))[:64],
                execution_timeout_seconds=0,
                execution_retention_period_days=1,
                input=json.dumps(event),
            )
        )
        arn = started.execution_arn or ""
        over.wait(_SECONDS)
        parked = self._invoker._is_parked(arn) and not self._store.load(arn).is_complete
        if self._invoker.invoked[name] > MOST_INVOCATIONS:
            self._executor.stop_execution(arn)
        elif not parked:
            self._executor.wait_until_complete(arn, _SECONDS)
        history = self._executor.get_execution_history(arn, include_execution_data=True, max_items=10_000)
        events = [each.to_dict() for each in history.events]
        completed = {each.end_timestamp: each for each in self._store.load(arn).invocation_completions}
        for event in events:
            if event["EventType"] == "InvocationCompleted":
                each = completed[event["EventTimestamp"]]
                died_of = self._invoker.died_of.get(each.request_id)
                event["InvocationCompletedDetails"] = invocation_details(
                    each.request_id, each.start_timestamp, each.end_timestamp, died_of
                )
        self._forget(name)
        return events, parked

    def _forget(self, name: str) -> None:
        """Let go of a run's services: an exploration has thousands of runs."""
        for kept in (self._client.codes, self._invoker.over, self._invoker.died, self._invoker.invoked):
            kept.pop(name, None)
        self._invoker.unregister(name)

    def close(self) -> None:
        """End the engine's threads."""
        self._executor.shutdown()
        self._scheduler.stop()

    def __enter__(self) -> "Engine":
        return self

    def __exit__(self, *raised: Any) -> None:
        self.close()


def _no_handler(event: Any, context: Any) -> Any:
    raise DurableFunctionsTestError("no such function")
