"""Where executions of durable functions are kept: in memory, under ARNs of the form that AWS gives them.

Form: the pattern of DurableExecutionArn in Lambda's API reference.
"""

import threading
from typing import Any

from aws_durable_execution_sdk_python_testing.execution import Execution
from aws_durable_execution_sdk_python_testing.stores.memory import InMemoryExecutionStore


class Store(InMemoryExecutionStore):
    """Executions by ARN, and by the name that their starter gave them."""

    def __init__(self) -> None:
        super().__init__()
        self.by_name: dict[tuple[str, str], Execution] = {}  # (function's ARN with version, name)
        self.naming = threading.RLock()

    def forget(self, function_name: str) -> list[Execution]:
        """Forget the executions of a function that was deleted, and return them."""
        with self.naming:
            gone = [each for each in self.list_all() if each.start_input.function_name == function_name]
            self._forget({each.durable_execution_arn for each in gone})
        return gone

    def query(
        self,
        function_name: str | None = None,
        execution_name: str | None = None,
        status_filter: str | None = None,
        *times: Any,
        **more: Any,
    ) -> tuple[list[Execution], str | None]:
        """Return the executions that are asked for, a page of them. A function may have a qualifier, and statuses a comma.

        The runner (1.4.0) knows neither.
        """
        name, _, qualifier = (function_name or "").partition(":")
        statuses = status_filter.split(",") if status_filter else ()
        found = [
            each
            for each in self.list_all()
            if not (qualifier and each.start_input.function_qualifier != qualifier)
            and not (statuses and each.current_status().value not in statuses)
        ]
        return self.process_query(found, name or None, execution_name, None, *times, **more)

    def delete(self, arn: str) -> None:
        """Forget one execution. Its name is free again."""
        with self.naming:
            self._forget({arn})

    def _forget(self, arns: set[str]) -> None:
        with self._lock:
            for arn in arns:
                self._store.pop(arn, None)
        self.by_name = {
            key: kept for key, kept in self.by_name.items() if kept.durable_execution_arn not in arns
        }

    def save(self, execution: Execution) -> None:
        """Keep it; a new one gets its ARN here, before anything has read it."""
        if not execution.durable_execution_arn.startswith("arn:"):
            function, name = (
                execution.function_arn(execution.region or ""),
                execution.start_input.execution_name,
            )
            # the SDK knows the execution's own operation by the ARN's last part
            operation_id = execution.durable_execution_arn.rpartition("/")[2]
            execution.durable_execution_arn = f"{function}/durable-execution/{name}/{operation_id}"
            with self.naming:
                self.by_name[function, name] = execution
        super().save(execution)
