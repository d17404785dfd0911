"""A distributed Map's items from a bucket, and its results into one.

Sources: https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemreader.html and
https://docs.aws.amazon.com/step-functions/latest/dg/input-output-resultwriter.html (names and content of the files).
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from botocore.exceptions import ClientError

from sagalab.asl.engine import reader
from sagalab.asl.engine.batches import transformed
from sagalab.asl.engine.commands import ReadItems, WriteResults
from sagalab.asl.engine.errors import ITEM_READER_FAILED, RESULT_WRITER_FAILED, StateFailed
from sagalab.asl.engine.history import json_text
from sagalab.localcloud.services import clients
from sagalab.localcloud.stepfunctions.running.tasks.call import Caller, not_here
from sagalab.localcloud.stepfunctions.running.tasks.errors import TaskError, optimised_cause

_STATUSES = {"SUCCEEDED": "SUCCEEDED"}  # the other ends of a child are FAILED


def read(ask: ReadItems, caller: Caller) -> list[Any]:
    """Return the items that an ItemReader asks for. Raises TaskError."""
    given = ask.parameters
    client = clients.client_for(caller.region, "s3", caller.role_arn)
    try:
        if ask.resource.action == "listObjectsV2":
            return list(_listed(client, given, ask.config.get("MaxItems")))
        if ask.resource.action == "getObject":
            wanted = {name: given[name] for name in ("Bucket", "Key", "VersionId") if given.get(name)}
            text = client.get_object(**wanted)["Body"].read().decode("utf-8-sig")
            return reader.items(text, ask.config)
    except ClientError as error:
        raise TaskError(ITEM_READER_FAILED, optimised_cause(error, "AmazonS3")) from None
    except StateFailed as failure:
        raise TaskError(failure.error, failure.cause) from None
    except UnicodeDecodeError as problem:
        raise TaskError(ITEM_READER_FAILED, f"The object is no text in UTF-8: {problem}") from None
    raise not_here(ask.resource)


def _listed(client: Any, given: Mapping[str, Any], most: int | None) -> Iterator[dict[str, Any]]:
    wanted = {name: given[name] for name in ("Bucket", "Prefix") if given.get(name)}
    count = 0
    for page in client.get_paginator("list_objects_v2").paginate(**wanted):
        for found in page.get("Contents", ()):
            if most and count >= most:
                return
            count += 1
            yield {
                "Etag": found["ETag"],
                "Key": found["Key"],
                "LastModified": int(found["LastModified"].timestamp()),
                "Size": found["Size"],
                "StorageClass": found.get("StorageClass", "STANDARD"),
            }


def write(ask: WriteResults, results: Iterable[dict[str, Any]], caller: Caller) -> dict[str, str]:
    """Write the results of a Map Run's children, and where they are; return the manifest's place.

    `results` hold one object a child as DescribeExecution has it, with capitals. Raises TaskError.
    """
    given = ask.parameters
    bucket, prefix = given.get("Bucket"), given.get("Prefix") or ""
    folder = f"{prefix}{'/' if prefix and not prefix.endswith('/') else ''}{ask.map_run.rpartition(':')[2]}"
    client = clients.client_for(caller.region, "s3", caller.role_arn)
    files: dict[str, list[dict[str, Any]]] = {"FAILED": [], "PENDING": [], "SUCCEEDED": []}
    sorted_out: dict[str, list[dict[str, Any]]] = {status: [] for status in files}
    for result in results:
        sorted_out[_STATUSES.get(result["Status"], "FAILED")].append(result)
    lines = ask.config.get("OutputType") == "JSONL"
    try:
        for status, found in sorted_out.items():
            if found:
                content = _content(found, ask.config, lines).encode()
                key = f"{folder}/{status}_0.{'jsonl' if lines else 'json'}"
                client.put_object(Bucket=bucket, Key=key, Body=content)
                files[status].append({"Key": key, "Size": len(content)})
        manifest = {"DestinationBucket": bucket, "MapRunArn": ask.map_run, "ResultFiles": files}
        key = f"{folder}/manifest.json"
        client.put_object(Bucket=bucket, Key=key, Body=json_text(manifest).encode())
    except ClientError as error:
        raise TaskError(RESULT_WRITER_FAILED, optimised_cause(error, "AmazonS3")) from None
    return {"Bucket": str(bucket), "Key": key}


def _content(results: list[dict[str, Any]], config: Mapping[str, Any], lines: bool) -> str:
    values: Any = results
    if config.get("Transformation", "NONE") != "NONE":
        records = [
            {**result, "Output": json.loads(result["Output"])} if "Output" in result else result
            for result in results
        ]
        values = transformed(records, config)
    if lines:
        return "".join(f"{json_text(value)}\n" for value in values)
    return json_text(values)
