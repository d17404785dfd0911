"""Adaptations that only spare work: each is counted, in a process with them and in one of bare moto.

No clock is asked. The speeds themselves are held by `python -m tools bench` and `… soak`.
"""

import json
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError

# works with moto's classes in one process, with and without the adaptations, and prints what that took
COUNT = """
import json, sys
if sys.argv[1] == "adapted":
    from sagalab.localcloud import adaptations
    from sagalab.localcloud.services import packed_rows
    adaptations.install()
    packed_rows.UNPACKED = 3
from moto.dynamodb.comparisons import ConditionExpressionParser
from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.parsing.tokens import ExpressionTokenizer
from moto.sqs.models import Message, Queue, sqs_backends
where = ("123456789012", "us-east-1")
counts = {}

def count(owner, name, label):
    found = owner.__dict__[name]
    inner = found.fget if isinstance(found, property) else getattr(found, "__func__", found)
    def counted(*args, **kwargs):
        counts[label] = counts.get(label, 0) + 1
        return inner(*args, **kwargs)
    setattr(owner, name, type(found)(counted) if not callable(found) or hasattr(found, "__func__") else counted)

count(Message, "visible", "messages looked at")
count(ConditionExpressionParser, "_lex_condition_expression", "conditions parsed")
count(ExpressionTokenizer, "make_list", "updates parsed")

sqs = sqs_backends[where[0]][where[1]]
sqs.create_queue("q", {})
for number in range(5):
    sqs.send_message("q", f"message {number}")
db = dynamodb_backends[where[0]][where[1]]
table = db.create_table(name="t", schema=[{"AttributeName": "id", "KeyType": "HASH"}],
    attr=[{"AttributeName": "id", "AttributeType": "S"}], throughput=None, global_indexes=[], indexes=[],
    streams=None, billing_mode="PAY_PER_REQUEST", sse_specification=None, tags=[],
    deletion_protection_enabled=False, warm_throughput=None)
for number in range(5):
    condition = {"TableName": "t", "ConditionExpression": "attribute_not_exists(id)"}
    db.transact_write_items([
        {"Put": {**condition, "Item": {"id": {"S": str(number)}}}},
        {"Update": {"TableName": "t", "Key": {"id": {"S": f"n{number}"}}, "UpdateExpression": "ADD n :one",
                    "ExpressionAttributeValues": {":one": {"N": "1"}}}},
    ])
counts["rows packed"] = sum(isinstance(row, bytes) for row in dict(table.items).values())
print(json.dumps(counts))
"""


def counted(side: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-c", COUNT, side], capture_output=True, text=True, encoding="utf-8", timeout=60
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_no_work_is_done_twice():
    found = counted("adapted")
    assert "messages looked at" not in found
    assert (found["conditions parsed"], found["updates parsed"]) == (1, 1)
    assert found["rows packed"] == 10 - 3


def test_moto_does_it_again_and_again():
    found = counted("bare")
    assert found["messages looked at"] >= 10
    assert found["conditions parsed"] >= 10 and found["updates parsed"] >= 5
    assert found["rows packed"] == 0


# -- and all is as before


def test_packed_rows_are_read_changed_and_deleted_as_before(cloud):
    db, name = cloud.client("dynamodb"), f"t-{uuid4()}"
    db.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )

    def row(number: int) -> dict[str, Any]:
        inner = {"L": [{"M": {"text": {"S": f"ä{number}"}, "none": {"NULL": True}}}, {"BOOL": False}]}
        return {
            "id": {"S": str(number)},
            "n": {"N": "1.50"},
            "set": {"NS": ["1", "2"]},
            "in": inner,
            "b": {"B": b"\0x"},
        }

    rows = {str(number): row(number) for number in range(250)}
    for item in rows.values():
        db.put_item(TableName=name, Item=item, ConditionExpression="attribute_not_exists(id)")
    with pytest.raises(ClientError, match="ConditionalCheckFailed"):
        db.put_item(TableName=name, Item=rows["0"], ConditionExpression="attribute_not_exists(id)")
    assert db.get_item(TableName=name, Key={"id": {"S": "1"}})["Item"] == rows["1"]
    for number in (2, 3, 2):  # in place, on rows that are packed and on one that is not any more
        db.update_item(
            TableName=name,
            Key={"id": {"S": str(number)}},
            UpdateExpression="ADD n :one",
            ExpressionAttributeValues={":one": {"N": "1"}},
        )
    rows["2"]["n"], rows["3"]["n"] = {"N": "3.50"}, {"N": "2.50"}
    db.delete_item(TableName=name, Key={"id": {"S": "4"}})
    del rows["4"]
    backup = db.create_backup(TableName=name, BackupName="backup")["BackupDetails"]["BackupArn"]
    db.restore_table_from_backup(TargetTableName=f"{name}-2", BackupArn=backup)
    for table in (name, f"{name}-2"):
        found = [
            item for page in db.get_paginator("scan").paginate(TableName=table) for item in page["Items"]
        ]
        assert {item["id"]["S"]: item for item in found} == rows
        assert db.describe_table(TableName=table)["Table"]["ItemCount"] == len(rows)


def test_a_condition_counts_with_the_values_of_its_own_request(cloud):
    db, name = cloud.client("dynamodb"), f"t-{uuid4()}"
    db.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    db.put_item(TableName=name, Item={"id": {"S": "a"}, "n": {"N": "5"}, "m": {"N": "1"}})

    def take(by: int, field: str) -> None:
        db.update_item(
            TableName=name,
            Key={"id": {"S": "a"}},
            UpdateExpression="SET #f = #f - :by",
            ConditionExpression="#f >= :by",
            ExpressionAttributeNames={"#f": field},
            ExpressionAttributeValues={":by": {"N": str(by)}},
        )

    take(2, "n")
    with pytest.raises(ClientError, match="ConditionalCheckFailed"):
        take(4, "n")
    take(3, "n")
    with pytest.raises(ClientError, match="ConditionalCheckFailed"):
        take(2, "m")
    assert db.get_item(TableName=name, Key={"id": {"S": "a"}})["Item"]["n"] == {"N": "0"}


def test_the_attributes_of_a_queue_are_as_before(cloud):
    sqs, name = cloud.client("sqs"), uuid4().hex
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    for number in range(3):
        sqs.send_message(QueueUrl=url, MessageBody=str(number), DelaySeconds=60 if number == 2 else 0)
    sqs.receive_message(QueueUrl=url)
    names = [f"ApproximateNumberOfMessages{which}" for which in ("", "Delayed", "NotVisible")]
    for asked in (names, ["All"]):
        found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=asked)["Attributes"]
        assert [found[name] for name in names] == ["1", "1", "1"]
    assert "FifoQueue" not in found
    fifo = {"FifoQueue": "true", "ContentBasedDeduplication": "true"}
    url = sqs.create_queue(QueueName=f"{name}.fifo", Attributes=fifo)["QueueUrl"]
    for _ in range(2):
        sqs.send_message(QueueUrl=url, MessageBody="the same", MessageGroupId="g")
    found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    assert (found["ApproximateNumberOfMessages"], found["FifoQueue"]) == ("1", "true")
    assert sqs.create_queue(QueueName=f"{name}.fifo", Attributes=fifo)["QueueUrl"] == url


def test_a_service_s_model_that_many_ask_for_at_one_moment_is_read_once(monkeypatch):
    """A lru_cache alone lets all who ask at first read it: 200 tasks, each a model of 30 MB."""
    from sagalab.localcloud.stepfunctions.running.tasks import shapes

    read = []
    asked = threading.Barrier(8)

    def slowly() -> Any:
        read.append(1)
        time.sleep(0.2)  # so long that all others would come in
        return type("Session", (), {"get_service_model": lambda self, service: service})()

    def ask(_: int) -> str:
        asked.wait(timeout=30)
        return shapes.model_of(name)

    name = uuid4().hex
    monkeypatch.setattr(shapes.botocore.session, "get_session", slowly)
    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(ask, range(8))) == [name] * 8
    assert len(read) == 1


# asks for a function that is not there, and prints the answer's status and which applications moto made for it
ASK = """
import io, json, sys
if sys.argv[1] == "adapted":
    from sagalab.localcloud.services import inside
    inside.install()
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
made = []
app = DomainDispatcherApplication(lambda service: made.append(service) or create_backend_app(service))
path = "/2015-03-31/functions/none/invocations"
scope = "Credential=key/20260101/us-east-1/lambda/aws4_request"
answer = app(
    {"REQUEST_METHOD": "POST", "PATH_INFO": path, "RAW_URI": path + "?Qualifier=1", "QUERY_STRING": "Qualifier=1",
     "HTTP_HOST": "127.0.0.1:1", "SERVER_NAME": "127.0.0.1", "SERVER_PORT": "1", "wsgi.url_scheme": "http",
     "HTTP_AUTHORIZATION": f"AWS4-HMAC-SHA256 {scope}, SignedHeaders=host, Signature=0",
     "wsgi.input": io.BytesIO(b"{}"), "CONTENT_LENGTH": "2"},
    lambda status, headers, *error: made.append(status[:3]),
)
print(json.dumps([made, json.loads(b"".join(answer))["message"]]))
"""


@pytest.mark.parametrize(("side", "made"), [("adapted", []), ("bare", ["awslambda"])])
def test_invoke_is_not_looked_up_in_an_application_s_routes(side, made):
    done = subprocess.run(
        [sys.executable, "-c", ASK, side], capture_output=True, text=True, encoding="utf-8", timeout=60
    )
    assert done.returncode == 0, done.stderr
    passed, message = json.loads(done.stdout)
    assert passed == [*made, "404"] and message.startswith("Function not found: ")
