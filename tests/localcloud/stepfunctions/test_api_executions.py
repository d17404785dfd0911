"""Executions: started once, stopped, described, listed, redriven, and their histories.

Source: API_StartExecution, API_DescribeExecution, API_ListExecutions, API_GetExecutionHistory, API_RedriveExecution.
"""

import json
import time
import uuid

import pytest
from api_asked import FAIL, PASS, PREFIX, WAIT

from sagalab.asl.engine import redrive
from sagalab.localcloud.stepfunctions.api import kept


def test_an_execution_is_described_as_it_ended(ask):
    arn = ask.machine()
    started = ask("StartExecution", stateMachineArn=arn, name="one", input='{"a": 1}', traceHeader="Root=1")
    told = ask.end(started["executionArn"])
    assert told.pop("stopDate") >= started["startDate"]
    assert told == {
        "executionArn": f"{PREFIX}:execution:m:one",
        "stateMachineArn": arn,
        "name": "one",
        "status": "SUCCEEDED",
        "startDate": started["startDate"],
        "input": '{"a": 1}',
        "inputDetails": {"included": True},
        "output": '{"a":1}',
        "outputDetails": {"included": True},
        "traceHeader": "Root=1",
        "redriveCount": 0,
        "redriveStatus": "NOT_REDRIVABLE",
        "redriveStatusReason": "Execution is SUCCEEDED and cannot be redriven",
    }


def test_a_failure_has_error_and_cause_and_no_output(ask):
    told = ask.run(ask.machine(FAIL))
    assert (told["status"], told["error"], told["cause"]) == ("FAILED", "NoRoom", "The hotel is full")
    assert told["redriveStatus"] == "REDRIVABLE" and not {
        "output",
        "outputDetails",
        "redriveStatusReason",
    } & set(told)


def test_without_a_name_it_is_a_uuid_and_without_an_input_an_object(ask):
    told = ask.run(ask.machine())
    assert uuid.UUID(told["name"]) and told["input"] == "{}"


def test_a_name_is_one_execution(ask):
    arn = ask.machine(WAIT)
    given = {"stateMachineArn": arn, "name": "one", "input": '{"a": 1}'}
    first = ask("StartExecution", **given)
    assert ask("StartExecution", **given | {"input": '{ "a":1 }'}) == first
    taken = ("ExecutionAlreadyExists", f"Execution Already Exists: '{first['executionArn']}'")
    assert ask.refusal("StartExecution", **given | {"input": "{}"}) == taken
    ask("StopExecution", executionArn=first["executionArn"])
    assert ask.refusal("StartExecution", **given) == taken


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "abc",
            "Unrecognized token 'abc': was expecting (JSON String, Number, Array, Object or token 'null', ",
        ),
        ('{"a": ', "Unexpected end-of-input"),
        ("{a: 1}", "Unexpected character ('a' (code 97)): was expecting double-quote to start field name"),
        ('{"a": 1 "b": 2}', "was expecting comma to separate Object entries"),
        ("[1 2]", "was expecting comma to separate Array entries"),
        ('{"a" 1}', "was expecting a colon to separate field name and value"),
        ('{"a": NaN}', "Non-standard token 'NaN'"),
        ("[" * 1001 + "]" * 1001, "Document nesting depth (1001) exceeds the maximum allowed (1000)"),
        ("[" * 100_000, ""),
        ("", "No content to map due to end-of-input"),
    ],
)
def test_an_input_that_is_no_json(ask, text, words):
    code, message = ask.refusal("StartExecution", stateMachineArn=ask.machine(), input=text)
    assert code == "InvalidExecutionInput" and words in message
    assert message.startswith("Invalid State Machine Execution Input: '") and message.endswith("'")


def test_the_machine_counts_before_the_name_and_the_name_before_the_input(ask):
    arn = ask.machine()
    assert (
        ask.code("StartExecution", stateMachineArn=f"{arn}2", name="a b", input="{")
        == "StateMachineDoesNotExist"
    )
    assert ask.refusal("StartExecution", stateMachineArn=arn, name="a b", input="{") == (
        "InvalidName",
        "Invalid Name: 'a b'",
    )


@pytest.mark.parametrize(
    "operation",
    ["DescribeExecution", "StopExecution", "GetExecutionHistory", "RedriveExecution", "ListMapRuns"],
)
def test_an_execution_that_is_none(ask, operation):
    arn = f"{PREFIX}:execution:m:none"
    assert ask.refusal(operation, executionArn=arn) == (
        "ExecutionDoesNotExist",
        f"Execution Does Not Exist: '{arn}'",
    )
    assert ask.refusal(operation, executionArn="m") == ("InvalidArn", "Invalid Arn: 'Invalid ARN prefix: m'")
    assert ask.code(operation, executionArn=f"{PREFIX}:stateMachine:m") == "InvalidArn"


def test_stop_keeps_error_and_cause_and_what_has_ended_stays(ask):
    execution = ask.start(ask.machine(WAIT))
    stopped = ask("StopExecution", executionArn=execution, error="E", cause="C")["stopDate"]
    told = ask("DescribeExecution", executionArn=execution)
    assert (told["status"], told["error"], told["cause"], told["stopDate"]) == ("ABORTED", "E", "C", stopped)
    assert ask("StopExecution", executionArn=execution, error="late") == {"stopDate": stopped}
    assert ask("DescribeExecution", executionArn=execution) == told


def test_an_update_does_not_touch_what_runs(ask):
    arn = ask.machine(WAIT)
    execution = ask.start(arn)
    ask("UpdateStateMachine", stateMachineArn=arn, definition=json.dumps(PASS))
    told = ask("DescribeStateMachineForExecution", executionArn=execution)
    assert json.loads(told["definition"]) == WAIT and "revisionId" not in told
    assert told["updateDate"] == ask("DescribeStateMachine", stateMachineArn=arn)["creationDate"]
    assert ask("DescribeExecution", executionArn=execution)["status"] == "RUNNING"
    again = ask.run(arn)["executionArn"]
    assert ask("DescribeStateMachineForExecution", executionArn=again)["revisionId"]
    ask("StopExecution", executionArn=execution)


def test_pages_of_executions_hold_while_they_end(ask):
    arn = ask.machine(WAIT)
    made = [ask.start(arn, name=f"run-{number}") for number in range(5)]
    for number, execution in enumerate(made):
        ask.api.place("us-east-1").executions[execution].driven.start_ms = 1_000 * number
    find = {"stateMachineArn": arn, "statusFilter": "RUNNING", "maxResults": 2}
    first = ask("ListExecutions", **find)
    assert [item["name"] for item in first["executions"]] == ["run-4", "run-3"]
    ask("StopExecution", executionArn=made[3])
    ask("StopExecution", executionArn=made[2])
    second = ask("ListExecutions", **find, nextToken=first["nextToken"])
    assert [item["name"] for item in second["executions"]] == ["run-1", "run-0"] and "nextToken" not in second
    ended = ask("ListExecutions", stateMachineArn=arn, statusFilter="ABORTED")["executions"]
    assert {item["name"] for item in ended} == {"run-2", "run-3"} and all(item["stopDate"] for item in ended)
    for execution in made:
        ask("StopExecution", executionArn=execution)


def test_a_list_of_executions_that_is_none(ask):
    arn = ask.machine()
    assert ask.refusal("ListExecutions") == (
        "ValidationException",
        "1 validation error detected: Must provide a StateMachine ARN or MapRun ARN",
    )
    assert (
        ask.code("ListExecutions", stateMachineArn=arn, statusFilter="PENDING_REDRIVE")
        == "ValidationException"
    )
    assert ask.code("ListExecutions", stateMachineArn=arn, redriveFilter="REDRIVEN") == "ValidationException"
    assert ask.code("ListExecutions", stateMachineArn=f"{arn}2") == "StateMachineDoesNotExist"
    assert ask.code("ListExecutions", stateMachineArn=arn, nextToken="x") == "InvalidToken"


def test_a_history_is_paged_reversed_and_without_its_data(ask):
    execution = ask.run(ask.machine(), input='{"a": 1}')["executionArn"]
    first = ask("GetExecutionHistory", executionArn=execution, maxResults=3)
    second = ask("GetExecutionHistory", executionArn=execution, maxResults=3, nextToken=first["nextToken"])
    assert [event["id"] for event in first["events"] + second["events"]] == [1, 2, 3, 4]
    assert "nextToken" not in second and isinstance(first["events"][0]["timestamp"], float)
    last = ask("GetExecutionHistory", executionArn=execution, maxResults=1, reverseOrder=True)["events"]
    assert [event["type"] for event in last] == ["ExecutionSucceeded"]
    bare = ask("GetExecutionHistory", executionArn=execution, includeExecutionData=False)["events"]
    assert "input" not in bare[0]["executionStartedEventDetails"]
    assert (
        bare[1]["stateEnteredEventDetails"] == {"name": "P"}
        and bare[3]["executionSucceededEventDetails"] == {}
    )
    assert ask.code("GetExecutionHistory", executionArn=execution, nextToken="events-²") == "InvalidToken"


def test_a_redrive_goes_on_and_its_token_is_answered_once(ask):
    execution = ask.run(ask.machine(FAIL))["executionArn"]
    first = ask("RedriveExecution", executionArn=execution, clientToken="a")
    assert ask.end(execution)["redriveCount"] == 1
    assert ask("RedriveExecution", executionArn=execution, clientToken="a") == first
    told = ask.end(execution)
    assert (told["redriveCount"], told["redriveDate"], told["status"]) == (1, first["redriveDate"], "FAILED")
    ask("RedriveExecution", executionArn=execution, clientToken="b")
    assert ask.end(execution)["redriveCount"] == 2
    types = [event["type"] for event in ask("GetExecutionHistory", executionArn=execution)["events"]]
    assert types.count("ExecutionRedriven") == 2
    good = ask.run(ask.machine(name="good"))["executionArn"]
    assert ask.refusal("RedriveExecution", executionArn=good) == (
        "ExecutionNotRedrivable",
        "Execution Not Redrivable: 'Execution is SUCCEEDED and cannot be redriven'",
    )


def test_why_an_execution_cannot_be_redriven(ask):
    arn = ask.machine(FAIL)
    execution = ask.run(arn)["executionArn"]
    driven = ask.api.place("us-east-1").executions[execution].driven
    day = 24 * 60 * 60 * 1000

    def reason():
        told = ask("DescribeExecution", executionArn=execution)
        code, words = ask.refusal("RedriveExecution", executionArn=execution)
        assert code == "ExecutionNotRedrivable" and told["redriveStatusReason"] in words
        return told["redriveStatusReason"]

    run = driven.run
    assert redrive.refusal(run, run.stopped + 13 * day) is None
    assert redrive.refusal(run, run.stopped + 15 * day) == "Execution redrivable period exceeded"
    assert redrive.refusal(run, run.started + 366 * day) == "Execution has exceeded the max execution time"
    ask("DeleteStateMachine", stateMachineArn=arn)
    assert reason() == "State machine is in DELETING status"


def test_the_oldest_ended_executions_are_forgotten(ask, monkeypatch):
    monkeypatch.setattr(kept, "KEPT", 2)
    arn, ended = ask.machine(), ask.api.place("us-east-1").ended
    for name in "abc":
        execution = ask.run(arn, name=name)["executionArn"]
        while execution not in ended:  # it is kept a moment after it has ended
            time.sleep(0.001)
    names = [item["name"] for item in ask("ListExecutions", stateMachineArn=arn)["executions"]]
    assert sorted(names) == ["b", "c"]
    assert ask.code("DescribeExecution", executionArn=f"{PREFIX}:execution:m:a") == "ExecutionDoesNotExist"
    assert ask.run(arn, name="a")["status"] == "SUCCEEDED"


def test_express_executions_are_nobody_s(ask):
    arn = ask.machine(type="EXPRESS")
    first, second = ask.start(arn, name="x"), ask.start(arn, name="x")
    assert first.startswith(f"{PREFIX}:express:m:x:") and first != second
    told = ("InvalidArn", "Invalid Arn: 'Resource type not valid in this context: express'")
    for operation in ("DescribeExecution", "GetExecutionHistory", "StopExecution", "RedriveExecution"):
        assert ask.refusal(operation, executionArn=first) == told
    assert ask.refusal("ListExecutions", stateMachineArn=arn) == (
        "StateMachineTypeNotSupported",
        "This operation is not supported by this type of state machine",
    )


def test_a_task_starts_a_machine_as_a_caller_does(ask):
    inner, outer = ask.machine(FAIL, "inner"), None
    task = {
        "Type": "Task",
        "Resource": "arn:aws:states:::states:startExecution.sync:2",
        "Parameters": {"StateMachineArn": inner, "Name": "child", "Input": {"a": 1}},
        "End": True,
    }
    outer = ask.run(ask.machine({"StartAt": "T", "States": {"T": task}}, "outer"))
    assert (outer["status"], outer["error"]) == ("FAILED", "States.TaskFailed")
    told = ask("DescribeExecution", executionArn=f"{PREFIX}:execution:inner:child")
    assert (told["input"], told["error"]) == ('{"a":1}', "NoRoom")
    task["Parameters"]["StateMachineArn"] = f"{inner}2"
    lost = ask.run(ask.machine({"StartAt": "T", "States": {"T": task}}, "lost"))
    assert lost["error"] == "StepFunctions.StateMachineDoesNotExistException"
