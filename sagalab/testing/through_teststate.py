"""Single states by the TestState call of Step Functions, on the local cloud or on AWS, with a mock.

Source: https://docs.aws.amazon.com/step-functions/latest/apireference/API_TestState.html. The mock is made here, from
what the state asks for in this process, so that a Python function or a Lambda handler may be a mock there too.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from sagalab.asl.engine.commands import CallTask
from sagalab.asl.engine.context import Execution as Names
from sagalab.asl.engine.history import json_text
from sagalab.asl.engine.single import Single, begin
from sagalab.asl.placeholder import PLACEHOLDER
from sagalab.errors import SagaLabError
from sagalab.rehearsal.coming import Answer
from sagalab.rehearsal.services.addresses import SUBSTITUTIONS
from sagalab.rehearsal.world import BEGINNING
from sagalab.testing.choices import program_of
from sagalab.testing.places import OneState
from sagalab.testing.single import StateTest, answer_of, one_state, state_of

# what TestState says of a test that it cannot take (API reference, Errors); all else is no matter of the test
_REFUSALS = ("InvalidArn", "InvalidDefinition", "InvalidExecutionInput", "ValidationException")
_MOCKED = ("Task", "Map", "Parallel")
_PLACEHOLDER = re.compile(PLACEHOLDER)
_ACCOUNT = "123456789012"


def tested(cloud: Any, asked: OneState) -> StateTest:
    """Test a state by TestState. Raises SagaLabError with the service's words for what it refuses.

    A Task without a mock is answered by its stub, as in a rehearsal: no function is called.
    """
    state = state_of(asked.machine, asked.name)
    one_state(  # tells a mistake in the mock or the machine in our words, before anything is sent
        asked.machine,
        asked.name,
        asked.input,
        mock=asked.mock,
        variables=asked.variables,
        context=asked.context,
        retries=asked.retries,
    )
    request: dict[str, Any] = {
        "definition": json.dumps(filled(asked.machine.body)),
        "stateName": asked.name,
        "input": json.dumps({} if asked.input is None else asked.input),
        "inspectionLevel": "DEBUG",
    }
    if asked.variables:
        request["variables"] = json.dumps(dict(asked.variables))
    if asked.context is not None:
        request["context"] = json.dumps(dict(asked.context))
    if asked.retries:
        request["stateConfiguration"] = {"retrierRetryCount": asked.retries}
    if state.type in _MOCKED:
        request["mock"] = _mock(asked)
    from botocore.exceptions import ClientError

    from sagalab.cloud.aws_errors import explain

    try:
        told = cloud.client("stepfunctions").test_state(**request)
    except ClientError as error:
        code, words = error.response["Error"]["Code"], error.response["Error"]["Message"]
        if code not in _REFUSALS and (known := explain(error)):
            raise known from None
        raise SagaLabError(
            f"TestState refuses the test of {asked.name!r}: {code}: {words}", "Mend the mock or the machine."
        ) from None
    details = told.get("inspectionData", {}).get("errorDetails", {})
    return StateTest(
        state,
        told["status"],
        json.loads(told["output"]) if "output" in told else None,
        told.get("nextState"),
        told.get("error"),
        told.get("cause"),
        details.get("retryBackoffIntervalSeconds") if told["status"] == "RETRIABLE" else None,
        None,
        asked.retries,
    )


def _mock(asked: OneState) -> dict[str, Any]:
    """Return the request's mock; types are checked where a field is there (PRESENT), as fields may be left out."""
    answer = _answer(asked)
    if answer.failed or answer.forever:
        error = "States.Timeout" if answer.forever else answer.error
        named = {"error": error, "cause": answer.cause}
        return {"errorOutput": {key: value for key, value in named.items() if value is not None}}
    return {"result": json.dumps(answer.result), "fieldValidationMode": "PRESENT"}


def _answer(asked: OneState) -> Answer:
    """Return what the mock answers to the call that the state makes of its input."""
    state = state_of(asked.machine, asked.name)
    if state.type != "Task":
        mock = asked.mock
        if isinstance(mock, Answer):
            return mock
        if isinstance(mock, BaseException):
            return Answer(error=type(mock).__name__, cause=str(mock), failed=True)
        return Answer(mock)
    program = program_of(asked.machine)
    assert program is not None  # the test in this process came before
    _, commands = begin(
        program,
        asked.name,
        json_text({} if asked.input is None else asked.input),
        BEGINNING,
        execution=Names(seed="0"),
        variables=dict(asked.variables),
        context=dict(asked.context) if asked.context is not None else None,
        how=Single(None, asked.retries),
    )
    calls = [command for command in commands if isinstance(command, CallTask)]
    return answer_of(asked.machine, calls[0], asked.mock) if calls else Answer({})


def filled(value: Any) -> Any:
    """Return a definition with its ${…} filled in, as a rehearsal fills them where they are the course's.

    What another one stands for is mocked, so any function's ARN will do.
    """
    if isinstance(value, str):
        return _PLACEHOLDER.sub(
            lambda match: SUBSTITUTIONS.get(
                match[0][2:-1], f"arn:aws:lambda:us-east-1:{_ACCOUNT}:function:{_plain(match[0])}"
            ),
            value,
        )
    if isinstance(value, Mapping):
        return {key: filled(item) for key, item in value.items()}
    return [filled(item) for item in value] if isinstance(value, list) else value


def _plain(placeholder: str) -> str:
    return "".join(sign for sign in placeholder if sign.isalnum())[:60] or "function"
