"""Parameters and results of service integrations in the case that each side expects.

Why: moto 5.2.5 dropped the step that turns a state's `StateMachineArn` into boto3's `stateMachineArn` and
the answer back; `.sync` and `aws-sdk:sfn` tasks failed for it. A parameter that is null was sent as the
text "null", and times in a result could not be written as JSON.
"""

import datetime
import functools
import threading
from typing import Any

import botocore.session
from botocore.model import OperationModel
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service import (
    StateTaskService,
)
from moto.stepfunctions.parser.utils import camel_to_snake_case

from sagalab.localcloud.stepfunctions import timestamps

_reading = threading.Lock()


def operations_of(service: str) -> dict[str, OperationModel]:
    with _reading:  # else all tasks that start at one moment would read it, for seconds and in 300 MB
        return _read(service)


@functools.cache
def _read(service: str) -> dict[str, OperationModel]:
    model = botocore.session.get_session().get_service_model(service)
    return {camel_to_snake_case(name): model.operation_model(name) for name in model.operation_names}


def _operation(task: StateTaskService, service: str | None, action: str | None) -> OperationModel | None:
    service_name = task._get_boto_service_name(boto_service_name=service)
    try:
        operations = operations_of(service_name)
    except botocore.exceptions.UnknownServiceError:
        return None
    return operations.get(task._get_boto_service_action(service_action_name=action))


def _parameters(
    self: StateTaskService,
    parameters: dict,
    boto_service_name: str | None = None,
    service_action_name: str | None = None,
) -> None:
    for name in [name for name, value in parameters.items() if value is None]:
        del parameters[name]
    operation = _operation(self, boto_service_name, service_action_name)
    if operation is not None and operation.input_shape is not None:
        self._to_boto_request(parameters, operation.input_shape)


def _result(
    self: StateTaskService,
    response: Any,
    boto_service_name: str | None = None,
    service_action_name: str | None = None,
) -> None:
    operation = _operation(self, boto_service_name, service_action_name)
    if operation is not None and operation.output_shape is not None:
        self._from_boto_response(response, operation.output_shape)
    _write_times(response)
    if isinstance(response, dict):
        for key in sorted(response):  # the order that AWS writes
            response[key] = response.pop(key)


def _write_times(value: Any) -> None:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in list(items):
        if isinstance(item, datetime.datetime):
            value[key] = timestamps.text(item)
        else:
            _write_times(item)


def install() -> None:
    """Give moto's tasks back the translation between a state's fields and boto3's."""
    StateTaskService._normalise_parameters = _parameters
    StateTaskService._normalise_response = _result
