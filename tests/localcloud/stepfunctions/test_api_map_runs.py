"""Map Runs and their child executions, through the API.

Source: API_DescribeMapRun, API_ListMapRuns, API_ListExecutions, API_DescribeExecution.
"""

import json

import pytest
from api_asked import PREFIX
from cloud_processes import wait_until


def of_items(**fields):
    """Return a machine with a distributed Map; its items fail where they are negative."""
    choose = {
        "Type": "Choice",
        "Choices": [{"Variable": "$", "NumericLessThan": 0, "Next": "Bad"}],
        "Default": "Good",
    }
    processor = {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
        "StartAt": "C",
        "States": {"C": choose, "Bad": {"Type": "Fail", "Error": "Bad"}, "Good": {"Type": "Succeed"}},
    }
    state = {"Type": "Map", "Label": "Items", "ItemProcessor": processor, "End": True, **fields}
    return {"StartAt": "M", "States": {"M": state}}


@pytest.fixture
def ended(ask):
    """A Map Run of three items, of which one failed: its execution's ARN and its own."""
    arn = ask.machine(of_items(ToleratedFailureCount=1, MaxConcurrency=2))
    execution = ask.run(arn, input="[1, -1, 2]")["executionArn"]
    [run] = ask("ListMapRuns", executionArn=execution)["mapRuns"]
    return execution, run


def test_a_map_run_is_listed_and_described(ask, ended):
    execution, run = ended
    assert run["mapRunArn"].startswith(f"{PREFIX}:mapRun:m/Items:")
    assert (run["executionArn"], run["stateMachineArn"]) == (execution, f"{PREFIX}:stateMachine:m/Items")
    told = ask("DescribeMapRun", mapRunArn=run["mapRunArn"])
    counts = dict.fromkeys(
        "pending running timedOut aborted resultsWritten failuresNotRedrivable pendingRedrive".split(), 0
    )
    counts |= {"succeeded": 2, "failed": 1, "total": 3}
    assert told["itemCounts"] == told["executionCounts"] == counts
    assert (told["status"], told["maxConcurrency"], told["toleratedFailureCount"]) == ("SUCCEEDED", 2, 1)
    assert (told["toleratedFailurePercentage"], told["redriveCount"]) == (0.0, 0)
    assert told["stopDate"] == run["stopDate"]


def test_its_children_are_executions(ask, ended):
    _, run = ended
    found = ask("ListExecutions", mapRunArn=run["mapRunArn"])["executions"]
    assert sorted(item["status"] for item in found) == ["FAILED", "SUCCEEDED", "SUCCEEDED"]
    [failed] = ask("ListExecutions", mapRunArn=run["mapRunArn"], statusFilter="FAILED")["executions"]
    told = ask("DescribeExecution", executionArn=failed["executionArn"])
    assert (told["mapRunArn"], told["error"], told["input"]) == (run["mapRunArn"], "Bad", "-1")
    assert told["redriveStatus"] == "REDRIVABLE_BY_MAP_RUN"
    machine = ask("DescribeStateMachineForExecution", executionArn=failed["executionArn"])
    assert (machine["mapRunArn"], machine["label"]) == (run["mapRunArn"], "Items")
    types = [
        event["type"] for event in ask("GetExecutionHistory", executionArn=failed["executionArn"])["events"]
    ]
    assert types[-1] == "ExecutionFailed"
    assert ask.code("RedriveExecution", executionArn=failed["executionArn"]) == "ExecutionNotRedrivable"
    listed = ask("ListExecutions", stateMachineArn=f"{PREFIX}:stateMachine:m")["executions"]
    assert len(listed) == 1  # the children are the Map Run's


def test_a_map_run_that_is_none(ask, ended):
    _, run = ended
    assert ask.code("DescribeMapRun", mapRunArn=f"{run['mapRunArn']}0") == "ResourceNotFound"
    assert ask.code("DescribeMapRun", mapRunArn="m") == "InvalidArn"
    assert ask.code("ListExecutions", mapRunArn=f"{run['mapRunArn']}0") == "ResourceNotFound"
    assert ask.code("UpdateMapRun", mapRunArn=run["mapRunArn"], maxConcurrency=1) == "ValidationException"
    assert ask.code("UpdateMapRun", mapRunArn=run["mapRunArn"], maxConcurrency=-1) == "ValidationException"


def test_a_map_run_is_redriven_with_its_execution(ask):
    execution = ask.run(ask.machine(of_items()), input="[1, -1]")["executionArn"]
    [run] = ask("ListMapRuns", executionArn=execution)["mapRuns"]
    assert ask("DescribeMapRun", mapRunArn=run["mapRunArn"])["status"] == "FAILED"
    ask("RedriveExecution", executionArn=execution)
    assert ask.end(execution)["redriveCount"] == 1
    told = ask("DescribeMapRun", mapRunArn=run["mapRunArn"])
    assert (told["redriveCount"], told["status"]) == (1, "FAILED") and told["redriveDate"]
    counts = told["executionCounts"]
    assert (counts["succeeded"], counts["failed"], counts["pending"], counts["total"]) == (1, 1, 0, 2)


def waiting(ask, **fields):
    """Start a Map Run of four items that wait; return its execution's ARN and its own."""
    definition = of_items(**fields)
    states = definition["States"]["M"]["ItemProcessor"]["States"]
    states["Good"] = {"Type": "Wait", "Seconds": 3600, "End": True}
    execution = ask.start(ask.machine(definition), input="[1, 2, 3, 4]")

    def runs():
        return ask("ListMapRuns", executionArn=execution)["mapRuns"]

    wait_until(lambda: runs() and running(ask, runs()[0]))
    return execution, runs()[0]["mapRunArn"]


def running(ask, run):
    return ask("DescribeMapRun", mapRunArn=run["mapRunArn"])["executionCounts"]["running"]


def test_a_map_run_under_way_is_changed(ask):
    execution, run = waiting(ask, MaxConcurrency=1)
    told = ask("DescribeMapRun", mapRunArn=run)
    assert (told["executionCounts"]["running"], told["executionCounts"]["pending"]) == (1, 3)
    changes = {"maxConcurrency": 3, "toleratedFailureCount": 2, "toleratedFailurePercentage": 50.0}
    assert ask("UpdateMapRun", mapRunArn=run, **changes) == {}
    wait_until(lambda: running(ask, {"mapRunArn": run}) == 3)  # its children start in threads
    told = ask("DescribeMapRun", mapRunArn=run)
    assert {key: told[key] for key in changes} == changes
    assert (told["executionCounts"]["running"], told["executionCounts"]["pending"]) == (3, 1)
    ask("StopExecution", executionArn=execution)
    told = ask("DescribeMapRun", mapRunArn=run)
    counts = told["itemCounts"]
    assert (told["status"], counts["aborted"], counts["pending"]) == ("ABORTED", 3, 1)


def test_a_map_run_that_has_failed_too_often_for_its_new_numbers_ends(ask):
    execution, run = waiting(ask, ToleratedFailureCount=3)
    [first, *_] = ask("ListExecutions", mapRunArn=run)["executions"]
    ask("StopExecution", executionArn=first["executionArn"])
    assert ask("DescribeExecution", executionArn=execution)["status"] == "RUNNING"
    ask("UpdateMapRun", mapRunArn=run, toleratedFailureCount=0)
    assert ask.end(execution)["error"] == "States.ExceedToleratedFailureThreshold"


def test_no_map_runs(ask):
    execution = ask.run(ask.machine())["executionArn"]
    assert json.dumps(ask("ListMapRuns", executionArn=execution)) == '{"mapRuns": []}'
