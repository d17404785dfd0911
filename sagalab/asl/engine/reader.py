"""ItemReader: the items in an object, by its ReaderConfig.

Source: https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemreader.html and the recordings
"""

import csv
import io
import json
from collections.abc import Mapping
from typing import Any

from sagalab.asl.engine.errors import ITEM_READER_FAILED, StateFailed

_DELIMITERS = {"COMMA": ",", "PIPE": "|", "SEMICOLON": ";", "SPACE": " ", "TAB": "\t"}


def items(text: str, config: Mapping[str, Any]) -> list[Any]:
    """Return the items of an object's text; raise States.ItemReaderFailed when it has none such.

    `config` is ReaderConfig: InputType JSON, JSONL or CSV, and so on; MaxItems is a number.
    """
    kind = config.get("InputType", "JSON")
    if kind == "CSV":
        found = _rows(text, config)
    elif kind == "JSONL":
        found = [_parsed(line) for line in text.splitlines() if line.strip()]
    else:
        found = _array(_parsed(text), config.get("ItemsPointer"))
    most = config.get("MaxItems")
    return found[:most] if most else found


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise StateFailed(ITEM_READER_FAILED, f"Unable to parse the object as JSON: {error}") from None


def _array(value: Any, pointer: str | None) -> list[Any]:
    for step in (pointer or "").split("/")[1:]:
        step = step.replace("~1", "/").replace("~0", "~")
        value = value.get(step) if isinstance(value, dict) else None
    if isinstance(value, dict) and pointer:
        return [{"Key": key, "Value": item} for key, item in value.items()]
    if not isinstance(value, list):
        raise StateFailed(ITEM_READER_FAILED, "Attempting to map over non-iterable node.")
    return value


def _rows(text: str, config: Mapping[str, Any]) -> list[Any]:
    delimiter = _DELIMITERS.get(config.get("CSVDelimiter", "COMMA"), ",")
    rows = [row for row in csv.reader(io.StringIO(text), delimiter=delimiter) if row]
    if config.get("CSVHeaderLocation") == "GIVEN":
        headers: list[str] = list(config.get("CSVHeaders") or ())
    else:
        headers, rows = (rows[0], rows[1:]) if rows else ([], [])
    if len(set(headers)) < len(headers):
        raise StateFailed(ITEM_READER_FAILED, "CSV headers cannot contain duplicates.")
    return [
        {header: row[index] if index < len(row) else "" for index, header in enumerate(headers)}
        for row in rows
    ]
