"""moto's interpreter invokes functions by the method that an HTTP request would call (running/tasks/functions.py)."""

from typing import Any

from moto.stepfunctions.parser.asl.component.state.exec.state_task import lambda_eval_utils

from sagalab.localcloud.stepfunctions.running.tasks import functions


def _invoke(parameters: dict, region: str, state_credentials: Any = None) -> dict[str, Any]:
    role = None if state_credentials is None else state_credentials.role_arn
    return functions.invoke(parameters, region, role)


def install() -> None:
    """Install this file's adaptation into moto."""
    lambda_eval_utils._invoke_lambda_function = _invoke
