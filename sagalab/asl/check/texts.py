"""Paths, functions and JSONata in a state: what AWS refuses of them before a machine runs.

Sources: https://states-language.net/spec.html (Paths, Reference Paths, Payload Template) and
https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html (JSONata).
"""

from collections.abc import Iterator
from typing import Any

from sagalab.asl import intrinsics, paths
from sagalab.asl.check.jsonata_text import Unreadable, look_at
from sagalab.asl.check.problem import BAD_JSONATA, SCHEMA, UNSUPPORTED_JSONATA, Problem
from sagalab.asl.document import State
from sagalab.asl.expressions import Expression, expressions, is_jsonata, kind_of
from sagalab.asl.placeholder import fill, has_placeholder
from sagalab.asl.reference_path import is_reference_path


def _has_result(found: Expression) -> bool:
    """$states.result exists once the state has done its work: in its own Assign and Output."""
    return found.path[0] in ("Assign", "Output") and found.state.type in ("Task", "Parallel", "Map", "Pass")


def _has_error(found: Expression) -> bool:
    """$states.errorOutput exists in a catcher's Assign and Output."""
    return found.path[0] == "Catch" and len(found.path) > 2 and found.path[2] in ("Assign", "Output")


# "will be caught at creation, update, or validation of the state machine" (transforming-data.html)
_ONLY_IN = {"result": _has_result, "errorOutput": _has_error}


def check_texts(state: State) -> Iterator[Problem]:
    """Yield what is wrong with the texts of a state that AWS reads: paths, functions, JSONata."""
    for found in expressions(state):
        if state.is_jsonata:
            yield from _jsonata(found)
        else:
            yield from _jsonpath(found)
    if not state.is_jsonata:
        yield from _duplicates(state)


def _jsonata(found: Expression) -> Iterator[Problem]:
    if found.taken != "jsonata":
        return
    text, place = found.text, (*found.state.path, *found.path)
    bare = text.strip()
    if not is_jsonata(text):
        if bare.startswith("{%") or bare.endswith("%}"):
            yield Problem(BAD_JSONATA, "A JSONata expression must start with '{%' and end with '%}'", place)
        return
    try:
        seen = look_at(fill(text[2:-2]))
    except Unreadable as error:
        yield Problem(BAD_JSONATA, str(error), place)
        return
    for name in seen.at_the_top:
        yield Problem(UNSUPPORTED_JSONATA, f"Reference to '{name}' at the top level is not supported", place)
    for name in seen.states_fields:
        if name in _ONLY_IN and not _ONLY_IN[name](found):
            words = f"Reference to '$states.{name}' is not supported here"
            yield Problem(UNSUPPORTED_JSONATA, words, place)
    if "eval" in seen.called:
        yield Problem(UNSUPPORTED_JSONATA, "Function '$eval' is not supported", place)


def _jsonpath(found: Expression) -> Iterator[Problem]:
    place = (*found.state.path, *found.path)
    text, key = found.text, found.key
    if found.taken in ("value", "plain") or has_placeholder(text):
        return
    if found.taken == "reference path":
        if key == "ResultPath" and kind_of(text) != "path":
            yield Problem(SCHEMA, "Value is not a Reference Path", place)
        elif not is_reference_path(text):
            yield Problem(SCHEMA, "Value is not a Reference Path", place)
    elif found.taken == "path":
        if not _is_path(text):
            yield Problem(SCHEMA, "Value is not a valid JSONPath", place)
    elif not (_is_path(text) or _is_function(text)):
        yield Problem(
            SCHEMA,
            f"The value for the field '{key}' must be a valid JSONPath or a valid intrinsic function call",
            place,
        )


def _is_path(text: str) -> bool:
    """Tell whether a text is a path of the input, the context ($$) or a variable ($name)."""
    if kind_of(text) not in ("path", "context", "variable"):
        return False
    if is_reference_path(text):
        return True
    rest = text[1:] if text.startswith("$$") else text
    if kind_of(text) == "variable":
        head = next((i for i, sign in enumerate(text) if sign in ".["), len(text))
        rest = "$" + text[head:]
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


def _duplicates(state: State) -> Iterator[Problem]:
    """A payload template that gives one field twice: `note` and `note.$`."""
    todo: list[tuple[Any, tuple[str | int, ...]]] = [
        (state.body[name], (*state.path, name))
        for name in ("Parameters", "ResultSelector", "ItemSelector", "Assign")
        if name in state.body
    ]
    while todo:
        value, place = todo.pop()
        if isinstance(value, dict):
            for name in value:
                if isinstance(name, str) and name.endswith(".$") and name[:-2] in value:
                    yield Problem(SCHEMA, f"The field '{name[:-2]}' is given twice, also as '{name}'", place)
            todo += [(item, (*place, str(name))) for name, item in value.items()]
        elif isinstance(value, list):
            todo += [(item, (*place, index)) for index, item in enumerate(value)]
