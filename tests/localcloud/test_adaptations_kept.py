"""What the local cloud keeps, and for how long: histories, log events, notifications.

The limits are tried with small numbers in a process of their own, on the adapted classes without a server.
"""

import json
import subprocess
import sys
from typing import Any

import pytest
from bare_moto import chain
from botocore.exceptions import ClientError

PASS = chain(("P", {"Type": "Pass", "Parameters": {"text": "ä → 😀"}}))
# writes logs and notifications in one process, with and without the adaptations, and prints what is left of them
KEEP = """
import gc, json, sys, time
if sys.argv[1] == "adapted":
    from sagalab.localcloud import adaptations
    from sagalab.localcloud.services import kept_messages
    adaptations.install()
    kept_messages.KEPT = 10
from moto.logs.models import LogEvent, logs_backends
from moto.sns.models import sns_backends
where = ("123456789012", "us-east-1")
logs = logs_backends[where[0]][where[1]]
logs.ensure_log_group("g")
for number in range(8):
    stream = f"s{number // 4}"
    logs.ensure_log_stream("g", stream)
    now = int(time.time() * 1000)
    logs.put_log_events("g", stream, [{"timestamp": now, "message": f"{number}.{n}"} for n in range(4)])
topic = sns_backends[where[0]][where[1]].create_topic("t")
topic.publish("hello")
gc.collect()
group = logs.groups["g"]
print(json.dumps({
    "log": {name: [event.message for event in stream.events] for name, stream in group.streams.items()},
    "notifications": len(topic.sent_notifications),
    "tracked": len(LogEvent.instances_tracked),
}))
"""


def left(side: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-c", KEEP, side],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_only_the_newest_are_kept():
    found = left("adapted")
    assert found["log"] == {"s1": [f"{number}.{n}" for number in (6, 7) for n in range(4)]}
    assert found["notifications"] == 0 and found["tracked"] == 0


def test_moto_keeps_all_for_ever():
    found = left("bare")
    assert sum(len(events) for events in found["log"].values()) == 32
    assert found["notifications"] == 1 and found["tracked"] == 32


def test_the_history_of_an_ended_execution_reads_as_before(adapted):
    run = adapted.run(PASS, {"given": "ß"})
    assert run.types == ["ExecutionStarted", "PassStateEntered", "PassStateExited", "ExecutionSucceeded"]
    assert run.output == {"text": "ä → 😀"}
    assert json.loads(run.details("PassStateEntered")["input"]) == {"given": "ß"}
    assert json.loads(run.about["input"]) == {"given": "ß"}
    assert [event["id"] for event in run.events] == [1, 2, 3, 4]
    paged = adapted.sfn.get_execution_history(executionArn=run.arn, maxResults=1, reverseOrder=True)
    assert paged["events"][0] == run.events[-1]
    adapted.sfn.stop_execution(executionArn=run.arn)
    after = adapted.end(run.arn)
    assert after.events == run.events
    assert {**after.about, "ResponseMetadata": 0} == {**run.about, "ResponseMetadata": 0}


def test_a_map_run_is_described_after_its_end(adapted):
    item = {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, **PASS}
    run = adapted.run(chain(("M", {"Type": "Map", "ItemProcessor": item})), [1, 2])
    [found] = adapted.sfn.list_map_runs(executionArn=run.arn)["mapRuns"]
    described = adapted.sfn.describe_map_run(mapRunArn=found["mapRunArn"])
    assert described["status"] == "SUCCEEDED" and described["itemCounts"]["succeeded"] == 2


def test_a_name_is_used_once(adapted):
    arn = adapted.machine(PASS)
    first = adapted.sfn.start_execution(stateMachineArn=arn, name="once")
    adapted.end(first["executionArn"])
    with pytest.raises(ClientError, match="ExecutionAlreadyExists"):
        adapted.sfn.start_execution(stateMachineArn=arn, name="once")
    adapted.sfn.delete_state_machine(stateMachineArn=arn)
