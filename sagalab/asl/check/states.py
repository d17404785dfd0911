"""One part of a definition against the table of fields: what is missing, unknown, or of the wrong kind."""

from collections.abc import Iterator, Mapping
from typing import Any

from sagalab.asl.check import fields
from sagalab.asl.check.choices import other_language
from sagalab.asl.check.fields import JSONATA, JSONPATH, Field
from sagalab.asl.check.problem import SCHEMA, Problem
from sagalab.asl.document import State
from sagalab.asl.expressions import is_jsonata
from sagalab.asl.placeholder import has_placeholder
from sagalab.asl.source import Path


def check_part(
    body: Mapping[str, Any], table: Mapping[str, Field], place: Path, language: str, kind: str = "Task"
) -> Iterator[Problem]:
    """Yield the fields of a part that the table does not know, and those whose value is of the wrong kind."""
    for name, value in body.items():
        field = table.get(name)
        if field is None or kind not in field.states:
            yield Problem(SCHEMA, f"Field '{name}' is not supported", (*place, str(name)))
        elif field.language not in (None, language):
            yield Problem(SCHEMA, other_language(name, language, str(field.language)), (*place, name))
        elif isinstance(value, str) and has_placeholder(value):
            continue
        elif language == JSONATA and field.computed and is_jsonata_like(value):
            continue
        elif wrong := field.kind(value):
            yield Problem(SCHEMA, wrong.replace("{name}", name), (*place, name))


def is_jsonata_like(value: Any) -> bool:
    """Tell whether a value is JSONata, or a try at it (texts.py says what is wrong with the braces)."""
    return (
        is_jsonata(value)
        or isinstance(value, str)
        and (value.strip().startswith("{%") or value.strip().endswith("%}"))
    )


def check_state(state: State, machine_language: str) -> Iterator[Problem]:
    """Yield what is wrong with a state's own fields, its retriers and its catchers."""
    body, place = state.body, state.path
    if state.type not in fields.TYPES:
        if wrong := fields.STATE["Type"].kind(state.type):
            yield Problem(SCHEMA, wrong.replace("{name}", "Type"), (*place, "Type"))
        return
    own = body.get("QueryLanguage")
    if machine_language == JSONATA and own == JSONPATH:
        words = "'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine"
        yield Problem(SCHEMA, words, (*place, "QueryLanguage"))
    yield from check_part(body, fields.STATE, place, state.query_language, state.type)
    missing = [name for name in fields.REQUIRED.get(state.type, ()) if name not in body]
    if state.type == "Map" and "ItemProcessor" not in body and "Iterator" not in body:
        missing.append("ItemProcessor")
    if missing:
        yield Problem(SCHEMA, f"These fields are required: [{', '.join(missing)}]", place)
    for names in fields.EXCLUSIVE.get(state.type, ()):
        given = [name for name in names if name in body]
        if len(given) > 1:
            yield Problem(SCHEMA, f"Only one of these fields can be used: [{', '.join(given)}]", place)
    if state.type == "Wait":
        given = [name for name in fields.WAITS_FOR if name in body]
        if len(given) != 1:
            yield Problem(SCHEMA, f"Exactly one of these fields is required: [{', '.join(fields.WAITS_FOR)}]", place)  # fmt: skip
    yield from _times(state)
    yield from _lists(state)


def _times(state: State) -> Iterator[Problem]:
    timeout, heartbeat = state.body.get("TimeoutSeconds"), state.body.get("HeartbeatSeconds")
    if isinstance(timeout, int) and isinstance(heartbeat, int) and heartbeat >= timeout:
        yield Problem(SCHEMA, "HeartbeatSeconds must be smaller than TimeoutSeconds", state.path)
    for retrier in state.retriers:
        delay, interval = retrier.body.get("MaxDelaySeconds"), retrier.body.get("IntervalSeconds", 1)
        if isinstance(delay, int) and isinstance(interval, int) and delay <= interval:
            yield Problem(SCHEMA, "MaxDelaySeconds must be greater than IntervalSeconds", retrier.path)


def _lists(state: State) -> Iterator[Problem]:
    for name, table, required in (
        ("Retry", fields.RETRIER, ("ErrorEquals",)),
        ("Catch", fields.CATCHER, ("ErrorEquals", "Next")),
    ):
        listed = state.body.get(name)
        if not isinstance(listed, list) or state.type not in fields.STATE[name].states:
            continue
        for index, item in enumerate(listed):
            place = (*state.path, name, index)
            if not isinstance(item, dict):
                yield Problem(SCHEMA, "Expected value of type Object", place)
                continue
            missing = [field for field in required if field not in item]
            if missing:
                yield Problem(SCHEMA, f"These fields are required: [{', '.join(missing)}]", place)
            yield from check_part(item, table, place, state.query_language)
            errors = item.get("ErrorEquals")
            if isinstance(errors, list) and "States.ALL" in errors:
                if len(errors) > 1 or index < len(listed) - 1:
                    at = (*place, "ErrorEquals", errors.index("States.ALL"))
                    yield Problem(SCHEMA, "States.ALL must appear alone and at end of list", at)
