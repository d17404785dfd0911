"""TestState: one state on the engine, with the mocks and checks of November 2025.

Source: API_TestState; the words are those of ../shared/aws-teststate. A Task without a mock is called, as an
execution's Task is. One that waits (.sync, .waitForTaskToken, an activity) needs a mock, as on AWS.
"""

import json
import time
from collections.abc import Callable, Mapping
from typing import Any

from sagalab.asl import document
from sagalab.asl.check import check, problem
from sagalab.asl.engine import single
from sagalab.asl.engine.commands import CallTask, ReadItems
from sagalab.asl.engine.context import Execution
from sagalab.asl.engine.history import json_text
from sagalab.asl.engine.program import Program
from sagalab.asl.engine.told import TaskFailed, TaskSucceeded
from sagalab.localcloud.stepfunctions.api import definitions, json_faults, mock_results
from sagalab.localcloud.stepfunctions.api.errors import ApiError, invalid
from sagalab.localcloud.stepfunctions.api.store import Place
from sagalab.localcloud.stepfunctions.running.clock import now
from sagalab.localcloud.stepfunctions.running.tasks import call
from sagalab.localcloud.stepfunctions.running.tasks.errors import TaskError

Called = Callable[[CallTask], dict[str, Any]]

NAME = "StateName"
_MOCKED = ("Task", "Map", "Parallel")
_UNMOCKED = ("Task", "Wait", "Pass", "Succeed", "Fail", "Choice")
_CONTEXT = ("Execution", "Map", "State", "StateMachine", "Task")
# What a state alone cannot have: where it leads, and an end.
_OF_A_MACHINE = (problem.TARGET, problem.NO_END)
_NUMBERS = ("maxConcurrency", "toleratedFailureCount", "toleratedFailurePercentage", "errorDetails")


def answer(
    given: Mapping[str, Any], calling: Called | None = None, region: str = "us-east-1"
) -> dict[str, Any]:
    """Return what TestState answers to a request (the parameters of boto3's test_state).

    Raises ApiError ValidationException and InvalidDefinition in AWS's words. `calling` makes a Task's call and
    returns its result, or {"error", "cause"}.
    """
    name, machine = _machine(given)
    state = machine.state(name)
    if state is None:
        raise invalid("State not found in definition")
    mock = _mock(given.get("mock"), state)
    if mock is None and state.type not in _UNMOCKED:
        raise ApiError(
            "InvalidDefinition",
            "TestState API does not support Map or Parallel states. Supported state types include: "
            f"[{', '.join(_UNMOCKED)}]",
        )
    context = _context(given.get("context"))
    settings = given.get("stateConfiguration") or {}
    how = single.Single(
        mock, settings.get("retrierRetryCount", 0), settings.get("mapIterationFailureCount", 0)
    )
    variables = _json(given.get("variables", "{}"), "Invalid variables provided: must be valid JSON")
    at = now()
    text = given.get("input", "{}")
    _json(text, "Invalid State Machine Execution Input: must be valid JSON")
    run, commands = single.begin(
        Program(machine),
        name,
        text,
        at,
        execution=_execution(given.get("roleArn"), region),
        variables=variables,
        context=context,
        how=how,
    )
    for command in commands:
        if isinstance(command, ReadItems):
            run.tell(TaskSucceeded(at, command.task, json.loads(settings.get("mapItemReaderData", "[]"))))
        elif isinstance(command, CallTask):
            done = calling(command) if calling else _called(command, given.get("roleArn"), region)
            if "error" in done:
                run.tell(TaskFailed(at, command.task, done["error"], done.get("cause")))
            else:
                run.tell(TaskSucceeded(at, command.task, done["result"]))
    return _told(single.outcome(run), given.get("inspectionLevel", "INFO"), variables)


def _machine(given: Mapping[str, Any]) -> tuple[str, document.Machine]:
    """Return the state's name and the machine around it: its own, or one made for it alone."""
    problem = json_faults.problem(given["definition"])
    if problem is not None:
        raise definitions.refused(f"INVALID_JSON_DESCRIPTION: {problem}")
    body = json.loads(given["definition"])
    name = given.get("stateName")
    alone = not (isinstance(body, dict) and "States" in body)
    if alone:
        language = body.get("QueryLanguage") if isinstance(body, dict) else None
        around = {"QueryLanguage": language} if language == "JSONata" else {}
        name, body = NAME, around | {"StartAt": NAME, "States": {NAME: body}}
    machine = document.read(body)
    problems = [found for found in check(machine) if not (alone and found.code in _OF_A_MACHINE)]
    if problems:
        raise definitions.refused(", ".join(found.words for found in problems))
    return name or body["StartAt"], machine


def _json(text: str, words: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        raise invalid(words) from None


def _mock(given: dict[str, Any] | None, state: document.State) -> single.Mock | None:
    if given is None:
        return None
    if "result" in given and "errorOutput" in given:
        raise invalid("A test mock should have only one of the following fields: [result, errorOutput].")
    if state.type not in _MOCKED:
        raise invalid(f"State type '{state.type}' is not supported when a mock is specified")
    if "errorOutput" in given:
        error = given["errorOutput"]
        return single.Mock(None, error.get("error"), error.get("cause"), failed=True)
    result = _json(given.get("result", ""), "Mocked result must be valid JSON")
    wrong = _shape_of(state, result)
    if wrong is None and state.resource is not None:
        wrong = mock_results.problem(state.resource, result, given.get("fieldValidationMode", "STRICT"))
    if wrong is not None:
        raise invalid(wrong)
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
            raise invalid(f"Invalid Context object provided: Field '{field}' is not allowed")
    return value


def _execution(role: str | None, region: str) -> Execution:
    base = Execution()
    return Execution(
        arn=base.arn.replace(":execution:", ":express:"),
        role_arn=role or base.role_arn,
        region=region,
        kind="EXPRESS",
        seed=str(time.time_ns()),
    )


def _called(command: CallTask, role: str | None, region: str) -> dict[str, Any]:
    """Make a Task's call. What waits for an answer from outside is refused."""
    resource = command.resource
    if resource.pattern is not None or resource.kind == "activity":
        raise invalid(
            f"TestState does not call {resource.arn}, which waits for an answer from outside: give it a mock."
        )
    try:
        return {"result": call.result(command, call.Caller(_execution(role, region)))}
    except TaskError as error:
        return {"error": error.error, "cause": error.cause}


def _told(tested: single.Tested, level: str, variables: Any) -> dict[str, Any]:
    told: dict[str, Any] = {
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
            told["inspectionData"].setdefault("variables", json_text(variables))
    return {key: value for key, value in told.items() if value is not None}


def test(given: Mapping[str, Any], place: Place) -> dict[str, Any]:
    """TestState."""
    return answer(given, region=place.region)
