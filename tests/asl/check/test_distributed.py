"""What a distributed Map reads, groups, writes and is called, as AWS's pages have it; lint and creation agree."""

import json

import pytest

from sagalab.asl.check import check
from sagalab.asl.document import read
from sagalab.linting.lint import ERROR, lint
from sagalab.localcloud.stepfunctions.api import definitions
from sagalab.localcloud.stepfunctions.api.errors import ApiError

CHILD = {
    "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
    "StartAt": "Item",
    "States": {"Item": {"Type": "Pass", "End": True}},
}
READ = "arn:aws:states:::s3:getObject"
WRITE = "arn:aws-cn:states:::s3:putObject"
PLACE = {"Bucket": "b", "Key.$": "$.key"}


def machine(language="JSONPath", **fields):
    state = {"Type": "Map", "ItemProcessor": CHILD, "End": True, **fields}
    return {"StartAt": "M", "QueryLanguage": language, "States": {"M": state}}


def reader(**fields):
    return {"Resource": READ, "Parameters": PLACE, **fields}


@pytest.mark.parametrize(
    "definition",
    [
        machine(ItemReader=reader(ReaderConfig={"InputType": "PARQUET", "MaxItems": 5, "Coming": "soon"})),
        machine(ItemReader=reader(ReaderConfig={"InputType": "JSON", "MaxItemsPath": "$.most"})),
        machine(ItemReader=reader(ReaderConfig={"InputType": "${Kind}"})),
        machine(ItemReader={"Resource": "arn:aws:states:::s3:listObjectsV2", "Parameters": {"Bucket": "b"}}),
        machine(ItemReader={"Resource": "${Read}", "Parameters": PLACE}),
        machine(ItemBatcher={"MaxItemsPerBatch": 10, "MaxInputBytesPerBatch": 262_144}),
        machine(ItemBatcher={"MaxItemsPerBatchPath": "$.n", "BatchInput": {"a.$": "$.a"}}),
        machine("JSONata", ItemBatcher={"MaxItemsPerBatch": "{% $states.input.n %}"}),
        machine("JSONata", ItemReader={"Resource": READ, "Arguments": {"Bucket": "b", "Key": "k"}}),
        machine(ResultWriter={"WriterConfig": {"Transformation": "FLATTEN", "OutputType": "JSONL"}}),
        machine(ResultWriter={"Resource": WRITE, "Parameters": {"Bucket": "b", "Prefix": "p"}}),
        machine(Label="Größe-1_x.y"),
    ],
    ids=json.dumps,
)
def test_it_is_taken(definition):
    assert check(read(definition)) == []
    assert [finding for finding in lint(definition) if finding.severity == ERROR] == []
    if "${" not in json.dumps(definition):
        definitions.accept(json.dumps(definition), "STANDARD")


@pytest.mark.parametrize(
    ("definition", "place", "words"),
    [
        (
            machine(ItemReader=reader(ReaderConfig={"InputType": "XML"})),
            "ItemReader.ReaderConfig.InputType",
            "XML",
        ),
        (
            machine(ItemReader=reader(ReaderConfig={"CSVHeaderLocation": "LAST_ROW"})),
            *("ItemReader.ReaderConfig.CSVHeaderLocation", "LAST_ROW"),
        ),
        (
            machine(ItemReader=reader(ReaderConfig={"MaxItems": 1, "MaxItemsPath": "$.n"})),
            *("ItemReader.ReaderConfig", "More than one of MaxItems and MaxItemsPath"),
        ),
        (machine(ItemReader={"Parameters": PLACE}), "ItemReader", "Resource is missing in ItemReader"),
        (
            machine(ItemReader=reader(Resource=READ + "s")),
            "ItemReader.Resource",
            "ItemReader has no such call",
        ),
        (machine(ItemReader=reader(Foo=1)), "ItemReader.Foo", "no meaning"),
        (machine("JSONata", ItemReader=reader()), "ItemReader.Parameters", "belongs to JSONPath"),
        (machine(ItemBatcher={}), "ItemBatcher", "does not say how large"),
        (machine(ItemBatcher={"MaxItemsPerBatch": 0}), "ItemBatcher.MaxItemsPerBatch", "is 0"),
        (
            machine(ItemBatcher={"MaxInputBytesPerBatch": 262_145}),
            *("ItemBatcher.MaxInputBytesPerBatch", "is 262145"),
        ),
        (
            machine(ItemBatcher={"MaxItemsPerBatch": 1, "MaxItemsPerBatchPath": "$.n"}),
            *("ItemBatcher", "More than one of"),
        ),
        (machine(ResultWriter={}), "ResultWriter", "neither where nor how"),
        (machine(ResultWriter={"Resource": READ}), "ResultWriter.Resource", "ResultWriter has no such call"),
        (
            machine(ResultWriter={"WriterConfig": {"Transformation": "ZIP"}}),
            *("ResultWriter.WriterConfig.Transformation", "ZIP"),
        ),
        *((machine(Label=f"a{sign}b"), "Label", "Its Label is") for sign in ' ?*<{[:;,\\|^~$#%&`"\x01\x7f'),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_it_is_refused_and_told(definition, place, words):
    [finding] = [finding for finding in lint(definition) if finding.severity == ERROR]
    assert (finding.path, words in finding.what) == (f"States.M.{place}", True), finding
    with pytest.raises(ApiError, match="InvalidDefinition"):
        definitions.accept(json.dumps(definition), "STANDARD")
