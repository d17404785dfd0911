"""Tasks, item readers and result writers on S3, and entries of EventBridge: what goes over HTTP to the same server."""

import json
from uuid import uuid4

import pytest
from bare_moto import chain

PASS = chain(("P", {"Type": "Pass"}))
READ = "arn:aws:states:::s3:getObject"


@pytest.fixture
def bucket(adapted):
    name = f"b-{uuid4().hex}"
    adapted.client("s3").create_bucket(Bucket=name)
    return name


def task(resource, **parameters):
    return chain(
        ("T", {"Type": "Task", "Resource": f"arn:aws:states:::{resource}", "Parameters": parameters})
    )


def each(**fields):
    config = {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}
    return chain(
        ("Each", {"Type": "Map", "ItemProcessor": {"ProcessorConfig": config, **PASS}, **fields}),
    )


def reading(bucket, key, **config):
    reader = {"Resource": READ, "Parameters": {"Bucket": bucket, "Key": key}}
    return each(ItemReader=reader | ({"ReaderConfig": config} if config else {}))


@pytest.mark.parametrize(
    ("body", "content"),
    [
        ("text", b"text"),
        (["List", "Data"], b'["List","Data"]'),
        ({"ä": 1}, '{"ä":1}'.encode()),
        (True, b"true"),
    ],
)
def test_an_object_is_put_and_got(adapted, bucket, body, content):
    put = adapted.run(task("aws-sdk:s3:putObject", Bucket=bucket, Key="k", Body=body)).output
    assert put["ServerSideEncryption"] == "AES256" and put["ETag"].startswith('"')
    assert adapted.client("s3").get_object(Bucket=bucket, Key="k")["Body"].read() == content
    got = adapted.run(task("aws-sdk:s3:getObject", Bucket=bucket, Key="k")).output
    assert (got["Body"], got["ContentLength"]) == (content.decode(), len(content))


def test_an_object_that_is_not_there(adapted, bucket):
    run = adapted.run(task("aws-sdk:s3:getObject", Bucket=bucket, Key="none"))
    assert run.about["error"] == "S3.NoSuchKeyException"
    assert run.about["cause"].startswith("The specified key does not exist. (Service: S3, Status Code: 404,")


def test_items_are_read_from_an_object(adapted, bucket):
    put = adapted.client("s3").put_object
    put(Bucket=bucket, Key="a.json", Body=b'[{"n":1},{"n":2}]')
    put(Bucket=bucket, Key="a.csv", Body=b"x,y\n1,2\n")
    put(Bucket=bucket, Key="a.jsonl", Body=b'{"n":1}\n{"n":2}\n')
    assert adapted.run(reading(bucket, "a.json")).output == [{"n": 1}, {"n": 2}]
    assert adapted.run(reading(bucket, "a.jsonl", InputType="JSONL", MaxItems=1)).output == [{"n": 1}]
    rows = reading(bucket, "a.csv", InputType="CSV", CSVHeaderLocation="FIRST_ROW")
    assert adapted.run(rows).output == [{"x": "1", "y": "2"}]
    gone = adapted.run(reading(bucket, "none.json"))
    assert gone.about["error"] == "States.ItemReaderFailed"
    assert gone.about["cause"].startswith("The specified key does not exist. (Service: AmazonS3;")


def test_the_objects_of_a_bucket_are_items(adapted, bucket):
    for key in ("in/1", "in/2", "out/1"):
        adapted.client("s3").put_object(Bucket=bucket, Key=key, Body=b"x")
    reader = {
        "Resource": "arn:aws:states:::s3:listObjectsV2",
        "Parameters": {"Bucket": bucket, "Prefix": "in/"},
    }
    items = adapted.run(each(ItemReader=reader)).output
    assert [item["Key"] for item in items] == ["in/1", "in/2"]
    assert isinstance(items[0]["LastModified"], int) and items[0]["Size"] == 1


def test_results_are_written(adapted, bucket):
    writer = {"Resource": "arn:aws:states:::s3:putObject", "Parameters": {"Bucket": bucket, "Prefix": "jobs"}}
    run = adapted.run(each(ResultWriter=writer), [1, 2])
    place = run.output["ResultWriterDetails"]
    get = adapted.client("s3").get_object
    manifest = json.loads(get(**place)["Body"].read())
    assert manifest["MapRunArn"] == run.output["MapRunArn"]
    [file] = manifest["ResultFiles"]["SUCCEEDED"]
    written = json.loads(get(Bucket=bucket, Key=file["Key"])["Body"].read())
    assert [(child["Input"], child["Output"], child["Status"]) for child in written] == [
        ("1", "1", "SUCCEEDED"),
        ("2", "2", "SUCCEEDED"),
    ]


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        ({"Detail": {}, "DetailType": "t"}, "InvalidArgument"),
        ({"Detail": '"text"', "DetailType": "t", "Source": "s"}, "MalformedDetail"),
    ],
)
def test_an_entry_that_eventbridge_does_not_take(adapted, entry, code):
    run = adapted.run(
        task("events:putEvents", Entries=[{"Detail": {}, "DetailType": "t", "Source": "s"}, entry])
    )
    assert run.about["error"] == "EventBridge.FailedEntry"
    cause = json.loads(run.about["cause"])
    assert cause["FailedEntryCount"] == 1
    assert "EventId" in cause["Entries"][0] and cause["Entries"][1]["ErrorCode"] == code
