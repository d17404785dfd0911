"""What the lab asks of a running execution: its history, an answer, its stop. A machine's by Step Functions, code's by Lambda."""

import contextlib
import json
from typing import Any

from botocore.exceptions import ClientError

from sagalab.cloud.connect import Cloud
from sagalab.cloud.retrying import code
from sagalab.history.durable import DurableExecution
from sagalab.history.execution import Execution
from sagalab.orders.durable_runs import is_durable

# Who waited for the answer waits no more.
_GONE = (
    "TaskTimedOut",
    "TaskDoesNotExist",
    "InvalidToken",
    "CallbackTimeoutException",
    "ResourceNotFoundException",
)
_STOPPED = {"error": "Stopped", "cause": "Stopped in the failure lab."}


def fetched(cloud: Cloud, arn: str) -> Execution:
    """Return an execution as its history tells it now."""
    if is_durable(arn):
        return DurableExecution.fetch(cloud.client("lambda"), arn)
    return Execution.fetch(cloud.client("stepfunctions"), arn)


def send(cloud: Cloud, arn: str, token: str, output: Any, error: str | None, cause: str) -> bool:
    """Answer what an execution waits for; tell whether it still waited."""
    try:
        if is_durable(arn):
            _answer_callback(cloud.client("lambda"), token, output, error, cause)
        else:
            _answer_task(cloud.client("stepfunctions"), token, output, error, cause)
    except ClientError as problem:
        if code(problem) not in _GONE:
            raise
        return False
    return True


def _answer_task(client: Any, token: str, output: Any, error: str | None, cause: str) -> None:
    if error is None:
        client.send_task_success(taskToken=token, output=json.dumps(output))
    else:
        client.send_task_failure(taskToken=token, error=error, cause=cause)


def _answer_callback(client: Any, token: str, output: Any, error: str | None, cause: str) -> None:
    if error is None:
        client.send_durable_execution_callback_success(CallbackId=token, Result=json.dumps(output))
    else:
        told = {"ErrorType": error, "ErrorMessage": cause}
        client.send_durable_execution_callback_failure(CallbackId=token, Error=told)


def stop(cloud: Cloud, arn: str) -> None:
    """Stop an execution. One that has ended, or is lost with its cloud, is no problem."""
    if is_durable(arn):
        client = cloud.client("lambda")
        told = {"ErrorType": _STOPPED["error"], "ErrorMessage": _STOPPED["cause"]}
        with contextlib.suppress(client.exceptions.ResourceNotFoundException):
            client.stop_durable_execution(DurableExecutionArn=arn, Error=told)
        return
    machines = cloud.client("stepfunctions")
    with contextlib.suppress(machines.exceptions.ExecutionDoesNotExist):
        machines.stop_execution(executionArn=arn, **_STOPPED)
