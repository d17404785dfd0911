"""What a distributed Map reads, groups and writes: ItemReader, ItemBatcher and ResultWriter.

Sources: https://states-language.net/spec.html#map-state and
https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemreader.html, …-itembatcher.html and
…-resultwriter.html. ReaderConfig may have fields beside these: the specification leaves them to the interpreter.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from sagalab.asl.check import fields, words
from sagalab.asl.check.problem import SCHEMA, Problem
from sagalab.asl.check.states import check_one_of, check_part
from sagalab.asl.check.words import Kind, Words
from sagalab.asl.document import State
from sagalab.asl.placeholder import has_placeholder
from sagalab.asl.source import Path

_READS = re.compile(r"arn:[^:]+:states:::s3:(?:getObject|listObjectsV2)")
_WRITES = re.compile(r"arn:[^:]+:states:::s3:putObject")
_MOST_ITEMS = (
    ("MaxItemsPerBatch", "MaxItemsPerBatchPath"),
    ("MaxInputBytesPerBatch", "MaxInputBytesPerBatchPath"),
)
_LIMITS = tuple(name for names in _MOST_ITEMS for name in names)


def check_map(state: State) -> Iterator[Problem]:
    """Yield what is wrong in a Map's ItemReader, ItemBatcher and ResultWriter."""
    language = state.query_language
    for name, table, call in (
        ("ItemReader", fields.ITEM_READER, _READS),
        ("ItemBatcher", fields.ITEM_BATCHER, None),
        ("ResultWriter", fields.RESULT_WRITER, _WRITES),
    ):
        body, place = state.body.get(name), (*state.path, name)
        if not isinstance(body, dict):
            continue
        yield from check_part(body, table, place, language)
        if call is not None:
            yield from _call(body, place, call)
    reader, batcher, writer = (state.body.get(name) for name in ("ItemReader", "ItemBatcher", "ResultWriter"))
    if isinstance(reader, dict):
        if "Resource" not in reader:
            yield Problem(SCHEMA, words.missing("Resource"), (*state.path, "ItemReader"))
        yield from _config(state, "ItemReader", "ReaderConfig", fields.READER_CONFIG)
    if isinstance(batcher, dict):
        place = (*state.path, "ItemBatcher")
        for names in _MOST_ITEMS:
            yield from check_one_of(batcher, names, place, needed=False)
        if not any(name in batcher for name in _LIMITS):
            yield Problem(SCHEMA, words.none_of(_LIMITS), place)
    if isinstance(writer, dict):
        if not {"Resource", "WriterConfig"} & set(writer):
            names = ("WriterConfig", "Resource")
            yield Problem(SCHEMA, words.none_of(names), (*state.path, "ResultWriter"))
        yield from _config(state, "ResultWriter", "WriterConfig", fields.WRITER_CONFIG)


def _call(body: Mapping[str, Any], place: Path, known: re.Pattern[str]) -> Iterator[Problem]:
    resource = body.get("Resource")
    if isinstance(resource, str) and not has_placeholder(resource) and not known.fullmatch(resource):
        said = Words(f"The resource provided {resource} is not recognized.", Kind.RESOURCE)
        yield Problem(SCHEMA, said, (*place, "Resource"))


def _config(state: State, part: str, name: str, table: Mapping[str, fields.Field]) -> Iterator[Problem]:
    config, place = state.body[part].get(name), (*state.path, part, name)
    if not isinstance(config, dict):
        return
    known = {field: value for field, value in config.items() if field in table}
    yield from check_part(known, table, place, state.query_language)
    yield from check_one_of(config, ("MaxItems", "MaxItemsPath"), place, needed=False)
