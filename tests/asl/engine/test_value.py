"""A run is a value: the same things told give the same bytes; it can be copied, stored and gone on with."""

import json

from virtual import failing, output, program, task, world

from sagalab.asl.engine import stored
from sagalab.asl.engine.told import Redriven, Stopped
from sagalab.rehearsal.coming import Answer

INNER = {
    "StartAt": "T",
    "States": {
        "T": task(
            Retry=[{"ErrorEquals": ["States.ALL"], "JitterStrategy": "FULL", "MaxAttempts": 2}],
            TimeoutSeconds=9,
        )
    },
}
MAP = {"Type": "Map", "ItemProcessor": INNER, "MaxConcurrency": 2, "Next": "W"}
STATES = {"M": MAP, "W": {"Type": "Wait", "Seconds": 3, "End": True}}
MADE = program(STATES)


def flaky(call):
    """Fail every first attempt."""
    if call.ask.attempt == 0:
        return Answer(error="E", failed=True, after_ms=10)
    return Answer(call.ask.parameters, after_ms=20)


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others():
    histories = [json.dumps(world(MADE, [1, 2, 3], flaky, seed).finish().events) for seed in ("a", "a", "b")]
    assert histories[0] == histories[1]
    assert histories[0] != histories[2]


def test_a_run_is_stored_and_gone_on_with_at_every_step():
    whole = json.dumps(world(MADE, [1, 2, 3], flaky).finish().events)
    made = world(MADE, [1, 2, 3], flaky)
    steps = 0
    while made.step():
        text = json.dumps(stored.as_json(made.runs[0]))
        made.runs[0] = stored.from_json(MADE, json.loads(text))
        steps += 1
    assert steps > 10
    assert json.dumps(made.runs[0].events) == whole


def test_a_copy_goes_its_own_way_at_every_step():
    made = world(MADE, [1, 2, 3], flaky)
    whole = json.dumps(world(MADE, [1, 2, 3], flaky).finish().events)
    going = True
    while going:
        fork = made.copy()
        fork.tell(0, Stopped(fork.now, "fork"))
        other = made.copy(lambda call: Answer("other"))
        other.finish()
        going = made.step()
    assert json.dumps(made.runs[0].events) == whole


def test_a_caller_may_choose_who_goes_next():
    branch = {"StartAt": "A", "States": {"A": task(Parameters={"me.$": "$$.State.Name"})}}
    other = {"StartAt": "B", "States": {"B": task(Parameters={"me.$": "$$.State.Name"})}}
    made = program({"P": {"Type": "Parallel", "Branches": [branch, other], "End": True}})
    called = []

    def note(call):
        called.append(call.ask.state)
        return Answer(call.ask.state)

    started = world(made, answering=note)
    first, second = [pending for pending in started.pending() if pending.is_call]
    started.take(second)
    started.take(first)
    assert called == ["B", "A"]
    assert output(started.finish()) == ["A", "B"]


def redriven(made, answering, value=None):
    ended = world(made, value, answering)
    assert ended.finish().status == "FAILED"
    ended.now += 60_000
    ended.tell(0, Redriven(ended.now))
    return ended.finish()


def test_redrive_goes_on_from_the_failed_state_with_the_same_input():
    made = program({"A": {"Type": "Pass", "Result": {"x": 1}, "Next": "B"}, "B": task()})
    ran = redriven(made, failing("E"))
    assert output(ran) == "done"
    assert [event["type"] for event in ran.events[-6:]] == [
        *("ExecutionRedriven", "TaskScheduled", "TaskStarted", "TaskSucceeded", "TaskStateExited"),
        "ExecutionSucceeded",
    ]
    assert ran.redrives == 1
    kept = [
        event["taskScheduledEventDetails"]["parameters"]
        for event in ran.events
        if "Scheduled" in event["type"]
    ]
    assert kept == ['{"x":1}', '{"x":1}']


def test_redrive_runs_only_the_branches_that_did_not_succeed():
    called = []

    def once(call):
        called.append(call.ask.state)
        if called.count("Bad") == 1 and call.ask.state == "Bad":
            return Answer(error="E", failed=True, after_ms=5)
        return Answer(call.ask.state)

    def branch(*names):
        states = {name: task(Next=after) for name, after in zip(names, names[1:], strict=False)}
        return {"StartAt": names[0], "States": states | {names[-1]: task()}}

    branches = [branch("One"), branch("Two", "Bad")]
    ran = redriven(program({"P": {"Type": "Parallel", "Branches": branches, "End": True}}), once)
    assert output(ran) == ["One", "Bad"]
    assert called == ["One", "Two", "Bad", "Bad"]


def test_redrive_counts_attempts_from_zero_and_iterations_that_had_not_begun_still_run():
    tried = []

    def answer(call):
        tried.append(call.ask.parameters)
        return (
            Answer(error="E", failed=True)
            if tried.count(2) <= 3 and call.ask.parameters == 2
            else Answer("ok")
        )

    inner = {"StartAt": "T", "States": {"T": task(Retry=[{"ErrorEquals": ["E"], "MaxAttempts": 1}])}}
    made = program({"M": {"Type": "Map", "ItemProcessor": inner, "MaxConcurrency": 1, "End": True}})
    ran = redriven(made, answer, [1, 2, 3])
    assert output(ran) == ["ok", "ok", "ok"]
    assert tried == [1, 2, 2, 2, 2, 3]


def test_redrive_of_a_map_run_starts_the_children_that_failed():
    tried = []

    def answer(call):
        tried.append(call.ask.parameters)
        return Answer(error="E", failed=True) if tried == [1, 2] else Answer(call.ask.parameters * 10)

    inner = {"ProcessorConfig": {"Mode": "DISTRIBUTED"}, "StartAt": "T", "States": {"T": task()}}
    made = program({"M": {"Type": "Map", "ItemProcessor": inner, "MaxConcurrency": 1, "End": True}})
    ran = redriven(made, answer, [1, 2, 3])
    assert output(ran) == [10, 20, 30]
    assert tried == [1, 2, 2, 3]
    assert "MapRunRedriven" in [event["type"] for event in ran.events]


def test_what_succeeded_or_runs_cannot_be_redriven():
    made = world(program({"A": task()}), answering=failing())
    assert made.runs[0].tell(Redriven(made.now)) == []
    assert made.finish().status == "SUCCEEDED"
    assert made.runs[0].tell(Redriven(made.now)) == []
    assert made.runs[0].redrives == 0


def test_a_stopped_execution_goes_on_with_what_ran():
    made = world(MADE, [1, 2, 3], flaky)
    for _ in range(4):
        made.step()
    made.tell(0, Stopped(made.now))
    made.tell(0, Redriven(made.now + 5))
    assert output(made.finish()) == [1, 2, 3]
