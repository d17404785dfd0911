"""Executions against the real clock: they end when they are stopped, and nothing of them is lost."""

import json
import threading
import time

import driven_runs
import pytest
from driven_runs import ACTIVITY, MACHINE, machine, task, types, until

from sagalab.asl.engine.run import Run
from sagalab.localcloud.stepfunctions.running import timers
from sagalab.localcloud.stepfunctions.running.driven import Driven
from sagalab.localcloud.stepfunctions.running.tokens import InvalidToken, TaskTimedOut

PASS = {"Type": "Pass", "End": True}
WORK = task(ACTIVITY)
WAIT = {"Type": "Wait", "Seconds": 3600, "End": True}
# some 50 ms of JSONata a state, for ever
SLOW = {
    "QueryLanguage": "JSONata",
    **machine(Turn={"Type": "Pass", "Output": "{% $count([1..30000].($ * 2)) %}", "Next": "Turn"}),
}


@pytest.fixture
def keeper():
    return driven_runs.keeper()


def stopped(driven: Driven) -> float:
    """Stop an execution; return the seconds that it took."""
    began = time.monotonic()
    driven.stop("Enough", "said the test")
    seconds = time.monotonic() - began
    assert (driven.status, driven.error, driven.cause) == ("ABORTED", "Enough", "said the test")
    assert driven.events()[-1]["executionAbortedEventDetails"] == {
        "error": "Enough",
        "cause": "said the test",
    }
    return seconds


def test_an_execution_runs_and_ends(keeper):
    driven = keeper.run(machine(A=PASS), '{"n":1}')
    assert (driven.status, driven.output, driven.error) == ("SUCCEEDED", '{"n":1}', None)
    assert types(driven) == ["ExecutionStarted", "PassStateEntered", "PassStateExited", "ExecutionSucceeded"]
    assert driven.start_ms <= driven.stop_ms <= time.time() * 1000


@pytest.mark.parametrize(
    ("definition", "limit"),
    [
        (machine(A=WAIT), 25_000),
        (machine(A=WORK), 25_000),
        (machine(A={"Type": "Pass", "Next": "A"}), None),
        (SLOW, None),
        (
            machine(A={"Type": "Parallel", "Branches": [machine(W=WAIT), machine(T=WORK)], "End": True}),
            25_000,
        ),
    ],
    ids=["wait", "activity", "loop without end", "slow JSONata", "branches"],
)
def test_whatever_an_execution_does_it_ends_within_a_second(keeper, definition, limit):
    driven = keeper.start(definition, event_limit=limit)
    until(lambda: len(driven.events()) > 1)
    assert stopped(driven) < 5  # a second, and what a busy computer takes
    if definition is not SLOW:
        assert "in the middle of a state" not in (driven.refusal() or "")
    count = len(driven.events())
    time.sleep(0.3)
    assert len(driven.events()) == count


def test_an_execution_whose_state_never_comes_back_ends_too(keeper, monkeypatch):
    held = threading.Event()
    tell = Run.begin

    def hangs(self, *given):
        commands = tell(self, *given)
        held.wait(20)
        return commands

    monkeypatch.setattr(Run, "begin", hangs)
    driven = keeper.start(machine(A=WAIT))
    until(lambda: len(driven.events()) == 2)
    assert stopped(driven) < 5
    assert driven.refusal() is not None
    held.set()
    time.sleep(0.05)
    assert driven.status == "ABORTED"


def test_what_has_ended_is_not_stopped(keeper):
    driven = keeper.run(machine(A=PASS))
    driven.stop("Late", None)
    assert driven.status == "SUCCEEDED"


def test_a_fault_of_ours_ends_the_execution_and_is_told(keeper, monkeypatch, capsys):
    def broken(self, told):
        if type(told).__name__ == "TaskSucceeded":
            raise RuntimeError("as the test wants it")
        return tell(self, told)

    tell = Run.tell
    monkeypatch.setattr(Run, "tell", broken)
    driven = keeper.start(machine(A=WORK))
    token, _ = keeper.driver.take_activity(ACTIVITY, "w", 5)
    keeper.driver.succeed_token(token, 1)
    assert driven.wait(5)
    assert (driven.status, driven.error) == ("FAILED", "States.Runtime")
    assert "RuntimeError: as the test wants it" in driven.cause
    assert "as the test wants it" in capsys.readouterr().err


def test_a_fault_in_a_task_ends_the_execution(keeper, monkeypatch):
    monkeypatch.setattr(type(keeper), "has_activity", lambda self, arn: 1 / 0)
    driven = keeper.run(machine(A=WORK))
    assert driven.error == "States.Runtime" and "ZeroDivisionError" in driven.cause


def test_a_long_wait_is_one_alarm_and_no_thread(keeper):
    before = threading.active_count()
    waiting = [keeper.start(machine(A=WAIT)) for _ in range(100)]
    until(lambda: all(len(driven.events()) == 2 for driven in waiting))
    time.sleep(0.1)
    assert threading.active_count() - before < 60
    for driven in waiting:
        driven.stop()


def test_timers_go_by_their_time_and_a_cancelled_one_does_nothing():
    done = []
    made = timers.Timers()
    made.after(0.9, lambda: done.append("late"))
    made.after(0.3, lambda: done.append("early"))
    made.after(0.6, lambda: done.append("never")).cancel()
    until(lambda: len(done) == 2)
    assert done == ["early", "late"]


def test_waits_are_scaled_and_timeouts_are_not(keeper, monkeypatch):
    monkeypatch.setenv("SAGALAB_TIME_SCALE", "0.001")
    retry = [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 100, "MaxAttempts": 1}]
    began = time.monotonic()
    driven = keeper.start(
        machine(
            Pause={"Type": "Wait", "Seconds": 100, "Next": "Work"},
            Work=task(ACTIVITY, TimeoutSeconds=1, Retry=retry),
        )
    )
    assert driven.wait(90)  # unscaled the first wait alone would take longer
    assert 2 < time.monotonic() - began
    assert driven.error == "States.Timeout"


def test_an_execution_times_out(keeper):
    driven = keeper.start({**machine(A=WAIT), "TimeoutSeconds": 1})
    assert driven.wait(5) and driven.status == "TIMED_OUT"


def test_a_redriven_execution_goes_on_where_it_failed(keeper):
    driven = keeper.start(machine(First={"Type": "Pass", "Next": "Work"}, Work=WORK), '{"n":1}')
    token, _ = keeper.driver.take_activity(ACTIVITY, None, 5)
    keeper.driver.fail_token(token, "Declined", "no money")
    assert driven.wait(5) and driven.status == "FAILED" and driven.refusal() is None
    driven.redrive()
    assert (driven.status, driven.redrives, driven.error, driven.stop_ms) == ("RUNNING", 1, None, None)
    token, text = keeper.driver.take_activity(ACTIVITY, None, 5)
    assert json.loads(text) == {"n": 1}
    keeper.driver.succeed_token(token, "paid")
    assert driven.wait(5) and (driven.status, driven.output) == ("SUCCEEDED", '"paid"')
    assert types(driven).count("PassStateEntered") == 1 and "ExecutionRedriven" in types(driven)
    assert driven.refusal() == "Execution is SUCCEEDED and cannot be redriven"


def test_the_end_is_told_once(keeper):
    told = []
    driven = keeper.start(machine(A=WORK))
    driven.on_end = told.append
    driven.when_ended(told.append)
    driven.stop()
    driven.when_ended(told.append)
    assert told == [driven] * 3


# -- tokens and activities


def test_a_worker_gets_the_task_and_answers(keeper):
    driven = keeper.start(machine(A=WORK), '{"n":1}')
    token, text = keeper.driver.take_activity(ACTIVITY, "anna", 5)
    assert json.loads(text) == {"n": 1}
    keeper.driver.succeed_token(token, {"n": 2})
    assert driven.wait(5) and driven.output == '{"n":2}'
    assert types(driven)[2:5] == ["ActivityScheduled", "ActivityStarted", "ActivitySucceeded"]
    for answer in (keeper.driver.heartbeat, lambda token: keeper.driver.succeed_token(token, 3)):
        with pytest.raises(TaskTimedOut):
            answer(token)
    with pytest.raises(InvalidToken):
        keeper.driver.heartbeat("none")


def test_a_poll_finds_no_task_of_an_execution_that_ended(keeper):
    driven = keeper.start(machine(A=WORK))
    until(lambda: "ActivityScheduled" in types(driven))
    driven.stop()
    assert keeper.driver.take_activity(ACTIVITY, None, 0.05) is None


def test_a_token_takes_one_answer_of_many_at_once(keeper):
    driven = keeper.start(machine(A=WORK))
    token, _ = keeper.driver.take_activity(ACTIVITY, None, 5)
    taken, late = [], []

    def answer(value):
        try:
            keeper.driver.succeed_token(token, value)
            taken.append(value)
        except TaskTimedOut:
            late.append(value)

    threads = [threading.Thread(target=answer, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert driven.wait(5) and len(taken) == 1 and len(late) == 19
    assert json.loads(driven.output) == taken[0]


def test_a_token_is_taken_once_though_its_run_has_not_heard_of_it_yet(keeper):
    driven = keeper.start(machine(A=WORK))
    token, _ = keeper.driver.take_activity(ACTIVITY, None, 5)
    assert keeper.driver.tokens.answer(token)[0] is driven
    with pytest.raises(TaskTimedOut):
        keeper.driver.fail_token(token, "Late", None)
    driven.stop()


def test_heartbeats_keep_a_task_alive(keeper):
    driven = keeper.start(machine(A=task(ACTIVITY, HeartbeatSeconds=1)))
    token, _ = keeper.driver.take_activity(ACTIVITY, None, 5)
    for _ in range(3):
        time.sleep(0.5)
        keeper.driver.heartbeat(token)
    assert driven.status == "RUNNING"
    assert driven.wait(5) and driven.error == "States.Timeout"


def test_an_activity_that_does_not_exist_ends_the_execution(keeper):
    driven = keeper.run(machine(A=task(ACTIVITY + "2")))
    assert driven.error == "States.Runtime" and "does not exist" in driven.cause
    assert types(driven) == ["ExecutionStarted", "TaskStateEntered", "ExecutionFailed"]


# -- other executions


@pytest.mark.parametrize("pattern", ["", ".sync", ".sync:2"])
def test_another_execution_is_started(keeper, pattern):
    keeper.machines["inner"] = machine(A=PASS)
    given = {"StateMachineArn": MACHINE + "inner", "Input": {"n": 1}}
    driven = keeper.run(machine(A=task(f"states:startExecution{pattern}", given)))
    output = json.loads(driven.output)
    assert driven.status == "SUCCEEDED" and output["ExecutionArn"] == keeper.started[0].execution.arn
    if pattern:
        assert output["Status"] == "SUCCEEDED" and list(output) == sorted(output)
        assert output["Output"] == ({"n": 1} if pattern == ".sync:2" else '{"n":1}')


def test_a_machine_that_is_not_there(keeper):
    given = {"StateMachineArn": MACHINE + "gone"}
    driven = keeper.run(machine(A=task("states:startExecution.sync", given)))
    assert driven.error == "StepFunctions.StateMachineDoesNotExistException"
    assert (
        "(Service: AWSStepFunctions; Status Code: 400; Error Code: StateMachineDoesNotExist;" in driven.cause
    )


def test_with_the_outer_execution_the_inner_one_is_stopped(keeper):
    keeper.machines["inner"] = machine(A=WAIT)
    given = {"StateMachineArn": MACHINE + "inner"}
    driven = keeper.start(machine(A=task("states:startExecution.sync", given)))
    until(lambda: "TaskSubmitted" in types(driven))
    driven.stop()
    assert keeper.started[0].wait(5) and keeper.started[0].status == "ABORTED"


def each(**state):
    config = {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}
    return machine(
        All={
            "Type": "Map",
            "Label": "All",
            "ItemProcessor": {"ProcessorConfig": config, **machine(**state)},
            "End": True,
        }
    )


def test_the_children_of_a_map_run(keeper):
    driven = keeper.run(each(A=PASS), "[1,2,3]")
    assert driven.output == "[1,2,3]"
    ((arn, about),) = driven.map_runs.items()
    assert about["status"] == "SUCCEEDED" and ":mapRun:machine/All:" in arn
    assert driven.children(arn) == keeper.children and len(keeper.children) == 3
    for child in keeper.children:
        assert child.execution.arn.startswith("arn:aws:states:us-east-1:123456789012:execution:machine/All:")
        assert (child.parent, child.map_run, child.status) == (driven, arn, "SUCCEEDED")


def test_children_end_with_their_execution(keeper):
    driven = keeper.start(each(A=WORK), "[1,2]")
    assert keeper.driver.take_activity(ACTIVITY, None, 5)
    driven.stop()
    assert all(child.wait(5) and child.status == "ABORTED" for child in keeper.children)


def test_of_a_redriven_map_run_only_what_failed_runs_again(keeper):
    driven = keeper.start(each(A=WORK), '["good","bad"]')
    for _ in range(2):
        token, text = keeper.driver.take_activity(ACTIVITY, None, 5)
        if json.loads(text) == "good":
            keeper.driver.succeed_token(token, "good")
            until(lambda: any(child.status == "SUCCEEDED" for child in keeper.children))
        else:
            bad = token
    keeper.driver.fail_token(bad, "Declined", None)
    assert driven.wait(5) and driven.error == "States.ExceedToleratedFailureThreshold"
    driven.redrive()
    token, text = keeper.driver.take_activity(ACTIVITY, None, 5)
    assert json.loads(text) == "bad"
    keeper.driver.succeed_token(token, "better")
    assert driven.wait(5) and json.loads(driven.output) == ["good", "better"]
    assert keeper.driver.take_activity(ACTIVITY, None, 0.05) is None
