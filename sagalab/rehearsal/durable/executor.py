"""The executor of AWS's local runner, with one race of it mended (aws-durable-execution-sdk-python-testing 1.4.0)."""

from aws_durable_execution_sdk_python_testing.executor import Executor
from aws_durable_execution_sdk_python_testing.worker.status import InvocationState


class SteadyExecutor(Executor):
    """Invokes a function again even where its retry's timer fires while the invocation before it ends.

    The end of an invocation arms the next timer anew and cancels the one before. Where that has just made the step
    ready, it is cancelled before it has invoked the function, and the execution would wait for ever. With waits at a
    fiftieth of their time, or skipped, that is no rarity.
    """

    def _schedule_earliest_pending(self, execution_arn: str) -> None:
        super()._schedule_earliest_pending(execution_arn)
        try:
            execution = self._store.load(execution_arn)
        except KeyError:
            return
        idle = self._invocation_gate(execution_arn) is InvocationState.PRE_INVOKE
        if idle and not execution.is_complete and execution.has_unseen_changes():
            self._invoke_execution(execution_arn)
