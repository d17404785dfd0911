"""One part of a definition against the table of fields: what is missing, unknown, or of the wrong kind."""

from collections.abc import Container, Iterator, Mapping, Sequence
from typing import Any

from sagalab.asl.check import fields, words
from sagalab.asl.check.fields import JSONATA, JSONPATH, Field
from sagalab.asl.check.problem import SCHEMA, Problem
from sagalab.asl.check.words import Kind, Words
from sagalab.asl.document import PROCESSORS, State
from sagalab.asl.expressions import is_jsonata
from sagalab.asl.placeholder import has_placeholder
from sagalab.asl.source import Path


def check_part(
    body: Mapping[str, Any], table: Mapping[str, Field], place: Path, language: str | None, kind: str = "Task"
) -> Iterator[Problem]:
    """Yield the fields of a part that the table does not know, and those whose value is of the wrong kind.

    `language` None: fields of either query language are taken (AWS says no more of a state whose
    QueryLanguage it refuses; measured).
    """
    for name, value in body.items():
        field = table.get(name)
        if field is None or kind not in field.states:
            yield Problem(SCHEMA, words.unsupported(str(name)), (*place, str(name)), at=place)
        elif language is not None and field.language not in (None, language):
            said = words.other_language(name, language, str(field.language))
            yield Problem(SCHEMA, said, (*place, name), at=place)
        elif has_placeholder(value):
            continue
        elif language == JSONATA and field.computed and is_jsonata_like(value):
            continue
        elif wrong := field.kind(value):
            yield Problem(SCHEMA, wrong, (*place, name))


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
        wrong = None if has_placeholder(state.type) else fields.STATE["Type"].kind(state.type)
        if wrong:
            yield Problem(SCHEMA, wrong, (*place, "Type"))
        return
    language: str | None = state.query_language
    if machine_language == JSONATA and body.get("QueryLanguage") == JSONPATH:
        said = Words(
            "'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine", Kind.LANGUAGE
        )
        yield Problem(SCHEMA, said, (*place, "QueryLanguage"), at=place)
        language = None
    yield from check_part(body, fields.STATE, place, language, state.type)
    missing = [name for name in fields.REQUIRED.get(state.type, ()) if name not in body]
    if missing:
        yield Problem(SCHEMA, words.missing(*missing), place)
    for names in fields.EXCLUSIVE.get(state.type, ()):
        yield from check_one_of(body, names, place, needed=False)
    if state.type == "Wait":
        yield from check_one_of(body, fields.WAITS_FOR, place)
    if state.type == "Map":
        yield from check_one_of(body, PROCESSORS, place)
    yield from _times(state)
    yield from _lists(state)


def check_one_of(
    body: Container[str], names: Sequence[str], place: Path, *, needed: bool = True
) -> Iterator[Problem]:
    """Yield the problem of a part that has several of some fields, or (when `needed`) none of them."""
    count = sum(name in body for name in names)
    if count > 1:
        yield Problem(SCHEMA, words.several(names), place)
    elif count == 0 and needed:
        yield Problem(SCHEMA, words.none_of(names), place)


def _times(state: State) -> Iterator[Problem]:
    timeout, heartbeat = state.body.get("TimeoutSeconds"), state.body.get("HeartbeatSeconds")
    if isinstance(timeout, int) and isinstance(heartbeat, int) and heartbeat >= timeout:
        yield Problem(SCHEMA, "HeartbeatSeconds must be smaller than TimeoutSeconds", state.path)


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
                yield Problem(SCHEMA, words.wrong_type("OBJECT"), place)
                continue
            missing = [field for field in required if field not in item]
            if missing:
                yield Problem(SCHEMA, words.missing(*missing), place)
            yield from check_part(item, table, place, state.query_language)
            errors = item.get("ErrorEquals")
            if isinstance(errors, list) and "States.ALL" in errors:
                if len(errors) > 1 or index < len(listed) - 1:
                    at = (*place, "ErrorEquals", errors.index("States.ALL"))
                    yield Problem(SCHEMA, words.NOT_LAST, at)
