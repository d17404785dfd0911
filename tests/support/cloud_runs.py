"""The recorded AWS runs (aws_runs.py) on the running local cloud: what each needs is made, and it is run there.

A recording says what its functions do in words; queues, topics, tables, buckets and machines are named in its
input. The machines that answer tokens and work on
activities are in the recordings, and run beside.
"""

import contextlib
import json
import re
import time
from functools import cached_property
from typing import Any

import aws_runs
from small_functions import zipped

ROLE = "arn:aws:iam::123456789012:role/recorded"
_FUNCTIONS = {
    "returns its event": "return event",
    "raises Exception('Some exception was raised.')": 'raise Exception("Some exception was raised.")',
    "sleeps 60 seconds, then returns its event": "import time; time.sleep(60); return event",
    'returns {"Return": "HelloWorld"}': 'return {"Return": "HelloWorld"}',
    "returns bytes: 257 * 1024 times the letter a": 'return "a" * 257 * 1024',
    "returns the bytes b'\"HelloWorld!\"'": 'return "HelloWorld!"',
}
_OBJECTS = {
    "bytearray": b"byte array data",
    "empty_str": b"",
}
_CSV = b"Value1,Value2,Value3\nValue4,Value5,Value6\n,,\ntrue,1,'HelloWorld'\nNull,None,\n   ,,\n"
_LONGEST_SECONDS = 100.0


class CloudRuns:
    """Runs recordings on a local cloud."""

    def __init__(self, cloud: Any) -> None:
        self.cloud = cloud

    @cached_property
    def sfn(self) -> Any:
        """The Step Functions client."""
        return self.cloud.client("stepfunctions")

    def run(self, number: str) -> list[dict[str, Any]]:
        """Run a recording's machine with its input, and return the history."""
        recorded = aws_runs.recorded_run(number)
        text, given = recorded["definition"], recorded["input"]
        self._functions(recorded)
        given = self._services(recorded, given)
        machines = {name: self._machine(name, made) for name, made in recorded["machines"].items()}
        arn = self._machine(f"recorded-{number}", text)
        for activity in set(re.findall(r"arn:aws:states:[^\"]*:activity:([^\"]+)", text)):
            if "deleted" not in recorded["case"]:
                self.sfn.create_activity(name=activity)
        for name, helper in machines.items():
            if name not in given:  # it answers a token, or works on an activity
                self.sfn.start_execution(stateMachineArn=helper, input=self._places(text, given))
        started = self.sfn.start_execution(stateMachineArn=arn, input=given)["executionArn"]
        return self._ended(started)

    def _ended(self, arn: str) -> list[dict[str, Any]]:
        end = time.monotonic() + _LONGEST_SECONDS
        while self.sfn.describe_execution(executionArn=arn)["status"] == "RUNNING":
            assert time.monotonic() < end, "it does not end"
            time.sleep(0.02)
        pages = self.sfn.get_paginator("get_execution_history").paginate(executionArn=arn)
        return [event for page in pages for event in page["events"]]

    def _machine(self, name: str, definition: str) -> str:
        made = self.sfn.create_state_machine(name=name, definition=definition, roleArn=ROLE)
        return made["stateMachineArn"]

    def _functions(self, recorded: dict[str, Any]) -> None:
        client = self.cloud.client("lambda")
        if recorded["functions"]:
            iam = self.cloud.client("iam")
            with contextlib.suppress(iam.exceptions.EntityAlreadyExistsException):
                iam.create_role(RoleName="recorded", AssumeRolePolicyDocument="{}")
        for name, does in recorded["functions"].items():
            code = f"def handler(event, context):\n    {_FUNCTIONS[does]}\n"
            with contextlib.suppress(client.exceptions.ResourceConflictException):
                client.create_function(
                    FunctionName=name,
                    Runtime="python3.13",
                    Role=ROLE,
                    Handler="handler.handler",
                    Timeout=300,
                    Code={"ZipFile": zipped(handler=code)},
                )

    def _services(self, recorded: dict[str, Any], text: str) -> str:
        """Make the queues, topics, tables and objects that an input names; return the input with their places."""
        given = json.loads(text)
        if not isinstance(given, dict):
            given = {}
        if "QueueUrl" in given:
            name = given["QueueUrl"].rpartition("/")[2]
            url = self.cloud.client("sqs").create_queue(QueueName=name)["QueueUrl"]
            text = json.dumps({**given, "QueueUrl": url})
        if "TopicArn" in given:
            name = given["TopicArn"].rpartition(":")[2]
            fifo = {"FifoTopic": "true"} if name.endswith(".fifo") else {}
            self.cloud.client("sns").create_topic(Name=name, Attributes=fifo)
        if "TableName" in given and "no_such" not in given["TableName"]:
            self.cloud.client("dynamodb").create_table(
                TableName=given["TableName"],
                KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
                AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
                BillingMode="PAY_PER_REQUEST",
            )
        bucket = given.get("Bucket") or next(
            iter(re.findall(r'"Bucket": *"([^"$]+)"', recorded["definition"])), None
        )
        if bucket:
            s3 = self.cloud.client("s3")
            s3.create_bucket(Bucket=bucket)
            if "getObject" in recorded["definition"]:
                s3.put_object(Bucket=bucket, Key=given["Key"], Body=self._object(recorded, given))
        return text

    def _object(self, recorded: dict[str, Any], given: dict[str, Any]) -> bytes:
        case = recorded["case"]
        for part, content in _OBJECTS.items():
            if part in case:
                return content
        if given.get("Key", "").endswith(".csv"):
            return _CSV
        exited = [event for event in recorded["events"] if event["type"] == "MapStateExited"]
        if "no_json_list" in case:
            return b'{"key": "value"}'
        return json.dumps(aws_runs._value(exited[0]["stateExitedEventDetails"]["output"])).encode()

    def _places(self, definition: str, given: str) -> str:
        """Return the input of a machine that helps: the queue or the activity where it finds its work."""
        found = re.findall(r'"(arn:aws:states:[^"]*:activity:[^"]+)"', definition)
        queue = json.loads(given)
        places: dict[str, Any] = {"Iterator": {"Count": 300}}
        places |= {"QueueUrl": queue["QueueUrl"]} if "QueueUrl" in queue else {}
        return json.dumps(places | ({"ActivityArn": found[0]} if found else {}))
