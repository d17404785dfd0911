"""Errors of services in the names and words that AWS gives them in TaskFailed.

Why: moto 5.2.5 calls every SQS error SQS.SdkClientException without the details in brackets, calls every
error of a function that is the resource itself "Exception" (a throttled one is
Lambda.TooManyRequestsException, which retriers name), gives a denied invocation its code, names
DynamoDB's errors that the SDK does not know by their code, words an SNS FIFO error in its own way, and its
SQS fails with a 500 for a message without a body.
"""

from collections.abc import Callable

from botocore.exceptions import ClientError
from moto.core.responses import ActionResult
from moto.sqs.exceptions import MissingParameter
from moto.sqs.responses import SQSResponse
from moto.stepfunctions.parser.api import (
    HistoryEventType,
    LambdaFunctionFailedEventDetails,
    TaskFailedEventDetails,
)
from moto.stepfunctions.parser.asl.component.common.error_name.custom_error_name import CustomErrorName
from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import FailureEvent
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service_dynamodb import (
    StateTaskServiceDynamoDB,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service_lambda import (
    StateTaskServiceLambda,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service_sns import (
    StateTaskServiceSns,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service_sqs import (
    StateTaskServiceSqs,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_task.state_task_lambda import StateTaskLambda
from moto.stepfunctions.parser.asl.eval.environment import Environment
from moto.stepfunctions.parser.asl.eval.event.event_detail import EventDetails

# The SDK's exceptions of SQS with a class of their own; all others are AmazonSQSException.
_SQS_NAMES = {
    "AWS.SimpleQueueService.NonExistentQueue": "QueueDoesNotExistException",
    "QueueDoesNotExist": "QueueDoesNotExistException",
    "InvalidMessageContents": "InvalidMessageContentsException",
    "AWS.SimpleQueueService.UnsupportedOperation": "UnsupportedOperationException",
    "OverLimit": "OverLimitException",
}
_SNS_WORDS = {
    "The request must contain the parameter MessageGroupId.": (
        "InvalidParameter",
        "Invalid parameter: The MessageGroupId parameter is required for FIFO topics",
    ),
}
# Errors of Lambda that have no class of their own in the SDK. Recorded on AWS:
# https://github.com/awslabs/aws-deployment-framework/issues/460
_LAMBDA_NAMES = {"AccessDeniedException": "AWSLambdaException"}
_installed = False


def cause_of(error: ClientError, service: str) -> str:
    """Word a client error as the AWS SDK for Java does: message (Service: …; Status Code: …; …)."""
    answer = error.response
    return (
        f"{answer['Error']['Message']} (Service: {service}; "
        f"Status Code: {answer['ResponseMetadata']['HTTPStatusCode']}; Error Code: {answer['Error']['Code']}; "
        f"Request ID: {answer['ResponseMetadata'].get('RequestId', '')}; Proxy: null)"
    )


def _sqs(known: Callable) -> Callable:
    def from_error(self: StateTaskServiceSqs, env: Environment, ex: Exception) -> FailureEvent:
        if not isinstance(ex, ClientError):
            return known(self, env=env, ex=ex)
        name = "SQS." + _SQS_NAMES.get(ex.response["Error"]["Code"], "AmazonSQSException")
        return FailureEvent(
            env=env,
            error_name=CustomErrorName(name),
            event_type=HistoryEventType.TaskFailed,
            event_details=EventDetails(
                taskFailedEventDetails=TaskFailedEventDetails(
                    error=name,
                    cause=cause_of(ex, "AmazonSQS"),
                    resource=self._get_sfn_resource(),
                    resourceType=self._get_sfn_resource_type(),
                )
            ),
        )

    return from_error


def _dynamodb(known: Callable) -> Callable:
    def error_and_cause(client_error: ClientError) -> tuple[str, str]:
        error, cause = known(client_error)
        # errors without a class in the SDK, such as ValidationException, carry the service's
        return (error if type(client_error) is not ClientError else "DynamoDB.AmazonDynamoDBException"), cause

    return error_and_cause


def _sns(known: Callable) -> Callable:
    def from_error(self: StateTaskServiceSns, env: Environment, ex: Exception) -> FailureEvent:
        if isinstance(ex, ClientError):
            fields = ex.response["Error"]
            fields["Code"], fields["Message"] = _SNS_WORDS.get(
                fields["Message"], (fields["Code"], fields["Message"])
            )
        return known(self, env=env, ex=ex)

    return from_error


def _lambda_name(error: ClientError) -> str:
    code = error.response["Error"]["Code"]
    return f"Lambda.{_LAMBDA_NAMES.get(code, code)}"


def _invocation(known: Callable) -> Callable:
    def error_and_cause(client_error: ClientError) -> tuple[str, str]:
        return _lambda_name(client_error), known(client_error)[1]

    return error_and_cause


def _function(known: Callable) -> Callable:
    def from_error(self: StateTaskLambda, env: Environment, ex: Exception) -> FailureEvent:
        if not isinstance(ex, ClientError):
            return known(self, env=env, ex=ex)
        name = _lambda_name(ex)
        return FailureEvent(
            env=env,
            error_name=CustomErrorName(name),
            event_type=HistoryEventType.LambdaFunctionFailed,
            event_details=EventDetails(
                lambdaFunctionFailedEventDetails=LambdaFunctionFailedEventDetails(
                    error=name, cause=cause_of(ex, "AWSLambda")
                )
            ),
        )

    return from_error


def _send_message(known: Callable) -> Callable:
    def send_message(self: SQSResponse) -> ActionResult:
        if not self._get_param("MessageBody"):
            raise MissingParameter("MessageBody")
        return known(self)

    return send_message


def install() -> None:
    """Install this file's adaptations into moto."""
    global _installed
    if _installed:
        return
    _installed = True
    StateTaskServiceSqs._from_error = _sqs(StateTaskServiceSqs._from_error)
    StateTaskServiceDynamoDB._error_cause_from_client_error = staticmethod(
        _dynamodb(StateTaskServiceDynamoDB._error_cause_from_client_error)
    )
    StateTaskServiceSns._from_error = _sns(StateTaskServiceSns._from_error)
    SQSResponse.send_message = _send_message(SQSResponse.send_message)
    StateTaskServiceLambda._error_cause_from_client_error = staticmethod(
        _invocation(StateTaskServiceLambda._error_cause_from_client_error)
    )
    StateTaskLambda._from_error = _function(StateTaskLambda._from_error)
