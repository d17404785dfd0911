"""A Map Run that writes its results, on the local cloud."""

from uuid import uuid4

from bare_moto import chain


def test_the_results_that_were_written_are_counted(adapted):
    bucket = f"contract-{uuid4().hex[:8]}"
    adapted.client("s3").create_bucket(Bucket=bucket)
    processor = {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}}
    state = {
        "Type": "Map",
        "ItemProcessor": {**processor, **chain(("P", {"Type": "Pass"}))},
        "ResultWriter": {
            "Resource": "arn:aws:states:::s3:putObject",
            "Parameters": {"Bucket": bucket, "Prefix": "results"},
        },
    }
    run = adapted.run(chain(("M", state)), [1, 2])
    assert run.about["status"] == "SUCCEEDED"
    [found] = adapted.sfn.list_map_runs(executionArn=run.arn)["mapRuns"]
    told = adapted.sfn.describe_map_run(mapRunArn=found["mapRunArn"])
    assert told["itemCounts"]["resultsWritten"] == told["executionCounts"]["resultsWritten"] == 2
    assert adapted.client("s3").list_objects_v2(Bucket=bucket)["KeyCount"] >= 2
