"""One state alone: what TestState answered on AWS, where it did not refuse the call."""

import json

import aws_runs
import pytest
import teststate
from virtual import program, task

from sagalab.asl import document
from sagalab.asl.engine import single
from sagalab.asl.engine.commands import CallTask
from sagalab.asl.engine.program import Program
from sagalab.asl.engine.told import TaskFailed, TaskSucceeded

AT = 1_767_225_600_000
ANSWERED = [
    number for number in teststate.NUMBERS if "exception" not in teststate.recorded_call(number)["answer"]
]


def answer(request):
    """Answer a call as the API does, from the engine."""
    definition, name = json.loads(request["definition"]), request.get("stateName")
    if name is None:
        name, definition = "StateName", {"StartAt": "StateName", "States": {"StateName": definition}}
    mock, settings = None, request.get("stateConfiguration", {})
    if "mock" in request:
        error = request["mock"].get("errorOutput")
        mock = (
            single.Mock(json.loads(request["mock"]["result"]))
            if error is None
            else single.Mock(None, error["error"], error["cause"], failed=True)
        )
    run, _ = single.begin(
        Program(document.read(definition)),
        name,
        request.get("input", "{}"),
        AT,
        context=json.loads(request["context"]) if "context" in request else None,
        how=single.Single(
            mock, settings.get("retrierRetryCount", 0), settings.get("mapIterationFailureCount", 0)
        ),
    )
    tested = single.outcome(run)
    given = {
        "status": tested.status,
        "output": tested.output,
        "error": tested.error,
        "cause": tested.cause,
        "nextState": tested.next_state,
    }
    if request["inspectionLevel"] != "INFO":
        given["inspectionData"] = tested.inspection
    return {key: value for key, value in given.items() if value is not None}


@teststate.needs_calls
@pytest.mark.parametrize("number", ANSWERED)
def test_the_answer_is_that_of_aws(number):
    call = teststate.recorded_call(number)
    assert list(aws_runs.unlike(call["answer"], answer(call["request"]), "")) == []


def test_a_task_without_a_mock_asks_for_its_call_and_is_answered():
    made = program({"A": task(ResultPath="$.r", Next="B"), "B": {"Type": "Succeed"}})
    run, (command,) = single.begin(made, "A", '{"x":1}', AT)
    assert isinstance(command, CallTask)
    assert single.outcome(run).status == "RUNNING"
    run.tell(TaskSucceeded(AT, command.task, 7))
    tested = single.outcome(run)
    assert (tested.status, tested.output, tested.next_state) == ("SUCCEEDED", '{"x":1,"r":7}', "B")


def test_a_state_that_would_be_tried_again_says_when():
    made = program({"A": task(Retry=[{"ErrorEquals": ["E"], "IntervalSeconds": 3, "BackoffRate": 2}])})
    run, (command,) = single.begin(made, "A", "{}", AT, how=single.Single(retries=2))
    run.tell(TaskFailed(AT, command.task, "E", "because"))
    tested = single.outcome(run)
    assert (tested.status, tested.error) == ("RETRIABLE", "E")
    assert tested.inspection["errorDetails"] == {"retryIndex": 0, "retryBackoffIntervalSeconds": 12}


def test_variables_are_given_and_an_inner_state_is_found():
    inner = {"StartAt": "B", "States": {"B": {"Type": "Pass", "Parameters": {"v.$": "$v"}, "End": True}}}
    made = program({"P": {"Type": "Parallel", "Branches": [inner], "End": True}})
    run, _ = single.begin(made, "B", "{}", AT, variables={"v": 5})
    assert single.outcome(run).output == '{"v":5}'
    with pytest.raises(KeyError):
        single.begin(made, "no such state", "{}", AT)
