"""The engine: the executor of AWS's local runner in this process, made when the first durable function is invoked.

Nothing of it is written anew (aws-durable-execution-sdk-python-testing): its executor keeps the executions, checks
checkpoints and tokens, arms timers, and tries an invocation again that failed. Around it stand our store (ARNs as
AWS's), our workers, and the local cloud's time.
"""

import json
import logging
import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aws_durable_execution_sdk_python.execution import InvocationStatus
from aws_durable_execution_sdk_python_testing.checkpoint.processor import CheckpointProcessor
from aws_durable_execution_sdk_python_testing.execution import Execution
from aws_durable_execution_sdk_python_testing.model import StartDurableExecutionInput
from aws_durable_execution_sdk_python_testing.scheduler import Scheduler

from sagalab.history.durable_events import invocation_details
from sagalab.localcloud.durable import scaled_time
from sagalab.localcloud.durable.chained import Chained, lasts
from sagalab.localcloud.durable.invoker import WorkerInvoker
from sagalab.localcloud.durable.store import Store
from sagalab.rehearsal.durable.executor import SteadyExecutor
from sagalab.settings import time_scale

# The longest that AWS waits for a synchronous invocation: "Invoking Lambda durable functions", Lambda developer guide
_LONGEST_SYNCHRONOUS_SECONDS = 900


class AlreadyStarted(Exception):
    """An execution of that name began with another input; the text is AWS's."""


class Runs(Exception):
    """An execution that has not ended cannot be deleted."""


@dataclass(frozen=True)
class Asked:
    """An Invoke of a durable function: who, with which input (JSON text), under which name (None: any)."""

    account: str
    region: str
    function: str
    version: str
    durable_config: dict[str, Any]
    payload: str
    name: str | None


class Engine:
    """Starts executions and answers for them; `executor` is AWS's."""

    def __init__(self, call: Any, config: Any, region: str) -> None:
        """`call` and `config` as for Chained."""
        scaled_time.install()
        self.config = config
        logging.getLogger("aws_durable_execution_sdk_python_testing").setLevel(logging.CRITICAL)
        self.store, self._scheduler = Store(), Scheduler()
        self._scheduler.start()
        self._invoker = WorkerInvoker(call, self.store.load)
        self.executor = SteadyExecutor(
            store=self.store,
            scheduler=self._scheduler,
            invoker=self._invoker,
            checkpoint_processor=CheckpointProcessor(self.store, self._scheduler),
            region=region,
            child_dispatcher=Chained(call, config),
        )
        # seconds between an invocation that failed and the next; its class has 5
        self.executor.RETRY_BACKOFF_SECONDS = SteadyExecutor.RETRY_BACKOFF_SECONDS * time_scale()  # type: ignore[assignment]

    def start(self, asked: Asked) -> Execution:
        """Start an execution, or return the one that has this name and input already. Raises AlreadyStarted.

        Source: "Idempotency", durable functions, Lambda developer guide.
        """
        name, (timeout, days) = asked.name or str(uuid.uuid4()), lasts(asked.durable_config)
        function = f"arn:aws:lambda:{asked.region}:{asked.account}:function:{asked.function}:{asked.version}"
        with self.store.naming:
            earlier = self.store.by_name.get((function, name))
            if earlier is not None:
                if json.loads(earlier.start_input.input or "null") != json.loads(asked.payload):
                    raise AlreadyStarted(f"Durable execution already started with name {name}")
                return earlier
            started = self.executor.start_execution(
                StartDurableExecutionInput(
                    account_id=asked.account,
                    function_name=asked.function,
                    function_qualifier=asked.version,
                    execution_name=name,
                    execution_timeout_seconds=timeout,
                    execution_retention_period_days=days,
                    input=asked.payload,
                )
            )
        return self.store.load(started.execution_arn or "")

    def forget(self, function_name: str) -> None:
        """Stop and forget what ran of a function of this name that was deleted: the new one begins anew."""
        for each in self.store.list_all():
            if each.start_input.function_name == function_name and not each.is_complete:
                self.executor.stop_execution(each.durable_execution_arn)
        self.store.forget(function_name)

    def delete(self, arn: str) -> None:
        """Forget an execution that has ended, by its ARN. Raises KeyError where there is none, and Runs."""
        if not self.store.load(arn).is_complete:
            raise Runs(arn)
        self.store.delete(arn)

    def invocations(self, arn: str) -> dict[datetime, dict[str, Any]]:
        """Return the details of the invocations of an execution, by the time of their end; see InvocationCompletedDetails."""
        completed = self.store.load(arn).invocation_completions
        return {
            each.end_timestamp: invocation_details(
                each.request_id,
                each.start_timestamp,
                each.end_timestamp,
                self._invoker.died_of.get(each.request_id),
            )
            for each in completed
        }

    def wait(self, execution: Execution) -> tuple[bytes, bool]:
        """Wait for the end as a synchronous Invoke does; return its payload, and whether it is an error."""
        arn = execution.durable_execution_arn
        if not execution.is_complete:
            self.executor.wait_until_complete(arn, _LONGEST_SYNCHRONOUS_SECONDS)
        ended = self.store.load(arn).result
        if ended is not None and ended.status is InvocationStatus.SUCCEEDED:
            return (ended.result or "null").encode(), False
        error = ended.error if ended is not None else None
        report = {
            "errorType": (error and error.type) or "States.Timeout",
            "errorMessage": (error and error.message) or f"The durable execution {arn} has not succeeded.",
        }
        return json.dumps(report).encode(), True
