"""Templates of data: Parameters, ResultSelector, Arguments, Output, Assign and fields with one value.

Each is read once and becomes a function of an `Env`; a part without a path or an expression is a constant.
"""

from collections.abc import Callable, Mapping
from typing import Any

from sagalab.asl.engine import queries
from sagalab.asl.engine.env import Env
from sagalab.asl.engine.errors import StateFailed, query_error, runtime_error
from sagalab.asl.engine.history import json_text

Template = Callable[[Env], Any]


def is_expression(value: Any) -> bool:
    """Tell whether a text is a JSONata expression, {% … %}."""
    return isinstance(value, str) and value.startswith("{%") and value.endswith("%}")


def _constant(value: Any) -> Template:
    return lambda env: value


def template(node: Any, field: str, jsonata: bool) -> Template:
    """Return the function that fills a template in; `field` is its name in errors ("Arguments")."""
    made = _jsonata(node, field) if jsonata else _payload(node)
    return _constant(node) if made is None else made


def _jsonata(node: Any, field: str) -> Template | None:
    """Return None for a node that holds no expression."""
    if isinstance(node, str):
        return queries.jsonata(node[2:-2].strip(), field) if is_expression(node) else None
    if isinstance(node, Mapping):
        return _object({key: (item, _jsonata(item, f"{field}/{key}")) for key, item in node.items()})
    if isinstance(node, (list, tuple)):
        return _array([(item, _jsonata(item, f"{field}[{index}]")) for index, item in enumerate(node)])
    return None


def _payload(node: Any) -> Template | None:
    if isinstance(node, Mapping):
        parts: dict[str, tuple[Any, Template | None]] = {}
        for key, item in node.items():
            if key.endswith(".$") and isinstance(item, str):
                parts[key[:-2]] = (item, field_of_input(item, key))
            else:
                parts[key] = (item, _payload(item))
        return _object(parts)
    if isinstance(node, (list, tuple)):
        return _array([(item, _payload(item)) for item in node])
    return None


def _object(parts: dict[str, tuple[Any, Template | None]]) -> Template | None:
    if all(made is None for _, made in parts.values()):
        return None
    filled = [(key, made) for key, (_, made) in parts.items() if made is not None]
    if len(filled) == len(parts):
        if len(filled) == 1:
            name, only = filled[0]
            return lambda env: {name: only(env)}
        return lambda env: {key: made(env) for key, made in filled}
    base = {key: item for key, (item, _) in parts.items()}

    def fill(env: Env) -> dict[str, Any]:
        result = base.copy()
        for key, made in filled:
            result[key] = made(env)
        return result

    return fill


def _array(parts: list[tuple[Any, Template | None]]) -> Template | None:
    if all(made is None for _, made in parts):
        return None
    return lambda env: [item if made is None else made(env) for item, made in parts]


def field_of_input(text: str, field: str) -> Template:
    """Return a path or intrinsic function of a JSONPath field; what it does not find is States.Runtime."""
    query = queries.path_or_function(text)

    def find(env: Env) -> Any:
        try:
            return query(env)
        except queries.NotFound as missing:
            raise runtime_error(
                f"The JSONPath '{missing.path}' specified for the field '{field}' could not be found in the "
                f"input '{json_text(missing.root)}'"
            ) from None

    return find


def plain_path(text: str) -> Template:
    """Return a path of InputPath, OutputPath, ItemsPath or a …SecondsPath, with AWS's words when it finds
    nothing."""
    query = queries.path_or_function(text)

    def find(env: Env) -> Any:
        try:
            return query(env)
        except queries.NotFound as missing:
            raise runtime_error(f"Invalid path '{missing.path}' : {missing.reason}") from None

    return find


_KINDS: dict[type, str] = {
    type(None): "null",
    bool: "boolean",
    int: "number",
    float: "number",
    str: "string",
    list: "array",
    dict: "object",
}


def expected(value: Any, kind: str, expression: str, field: str) -> StateFailed:
    """Return the error of a JSONata field whose result has another type."""
    text = expression[2:-2].strip() if is_expression(expression) else expression
    return query_error(
        f"The JSONata expression '{text}' specified for the field '{field}' returned an unexpected result "
        f"type. Expected '{kind}', but was '{_KINDS.get(type(value), 'object')}' for value: "
        f"{json_text(value)}",
        field,
    )


def of_kind(made: Template, fits: Callable[[Any], bool], kind: str, expression: str, field: str) -> Template:
    """Return a field that is made by an expression, and that raises what AWS says of a result that does not fit."""

    def checked(env: Env) -> Any:
        result = made(env)
        if not fits(result):
            raise expected(result, kind, expression, field)
        return result

    return checked


def is_integer(value: Any) -> bool:
    """Tell whether a JSON value is a whole number (true is not)."""
    return isinstance(value, int) and not isinstance(value, bool)


def is_number(value: Any) -> bool:
    """Tell whether a JSON value is a number (true is not)."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def assignment(body: Mapping[str, Any], field: str, jsonata: bool) -> Template | None:
    """Return what Assign gives, by the names of variables; None without it."""
    given = body.get("Assign")
    if not given:
        return None
    made = template(given, field, jsonata)
    if not is_expression(given):
        return made
    return of_kind(made, lambda value: isinstance(value, dict), "object", given, field)


def number_field(body: Mapping[str, Any], name: str, jsonata: bool) -> Template | None:
    """Return a field that holds a number, or in JSONata an expression that gives one; None without it."""
    value = body.get(name)
    if value is None:
        return None
    if not (jsonata and is_expression(value)):
        return _constant(value)
    return of_kind(template(value, name, True), is_number, "number", value, name)
