"""ItemReader: the items in an object's text."""

import pytest

from sagalab.asl.engine import reader
from sagalab.asl.engine.errors import StateFailed

GIVEN = {"InputType": "CSV", "CSVHeaderLocation": "GIVEN"}


@pytest.mark.parametrize(
    ("text", "config", "expected"),
    [
        ("[1, 2, 3]", {"InputType": "JSON"}, [1, 2, 3]),
        ("[1, 2, 3]", {"InputType": "JSON", "MaxItems": 2}, [1, 2]),
        ('{"a": {"b/c": [1]}}', {"InputType": "JSON", "ItemsPointer": "/a/b~1c"}, [1]),
        ('{"x": 1}\n\n{"x": 2}\n', {"InputType": "JSONL"}, [{"x": 1}, {"x": 2}]),
        (
            "h,i\n1,2\n3\n",
            {"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW"},
            [{"h": "1", "i": "2"}, {"h": "3", "i": ""}],
        ),
        ("1;2;3\n", {**GIVEN, "CSVHeaders": ["h"], "CSVDelimiter": "SEMICOLON"}, [{"h": "1"}]),
        ("", {"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW"}, []),
    ],
)
def test_items_are_found(text, config, expected):
    assert reader.items(text, config) == expected


@pytest.mark.parametrize(
    ("text", "config", "words"),
    [
        ('{"a": 1}', {"InputType": "JSON"}, "Attempting to map over non-iterable node."),
        ("{", {"InputType": "JSON"}, "Unable to parse"),
        ("1,2\n", {**GIVEN, "CSVHeaders": ["h", "h"]}, "CSV headers cannot contain duplicates."),
    ],
)
def test_what_holds_no_items_is_said_as_aws_does(text, config, words):
    with pytest.raises(StateFailed) as failed:
        reader.items(text, config)
    assert failed.value.error == "States.ItemReaderFailed"
    assert words in failed.value.cause
