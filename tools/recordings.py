"""Record histories on the local cloud for tests/history/recordings: one run of each machine here.

What differs from run to run (times, ids, tokens, the account) is replaced, so that the files only change when the
local cloud's answers do. The other files of that folder, by_hand_*.json, were written by hand from AWS's documents.
"""

import contextlib
import io
import json
import os
import re
import tempfile
import time
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sagalab.cloud import local_process
from sagalab.cloud.connect import Cloud, connect
from sagalab.deploying.deploy import deploy, deploy_machine
from sagalab.deploying.machines import definition
from sagalab.orders.faults import SEED_PLANS
from sagalab.project import ROOT

FOLDER = ROOT / "tests" / "history" / "recordings"
_PREFIX = "recorded"
_FUNCTION = """
import time
def handler(event, context):
    if "sleep" in event:
        time.sleep(event["sleep"])
    if "fail" in event:
        raise type(event["fail"], (Exception,), {})("as asked")
    return event.get("answer", event)
"""
_STAMP = datetime(2026, 1, 1, tzinfo=UTC)
_DIFFERS = (
    (re.compile(r"\b[0-9]{12}\b"), "<account>"),
    (re.compile(r"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} [\d:]{8} GMT"), "<date>"),
    (re.compile(r"\b20\d\d-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:?\d\d)"), "2026-01-01T00:00:00Z"),
    (re.compile(r"\b[0-9a-f]{32}\b"), "<digest>"),
    (re.compile(r"\b[A-Za-z0-9+/]{80,}={0,2}"), "<token>"),
    (re.compile(r"http://127\.0\.0\.1:\d+"), "https://sqs.us-east-1.amazonaws.com"),
)
_UUID = re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")


def _task(payload: Any = None, **fields: Any) -> dict[str, Any]:
    """Return a Task of the small function, in JSONPath."""
    called = {"FunctionName": "recorder"} | (
        {"Payload": payload} if payload is not None else {"Payload.$": "$"}
    )
    return {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": called,
        "End": True,
    } | fields


def _one(**states: Any) -> dict[str, Any]:
    return {"StartAt": next(iter(states)), "States": states}


_DONE = {"Type": "Succeed"}
_PASS = {"Type": "Pass", "End": True}
_CATCH = [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "Handled"}]
_RETRY = [{"ErrorEquals": ["Busy"], "IntervalSeconds": 1, "MaxAttempts": 2, "BackoffRate": 1}]
_FAILS = {"fail": "Declined"}
_NO_LAMBDA = {
    "Type": "Task",
    "Resource": "arn:aws:lambda:us-east-1:${Account}:function:recorder",
    "End": True,
}


def _map(processor: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"Type": "Map", "ItemProcessor": processor, "MaxConcurrency": 1, "End": True} | fields


# name → (definition, input)
MACHINES: dict[str, tuple[dict[str, Any], Any]] = {
    "pass_and_succeed": (_one(First={"Type": "Pass", "Result": 1, "Next": "Last"}, Last=_DONE), {"a": "ä"}),
    "fail": (_one(No={"Type": "Fail", "Error": "Declined", "Cause": "no money"}), {}),
    "choice_default": (
        _one(
            Which={
                "Type": "Choice",
                "Choices": [{"Variable": "$.n", "NumericGreaterThan": 5, "Next": "Big"}],
                "Default": "Small",
            },
            Big=_DONE,
            Small=_DONE,
        ),
        {"n": 1},
    ),
    "wait": (_one(Pause={"Type": "Wait", "Seconds": 1, "Next": "Done"}, Done=_DONE), {}),
    "task": (_one(Call=_task()), {"answer": [1, 2]}),
    "task_fails": (_one(Call=_task(_FAILS)), {}),
    "task_caught": (_one(Call=_task(_FAILS, Catch=_CATCH), Handled=_DONE), {}),
    "task_retried_and_caught": (_one(Call=_task({"fail": "Busy"}, Retry=_RETRY, Catch=_CATCH), Handled=_DONE), {}),
    "task_times_out": (_one(Call=_task({"sleep": 3}, TimeoutSeconds=1, Catch=_CATCH), Handled=_DONE), {}),
    "lambda_by_arn": (_one(Call=_NO_LAMBDA), {"answer": "yes"}),
    "lambda_by_arn_fails": (_one(Call=_NO_LAMBDA), {"fail": "Declined"}),
    "parallel": (_one(Both={"Type": "Parallel", "Branches": [_one(A=_task()), _one(B=_PASS)], "End": True}), {}),
    "parallel_caught": (
        _one(
            Both={"Type": "Parallel", "Branches": [_one(A=_task(_FAILS))], "Catch": _CATCH, "End": True},
            Handled=_DONE,
        ),
        {},
    ),
    "parallel_retried": (
        _one(Both={"Type": "Parallel", "Branches": [_one(A=_task({"fail": "Busy"}))], "Retry": _RETRY, "End": True}),
        {},
    ),
    "map": (_one(Each=_map(_one(Item=_task()), ItemsPath="$.items")), {"items": [{"answer": 1}, {"answer": 2}]}),
    "map_of_nothing": (_one(Each=_map(_one(Item=_PASS))), []),
    "map_fails": (_one(Each=_map(_one(Item=_task()))), [{"answer": 1}, {"fail": "Declined"}]),
    "map_caught": (_one(Each=_map(_one(Item=_task(_FAILS)), Catch=_CATCH[:1] and [_CATCH[0] | {"ResultPath": "$"}]),
                        Handled=_DONE), [1]),
    "nested_maps": (_one(Rows=_map(_one(Cells=_map(_one(Cell=_PASS))))), [[1, 2], [3]]),
    "message_sent": (
        _one(
            Send={
                "Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "End": True,
                "Parameters": {"QueueUrl": "${Queue}", "MessageBody.$": "$.text"},
            }
        ),
        {"text": "hello"},
    ),
    "token_times_out": (
        _one(
            Ask={
                "Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken", "End": True,
                "Parameters": {"QueueUrl": "${Queue}", "MessageBody": {"token.$": "$$.Task.Token"}},
                "TimeoutSeconds": 1,
            }
        ),
        {},
    ),
    "row_refused": (
        _one(
            Write={
                "Type": "Task", "Resource": "arn:aws:states:::dynamodb:putItem", "End": True,
                "Parameters": {"TableName": "none", "Item": {"id": {"S": "1"}}},
            }
        ),
        {},
    ),
    "jsonata_assign": (
        {
            "QueryLanguage": "JSONata",
            **_one(
                Add={"Type": "Pass", "Assign": {"sum": "{% $sum($states.input.parts) %}"}, "Next": "Tell"},
                Tell={"Type": "Pass", "Output": "{% $sum %}", "End": True},
            ),
        },
        {"parts": [1, 2, 3]},
    ),
    "jsonata_fails": (
        {"QueryLanguage": "JSONata", **_one(Add={"Type": "Pass", "Output": "{% $states.input.none.x %}", "End": True})},
        {},
    ),
    "path_is_missing": (_one(Read={"Type": "Pass", "InputPath": "$.none", "End": True}), {}),
    "machine_times_out": ({"TimeoutSeconds": 1, **_one(Pause={"Type": "Wait", "Seconds": 99, "End": True})}, {}),
}  # fmt: skip
STOPPED = {
    "stopped_in_a_branch": _one(
        Both={"Type": "Parallel", "Branches": [_one(A=_task({"sleep": 3}))], "End": True}
    )
}


def record(folder: Path = FOLDER) -> list[Path]:
    """Write a file for each machine, and return them: {"case", "definition", "events"}."""
    folder.mkdir(parents=True, exist_ok=True)
    with _own_cloud() as cloud:
        return [_write(folder, *made) for made in _runs(cloud)]


@contextlib.contextmanager
def _own_cloud() -> Iterator[Cloud]:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as state:
        before = dict(os.environ)
        os.environ |= {"SAGALAB_STATE_DIR": state, "SAGALAB_CLOUD": "local", "SAGALAB_TIME_SCALE": "0.05",
                       "SAGALAB_OWNER": str(os.getpid())}  # fmt: skip
        try:
            yield connect()
        finally:
            local_process.stop()
            os.environ.clear()
            os.environ |= before


def _runs(cloud: Cloud) -> Iterator[tuple[str, dict[str, Any], list[dict[str, Any]]]]:
    role = cloud.client("iam").create_role(RoleName="recorder", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    cloud.client("lambda").create_function(
        FunctionName="recorder",
        Runtime="python3.13",
        Role=role,
        Handler="code.handler",
        Code={"ZipFile": _zipped()},
    )
    known = {
        "${Queue}": cloud.client("sqs").create_queue(QueueName="recorder")["QueueUrl"],
        "${Account}": cloud.account,
    }
    client = cloud.client("stepfunctions")
    for name, (document, given) in (MACHINES | {name: (each, {}) for name, each in STOPPED.items()}).items():
        text = json.dumps(document)
        for placeholder, value in known.items():
            text = text.replace(placeholder, value)
        arn = client.create_state_machine(name=name, definition=text, roleArn=role)["stateMachineArn"]
        yield name, document, _history(client, arn, name, given, stop=name in STOPPED)
    saga = deploy(cloud, prefix=_PREFIX, progress=False)
    hardened = deploy_machine(saga, "hardened", definition("hardened"))
    order = {"order_id": "4-recorded", "customer_id": "customer-1", "items": [
        {"item_id": "1", "qty": 2, "description": "Coffee", "unit_price": 4.5}]}  # fmt: skip
    plans: dict[str, Any] = {"good": {}} | SEED_PLANS
    for key, faults in plans.items():
        for machine, arn in (("saga", saga.machine("saga")), ("hardened", hardened)):
            given = order | {"order_id": f"4-{machine}-{key}", "faults": faults}
            yield f"{machine}_{key}", definition(machine), _history(client, arn, f"{machine}-{key}", given)


def _zipped() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        file.writestr("code.py", _FUNCTION)
    return packed.getvalue()


def _history(client: Any, machine: str, name: str, given: Any, *, stop: bool = False) -> list[dict[str, Any]]:
    arn = client.start_execution(stateMachineArn=machine, name=name, input=json.dumps(given))["executionArn"]
    while client.describe_execution(executionArn=arn)["status"] == "RUNNING":
        last = _events(client, arn)[-1]["type"]
        if stop and last == "TaskStarted":
            client.stop_execution(executionArn=arn, error="Stopped", cause="by hand")
        if not stop and last == "TaskSubmitted" and name.startswith("hardened"):
            break  # it waits for a human: a history that is still growing
        time.sleep(0.02)
    return _events(client, arn)


def _events(client: Any, arn: str) -> list[dict[str, Any]]:
    pages = client.get_paginator("get_execution_history").paginate(executionArn=arn)
    return [event for page in pages for event in page["events"]]


def _write(folder: Path, name: str, document: dict[str, Any], events: list[dict[str, Any]]) -> Path:
    times = {event["id"]: _STAMP + timedelta(milliseconds=10 * event["id"]) for event in events}
    text = masked(json.dumps([event | {"timestamp": ""} for event in events]))
    lines = [json.dumps(event | {"timestamp": times[event["id"]].isoformat()}) for event in json.loads(text)]
    path = folder / f"{name}.json"
    head = f'{{"case": {json.dumps(name)},\n"definition": {json.dumps(document)},\n"events": [\n'
    path.write_text(head + ",\n".join(lines) + "\n]}\n", encoding="utf-8")
    return path


def masked(text: str) -> str:
    """Return a history's text without what differs from run to run."""
    found = list(dict.fromkeys(_UUID.findall(text)))
    text = _UUID.sub(lambda match: f"<uuid:{found.index(match[0]) + 1}>", text)
    for differs, instead in _DIFFERS:
        text = differs.sub(instead, text)
    return text
