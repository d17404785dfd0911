"""DynamoDB in the local cloud: requests do not meet, and a refused transaction changes nothing.

The first test fails when moto no longer needs sagalab/localcloud/dynamodb.py.
"""

import contextlib
import subprocess
import sys
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from botocore.exceptions import ClientError

from sagalab.localcloud.services import dynamodb

LOST_WRITE = """
import copy
from moto.dynamodb import models
backend = models.dynamodb_backends["123456789012"]["us-east-1"]
backend.create_table(name="t", schema=[{"AttributeName": "id", "KeyType": "HASH"}],
    attr=[{"AttributeName": "id", "AttributeType": "S"}], throughput=None, global_indexes=[], indexes=[],
    streams=None, billing_mode="PAY_PER_REQUEST", sse_specification=None, tags=[],
    deletion_protection_enabled=False, warm_throughput=None)
check = {"TableName": "t", "Key": {"id": {"S": "missing"}}, "ConditionExpression": "attribute_exists(id)"}
real = models.get_filter_expression
def other_request_comes_in(*arguments):
    backend.put_item("t", {"id": {"S": "of another"}})
    return real(*arguments)
models.get_filter_expression = other_request_comes_in
try:
    backend.transact_write_items([{"ConditionCheck": check}])
except models.TransactionCanceledException:
    print(backend.get_item("t", {"id": {"S": "of another"}}))
"""


def test_a_refused_transaction_of_moto_itself_loses_the_writes_of_others():
    answer = subprocess.run([sys.executable, "-c", LOST_WRITE], capture_output=True, text=True, timeout=60)
    assert answer.stdout.strip() == "None", answer.stderr


@pytest.fixture(scope="module")
def table(cloud):
    """A table with a range key and a stream."""
    name = f"t-{uuid.uuid4()}"
    cloud.client("dynamodb").create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}, {"AttributeName": "part", "KeyType": "RANGE"}],
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in ("id", "part")],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
    )
    return name


def key(name, part="a"):
    return {"id": {"S": name}, "part": {"S": part}}


def add(table, name, by=1):
    return {
        "TableName": table, "Key": key(name), "UpdateExpression": "ADD n :by",
        "ExpressionAttributeValues": {":by": {"N": str(by)}},
    }  # fmt: skip


def test_a_request_waits_for_the_one_before(monkeypatch):
    """Without a lock both requests are inside at once and the barrier lets them pass."""
    both_inside = threading.Barrier(2)

    def request(_):
        with contextlib.suppress(threading.BrokenBarrierError):
            both_inside.wait(timeout=0.3)
            return "met"

    monkeypatch.setattr(dynamodb, "moto_call_action", request)
    with ThreadPoolExecutor(2) as threads:
        assert list(threads.map(dynamodb.call_one_at_a_time, [None, None])) == [None, None]


def test_no_write_is_lost_among_many_at_once(cloud, table):
    """Counts, transactions that hold and transactions that are refused, all on one table in threads."""
    db = cloud.client("dynamodb")
    must_be_missing = {
        "TableName": table,
        "Key": key("count"),
        "ConditionExpression": "attribute_not_exists(id)",
    }
    db.update_item(**add(table, "count"))

    def write(number):
        seen = db.update_item(**add(table, "count"), ReturnValues="ALL_NEW")["Attributes"]["n"]["N"]
        db.transact_write_items(TransactItems=[{"Update": add(table, "sum", number)}])
        with pytest.raises(ClientError, match="ConditionalCheckFailed"):
            db.transact_write_items(
                TransactItems=[{"Update": add(table, f"new {number}")}, {"ConditionCheck": must_be_missing}]
            )
        return int(seen)

    with ThreadPoolExecutor(12) as threads:
        seen = list(threads.map(write, range(120)))
    assert sorted(seen) == list(range(2, 122))
    assert db.get_item(TableName=table, Key=key("sum"))["Item"]["n"]["N"] == str(sum(range(120)))
    assert db.scan(TableName=table, Select="COUNT")["Count"] == 2


def test_a_refused_transaction_puts_back_what_it_touched(cloud, table):
    db, streams = cloud.client("dynamodb"), cloud.client("dynamodbstreams")
    stream = db.describe_table(TableName=table)["Table"]["LatestStreamArn"]
    db.put_item(TableName=table, Item={**key("kept"), "n": {"N": "1"}})
    shard = streams.describe_stream(StreamArn=stream)["StreamDescription"]["Shards"][0]["ShardId"]

    def records():
        at = streams.get_shard_iterator(StreamArn=stream, ShardId=shard, ShardIteratorType="TRIM_HORIZON")
        return len(streams.get_records(ShardIterator=at["ShardIterator"])["Records"])

    before = records()
    actions = [
        {"Put": {"TableName": table, "Item": {**key("added"), "n": {"N": "1"}}}},
        {"Update": add(table, "kept")},
        {
            "Delete": {
                "TableName": table,
                "Key": key("kept", "b"),
                "ConditionExpression": "attribute_exists(id)",
            }
        },
    ]
    with pytest.raises(ClientError) as refused:
        db.transact_write_items(TransactItems=actions)
    codes = [reason["Code"] for reason in refused.value.response["CancellationReasons"]]
    assert codes == ["None", "None", "ConditionalCheckFailed"]
    assert "Item" not in db.get_item(TableName=table, Key=key("added"))
    assert db.get_item(TableName=table, Key=key("kept"))["Item"]["n"]["N"] == "1"
    assert records() == before
