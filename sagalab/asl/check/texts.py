"""Paths, functions and JSONata in a state: what AWS refuses of them before a machine runs.

Sources: https://states-language.net/spec.html (Paths, Reference Paths, Payload Template) and
https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html (JSONata).
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from sagalab.asl import intrinsics, paths
from sagalab.asl.check import words
from sagalab.asl.check.problem import BAD_JSONATA, SCHEMA, UNSUPPORTED_JSONATA, Problem
from sagalab.asl.check.references import Unreadable, look_at
from sagalab.asl.check.words import Kind, Words
from sagalab.asl.document import State
from sagalab.asl.expressions import Expression, expressions, is_jsonata, kind_of
from sagalab.asl.parts import Catcher, ChoiceRule
from sagalab.asl.placeholder import fill, has_placeholder
from sagalab.asl.reference_path import is_reference_path
from sagalab.asl.source import Path

_VARIABLE = re.compile(r"^\$[^\W\d]\w*")


def _has_result(found: Expression) -> bool:
    """$states.result exists once the state has done its work: in its own Assign and Output."""
    return found.path[0] in ("Assign", "Output") and found.state.type in ("Task", "Parallel", "Map", "Pass")


def _has_error(found: Expression) -> bool:
    """$states.errorOutput exists in a catcher's Assign and Output."""
    return found.path[0] == "Catch" and len(found.path) > 2 and found.path[2] in ("Assign", "Output")


def _everywhere(found: Expression) -> bool:
    return True


def _nowhere(found: Expression) -> bool:
    return False


# "will be caught at creation, update, or validation of the state machine" (transforming-data.html)
_STATES_FIELDS = {
    "input": _everywhere,
    "context": _everywhere,
    "result": _has_result,
    "errorOutput": _has_error,
}


def check_texts(state: State) -> Iterator[Problem]:
    """Yield what is wrong with the texts of a state that AWS reads: paths, functions, JSONata."""
    for found in expressions(state):
        if state.is_jsonata:
            yield from _jsonata(found)
        else:
            yield from _jsonpath(found)
    if not state.is_jsonata:
        yield from _templates(state)


def _jsonata(found: Expression) -> Iterator[Problem]:
    if found.taken != "jsonata":
        return
    text, place = found.text, (*found.state.path, *found.path)
    bare = text.strip()
    if not is_jsonata(text):
        if (bare.startswith("{%") or bare.endswith("%}")) and not has_placeholder(text):
            yield Problem(SCHEMA, words.NO_BRACES, place)
        return
    try:
        seen = look_at(fill(text[2:-2]))
    except Unreadable as error:
        yield Problem(BAD_JSONATA, str(error), place)
        return
    for name in seen.at_the_top:
        yield Problem(
            UNSUPPORTED_JSONATA,
            Words(f"Reference to '{name}' at the top level is not supported.", Kind.REFERENCE, name),
            place,
        )
    if seen.reads_root:
        yield Problem(
            UNSUPPORTED_JSONATA, Words("Reference to '$$' is not supported.", Kind.REFERENCE, "$$"), place
        )
    for name in seen.states_fields:
        if not _STATES_FIELDS.get(name, _nowhere)(found):
            yield Problem(
                UNSUPPORTED_JSONATA,
                Words(f"Field '$states.{name}' does not exist.", Kind.STATES_FIELD, name),
                place,
            )


def _jsonpath(found: Expression) -> Iterator[Problem]:
    place = (*found.state.path, *found.path)
    text, key = found.text, found.key
    if found.taken in ("value", "plain") or has_placeholder(text):
        return
    if found.taken == "path or function":
        if _is_path(text) or _is_function(text):
            return
        if key.endswith(".$"):
            said = Words(
                f"The value for the field '{key}' must be a valid JSONPath or a valid intrinsic function call",
                Kind.PATH,
            )
            yield Problem(SCHEMA, said, place, at=(*found.state.path, found.path[0]))
        else:
            yield Problem(SCHEMA, words.NO_PATH, place)
    elif not text.startswith("$"):
        # what a Choice compares has words of its own (reported)
        yield Problem(SCHEMA, words.NO_START if found.path[0] == "Choices" else words.NO_PATH, place)
    elif found.taken == "reference path":
        if not is_reference_path(text) or key == "ResultPath" and kind_of(text) != "path":
            yield Problem(SCHEMA, words.NO_REFERENCE, place)
    elif not _is_path(text):
        yield Problem(SCHEMA, words.NO_PATH, place)


def _is_path(text: str) -> bool:
    """Tell whether a text is a path of the input, the context ($$) or a variable ($name)."""
    if kind_of(text) not in ("path", "context", "variable"):
        return False
    if is_reference_path(text):
        return True
    rest = text[1:] if text.startswith("$$") else text
    if kind_of(text) == "variable":
        rest = _VARIABLE.sub("$", text)
        if rest[1:2] not in ("", ".", "["):
            return False
    try:
        paths.compile(rest)
    except paths.PathError:
        return False
    return True


def _is_function(text: str) -> bool:
    def path(argument: str) -> Any:
        if not _is_path(argument):
            raise intrinsics.IntrinsicError(argument)
        return lambda env: None

    try:
        intrinsics.compile(text, path)
    except (intrinsics.IntrinsicError, paths.PathError):
        return False
    return True


def _templates(state: State) -> Iterator[Problem]:
    """Payload templates: one field given twice (`note` and `note.$`), and a `.$` whose value is no text."""
    todo: list[tuple[Any, Path]] = [
        (body[name], (*place, name))
        for body, place in _with_templates(state)
        for name in ("Parameters", "ResultSelector", "ItemSelector", "Assign", "BatchInput", "Credentials")
        if name in body
    ]
    while todo:
        value, place = todo.pop(0)
        if isinstance(value, dict):
            for name, item in value.items():
                if not name.endswith(".$"):
                    continue
                if name[:-2] in value:
                    yield Problem(
                        SCHEMA,
                        Words(
                            f"The field '{name[:-2]}' is given twice, also as '{name}'", Kind.TWICE, name[:-2]
                        ),
                        place,
                    )
                if not isinstance(item, str):
                    said = Words(
                        f"The value for the field '{name}' must be a STRING that contains a JSONPath",
                        Kind.PATH,
                    )
                    yield Problem(SCHEMA, said, (*place, name), at=place)
            todo += [(item, (*place, name)) for name, item in value.items()]
        elif isinstance(value, list):
            todo += [(item, (*place, index)) for index, item in enumerate(value)]


def _with_templates(state: State) -> Iterator[tuple[Mapping[str, Any], Path]]:
    yield state.body, state.path
    listed: list[Catcher | ChoiceRule] = [*state.catchers, *state.rules]
    for part in listed:
        yield part.body, part.path
    if isinstance(state.body.get("ItemBatcher"), dict):
        yield state.body["ItemBatcher"], (*state.path, "ItemBatcher")
