"""What is States.Runtime on AWS ends the execution at once: a path that finds nothing, a Cause that is no text.

Why: moto 5.2.5 calls a missing path by the service or by Python's words and lets it be retried and caught, takes a
Choice's missing variable for a rule that does not hold, runs for ever on a CausePath that gives no text, and
reads neither a timestamp's offset nor letters beyond ASCII in a path.
Sources: https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html (States.Runtime is not
retriable, and a catcher on States.ALL does not take it), and the recordings for the words.
"""

import datetime
import functools
from typing import Any

from moto.stepfunctions.parser.api import (
    ExecutionFailedEventDetails,
    HistoryEventType,
    MapRunFailedEventDetails,
)
from moto.stepfunctions.parser.asl.component.common.error_name.custom_error_name import CustomErrorName
from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import (
    FailureEvent,
    FailureEventException,
)
from moto.stepfunctions.parser.asl.component.common.path import result_path
from moto.stepfunctions.parser.asl.component.state.choice.comparison.comparison_variable import (
    ComparisonVariable,
)
from moto.stepfunctions.parser.asl.component.state.choice.comparison.operator.implementations.is_operator import (
    IsTimestamp,
)
from moto.stepfunctions.parser.asl.component.state.choice.comparison.variable import NoSuchVariable
from moto.stepfunctions.parser.asl.component.state.exec.execute_state import ExecutionState
from moto.stepfunctions.parser.asl.component.state.exec.state_map.iteration.distributed_iteration_component import (
    DistributedIterationComponent,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service_dynamodb import (
    StateTaskServiceDynamoDB,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service_events import (
    StateTaskServiceEvents,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service_sns import (
    StateTaskServiceSns,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service_sqs import (
    StateTaskServiceSqs,
)
from moto.stepfunctions.parser.asl.component.state.fail.cause_decl import CausePath
from moto.stepfunctions.parser.asl.component.state.fail.error_decl import ErrorPath
from moto.stepfunctions.parser.asl.eval.environment import Environment
from moto.stepfunctions.parser.asl.eval.event.event_detail import EventDetails
from moto.stepfunctions.parser.asl.utils import json_path
from moto.stepfunctions.parser.asl.utils.encoding import to_json_str

from sagalab.asl import paths
from sagalab.asl.engine.errors import RUNTIME, TOLERATED_FAILURES
from sagalab.asl.engine.states.wait import moment

_parse = json_path.parse
_run_map = DistributedIterationComponent._map_run
_evaluate_state = ExecutionState._evaluate_with_timeout
_compare = ComparisonVariable._eval_body
_installed = False


def failure(env: Environment, cause: str) -> FailureEventException:
    """Return States.Runtime with a cause; the end of the execution says which state it was."""
    details = ExecutionFailedEventDetails(error=RUNTIME, cause=cause)
    return FailureEventException(
        FailureEvent(
            env=env,
            error_name=CustomErrorName(error_name=RUNTIME),
            event_type=HistoryEventType.ExecutionFailed,
            event_details=EventDetails(executionFailedEventDetails=details),
        )
    )


def _evaluate(self: ExecutionState, env: Environment) -> None:
    try:
        _evaluate_state(self, env)
    except json_path.NoSuchJsonPathError as missing:
        raise failure(
            env,
            f"The JSONPath '{missing.json_path}' could not be found in the input '{to_json_str(missing.data)}'",
        ) from None


def _compare_present(self: ComparisonVariable, env: Environment) -> None:
    """Evaluate a rule; only IsPresent may ask for what is not there."""
    self.variable.eval(env)
    value = env.stack[-1]
    if isinstance(value, NoSuchVariable) and "IsPresent" not in str(self.comparison_function.operator_type):
        path = self.variable.string_sampler.literal_value
        raise failure(
            env, f"Invalid path '{path}': The choice state's condition path references an invalid value."
        )
    self.comparison_function.eval(env)


def _of_text(name: str) -> Any:
    def evaluate(self: Any, env: Environment) -> None:
        self.string_expression.eval(env=env)
        value = env.stack[-1]
        if not isinstance(value, str):
            path = self.string_expression.literal_value
            raise failure(
                env, f"The value of the field '{name}' must be a string: {path} == {to_json_str(value)}"
            )

    return evaluate


def _timestamp(text: Any) -> datetime.datetime | None:
    seconds = moment(text)
    return None if seconds is None else datetime.datetime.fromtimestamp(seconds, datetime.UTC)


def _keeping_failures(from_error: Any) -> Any:
    """Have a service's words not hide a failure that has its own."""

    @functools.wraps(from_error)
    def wrapped(self: Any, env: Environment, ex: Exception) -> Any:
        if isinstance(ex, FailureEventException):
            return ex.failure_event
        return from_error(self, env=env, ex=ex)

    return wrapped


def _map_run(self: DistributedIterationComponent, env: Environment, eval_input: Any) -> None:
    """Run the children; more failures than are tolerated fail the Map Run (by default one does)."""
    _run_map(self, env, eval_input)
    about = eval_input.map_run_record
    counter = about.item_counter
    failed, total = counter.failed.get(), counter.total.get()
    if failed > about.tolerated_failure_count and (failed * 100 > about.tolerated_failure_percentage * total):
        details = MapRunFailedEventDetails(
            error=TOLERATED_FAILURES, cause="The specified tolerated failure threshold was exceeded"
        )
        raise FailureEventException(
            FailureEvent(
                env=env,
                error_name=CustomErrorName(error_name=TOLERATED_FAILURES),
                event_type=HistoryEventType.MapRunFailed,
                event_details=EventDetails(mapRunFailedEventDetails=details),
            )
        )


def install() -> None:
    """Install this file's adaptations into moto (after those of interruptions and definitions)."""
    global _installed, _evaluate_state
    if _installed:
        return
    _installed = True
    _evaluate_state = ExecutionState._evaluate_with_timeout
    ExecutionState._evaluate_with_timeout = _evaluate
    ComparisonVariable._eval_body = _compare_present
    for kind in (StateTaskServiceDynamoDB, StateTaskServiceSns, StateTaskServiceSqs, StateTaskServiceEvents):
        kind._from_error = _keeping_failures(kind._from_error)
    DistributedIterationComponent._map_run = _map_run
    CausePath._eval_body = _of_text("CausePath")
    ErrorPath._eval_body = _of_text("ErrorPath")
    IsTimestamp.string_to_timestamp = staticmethod(_timestamp)
    quoted = functools.lru_cache(maxsize=1024)(lambda text: _parse(paths.quoted(text)))
    json_path.parse = result_path.parse = quoted
