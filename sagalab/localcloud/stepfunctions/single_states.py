"""TestState: one state on our own engine (asl/engine), with the mocks and checks of November 2025.

Why: moto 5.2.5 has no TestState.
Source: https://docs.aws.amazon.com/step-functions/latest/apireference/API_TestState.html; the words are those of
../shared/aws-teststate. A Task without a mock is called: a function itself, another service by moto's adapted
interpreter, as an execution's Task is. One that waits (.sync, .waitForTaskToken, an activity) needs a mock, as on AWS.
"""

import json
import time
from collections.abc import Callable
from typing import Any

from moto.core import DEFAULT_ACCOUNT_ID
from moto.core.responses import ActionResult
from moto.stepfunctions.models import StateMachine
from moto.stepfunctions.parser.api import InvalidDefinition, ValidationException
from moto.stepfunctions.parser.asl.component.state.exec.state_task import lambda_eval_utils
from moto.stepfunctions.parser.models import stepfunctions_parser_backends
from moto.stepfunctions.responses import StepFunctionResponse

from sagalab.asl import document
from sagalab.asl.check import check, problem
from sagalab.asl.engine import single
from sagalab.asl.engine.commands import CallTask, ReadItems
from sagalab.asl.engine.context import Execution
from sagalab.asl.engine.history import json_text
from sagalab.asl.engine.program import Program
from sagalab.asl.engine.told import TaskFailed, TaskSucceeded
from sagalab.localcloud.stepfunctions import definitions, mock_results, sync_executions

Called = Callable[[CallTask], dict[str, Any]]

NAME = "StateName"
_REGION = "us-east-1"
_MOCKED = ("Task", "Map", "Parallel")
_UNMOCKED = ("Task", "Wait", "Pass", "Succeed", "Fail", "Choice")
_CONTEXT = ("Execution", "Map", "State", "StateMachine", "Task")
# What a state alone cannot have: where it leads, and an end.
_OF_A_MACHINE = (problem.TARGET, problem.NO_END)
_NUMBERS = ("maxConcurrency", "toleratedFailureCount", "toleratedFailurePercentage", "errorDetails")


def answer(given: dict[str, Any], call: Called | None = None) -> dict[str, Any]:
    """Return what TestState answers to a request (the parameters of boto3's test_state).

    Raises moto's ValidationException and InvalidDefinition in AWS's words. `call` makes a Task's call and
    returns its result, or {"error", "cause"}.
    """
    name, machine = _machine(given)
    state = machine.state(name)
    if state is None:
        raise ValidationException("State not found in definition")
    mock = _mock(given.get("mock"), state)
    if mock is None and state.type not in _UNMOCKED:
        raise InvalidDefinition(
            "TestState API does not support Map or Parallel states. Supported state types include: "
            f"[{', '.join(_UNMOCKED)}]"
        )
    context = _context(given.get("context"))
    settings = given.get("stateConfiguration") or {}
    how = single.Single(
        mock, settings.get("retrierRetryCount", 0), settings.get("mapIterationFailureCount", 0)
    )
    variables = _json(given.get("variables", "{}"), "Invalid variables provided: must be valid JSON")
    at = int(time.time() * 1000)
    text = given.get("input", "{}")
    _json(text, "Invalid State Machine Execution Input: must be valid JSON")
    run, commands = single.begin(
        Program(machine),
        name,
        text,
        at,
        execution=_execution(given.get("roleArn")),
        variables=variables,
        context=context,
        how=how,
    )
    for command in commands:
        if isinstance(command, ReadItems):
            run.tell(TaskSucceeded(at, command.task, json.loads(settings.get("mapItemReaderData", "[]"))))
        elif isinstance(command, CallTask):
            done = call(command) if call else _called(command, given.get("roleArn", ""))
            if "error" in done:
                run.tell(TaskFailed(at, command.task, done["error"], done.get("cause")))
            else:
                run.tell(TaskSucceeded(at, command.task, done["result"]))
    return _told(single.outcome(run), given.get("inspectionLevel", "INFO"), variables)


def _machine(given: dict[str, Any]) -> tuple[str, document.Machine]:
    """Return the state's name and the machine around it: its own, or one made for it alone."""
    try:
        body = json.loads(given["definition"])
    except ValueError as error:
        raise InvalidDefinition(
            f"Invalid State Machine Definition: 'INVALID_JSON_DESCRIPTION: {error}'"
        ) from None
    name = given.get("stateName")
    alone = not (isinstance(body, dict) and "States" in body)
    if alone:
        language = body.get("QueryLanguage") if isinstance(body, dict) else None
        around = {"QueryLanguage": language} if language == "JSONata" else {}
        name, body = NAME, around | {"StartAt": NAME, "States": {NAME: body}}
    machine = document.read(body)
    problems = [found for found in check(machine) if not (alone and found.code in _OF_A_MACHINE)]
    if problems:
        raise InvalidDefinition(
            f"Invalid State Machine Definition: '{', '.join(found.words for found in problems)}'"
        )
    return name or body["StartAt"], machine


def _json(text: str, words: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        raise ValidationException(words) from None


def _mock(given: dict[str, Any] | None, state: document.State) -> single.Mock | None:
    if given is None:
        return None
    if "result" in given and "errorOutput" in given:
        raise ValidationException(
            "A test mock should have only one of the following fields: [result, errorOutput]."
        )
    if state.type not in _MOCKED:
        raise ValidationException(f"State type '{state.type}' is not supported when a mock is specified")
    if "errorOutput" in given:
        error = given["errorOutput"]
        return single.Mock(None, error.get("error"), error.get("cause"), failed=True)
    result = _json(given.get("result", ""), "Mocked result must be valid JSON")
    wrong = _shape_of(state, result)
    if wrong is None and state.resource is not None:
        wrong = mock_results.problem(state.resource, result, given.get("fieldValidationMode", "STRICT"))
    if wrong is not None:
        raise ValidationException(wrong)
    return single.Mock(result)


def _shape_of(state: document.State, result: Any) -> str | None:
    """Return what is wrong with the mocked result of a Map or Parallel."""
    if state.type == "Map" and "ResultWriter" in state.body:
        return None if isinstance(result, dict) else "Mocked result must be a JSON object."
    if state.type not in ("Map", "Parallel"):
        return None
    if not isinstance(result, list):
        return "Mocked result must be an array."
    if state.type == "Parallel" and len(result) != len(state.inner):
        return "Mocked result must contain the same number of items as number of Parallel branches."
    return None


def _context(text: str | None) -> dict[str, Any] | None:
    if text is None:
        return None
    value = _json(text, "Invalid Context object provided: must be valid JSON")
    for field in value if isinstance(value, dict) else ():
        if field not in _CONTEXT:
            raise ValidationException(f"Invalid Context object provided: Field '{field}' is not allowed")
    return value


def _execution(role: str | None) -> Execution:
    base = Execution()
    return Execution(
        arn=base.arn.replace(":execution:", ":express:"),
        role_arn=role or base.role_arn,
        kind="EXPRESS",
        seed=str(time.time_ns()),
    )


def _called(command: CallTask, role: str) -> dict[str, Any]:
    """Call a function, or another service."""
    resource, parameters = command.resource, command.parameters
    alone = resource.kind == "lambda"
    if not alone and (resource.service, resource.action, resource.pattern) != ("lambda", "invoke", None):
        return _served(command, role)
    name = resource.arn if alone else parameters.get("FunctionName")
    payload = lambda_eval_utils.to_payload_type(parameters if alone else parameters.get("Payload"))
    answered = lambda_eval_utils._invoke_lambda_function(
        {"FunctionName": name, "Payload": payload}, _REGION, None
    )
    if answered.get("FunctionError"):
        cause = answered["Payload"]
        error = cause.get("errorType", "Exception") if isinstance(cause, dict) else "Exception"
        return {"error": error, "cause": json_text(cause)}
    if alone:
        return {"result": answered["Payload"]}
    return {
        "result": {
            key: answered[key] for key in ("ExecutedVersion", "Payload", "StatusCode") if key in answered
        }
    }


def _served(command: CallTask, role: str) -> dict[str, Any]:
    """Call a service as the only Task of an express machine does: what it is given is evaluated already."""
    resource = command.resource
    if resource.pattern is not None or resource.kind == "activity":
        raise ValidationException(
            f"TestState does not call {resource.arn}, which waits for an answer from outside: give it a mock."
        )
    task = {"Type": "Task", "Resource": resource.arn, "Arguments": "{% $states.input %}", "End": True}
    text = json.dumps({"QueryLanguage": "JSONata", "StartAt": NAME, "States": {NAME: task}})
    definitions.check(text, express=True)
    backend = stepfunctions_parser_backends[DEFAULT_ACCOUNT_ID][_REGION]
    machine = StateMachine(
        f"arn:aws:states:{_REGION}:{DEFAULT_ACCOUNT_ID}:stateMachine:{NAME}", NAME, text, role, backend
    )
    machine.sm_type = "EXPRESS"
    done = sync_executions.run(backend, machine, NAME, json_text(command.parameters))
    if done.status == "SUCCEEDED":
        return {"result": done.output}
    return {"error": done.error or "States.Timeout", "cause": done.cause}


def _told(tested: single.Tested, level: str, variables: Any) -> dict[str, Any]:
    told = {
        "status": tested.status,
        "output": tested.output,
        "error": tested.error,
        "cause": tested.cause,
        "nextState": tested.next_state,
    }
    if level != "INFO":
        told["inspectionData"] = {
            key: value if key in _NUMBERS else json_text(value) for key, value in tested.inspection.items()
        }
        if variables:
            told["inspectionData"]["variables"] = json_text(variables)
    return {key: value for key, value in told.items() if value is not None}


def _test_state(self: StepFunctionResponse) -> ActionResult:
    return ActionResult(answer(json.loads(self.body)))


def install() -> None:
    """Install TestState into moto's Step Functions."""
    StepFunctionResponse.test_state = _test_state
