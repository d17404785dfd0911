"""Task: tokens, heartbeats, timeouts, activities and nested executions; Wait; the end from outside."""

import json

from virtual import catch_all, echo, never, output, program, run, task, types, world

from sagalab.asl.engine.told import Heartbeat, Stopped, TaskSucceeded
from sagalab.rehearsal.coming import Answer
from sagalab.rehearsal.world import BEGINNING, World

TOKEN = "arn:aws:states:::sqs:sendMessage.waitForTaskToken"


def waiting(**fields):
    parameters = {"token.$": "$$.Task.Token"}
    return program({"A": task(Resource=TOKEN, Parameters=parameters, **fields), "C": {"Type": "Succeed"}})


def silent(call):
    return Answer(forever=True, submitted={"MessageId": "m"})


def test_a_token_is_in_the_context_and_its_owner_answers_the_task():
    tokens = []

    def note(call):
        tokens.append(call.ask.parameters["token"])
        return silent(call)

    made = world(waiting(), answering=note)
    assert made.finish().status == "RUNNING"
    assert types(made.runs[0])[-1] == "TaskSubmitted"
    assert made.answer_token(tokens[0], Answer({"ok": True}))
    assert output(made.runs[0]) == {"ok": True}
    assert not made.answer_token(tokens[0], Answer("late"))
    assert not made.answer_token("nobody's", Answer("late"))


def test_a_heartbeat_puts_its_timeout_off():
    made = world(waiting(HeartbeatSeconds=10, TimeoutSeconds=100), answering=silent)
    made.step()
    ran = made.runs[0]
    (task_number,) = ran.tasks
    made.now += 9_000
    made.tell(0, Heartbeat(made.now, task_number))
    made.finish()
    assert (ran.status, ran.error, ran.stopped - ran.started) == ("FAILED", "States.Timeout", 19_000)
    assert types(ran)[-2:] == ["TaskTimedOut", "ExecutionFailed"]


def test_an_answer_that_comes_after_the_timeout_changes_nothing():
    made = world(waiting(TimeoutSeconds=5, Catch=catch_all("C")), answering=silent)
    (task_number,) = made.runs[0].tasks
    ran = made.finish()
    assert output(ran) == {"Error": "States.Timeout", "Cause": ""}
    events = list(ran.events)
    assert ran.tell(TaskSucceeded(made.now, task_number, "late")) == []
    assert ran.events == events


def test_the_timeout_of_the_execution_cannot_be_caught():
    made = program({"A": task(Catch=catch_all("C")), "C": {"Type": "Succeed"}}, TimeoutSeconds=30)
    ran = run(made, answering=lambda call: Answer(after_ms=31_000))
    assert (ran.status, ran.stopped - ran.started) == ("TIMED_OUT", 30_000)
    assert types(ran)[-1] == "ExecutionTimedOut"


def test_stopping_ends_whatever_runs_and_cancels_it():
    branch = {"StartAt": "A", "States": {"A": task(TimeoutSeconds=9)}}
    made = world(
        program({"P": {"Type": "Parallel", "Branches": [branch, branch], "End": True}}), answering=silent
    )
    made.step()
    commands = made.runs[0].tell(Stopped(made.now, "Why", "because"))
    assert [type(command).__name__ for command in commands] == [
        *("CancelTask", "CancelTimer", "CancelTask", "CancelTimer", "End"),
    ]
    last = made.runs[0].events[-1]
    assert (last["type"], last["previousEventId"]) == ("ExecutionAborted", 0)
    assert last["executionAbortedEventDetails"] == {"error": "Why", "cause": "because"}
    assert made.finish().status == "ABORTED"


def test_a_path_gives_the_timeouts():
    made = program({"A": task(TimeoutSecondsPath="$.t", HeartbeatSecondsPath="$.h")})
    ran = run(made, {"t": 8, "h": 3}, lambda call: Answer(forever=True))
    assert ran.stopped - ran.started == 3000
    details = ran.events[2]["taskScheduledEventDetails"]
    assert (details["timeoutInSeconds"], details["heartbeatInSeconds"]) == (8, 3)
    ran = run(made, {"t": 8}, never)
    assert ran.cause.endswith("Invalid path '$.h' : No results for path: $['h']")


def test_a_wait_ends_when_it_says():
    made = program({"A": {"Type": "Wait", "TimestampPath": "$.at", "End": True}})
    ran = run(made, {"at": "2026-01-01T01:00:30+01:00"})
    assert ran.stopped - ran.started == 30_000
    assert run(made, {"at": "2025-01-01T00:00:00Z"}).stopped == BEGINNING
    made = program({"A": {"Type": "Wait", "SecondsPath": "$.s", "End": True}})
    assert run(made, {"s": 4}).stopped - BEGINNING == 4000
    assert run(made, {"s": "4"}).error == "States.Runtime"
    assert run(made, {"s": -1}).cause.endswith("references a negative value: $.s == -1")


def nested(pattern):
    state = {
        "Type": "Task",
        "Resource": f"arn:aws:states:::states:startExecution{pattern}",
        "Parameters": {"StateMachineArn": "arn:aws:states:us-east-1:1:stateMachine:inner", "Input.$": "$"},
        "Catch": catch_all("C"),
        "End": True,
    }
    return program({"A": state, "C": {"Type": "Succeed"}})


def in_world(pattern, inner, value):
    made = World(echo, {"arn:aws:states:us-east-1:1:stateMachine:inner": inner})
    made.start(nested(pattern), json.dumps(value))
    return made, made.finish()


def test_nested_executions_answer_by_their_pattern():
    inner = program({"B": {"Type": "Wait", "Seconds": 5, "Next": "D"}, "D": {"Type": "Succeed"}})
    made, ran = in_world("", inner, {"x": 1})
    assert set(output(ran)) == {"ExecutionArn", "StartDate"}
    assert made.runs[1].status == "RUNNING"
    made, ran = in_world(".sync", inner, {"x": 1})
    assert output(ran)["Output"] == '{"x":1}'
    assert ran.stopped - ran.started == 5000
    assert "TaskSubmitted" in types(ran)
    made, ran = in_world(".sync:2", inner, {"x": 1})
    assert output(ran)["Output"] == {"x": 1}
    assert made.runs[1].execution.arn == output(ran)["ExecutionArn"]


def test_a_nested_execution_that_fails_is_a_failed_task():
    inner = program({"B": {"Type": "Fail", "Error": "Declined", "Cause": "no money"}})
    _, ran = in_world(".sync:2", inner, {})
    caught = output(ran)
    assert caught["Error"] == "States.TaskFailed"
    assert json.loads(caught["Cause"])["Error"] == "Declined"


def test_an_activity_waits_for_a_worker_and_its_heartbeats_count_from_then():
    made = program({"A": task(Resource="arn:aws:states:us-east-1:1:activity:pack", HeartbeatSeconds=5)})
    ran = run(made, answering=lambda call: Answer(forever=True, worker="w"))
    assert types(ran)[2:5] == ["ActivityScheduled", "ActivityStarted", "ActivityTimedOut"]
    assert ran.stopped - ran.started == 5000


def test_an_activity_that_does_not_exist_ends_the_execution():
    made = program({"A": task(Resource="arn:aws:states:us-east-1:1:activity:pack", Catch=catch_all("A"))})
    gone = Answer(
        error="States.Runtime", cause="The activity pack does not exist.", failed=True, terminal=True
    )
    ran = run(made, answering=lambda call: gone)
    assert types(ran) == ["ExecutionStarted", "TaskStateEntered", "ExecutionFailed"]
    assert ran.cause.endswith("(entered at the event id #2). The activity pack does not exist.")


def test_a_result_that_is_too_large_fails_the_task_and_is_caught():
    made = program({"A": task(Catch=catch_all("C")), "C": {"Type": "Succeed"}})
    ran = run(made, answering=lambda call: Answer("a" * 262_143))
    assert output(ran)["Error"] == "States.DataLimitExceeded"
    assert run(made, answering=lambda call: Answer("a" * 262_142)).status == "SUCCEEDED"
