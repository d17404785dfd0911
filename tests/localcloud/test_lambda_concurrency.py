"""Workers: one a concurrent invocation, capped, shared fairly, never in the way of each other."""

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import psutil
import pytest
from botocore.exceptions import ClientError
from cloud_processes import still_there, wait_until
from small_functions import zipped

from sagalab.cloud import local_process
from sagalab.localcloud.functions import fair_turns as turns
from sagalab.localcloud.functions.call import Call, FunctionVersion
from sagalab.localcloud.functions.pool import Pool

# sleeps for seconds, or until there is a file of the given name
SLEEP = """import os, time
def handler(event, context):
    if isinstance(event, str):
        while not os.path.exists(event):
            time.sleep(0.02)
    else:
        time.sleep(event or 0)
    return os.getpid()
"""


def test_reserved_concurrency_zero_is_a_throttle(function, cloud, role):
    made = function(SLEEP)
    made.client.put_function_concurrency(FunctionName=made.name, ReservedConcurrentExecutions=0)
    with pytest.raises(made.client.exceptions.TooManyRequestsException) as caught:
        made.invoke()
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 429
    assert caught.value.response["Error"]["Message"] == "Rate Exceeded."

    states = cloud.client("stepfunctions")
    machine = states.create_state_machine(
        name=made.name,
        roleArn=role,
        definition=json.dumps(
            {
                "StartAt": "A",
                "States": {
                    "A": {
                        "Type": "Task",
                        "Resource": "arn:aws:states:::lambda:invoke",
                        "End": True,
                        "Parameters": {"FunctionName": made.name},
                    }
                },
            }
        ),
    )["stateMachineArn"]
    execution = states.start_execution(stateMachineArn=machine)["executionArn"]
    wait_until(lambda: states.describe_execution(executionArn=execution)["status"] != "RUNNING")
    seen = states.describe_execution(executionArn=execution)
    assert seen["error"] == "Lambda.TooManyRequestsException"

    made.client.delete_function_concurrency(FunctionName=made.name)
    assert made.invoke()["Payload"]


def busy(function: str) -> int:
    """Return how many workers run a call of this function."""
    workers = local_process.status()["workers"]
    return sum(each["function"] == function and each["state"] == "busy" for each in workers)


def test_reserved_concurrency_is_respected(function, tmp_path):
    made, go_on = function(SLEEP, Timeout=60), tmp_path / "go on"
    made.client.put_function_concurrency(FunctionName=made.name, ReservedConcurrentExecutions=2)
    with ThreadPoolExecutor(2) as threads:
        answers = [threads.submit(made.invoke, str(go_on)) for _ in range(2)]
        wait_until(lambda: busy(made.name) == 2)
        with pytest.raises(ClientError, match="Rate Exceeded"):
            made.invoke(0)
        go_on.touch()
    assert len({answer.result()["Payload"] for answer in answers}) == 2
    assert made.invoke(0)["Payload"]


MEET = """import os, pathlib, time
def handler(folder, context):
    (pathlib.Path(folder) / str(os.getpid())).touch()
    while len(os.listdir(folder)) < 3:
        time.sleep(0.01)
    return os.getpid()
"""


def test_calls_at_once_run_in_workers_of_their_own(function, tmp_path):
    made = function(MEET, Timeout=60)
    with ThreadPoolExecutor(3) as threads:
        pids = {answer["Payload"] for answer in threads.map(made.invoke, [str(tmp_path)] * 3)}
    assert len(pids) == 3


def test_deleting_a_function_ends_its_workers_the_busy_one_when_it_is_done(cloud, role, function, tmp_path):
    made, go_on = function(SLEEP, Timeout=60), tmp_path / "go on"
    made.invoke()
    made.invoke(str(go_on), InvocationType="Event")
    wait_until(lambda: busy(made.name) == 1)
    made.invoke()
    known = local_process.status()["workers"]
    workers = [psutil.Process(each["pid"]) for each in known if each["function"] == made.name]
    assert len(workers) == 2
    [busy_one] = [
        psutil.Process(each["pid"])
        for each in known
        if each["state"] == "busy" and each["function"] == made.name
    ]
    made.client.delete_function(FunctionName=made.name)
    assert not still_there([each for each in workers if each != busy_one], 10)
    assert busy_one.is_running()
    go_on.touch()
    assert not still_there([busy_one], 10)
    made.client.create_function(
        FunctionName=made.name,
        Runtime="python3.13",
        Role=role,
        Handler="x.y",
        Code={"ZipFile": zipped(code="")},
    )  # for the fixture to delete


def test_a_task_that_waits_for_a_worker_does_not_time_out_for_that(function, cloud, role, tmp_path):
    made, go_on = function(SLEEP, Timeout=60), tmp_path / "go on"
    task = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "TimeoutSeconds": 1, "End": True}
    task["Parameters"] = {"FunctionName": made.name, "Payload": 0}
    states = cloud.client("stepfunctions")
    definition = json.dumps({"StartAt": "T", "States": {"T": task}})
    arn = states.create_state_machine(name=made.name, roleArn=role, definition=definition)["stateMachineArn"]
    before = local_process.allow_workers(1)
    try:
        made.invoke(str(go_on), InvocationType="Event")
        wait_until(lambda: busy(made.name) == 1)
        execution = states.start_execution(stateMachineArn=arn)["executionArn"]
        wait_until(lambda: "TaskStarted" in types_of(states, execution))
        entered = time.monotonic()
        wait_until(lambda: time.monotonic() - entered > 1.2)
        go_on.touch()
        wait_until(lambda: states.describe_execution(executionArn=execution)["status"] != "RUNNING")
    finally:
        go_on.touch()
        local_process.allow_workers(before)
    assert states.describe_execution(executionArn=execution)["status"] == "SUCCEEDED"


def types_of(states, execution: str) -> list[str]:
    return [event["type"] for event in states.get_execution_history(executionArn=execution)["events"]]


def test_a_stopwatch_stands_still_while_its_thread_waits_for_a_turn():
    stopwatch, waits, go_on = turns.Stopwatch(), threading.Event(), threading.Event()

    def task() -> None:
        stopwatch.hold()
        with turns.waiting():
            waits.set()
            go_on.wait(30)

    thread = threading.Thread(target=task)
    thread.start()
    assert waits.wait(30) and stopwatch.waits
    time.sleep(0.2)
    go_on.set()
    thread.join()
    assert not stopwatch.waits
    waited = stopwatch.waited()
    assert waited >= 0.2
    time.sleep(0.05)
    assert stopwatch.waited() == waited


# -- the pool itself, with few workers


@pytest.fixture
def make_pool(tmp_path):
    pools = []

    def make(cap: int) -> Pool:
        pools.append(Pool(tmp_path / "logs", "http://127.0.0.1:1", cap))
        return pools[-1]

    yield make
    workers = [psutil.Process(worker["pid"]) for pool in pools for worker in pool.describe()]
    for pool in pools:
        pool.close()
    assert not still_there(workers)


@pytest.fixture
def version(tmp_path):
    (tmp_path / "code.py").write_text(SLEEP, encoding="utf-8")

    def make(name: str) -> FunctionVersion:
        return FunctionVersion(
            ("account", "region", name, "$LATEST"), "code.handler", tmp_path, 128, "python3.13", ()
        )

    return make


def run(pool: Pool, version: FunctionVersion, until: float | str = 0) -> int:
    call = Call(uuid4().hex, "arn", json.dumps(until).encode(), timeout=60)
    answer, _ = pool.run(version, call)
    assert not answer.failed, answer.payload
    return int(answer.payload)


def test_calls_beyond_the_cap_wait_for_a_worker(make_pool, version):
    pool, f = make_pool(2), version("f")
    with ThreadPoolExecutor(20) as threads:
        pids = list(threads.map(lambda _: run(pool, f, 0.01), range(60)))
    assert len(set(pids)) == 2
    assert [w["state"] for w in pool.describe()] == ["idle", "idle"]


def test_one_worker_serves_many_functions_in_turn(make_pool, version):
    pool = make_pool(1)
    pids = [run(pool, version(name)) for name in ("f", "g", "f")]
    assert len(set(pids)) == 3
    assert len(pool.describe()) == 1


def test_a_function_without_a_worker_is_not_starved(make_pool, version):
    pool, f, g = make_pool(1), version("f"), version("g")
    order, before = [], []

    def other() -> None:
        before.append(len(order))
        run(pool, g)
        order.append("g")

    with ThreadPoolExecutor(31) as threads:
        flood = [threads.submit(lambda: (run(pool, f, 0.02), order.append("f"))) for _ in range(30)]
        wait_until(lambda: any(worker["calls"] for worker in pool.describe()))
        for done in [*flood, threads.submit(other)]:
            done.result()
    assert order.index("g") - before[0] < 10


def test_quick_calls_wait_their_turn_and_end_no_worker_of_another(make_pool, version, monkeypatch):
    monkeypatch.setattr("sagalab.localcloud.functions.pool._LINGER_SECONDS", 0)
    monkeypatch.setattr("sagalab.localcloud.functions.pool._START_SECONDS", 60)
    pool, f, g = make_pool(2), version("f"), version("g")
    first = run(pool, f), run(pool, g)
    with ThreadPoolExecutor(6) as threads:
        pids = set(threads.map(lambda _: run(pool, f), range(60)))
    assert (pids, run(pool, g)) == ({first[0]}, first[1])


def test_a_call_that_would_wait_long_takes_the_place_of_an_idle_worker(
    make_pool, version, monkeypatch, tmp_path
):
    monkeypatch.setattr("sagalab.localcloud.functions.pool._LINGER_SECONDS", 0)
    monkeypatch.setattr("sagalab.localcloud.functions.pool._START_SECONDS", 0.1)
    monkeypatch.setattr("sagalab.localcloud.functions.pool._STALLED_SECONDS", 60)
    pool, f, g = make_pool(2), version("f"), version("g")
    run(pool, f), run(pool, g)
    with ThreadPoolExecutor(2) as threads:
        slow = threads.submit(run, pool, f, str(tmp_path / "go on"))
        wait_until(lambda: "busy" in [worker["state"] for worker in pool.describe()])
        threads.submit(run, pool, f).result()
        assert not slow.done()
        (tmp_path / "go on").touch()
    assert [worker["function"] for worker in pool.describe()] == ["f", "f"]


def test_a_function_without_a_worker_replaces_one_of_the_function_that_has_most(make_pool, version, tmp_path):
    pool, f, g = make_pool(3), version("f"), version("g")
    kept = run(pool, g)
    with ThreadPoolExecutor(2) as threads:
        both = [threads.submit(run, pool, f, str(tmp_path / "go on")) for _ in range(2)]
        wait_until(lambda: [worker["state"] for worker in pool.describe()].count("busy") == 2)
        (tmp_path / "go on").touch()
        assert both[0].result() != both[1].result()
    run(pool, version("h"))
    assert sorted(worker["function"] for worker in pool.describe()) == ["f", "g", "h"]
    assert run(pool, g) == kept


def test_a_stall_lets_more_workers_start_and_they_end_again(make_pool, version, monkeypatch, tmp_path):
    monkeypatch.setattr("sagalab.localcloud.functions.pool._STALLED_SECONDS", 0.2)
    pool, f = make_pool(1), version("f")
    with ThreadPoolExecutor(2) as threads:
        slow = threads.submit(run, pool, f, str(tmp_path / "go on"))
        wait_until(lambda: any(worker["calls"] for worker in pool.describe()))
        quick = threads.submit(run, pool, f, 0)
        quick.result()
        assert not slow.done()
        (tmp_path / "go on").touch()
        slow.result()
    assert len(pool.describe()) == 1


def test_a_worker_that_died_while_idle_is_replaced(make_pool, version):
    pool, f = make_pool(1), version("f")
    first = psutil.Process(run(pool, f))
    first.kill()
    psutil.wait_procs([first], timeout=10)
    assert run(pool, f) != first.pid
