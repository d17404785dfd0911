"""Errors that a Map or Parallel passes on keep their names, and Catch receives them as AWS gives them.

Why: moto 5.2.5 cannot pass on an error of a branch or iteration whose name begins with "States." (a timeout
of a Task in a Map ended the execution with a Python error); an error or cause that a branch does not have
is "" in the caught output, on AWS it is null; the place of an error is said again at each level.
"""

from typing import Any

from moto.stepfunctions.parser.api import HistoryEventType
from moto.stepfunctions.parser.asl.component.common.error_name.custom_error_name import CustomErrorName
from moto.stepfunctions.parser.asl.component.common.error_name.error_equals_decl import ErrorEqualsDecl
from moto.stepfunctions.parser.asl.component.common.error_name.error_name import ErrorName
from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import (
    FailureEvent,
    FailureEventException,
)
from moto.stepfunctions.parser.asl.component.state.exec.execute_state import ExecutionState
from moto.stepfunctions.parser.asl.eval.environment import Environment

from sagalab.asl.engine.errors import RUNTIME


def _any_name(self: CustomErrorName, error_name: str | None) -> None:
    ErrorName.__init__(self, error_name=error_name)


def _matches(self: ErrorEqualsDecl, env: Environment) -> None:
    """States.ALL matches all, States.TaskFailed all but the reserved names, every name itself."""
    error = env.stack.pop()
    names = {name.error_name for name in self.error_names}
    name = None if error is None else error.error_name  # a Fail state may have no Error
    if name == RUNTIME:  # never retried, never caught
        env.stack.append(False)
        return
    reserved = (name or "").startswith("States.")
    env.stack.append(
        "States.ALL" in names or name in names or ("States.TaskFailed" in names and not reserved)
    )


def _error_output(failure_event: FailureEvent) -> dict[str, Any]:
    details = next(iter(failure_event.event_details.values()))
    nothing = None if failure_event.event_type == HistoryEventType.ExecutionFailed else ""
    return {"Error": details.get("error", nothing), "Cause": details.get("cause", nothing)}


def _execution_failure(self: FailureEventException) -> Any:
    """Say once where the error occurred: a branch's or an iteration's cause says it already."""
    error, cause = self.extract_error_cause_pair() or (None, None)
    if cause and cause.startswith("An error occurred while executing the state "):
        return {"error": error, "cause": cause}
    return _moto_execution_failure(self)


_moto_execution_failure = FailureEventException.get_execution_failed_event_details


def install() -> None:
    """Install this file's adaptations into moto."""
    CustomErrorName.__init__ = _any_name
    ErrorEqualsDecl._eval_body = _matches
    FailureEventException.get_execution_failed_event_details = _execution_failure
    ExecutionState._construct_error_output_value = staticmethod(_error_output)
