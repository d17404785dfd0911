"""Which fields each part of a definition has: by state type and query language, and what each takes.

Source: https://states-language.net/spec.html#state-type-table and the pages of the state types in
https://docs.aws.amazon.com/step-functions/latest/dg/concepts-states.html; query languages:
https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html.
"""

from dataclasses import dataclass

from sagalab.asl.check import values
from sagalab.asl.check.values import Kind

TYPES = ("Task", "Wait", "Pass", "Succeed", "Fail", "Choice", "Parallel", "Map")  # in AWS's order
_ALL = frozenset(TYPES)
_WORKERS = frozenset({"Task", "Parallel", "Map"})
_GOES_ON = frozenset({"Task", "Pass", "Wait", "Parallel", "Map"})
_NOT_FAIL = _ALL - {"Fail"}
JSONPATH, JSONATA = "JSONPath", "JSONata"


@dataclass(frozen=True, slots=True)
class Field:
    """`language`: the only query language that has it (None: both). `computed`: in JSONata it may be {% … %}."""

    kind: Kind
    states: frozenset[str] = _ALL
    language: str | None = None
    computed: bool = False


_SECONDS = values.integer(1)
_FROM_0 = values.integer(0)
_COUNT = values.integer(0, None)  # AWS takes any, and caps it when it runs
_PERCENTAGE = values.number(0, 100)


def _of(*states: str) -> frozenset[str]:
    return frozenset(states)


STATE: dict[str, Field] = {
    "Type": Field(values.state_type(*TYPES)),
    "Comment": Field(values.text),
    "QueryLanguage": Field(values.one_of(JSONPATH, JSONATA)),
    "Next": Field(values.text, _GOES_ON),
    "End": Field(values.boolean, _GOES_ON),
    "InputPath": Field(values.nullable_text, _NOT_FAIL, JSONPATH),
    "OutputPath": Field(values.nullable_text, _NOT_FAIL, JSONPATH),
    "Parameters": Field(values.anything, _WORKERS | {"Pass"}, JSONPATH),
    "ResultSelector": Field(values.obj, _WORKERS, JSONPATH),
    "ResultPath": Field(values.nullable_text, _WORKERS | {"Pass"}, JSONPATH),
    "Result": Field(values.anything, _of("Pass"), JSONPATH),
    "Arguments": Field(values.anything, _of("Task", "Parallel"), JSONATA),
    "Output": Field(values.anything, _NOT_FAIL, JSONATA),
    "Assign": Field(values.obj, _NOT_FAIL - {"Succeed"}, computed=True),
    "Retry": Field(values.array, _WORKERS),
    "Catch": Field(values.array, _WORKERS),
    "Resource": Field(values.text, _of("Task")),
    "TimeoutSeconds": Field(_SECONDS, _of("Task"), computed=True),
    "TimeoutSecondsPath": Field(values.text, _of("Task"), JSONPATH),
    "HeartbeatSeconds": Field(_SECONDS, _of("Task"), computed=True),
    "HeartbeatSecondsPath": Field(values.text, _of("Task"), JSONPATH),
    "Credentials": Field(values.obj, _of("Task"), computed=True),
    "Choices": Field(values.array, _of("Choice")),
    "Default": Field(values.text, _of("Choice")),
    "Seconds": Field(_FROM_0, _of("Wait"), computed=True),
    "SecondsPath": Field(values.text, _of("Wait"), JSONPATH),
    "Timestamp": Field(values.timestamp, _of("Wait"), computed=True),
    "TimestampPath": Field(values.text, _of("Wait"), JSONPATH),
    "Error": Field(values.text, _of("Fail"), computed=True),
    "ErrorPath": Field(values.text, _of("Fail"), JSONPATH),
    "Cause": Field(values.text, _of("Fail"), computed=True),
    "CausePath": Field(values.text, _of("Fail"), JSONPATH),
    "Branches": Field(values.array, _of("Parallel")),
    "ItemProcessor": Field(values.obj, _of("Map")),
    "Iterator": Field(values.obj, _of("Map")),
    "ItemsPath": Field(values.text, _of("Map"), JSONPATH),
    "Items": Field(values.array_or_object, _of("Map"), JSONATA, computed=True),
    "ItemSelector": Field(values.anything, _of("Map")),
    "ItemReader": Field(values.obj, _of("Map")),
    "ItemBatcher": Field(values.obj, _of("Map")),
    "ResultWriter": Field(values.obj, _of("Map")),
    "MaxConcurrency": Field(_COUNT, _of("Map"), computed=True),
    "MaxConcurrencyPath": Field(values.text, _of("Map"), JSONPATH),
    "ToleratedFailureCount": Field(_COUNT, _of("Map"), computed=True),
    "ToleratedFailureCountPath": Field(values.text, _of("Map"), JSONPATH),
    "ToleratedFailurePercentage": Field(_PERCENTAGE, _of("Map"), computed=True),
    "ToleratedFailurePercentagePath": Field(values.text, _of("Map"), JSONPATH),
    "Label": Field(values.text, _of("Map")),
}
REQUIRED = {"Task": ("Resource",), "Choice": ("Choices",), "Parallel": ("Branches",)}
EXCLUSIVE: dict[str, tuple[tuple[str, ...], ...]] = {  # fields of which a state has one at most
    "Task": (("TimeoutSeconds", "TimeoutSecondsPath"), ("HeartbeatSeconds", "HeartbeatSecondsPath")),
    "Fail": (("Error", "ErrorPath"), ("Cause", "CausePath")),
    "Map": (
        ("MaxConcurrency", "MaxConcurrencyPath"),
        ("ToleratedFailureCount", "ToleratedFailureCountPath"),
        ("ToleratedFailurePercentage", "ToleratedFailurePercentagePath"),
        ("ItemSelector", "Parameters"),
    ),
}
WAITS_FOR = ("SecondsPath", "Seconds", "TimestampPath", "Timestamp")  # in AWS's order

MACHINE: dict[str, Field] = {
    "Comment": Field(values.text),
    "QueryLanguage": Field(values.one_of(JSONPATH, JSONATA)),
    "Version": Field(values.one_of("1.0")),
    "TimeoutSeconds": Field(_FROM_0),  # 0 is taken here (measured), not in a Task
    "StartAt": Field(values.text),
    "States": Field(values.obj),
}
BRANCH: dict[str, Field] = {
    "Comment": Field(values.text),
    "StartAt": Field(values.text),
    "States": Field(values.obj),
}
PROCESSOR: dict[str, Field] = {**BRANCH, "ProcessorConfig": Field(values.obj)}
PROCESSOR_CONFIG: dict[str, Field] = {
    "Mode": Field(values.one_of("INLINE", "DISTRIBUTED")),
    "ExecutionType": Field(values.one_of("STANDARD", "EXPRESS")),
}
RETRIER: dict[str, Field] = {
    "ErrorEquals": Field(values.errors),
    "IntervalSeconds": Field(_FROM_0),  # 0 is taken (measured)
    "MaxAttempts": Field(_FROM_0),
    "BackoffRate": Field(values.number(1)),
    "MaxDelaySeconds": Field(values.integer(1, values.LONGEST_DELAY_SECONDS)),
    "JitterStrategy": Field(values.one_of("NONE", "FULL")),
    "Comment": Field(values.text),
}
CATCHER: dict[str, Field] = {
    "ErrorEquals": Field(values.errors),
    "Next": Field(values.text),
    "ResultPath": Field(values.nullable_text, language=JSONPATH),
    "Assign": Field(values.obj, computed=True),
    "Output": Field(values.anything, language=JSONATA),
    "Comment": Field(values.text),
}
ITEM_READER: dict[str, Field] = {
    "Resource": Field(values.text),
    "ReaderConfig": Field(values.obj),
    "Parameters": Field(values.anything, language=JSONPATH),
    "Arguments": Field(values.anything, language=JSONATA),
}
READER_CONFIG: dict[str, Field] = {
    "InputType": Field(values.one_of("CSV", "JSON", "JSONL", "MANIFEST", "PARQUET")),
    "CSVHeaderLocation": Field(values.one_of("FIRST_ROW", "GIVEN")),
    "CSVHeaders": Field(values.array),
    "MaxItems": Field(_COUNT, computed=True),  # 0 is taken as none
    "MaxItemsPath": Field(values.text, language=JSONPATH),
}
ITEM_BATCHER: dict[str, Field] = {
    "BatchInput": Field(values.anything),
    "MaxItemsPerBatch": Field(values.integer(1, None), computed=True),
    "MaxItemsPerBatchPath": Field(values.text, language=JSONPATH),
    "MaxInputBytesPerBatch": Field(values.integer(1, 262_144), computed=True),
    "MaxInputBytesPerBatchPath": Field(values.text, language=JSONPATH),
}
RESULT_WRITER: dict[str, Field] = {
    "Resource": Field(values.text),
    "Parameters": Field(values.anything, language=JSONPATH),
    "Arguments": Field(values.anything, language=JSONATA),
    "WriterConfig": Field(values.obj),
}
WRITER_CONFIG: dict[str, Field] = {
    "Transformation": Field(values.one_of("NONE", "COMPACT", "FLATTEN")),
    "OutputType": Field(values.one_of("JSON", "JSONL")),
}
