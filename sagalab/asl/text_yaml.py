"""YAML text to a value and the place of each of its parts, as JSON has values: no dates, names are texts."""

import math
import re
from typing import Any

import yaml

from sagalab.asl.source import Place
from sagalab.asl.syntax_error import AslSyntaxError

# AWS's limit for a definition is 1 MB (service-quotas.html); aliases may unfold a small text into more.
_MOST_PARTS = 500_000

# What PyYAML says (a pattern), in plain words, and the cure.
_SAID = (
    ("<stream end>|end of stream", "a quote or a bracket is never closed", "Close it before the text ends."),
    (
        "escape",
        "a backslash that YAML does not know here",
        "Put the text in single quotes, or write \\\\ for one backslash.",
    ),
    ("undefined alias", "an alias (*name) of nothing", "Put a text that begins with * in quotes."),
    ("cannot start any token", "a sign with which no text begins", "Put the text in quotes."),
    ("sequence entries", "a list (-) where none can stand", "Begin the list on a line of its own."),
    ("found '[]}]'", "a closing bracket too many", "Delete it, or add the opening one."),
    (
        "<scalar>",
        "a text where none can stand",
        "Check the indentation, and quotes inside quotes: '' is one '.",
    ),
    (
        "expected <block end>",
        "an entry that belongs to nothing",
        "Check the indentation of this line and of the one before.",
    ),
    ("expected ':'", "a name without a colon", "An entry is written Name: value."),
)


class _Loader(yaml.SafeLoader):  # type: ignore[misc]  # PyYAML has no types
    """Scalars as JSON has them: no dates."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read_yaml(text: str) -> tuple[Any, Place]:
    """Return the value of a YAML text and the places of its parts. Raises AslSyntaxError.

    CloudFormation's functions (!Sub, !GetAtt, !Ref, Fn::Sub, …) are read as placeholders.
    """
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
        if node is None:
            return None, Place(0)
        return _Builder(text, loader).build(node)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem, cure = _explain(error, text)
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        raise AslSyntaxError(problem, text, line, column, cure) from None
    except yaml.reader.ReaderError as error:
        raise AslSyntaxError.at(
            "a character that YAML does not allow", text, error.position, "Delete it."
        ) from None
    except RecursionError:
        raise AslSyntaxError("it is nested too deeply to be read", text, 1, 1) from None


class _Builder:
    """Makes values of YAML's nodes, the inner ones first. An alias gives the value of its anchor again."""

    def __init__(self, text: str, loader: _Loader) -> None:
        self.text = text
        self.loader = loader
        self.made: dict[yaml.Node, tuple[Any, Place]] = {}
        self.sizes: dict[yaml.Node, int] = {}

    def build(self, root: yaml.Node) -> tuple[Any, Place]:
        """Return the value of a node and its places."""
        todo: list[tuple[yaml.Node, bool]] = [(root, False)]
        begun: set[yaml.Node] = set()
        while todo:
            node, children_made = todo.pop()
            if node in self.made:
                continue
            if children_made:
                self._make(node)
                continue
            if node in begun:
                raise self._error(node, "an alias to what it stands in", "Write the value out.")
            begun.add(node)
            children = self._children(node)
            todo.append((node, True))
            todo += [(child, False) for child in reversed(children) if child not in self.made]
        return self.made[root]

    def _children(self, node: yaml.Node) -> list[yaml.Node]:
        if isinstance(node, yaml.MappingNode):
            self._refuse_duplicates(node)
            self.loader.flatten_mapping(node)  # what "<<" merges in may be overridden
            return [value for _, value in node.value]
        return list(node.value) if isinstance(node, yaml.SequenceNode) else []

    def _make(self, node: yaml.Node) -> None:
        place = Place(node.start_mark.index)
        value: Any
        if isinstance(node, yaml.MappingNode):
            value = {}
            for key, child in node.value:
                value[key.value], place.inner[key.value] = self._child(child, key)
            if len(value) == 1 and next(iter(value)).startswith("Fn::"):  # the long form of a tag
                [(name, inside)] = value.items()
                value = _substitute(name[4:], inside)
        elif isinstance(node, yaml.SequenceNode):
            value = []
            for index, child in enumerate(node.value):
                item, place.inner[index] = self._child(child)
                value.append(item)
        else:
            value = node.value if node.tag.startswith("!") else self._scalar(node)
        if node.tag.startswith("!") and node.tag != "!":
            value = _substitute(node.tag[1:], value)
        self.sizes[node] = 1 + sum(self.sizes[child] for child in self._inside(node))
        if self.sizes[node] > _MOST_PARTS:
            raise self._error(node, "its aliases unfold into too much", "Write a smaller machine.")
        self.made[node] = value, place

    def _child(self, node: yaml.Node, key: yaml.Node | None = None) -> tuple[Any, Place]:
        value, place = self.made[node]
        return value, place if key is None else Place(place.offset, key.start_mark.index, place.inner)

    @staticmethod
    def _inside(node: yaml.Node) -> list[yaml.Node]:
        if isinstance(node, yaml.MappingNode):
            return [value for _, value in node.value]
        return list(node.value) if isinstance(node, yaml.SequenceNode) else []

    def _scalar(self, node: yaml.Node) -> Any:
        try:
            value = self.loader.construct_object(node)
        except ValueError:
            raise self._error(node, "a value that cannot be read", "Put it in quotes.") from None
        fits = value is None or isinstance(value, str | bool | int | float)
        if not fits or isinstance(value, float) and not math.isfinite(value):
            raise self._error(node, f"a value that JSON does not have ({value})", "Put it in quotes.")
        return value

    def _refuse_duplicates(self, node: yaml.MappingNode) -> None:
        firsts: dict[str, int] = {}
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise self._error(key, "a name must be a plain text", "Put it in quotes.")
            if key.value in firsts:
                raise AslSyntaxError.twice(key.value, self.text, firsts[key.value], key.start_mark.index)
            firsts[key.value] = key.start_mark.index

    def _error(self, node: yaml.Node, problem: str, cure: str) -> AslSyntaxError:
        mark = node.start_mark
        return AslSyntaxError(problem, self.text, mark.line + 1, mark.column + 1, cure)


def _substitute(name: str, value: Any) -> str:
    """Return what a CloudFormation tag stands for, as far as the text tells it, with placeholders.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference.html
    """
    if name == "Sub":
        text = value[0] if isinstance(value, list) and value else value
        if isinstance(text, str):
            return text
    if name == "Join" and isinstance(value, list) and len(value) == 2 and isinstance(value[1], list):
        if isinstance(value[0], str) and all(isinstance(part, str) for part in value[1]):
            return value[0].join(value[1])
    if name == "GetAtt" and isinstance(value, list):
        value = ".".join(str(part) for part in value)
    named = isinstance(value, str) and name in ("Ref", "GetAtt") and not {"{", "}"} & set(value)
    return f"${{{value}}}" if named else f"${{{name}}}"


def _explain(error: yaml.MarkedYAMLError, text: str) -> tuple[str, str]:
    problem = error.problem or "it cannot be read as YAML"
    lines = text.splitlines()
    line = (
        lines[error.problem_mark.line] if error.problem_mark and error.problem_mark.line < len(lines) else ""
    )
    if re.search(r"\"\{%(?:(?!%\}).)*\".*%\}", line):
        return "double quotes inside double quotes", "Put the whole {% … %} in single quotes."
    if "'%'" in problem or "{%" in line:
        return (
            "a JSONata expression without quotes",
            "Put the whole {% … %} in quotes; if it holds double quotes, in single ones.",
        )
    if "another document" in problem:
        return (
            "a second document begins here",
            "A file holds one state machine: delete ---, or write two files.",
        )
    if "'{'" in problem and "${" in line:
        return "a placeholder without quotes between { and }", "Put it in quotes: '${Name}'."
    if "'\\t'" in problem:
        return "a tab at the beginning of a line", "YAML indents by spaces only."
    if "mapping values are not allowed" in problem:
        return "a colon where none can stand", "Check the indentation, or put the text in quotes."
    for pattern, told, cure in _SAID:
        if re.search(pattern, problem):
            return told, cure
    return problem, "Check the indentation of this line and of the one before."
