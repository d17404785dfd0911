"""Durable functions on the local cloud: AWS's SDK in a worker, AWS's engine in the server, boto3 outside."""

import json
import subprocess
import sys
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError
from cloud_processes import wait_until
from small_functions import zipped

CONFIG = {"ExecutionTimeout": 600, "RetentionPeriodInDays": 1}
IMPORTS = "from aws_durable_execution_sdk_python import durable_execution, StepError\n"
TWO_STEPS = f"""{IMPORTS}
@durable_execution
def handler(event, context):
    first = context.step(lambda _: event["n"] + 1, name="first")
    return context.step(lambda _: first * 10, name="second")
"""
FAILS = f"""{IMPORTS}
class NoMoney(Exception):
    pass

def refuse(_):
    raise NoMoney("the card was refused")

@durable_execution
def handler(event, context):
    context.step(refuse, name="pay")
"""
DIES = f"""{IMPORTS}
import os, pathlib, sys

def die_once(event):
    marker = pathlib.Path(event["marker"])
    if not marker.exists():
        marker.write_text("", encoding="utf-8")
        os._exit(1)
    return "alive"

@durable_execution
def handler(event, context):
    before = context.step(lambda _: str(__import__("uuid").uuid4()), name="before")
    return [before, context.step(lambda _: die_once(event), name="dies")]
"""
ASKS = f"""{IMPORTS}
@durable_execution
def handler(event, context):
    answer = context.create_callback(name="human")
    context.step(lambda _: answer.callback_id, name="tell")
    return answer.result()
"""
INVOKES = f"""{IMPORTS}
@durable_execution
def handler(event, context):
    try:
        return context.invoke(event["function"], {{"n": event["n"]}}, name="child")
    except Exception as error:
        return [type(error).__name__, str(error)]
"""
ORDINARY = """
def handler(event, context):
    if event["n"] < 0:
        raise ValueError("less than nothing")
    return event["n"] * 2
"""


def _invoke(made, payload, **more):
    return made.client.invoke(FunctionName=f"{made.name}:$LATEST", Payload=json.dumps(payload), **more)


def _events(made, arn):
    return made.client.get_durable_execution_history(DurableExecutionArn=arn, IncludeExecutionData=True)[
        "Events"
    ]


def test_a_durable_function_runs_and_its_execution_can_be_read(function):
    made = function(TWO_STEPS, DurableConfig=CONFIG)
    assert made.client.get_function_configuration(FunctionName=made.name)["DurableConfig"] == CONFIG
    answer = _invoke(made, {"n": 1}, DurableExecutionName="once")
    assert json.load(answer["Payload"]) == 20 and "FunctionError" not in answer
    arn = answer["DurableExecutionArn"]
    assert arn.split("/")[0].endswith(f":function:{made.name}:$LATEST") and "/durable-execution/once/" in arn

    found = made.client.get_durable_execution(DurableExecutionArn=arn)
    assert (found["Status"], found["DurableExecutionName"], found["Result"]) == ("SUCCEEDED", "once", "20")
    kinds = [(each["EventType"], each.get("Name")) for each in _events(made, arn)]
    steps = [kind for kind in kinds if kind[0].startswith("Step")]
    assert steps == [
        ("StepStarted", "first"),
        ("StepSucceeded", "first"),
        ("StepStarted", "second"),
        ("StepSucceeded", "second"),
    ]
    listed = made.client.list_durable_executions_by_function(FunctionName=made.name)["DurableExecutions"]
    assert [each["DurableExecutionArn"] for each in listed] == [arn]


def test_by_default_a_business_error_is_tried_six_times(function):
    made = function(FAILS, DurableConfig=CONFIG)
    answer = _invoke(made, {})
    assert answer["FunctionError"] == "Unhandled"
    assert json.load(answer["Payload"])["errorMessage"] == "the card was refused"
    failed = [
        each for each in _events(made, answer["DurableExecutionArn"]) if each["EventType"] == "StepFailed"
    ]
    assert [each["StepFailedDetails"]["RetryDetails"]["CurrentAttempt"] for each in failed] == [
        1,
        2,
        3,
        4,
        5,
        6,
    ]
    assert {each["StepFailedDetails"]["Error"]["Payload"]["ErrorType"] for each in failed} == {"code.NoMoney"}


def test_a_process_that_dies_is_replaced_and_a_finished_step_is_not_run_again(function, tmp_path):
    made = function(DIES, DurableConfig=CONFIG)
    answer = _invoke(made, {"marker": str(tmp_path / "died")})
    before, alive = json.load(answer["Payload"])
    assert alive == "alive"
    [checkpointed] = [
        each["StepSucceededDetails"]["Result"]["Payload"]
        for each in _events(made, answer["DurableExecutionArn"])
        if each["EventType"] == "StepSucceeded" and each["Name"] == "before"
    ]
    assert json.loads(checkpointed) == before


@pytest.mark.parametrize("how", ["success", "failure"])
def test_a_callback_is_answered(function, how):
    made = function(ASKS, DurableConfig=CONFIG)
    arn = _invoke(made, {}, InvocationType="Event")["DurableExecutionArn"]

    def told():
        found = [each for each in _events(made, arn) if each["EventType"] == "CallbackStarted"]
        return found[0]["CallbackStartedDetails"]["CallbackId"] if found else None

    wait_until(told)
    made.client.send_durable_execution_callback_heartbeat(CallbackId=told())
    if how == "success":
        made.client.send_durable_execution_callback_success(CallbackId=told(), Result=json.dumps("paid"))
    else:
        made.client.send_durable_execution_callback_failure(
            CallbackId=told(), Error={"ErrorType": "Human", "ErrorMessage": "no"}
        )
    wait_until(lambda: made.client.get_durable_execution(DurableExecutionArn=arn)["Status"] != "RUNNING")
    found = made.client.get_durable_execution(DurableExecutionArn=arn)
    assert found["Status"] == ("SUCCEEDED" if how == "success" else "FAILED")


def test_an_execution_that_waits_is_stopped(function):
    made = function(ASKS, DurableConfig=CONFIG)
    arn = _invoke(made, {}, InvocationType="Event")["DurableExecutionArn"]
    wait_until(lambda: any(each["EventType"] == "CallbackStarted" for each in _events(made, arn)))
    made.client.stop_durable_execution(DurableExecutionArn=arn)
    assert made.client.get_durable_execution(DurableExecutionArn=arn)["Status"] == "STOPPED"


def test_a_name_starts_one_execution_and_no_other_input(function):
    made = function(TWO_STEPS, DurableConfig=CONFIG)
    first = _invoke(made, {"n": 1}, DurableExecutionName="same")
    again = _invoke(made, {"n": 1}, DurableExecutionName="same")
    assert first["DurableExecutionArn"] == again["DurableExecutionArn"]
    assert json.load(again["Payload"]) == 20
    with pytest.raises(made.client.exceptions.DurableExecutionAlreadyStartedException):
        _invoke(made, {"n": 2}, DurableExecutionName="same")


def test_a_function_that_is_made_anew_knows_nothing_of_the_one_before(function, cloud, role):
    made = function(TWO_STEPS, DurableConfig=CONFIG)
    first = _invoke(made, {"n": 1}, DurableExecutionName="same")["DurableExecutionArn"]
    made.client.delete_function(FunctionName=made.name)
    made.client.create_function(
        FunctionName=made.name,
        Runtime="python3.13",
        Role=role,
        Handler="code.handler",
        Code={"ZipFile": zipped(code=TWO_STEPS)},
        DurableConfig=CONFIG,
    )
    second = _invoke(made, {"n": 1}, DurableExecutionName="same")["DurableExecutionArn"]
    listed = made.client.list_durable_executions_by_function(FunctionName=made.name)["DurableExecutions"]
    assert [each["DurableExecutionArn"] for each in listed] == [second] and first != second


def test_what_aws_does_not_take_is_refused(function):
    made = function(TWO_STEPS, DurableConfig=CONFIG)
    with pytest.raises(ClientError, match="unqualified"):
        made.client.invoke(FunctionName=made.name, Payload="{}")
    ordinary = function("def handler(event, context):\n    return 1\n")
    assert json.load(ordinary.client.invoke(FunctionName=ordinary.name)["Payload"]) == 1
    with pytest.raises(ClientError, match="when you create"):
        ordinary.client.update_function_configuration(FunctionName=ordinary.name, DurableConfig=CONFIG)
    with pytest.raises(ClientError) as nothing:
        made.client.get_durable_execution(
            DurableExecutionArn=f"arn:aws:lambda:us-east-1:123456789012:function:f:1/durable-execution/a/{uuid4()}"
        )
    assert nothing.value.response["Error"]["Code"] == "ResourceNotFoundException"


def test_the_doors_hold_for_executions_too(cloud):
    import urllib.error
    import urllib.request

    path = "/2025-12-01/durable-executions/x/checkpoint"
    for headers in ({}, {"Origin": "https://example.org"}):
        asked = urllib.request.Request(cloud.endpoint + path, b"{}", headers, method="POST")
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(asked)
        assert refused.value.code == 403


@pytest.mark.parametrize(
    "what",
    [
        "from sagalab.localcloud import adaptations; adaptations.install()",
        "from sagalab.course.exercises import exercises; exercises()",
        "from sagalab import deploy, run, wait, explore, check, costs_of",
    ],
)
def test_aws_s_engine_is_not_imported_before_a_durable_function_is_meant(what):
    code = f"import sys; {what}; print(any(name.startswith('aws_durable') for name in sys.modules))"
    seen = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert seen.stdout.strip() == "False"


def test_a_durable_function_invokes_others(function):
    parent, child, once = (
        function(INVOKES, DurableConfig=CONFIG),
        function(TWO_STEPS, DurableConfig=CONFIG),
        function(ORDINARY),
    )
    answered = _invoke(parent, {"function": f"{child.name}:$LATEST", "n": 1})
    assert json.load(answered["Payload"]) == 20
    listed = child.client.list_durable_executions_by_function(FunctionName=child.name)["DurableExecutions"]
    assert [each["Status"] for each in listed] == ["SUCCEEDED"]
    kinds = [each["EventType"] for each in _events(parent, answered["DurableExecutionArn"])]
    assert "ChainedInvokeSucceeded" in kinds
    assert json.load(_invoke(parent, {"function": once.name, "n": 4})["Payload"]) == 8
    assert "less than nothing" in json.load(_invoke(parent, {"function": once.name, "n": -1})["Payload"])[1]
    assert "Function not found" in json.load(_invoke(parent, {"function": "nobody", "n": 1})["Payload"])[1]


def test_an_execution_that_has_ended_is_deleted_and_its_name_is_free(function):
    made = function(ASKS, DurableConfig=CONFIG)
    arn = _invoke(made, {}, InvocationType="Event", DurableExecutionName="mine")["DurableExecutionArn"]
    with pytest.raises(made.client.exceptions.ResourceConflictException):
        made.client.delete_durable_execution(DurableExecutionArn=arn)
    told = {"ErrorType": "Stopped", "ErrorMessage": "by hand"}
    made.client.stop_durable_execution(DurableExecutionArn=arn, Error=told)
    [stopped] = [each for each in _events(made, arn) if each["EventType"] == "ExecutionStopped"]
    assert stopped["ExecutionStoppedDetails"]["Error"]["Payload"] == told
    assert made.client.delete_durable_execution(DurableExecutionArn=arn)["DeletionRequestTimestamp"]
    for gone in (made.client.get_durable_execution, made.client.delete_durable_execution):
        with pytest.raises(made.client.exceptions.ResourceNotFoundException):
            gone(DurableExecutionArn=arn)
    again = _invoke(made, {}, InvocationType="Event", DurableExecutionName="mine")["DurableExecutionArn"]
    assert again != arn
    made.client.stop_durable_execution(DurableExecutionArn=again)


@pytest.mark.parametrize("what", ["pause", "resume"])
def test_what_is_not_here_is_said(function, what):
    made = function(TWO_STEPS, DurableConfig=CONFIG)
    arn = _invoke(made, {"n": 1})["DurableExecutionArn"]
    with pytest.raises(ClientError, match=f"The local cloud cannot {what} an execution"):
        getattr(made.client, f"{what}_durable_execution")(DurableExecutionArn=arn)


def test_executions_are_listed_by_status_version_and_time(function):
    made = function(TWO_STEPS, DurableConfig=CONFIG)
    _invoke(made, {"n": 1}, DurableExecutionName="good")
    _invoke(made, {}, DurableExecutionName="bad")

    def listed(**asked):
        found = made.client.list_durable_executions_by_function(FunctionName=made.name, **asked)
        return [each["DurableExecutionName"] for each in found["DurableExecutions"]]

    assert listed() == ["good", "bad"] and listed(ReverseOrder=True) == ["bad", "good"]
    assert listed(Statuses=["FAILED"]) == ["bad"] and listed(Statuses=["FAILED", "SUCCEEDED"]) == [
        "good",
        "bad",
    ]
    assert listed(Statuses=["RUNNING"]) == [] and listed(Qualifier="$LATEST") == ["good", "bad"]
    early, late = datetime(2020, 1, 1, tzinfo=UTC), datetime(2120, 1, 1, tzinfo=UTC)
    assert listed(StartedAfter=early, StartedBefore=late) == ["good", "bad"]
    assert listed(StartedBefore=early) == listed(StartedAfter=late) == []
    for gone in ({"FunctionName": "nobody"}, {"FunctionName": made.name, "Qualifier": "7"}):
        with pytest.raises(made.client.exceptions.ResourceNotFoundException):
            made.client.list_durable_executions_by_function(**gone)


def test_an_execution_is_read_without_its_data(function):
    made = function(TWO_STEPS, DurableConfig=CONFIG)
    arn = _invoke(made, {"n": 1})["DurableExecutionArn"]
    found = made.client.get_durable_execution(DurableExecutionArn=arn, IncludeExecutionData=False)
    assert (found["Status"], found["ExecutionDataIncluded"]) == ("SUCCEEDED", False)
    assert not {"InputPayload", "Result"} & set(found)


@pytest.mark.parametrize("name", ["a b", "x" * 65, "ä"])
def test_a_name_that_no_execution_can_have(function, name):
    made = function(TWO_STEPS, DurableConfig=CONFIG)
    with pytest.raises(ClientError, match="InvalidParameterValueException"):
        _invoke(made, {"n": 1}, DurableExecutionName=name)
