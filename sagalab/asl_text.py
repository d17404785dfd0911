"""ASL text, JSON or YAML, to a definition; a syntax error carries its line, its column and a caret."""

import json
import re

import yaml

from sagalab.errors import SagaLabError

_TOKEN = re.compile(r'"(?:\\.|[^"\\])*"|[{}\[\],:]')


class AslSyntaxError(SagaLabError):
    """The text cannot be read. `line` and `column` count from 1; `snippet` is that line and a caret."""

    def __init__(self, problem: str, text: str, line: int, column: int, cure: str = ""):
        lines = text.splitlines()
        shown = lines[line - 1].expandtabs(1) if line <= len(lines) else ""
        gutter = f"{line} | "
        self.problem = problem
        self.line = line
        self.column = column
        self.snippet = f"{gutter}{shown}\n{' ' * (len(gutter) + column - 1)}^"
        self.advice = cure
        super().__init__(f"line {line}, column {column}: {problem}\n{self.snippet}", cure)


def parse(text: str) -> object:
    """Return the value that `text` holds: JSON when it begins with a brace or a bracket, else YAML.

    A key that stands twice in one object is an error too: a plain reader would drop the first
    one without a word, and with it a state. Raises AslSyntaxError.
    """
    if text.lstrip("\ufeff \t\r\n")[:1] in ("{", "["):
        return _parse_json(text.removeprefix("\ufeff"))
    return _parse_yaml(text)


def _parse_json(text: str) -> object:
    try:
        value = json.loads(text, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        problem, position, cure = _explain_json(error, text)
        raise _at(problem, text, position, cure) from None
    except RecursionError:
        raise AslSyntaxError("it is nested too deeply to be read", text, 1, 1) from None
    except _NotJsonNumber as error:
        position = text.find(str(error))
        raise _at(
            f"{error} is not a number in JSON", text, max(position, 0), "Write a finite number."
        ) from None
    _refuse_duplicates(text)
    return value


class _NotJsonNumber(ValueError):
    pass


def _no_constant(name: str) -> None:
    raise _NotJsonNumber(name)


def _at(problem: str, text: str, position: int, cure: str) -> AslSyntaxError:
    line = text.count("\n", 0, position) + 1
    column = position - (text.rfind("\n", 0, position) + 1) + 1
    return AslSyntaxError(problem, text, line, column, cure)


def _explain_json(error: json.JSONDecodeError, text: str) -> tuple[str, int, str]:
    """Return what is wrong in plain words, the position of the character at fault, and the cure."""
    position = error.pos
    before = text[:position].rstrip()
    here = text[position : position + 1]
    if error.msg.startswith("Illegal trailing comma"):
        return "a comma before a closing bracket", position, "Delete this comma."
    if before.endswith(",") and here in ("}", "]"):
        return "a comma before a closing bracket", len(before) - 1, "Delete this comma."
    if error.msg.startswith("Expecting ',' delimiter"):
        if not here:
            return "the text ends before all brackets are closed", len(before), "Close every { and [."
        if text.count("\n", len(before), position):
            return "a comma is missing at the end of this line", len(before), "Add a comma here."
        return "a comma or a closing bracket is missing", position, "Add a comma between two entries."
    if error.msg.startswith("Expecting ':' delimiter"):
        return "a colon is missing after the name", position, 'An entry is written "Name": value.'
    if error.msg.startswith("Expecting property name"):
        if not here:
            return "the text ends before all brackets are closed", len(before), "Close every { and [."
        return "a name in double quotes is expected", position, 'Every name stands in double quotes: "Next".'
    if error.msg.startswith("Expecting value"):
        if not here:
            return "the text ends where a value is expected", len(before), "Add the value."
        return (
            "a value is expected",
            position,
            'A value is "text" in double quotes, a number, true, false, null, {…} or […].',
        )
    if error.msg.startswith("Unterminated string"):
        return "this string is never closed", position, "Add the closing double quote."
    if error.msg.startswith("Invalid control character"):
        return (
            "a string may not run over the end of the line",
            position,
            "Close the string on its line, write \\n for a line end, or write the machine in YAML.",
        )
    if error.msg.startswith("Invalid \\"):
        return "a backslash that JSON does not know", position, "Write \\\\ for one backslash."
    if error.msg.startswith("Extra data"):
        return (
            "there is text after the end of the machine",
            position,
            "Delete it, or look for one } too many.",
        )
    return error.msg, position, ""


def _refuse_duplicates(text: str) -> None:
    """Raise AslSyntaxError at the second of two equal keys of one object; `text` is valid JSON."""
    open_brackets: list[dict[str, int] | None] = []
    tokens = list(_TOKEN.finditer(text))
    for token, following in zip(tokens, [*tokens[1:], None]):
        mark = token.group()
        if mark == "{":
            open_brackets.append({})
        elif mark == "[":
            open_brackets.append(None)
        elif mark in "}]":
            open_brackets.pop()
        elif mark[0] == '"' and following is not None and following.group() == ":":
            keys = open_brackets[-1] if open_brackets else None
            if keys is None:
                continue
            key = json.loads(mark)
            if key in keys:
                first = text.count("\n", 0, keys[key]) + 1
                raise _at(_duplicate(key, first), text, token.start(), _RENAME)
            keys[key] = token.start()


_RENAME = "Give one of the two another name, or delete it."


def _duplicate(key: str, first_line: int) -> str:
    return f'"{key}" stands twice in one object (first in line {first_line})'


class _Loader(yaml.SafeLoader):
    """YAML as JSON has it: no dates, every key a string, a key once only."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _construct_mapping(loader: _Loader, node: yaml.MappingNode):
    result: dict[str, object] = {}
    yield result
    lines: dict[str, int] = {}
    for key_node, _ in node.value:
        if not isinstance(key_node, yaml.ScalarNode):
            raise yaml.MarkedYAMLError(
                problem="a name must be a plain text", problem_mark=key_node.start_mark
            )
        key = key_node.value
        if key in lines:
            raise yaml.MarkedYAMLError(problem=_duplicate(key, lines[key]), problem_mark=key_node.start_mark)
        lines[key] = key_node.start_mark.line + 1
    loader.flatten_mapping(node)  # what "<<" merges in may be overridden
    for key_node, value_node in node.value:
        result[key_node.value] = loader.construct_object(value_node, deep=True)


_Loader.add_constructor("tag:yaml.org,2002:map", _construct_mapping)


def _parse_yaml(text: str) -> object:
    try:
        value = yaml.load(text, _Loader)
        json.dumps(value, allow_nan=False)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem, cure = _explain_yaml(error, text)
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        raise AslSyntaxError(problem, text, line, column, cure) from None
    except yaml.reader.ReaderError as error:
        raise _at("a character that YAML does not allow", text, error.position, "Delete it.") from None
    except RecursionError:
        raise AslSyntaxError("it is nested too deeply to be read", text, 1, 1) from None
    except (ValueError, TypeError, yaml.YAMLError) as error:
        raise AslSyntaxError(f"a value that JSON does not have ({error})", text, 1, 1) from None
    return value


def _explain_yaml(error: yaml.MarkedYAMLError, text: str) -> tuple[str, str]:
    problem = error.problem or "it cannot be read as YAML"
    lines = text.splitlines()
    line = (
        lines[error.problem_mark.line] if error.problem_mark and error.problem_mark.line < len(lines) else ""
    )
    if "'%'" in problem or "{%" in line:
        return (
            "a JSONata expression without quotes",
            "Put the whole {% … %} in quotes; if it holds double quotes, in single ones.",
        )
    if "stands twice" in problem:
        return problem, _RENAME
    if "'\\t'" in problem:
        return "a tab at the beginning of a line", "YAML indents by spaces only."
    if "mapping values are not allowed" in problem:
        return "a colon where none can stand", "Check the indentation, or put the text in quotes."
    return problem, "Check the indentation of this line and of the one before."
