"""A participant's Lambda function on trial: deployed under a name of its own, and removed with its log."""

import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sagalab.cloud.retrying import unless
from sagalab.course.outcome import Mistake
from sagalab.deploying.deployment import Deployment
from sagalab.deploying.package import package
from sagalab.deploying.part_function import Function
from sagalab.errors import SagaLabError
from sagalab.project import LAMBDAS

_MODULE = "answer"
_MISSING = ("ResourceNotFoundException",)


class _OnTrial(Function):
    """A function that may run for some seconds only: an answer may loop for ever."""

    @property
    def configuration(self) -> dict[str, Any]:
        return {**super().configuration, "Timeout": 5}


@contextlib.contextmanager
def function_on_trial(
    exercise: str, source: Any, handler: str, deployment: Deployment, like: str
) -> Iterator[str]:
    """Deploy the source as a Lambda function, yield its ARN, and remove it afterwards.

    It can import what the services can (the files of lambdas/), and has role and environment of the task
    `like`. Raises Mistake for a text that is no Python, and SagaLabError on AWS: there the state machines
    may call the six functions of the saga, and no other.
    """
    text = _python(source)
    if not deployment.cloud.is_local:
        raise SagaLabError(
            "This check runs on the local cloud only: on AWS a state machine may not call your function.",
            "Leave SAGALAB_CLOUD out, or set it to local.",
        )
    client = deployment.cloud.client("lambda")
    model = client.get_function_configuration(FunctionName=deployment.functions[like])
    with tempfile.TemporaryDirectory() as folder:
        files = Path(folder) / "package"
        shutil.copytree(LAMBDAS, files, ignore=shutil.ignore_patterns("__pycache__"))
        (files / f"{_MODULE}.py").write_text(text, encoding="utf-8")
        function = _OnTrial(
            deployment.cloud,
            deployment.prefix,
            f"{deployment.prefix}-check-{exercise}",
            f"{_MODULE}.{handler}",
            model["Role"],
            model["Environment"]["Variables"],
            package(files),
        )
    function.ensure()
    try:
        yield client.get_function_configuration(FunctionName=function.name)["FunctionArn"]
    finally:
        unless(_MISSING, function.delete)
        logs = deployment.cloud.client("logs")
        unless(_MISSING, logs.delete_log_group, logGroupName=f"/aws/lambda/{function.name}")


@contextlib.contextmanager
def payments_as_before(deployment: Deployment) -> Iterator[None]:
    """Delete, at the end, the payments that came meanwhile for orders that nobody has placed.

    A function on trial may write any row. The orders of the trial are never placed; all others are.
    """
    before = _payments(deployment)
    try:
        yield
    finally:
        client = deployment.cloud.client("dynamodb")
        for transaction_id in _payments(deployment) - before:
            key = {"transaction_id": {"S": transaction_id}}
            client.delete_item(TableName=deployment.tables["payments"], Key=key)


def _payments(deployment: Deployment) -> set[str]:
    """Return the ids of the payments without a placed order."""
    placed = {row["order_id"]["S"] for row in _scan(deployment, "orders", "order_id")}
    return {
        row["transaction_id"]["S"]
        for row in _scan(deployment, "payments", "transaction_id, order_id")
        if row.get("order_id", {}).get("S") not in placed
    }


def _scan(deployment: Deployment, table: str, columns: str) -> Iterator[dict[str, Any]]:
    pages = (
        deployment.cloud.client("dynamodb")
        .get_paginator("scan")
        .paginate(TableName=deployment.tables[table], ProjectionExpression=columns, ConsistentRead=True)
    )
    return (row for page in pages for row in page["Items"])


def _python(source: Any) -> str:
    if not isinstance(source, str):
        raise Mistake(
            "the answer is no text",
            expected="the source of a Lambda function, between three quotes",
            happened=f"it is of type {type(source).__name__}",
        )
    try:
        compile(source, _MODULE, "exec")
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = getattr(error, "lineno", None)
        raise Mistake(
            "the text is no Python",
            expected="the source of a Lambda function",
            happened=f"{getattr(error, 'msg', error)}" + (f" in line {line}" if line else ""),
        ) from None
    return source
