"""EventBridge learns of each start and end of a standard execution; CloudWatch Logs gets what the level says.

Sources: https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html and cw-logs.html
"""

import json
from uuid import uuid4

import pytest
from bare_moto import ROLE, chain
from cloud_processes import wait_until

from sagalab.localcloud.stepfunctions.api import machine_logs

FAIL = chain(
    ("P", {"Type": "Pass"}), ("F", {"Type": "Fail", "Error": "NoRoom", "Cause": "The hotel is full"})
)


@pytest.fixture
def rule(adapted):
    """A rule that sends the events of one machine's executions to a queue: `rule(machine_arn)` gives the queue."""
    events, made = adapted.client("events"), []

    def make(machine: str) -> str:
        queue = adapted.queue()
        arn = adapted.client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])
        made.append(f"contract-{uuid4().hex[:8]}")
        pattern = {"source": ["aws.states"], "detail": {"stateMachineArn": [machine]}}
        events.put_rule(Name=made[-1], EventPattern=json.dumps(pattern))
        target = {"Id": "queue", "Arn": arn["Attributes"]["QueueArn"]}
        assert events.put_targets(Rule=made[-1], Targets=[target])["FailedEntryCount"] == 0
        return queue

    yield make
    for name in made:
        events.remove_targets(Rule=name, Ids=["queue"])
        events.delete_rule(Name=name)


def test_a_rule_hears_of_the_start_and_of_the_end(adapted, rule):
    arn = adapted.machine(FAIL)
    queue = rule(arn)
    run = adapted.end(adapted.sfn.start_execution(stateMachineArn=arn, input='{"n": 1}')["executionArn"])
    heard = sorted((adapted.message(queue) for _ in range(2)), key=lambda event: event["detail"]["status"])
    ended, begun = heard
    assert {event["detail-type"] for event in heard} == {"Step Functions Execution Status Change"}
    assert [event["source"] for event in heard] == ["aws.states"] * 2
    assert begun["resources"] == ended["resources"] == [run.arn]
    told = begun["detail"]
    assert (told["status"], told["stopDate"], told["output"], told["error"]) == ("RUNNING", None, None, None)
    assert told["redriveStatusReason"] == "Execution is RUNNING and cannot be redriven"
    told = ended["detail"]
    assert (told["status"], told["error"], told["cause"]) == ("FAILED", "NoRoom", "The hotel is full")
    assert (told["input"], told["inputDetails"], told["outputDetails"]) == (
        '{"n": 1}',
        {"included": True},
        None,
    )
    assert told["startDate"] == int(run.about["startDate"].timestamp() * 1000)
    assert told["stopDate"] == int(run.about["stopDate"].timestamp() * 1000)
    assert told["redriveStatus"] == "REDRIVABLE" and told["stateMachineVersionArn"] is None


@pytest.mark.parametrize(
    ("level", "data", "types"),
    [
        ("FATAL", True, ["ExecutionFailed"]),
        ("ERROR", True, ["FailStateEntered", "ExecutionFailed"]),
        (
            "ALL",
            False,
            [
                "ExecutionStarted",
                "PassStateEntered",
                "PassStateExited",
                "FailStateEntered",
                "ExecutionFailed",
            ],
        ),
    ],
)
def test_the_log_has_what_its_level_says(adapted, level, data, types):
    group = f"/aws/vendedlogs/states/contract-{uuid4().hex[:8]}"
    logs = adapted.client("logs")
    logs.create_log_group(logGroupName=group)
    where = {
        "cloudWatchLogsLogGroup": {"logGroupArn": f"arn:aws:logs:us-east-1:123456789012:log-group:{group}:*"}
    }
    made = adapted.sfn.create_state_machine(
        name=f"contract-{uuid4().hex[:8]}",
        definition=json.dumps(FAIL),
        roleArn=ROLE,
        loggingConfiguration={"level": level, "includeExecutionData": data, "destinations": [where]},
    )
    run = adapted.end(adapted.sfn.start_execution(stateMachineArn=made["stateMachineArn"])["executionArn"])
    wait_until(lambda: logs.filter_log_events(logGroupName=group)["events"])  # a moment after the end
    lines = [json.loads(event["message"]) for event in logs.filter_log_events(logGroupName=group)["events"]]
    assert [line["type"] for line in lines] == types
    assert lines[-1]["details"] == {"error": "NoRoom", "cause": "The hotel is full"}
    assert lines[-1]["execution_arn"] == run.arn and lines[-1]["redrive_count"] == "0"
    assert all(("input" in line["details"]) is data for line in lines if line["type"] == "FailStateEntered")


def test_the_levels_are_those_of_aws():
    """ERROR has what FATAL has, and no event that tells of success."""
    assert machine_logs.FATAL < machine_logs.ERROR
    assert not [name for name in machine_logs.ERROR if name.endswith(("Succeeded", "Started", "Exited"))]
