"""Task tokens as AWS keeps them: one per attempt, found at once, closed when the attempt is over.

Why, in moto 5.2.5: a retried attempt reuses the token and gets the old answer; SendTaskFailure drops the
cause; a heartbeat before the task waits for one says InvalidToken; a success sent from inside the invoked
Lambda is not seen when HeartbeatSeconds is set; a token whose task is over is still taken; looking a token
up fails while any execution is just starting; a child execution (.sync) is looked at twice a second.
"""

import json
import weakref
from collections.abc import Callable
from typing import Any

from moto.core.responses import ActionResult, EmptyResult
from moto.stepfunctions.parser.api import InvalidOutput, InvalidToken, TaskTimedOut
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service import state_task_service_callback
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.resource import ResourceCondition
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service_callback import (
    StateTaskServiceCallback,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_task.state_task_activitiy import (
    StateTaskActivity,
)
from moto.stepfunctions.parser.asl.eval.callback.callback import (
    CallbackEndpoint,
    CallbackOutcome,
    CallbackOutcomeFailure,
    CallbackOutcomeSuccess,
    CallbackPoolManager,
    HeartbeatEndpoint,
)
from moto.stepfunctions.parser.asl.eval.environment import Environment
from moto.stepfunctions.parser.models import StepFunctionsParserBackend
from moto.stepfunctions.responses import StepFunctionResponse

_SYNC_POLL_SECONDS = 0.1
_endpoints: "weakref.WeakValueDictionary[str, CallbackEndpoint]" = weakref.WeakValueDictionary()
_installed = False


def endpoint_of(token: str) -> CallbackEndpoint:
    """Return the open endpoint of a task token; raise InvalidToken or TaskTimedOut."""
    endpoint = _endpoints.get(token or "")
    if endpoint is None:
        raise InvalidToken()
    if endpoint.__dict__.get("over") or endpoint.get_outcome() is not None:
        raise TaskTimedOut()
    return endpoint


def finish(endpoint: CallbackEndpoint | None) -> None:
    """Close a token: its task is over and takes no answer any more."""
    if endpoint is not None:
        endpoint.over = True
        endpoint.interrupt_all()


def abandon(frame: Environment) -> None:
    """Close the token of a task that was given up (its timeout, or the end of the execution)."""
    token = (frame.states.context_object.context_object_data.get("Task") or {}).get("Token")
    finish(_endpoints.get(token or ""))


def _register(self: CallbackPoolManager, callback_id: str) -> CallbackEndpoint:
    endpoint = self._pool[callback_id] = CallbackEndpoint(callback_id=callback_id)
    _endpoints[callback_id] = endpoint
    return endpoint


def _open_heartbeat(self: CallbackEndpoint, heartbeat_seconds: int) -> HeartbeatEndpoint:
    self._heartbeat_endpoint = HeartbeatEndpoint(heartbeat_seconds=heartbeat_seconds)
    if self._outcome is not None:
        self._heartbeat_endpoint.notify()
    return self._heartbeat_endpoint


def _one_token_an_attempt(evaluate: Callable[..., None]) -> Callable[..., None]:
    def evaluate_with_token(self: StateTaskServiceCallback, env: Environment) -> None:
        endpoint = None
        if self.resource.condition == ResourceCondition.WaitForTaskToken:
            token = env.states.context_object.update_task_token()
            endpoint = env.callback_pool_manager.add(token)
        try:
            evaluate(self, env)
        finally:
            finish(endpoint)

    return evaluate_with_token


def _closing_its_token(evaluate: Callable[..., None]) -> Callable[..., None]:
    def evaluate_and_close(self: StateTaskActivity, env: Environment) -> None:
        try:
            evaluate(self, env)
        finally:
            abandon(env)

    return evaluate_and_close


def _answer(token: str, outcome: CallbackOutcome) -> None:
    endpoint_of(token).notify(outcome)


def _send_success(self: Any, task_token: str, outcome: str) -> None:
    endpoint_of(task_token)
    try:
        json.loads(outcome)
    except (TypeError, ValueError) as error:
        raise InvalidOutput(f"Invalid Output: '{error}'") from None
    _answer(task_token, CallbackOutcomeSuccess(callback_id=task_token, output=outcome))


def _send_failure(self: Any, task_token: str, error: str | None = None, cause: str | None = None) -> None:
    _answer(task_token, CallbackOutcomeFailure(callback_id=task_token, error=error, cause=cause))


def _send_heartbeat(self: Any, task_token: str) -> None:
    endpoint_of(task_token).notify_heartbeat()


def _respond_to_failure(self: StepFunctionResponse) -> ActionResult:
    self.stepfunction_backend.send_task_failure(
        self._get_param("taskToken"), error=self._get_param("error"), cause=self._get_param("cause")
    )
    return EmptyResult()


def install() -> None:
    """Install this file's adaptations into moto."""
    global _installed
    if _installed:
        return
    _installed = True
    state_task_service_callback._DELAY_SECONDS_SYNC_CONDITION_CHECK = _SYNC_POLL_SECONDS
    CallbackPoolManager.add = _register
    CallbackEndpoint.setup_heartbeat_endpoint = _open_heartbeat
    StateTaskServiceCallback._eval_execution = _one_token_an_attempt(StateTaskServiceCallback._eval_execution)
    StateTaskActivity._eval_execution = _closing_its_token(StateTaskActivity._eval_execution)
    StepFunctionsParserBackend.send_task_success = _send_success
    StepFunctionsParserBackend.send_task_failure = _send_failure
    StepFunctionsParserBackend.send_task_heartbeat = _send_heartbeat
    StepFunctionResponse.send_task_failure = _respond_to_failure
