"""Activities, task tokens and tags.

Source: API_CreateActivity, API_GetActivityTask, API_SendTaskSuccess, API_TagResource and their kin.
"""

import json

import pytest
from api_asked import PREFIX

from sagalab.localcloud.stepfunctions.api import activities


def test_an_activity_from_its_creation_to_its_end(ask):
    made = ask("CreateActivity", name="work")
    arn = made["activityArn"]
    assert arn == f"{PREFIX}:activity:work"
    assert ask("CreateActivity", name="work", tags=[{"key": "a", "value": "b"}]) == made
    assert ask("ListTagsForResource", resourceArn=arn) == {"tags": []}
    told = ask("DescribeActivity", activityArn=arn)
    assert told == made | {"name": "work", "encryptionConfiguration": {"type": "AWS_OWNED_KEY"}}
    ask("CreateActivity", name="xtra")
    page = ask("ListActivities", maxResults=1)
    assert page["activities"] == [made | {"name": "work"}]
    assert [one["name"] for one in ask("ListActivities", nextToken=page["nextToken"])["activities"]] == [
        "xtra"
    ]
    assert ask("DeleteActivity", activityArn=arn) == ask("DeleteActivity", activityArn=arn) == {}
    assert ask.refusal("DescribeActivity", activityArn=arn) == (
        "ActivityDoesNotExist",
        f"Activity Does Not Exist: '{arn}'",
    )


def test_an_activity_that_is_none(ask):
    assert ask.refusal("CreateActivity", name="a?") == ("InvalidName", "Invalid Name: 'a?'")
    assert ask.code("CreateActivity", name="a" * 81) == "ValidationException"
    for operation in ("DescribeActivity", "DeleteActivity", "GetActivityTask"):
        assert ask.refusal(operation, activityArn="a") == (
            "InvalidArn",
            "Invalid Arn: 'Invalid ARN prefix: a'",
        )
        assert ask.code(operation, activityArn=f"{PREFIX}:stateMachine:a") == "InvalidArn"
    assert ask.code("GetActivityTask", activityArn=f"{PREFIX}:activity:none") == "ActivityDoesNotExist"


def test_a_worker_takes_a_task_and_answers_its_token(ask, monkeypatch):
    arn = ask("CreateActivity", name="work")["activityArn"]
    task = {"Type": "Task", "Resource": arn, "End": True}
    execution = ask.start(ask.machine({"StartAt": "T", "States": {"T": task}}), input='{"n": 1}')
    taken = ask("GetActivityTask", activityArn=arn, workerName="Ada")
    assert json.loads(taken["input"]) == {"n": 1}
    token = taken["taskToken"]
    assert ask("SendTaskHeartbeat", taskToken=token) == {}
    assert ask.code("SendTaskSuccess", taskToken=token, output="{") == "InvalidOutput"
    assert ask("SendTaskSuccess", taskToken=token, output='{"done": true}') == {}
    assert json.loads(ask.end(execution)["output"]) == {"done": True}
    late = ("TaskTimedOut", "Task Timed Out: 'Provided task does not exist anymore'")
    assert ask.refusal("SendTaskSuccess", taskToken=token, output="{}") == late
    assert (
        ask.refusal("SendTaskFailure", taskToken=token)
        == ask.refusal("SendTaskHeartbeat", taskToken=token)
        == late
    )
    monkeypatch.setattr(activities, "LONGEST_POLL_SECONDS", 0.05)
    assert ask("GetActivityTask", activityArn=arn) == {}


def test_a_failure_by_a_token(ask):
    arn = ask("CreateActivity", name="work")["activityArn"]
    machine = ask.machine({"StartAt": "T", "States": {"T": {"Type": "Task", "Resource": arn, "End": True}}})
    execution = ask.start(machine)
    token = ask("GetActivityTask", activityArn=arn)["taskToken"]
    ask("SendTaskFailure", taskToken=token, error="E", cause="C")
    told = ask.end(execution)
    assert (told["status"], told["error"], told["cause"]) == ("FAILED", "E", "C")


@pytest.mark.parametrize("operation", ["SendTaskSuccess", "SendTaskFailure", "SendTaskHeartbeat"])
def test_a_token_that_was_never_given(ask, operation):
    given = {"output": "{}"} if operation == "SendTaskSuccess" else {}
    told = ("InvalidToken", "Invalid Token: 'Invalid token'")
    assert ask.refusal(operation, taskToken="nobody's", **given) == told


def test_tags_are_put_changed_and_taken_off(ask):
    arn = ask.machine(tags=[{"key": "a", "value": "1"}])
    ask("TagResource", resourceArn=arn, tags=[{"key": "a", "value": "2"}, {"key": "b", "value": ""}])
    assert ask("ListTagsForResource", resourceArn=arn)["tags"] == [
        {"key": "a", "value": "2"},
        {"key": "b", "value": ""},
    ]
    ask("UntagResource", resourceArn=arn, tagKeys=["a", "none"])
    assert ask("ListTagsForResource", resourceArn=arn)["tags"] == [{"key": "b", "value": ""}]


def test_tags_that_are_none(ask):
    arn = ask.machine()
    many = [{"key": f"k{number}", "value": "v"} for number in range(51)]
    assert ask.code("TagResource", resourceArn=arn, tags=many) == "TooManyTags"
    assert ask("ListTagsForResource", resourceArn=arn)["tags"] == []
    gone = ("ResourceNotFound", f"Resource not found: '{arn}2'")
    assert ask.refusal("TagResource", resourceArn=f"{arn}2", tags=[]) == gone
    assert ask.refusal("UntagResource", resourceArn=f"{arn}2", tagKeys=[]) == gone
    assert ask.refusal("ListTagsForResource", resourceArn=f"{arn}2") == gone
    assert ask.code("ListTagsForResource", resourceArn="m") == "InvalidArn"
    long = [{"key": "k" * 129, "value": "v"}]
    assert "length less than or equal to 128" in ask.refusal("TagResource", resourceArn=arn, tags=long)[1]
