"""What AWS looks at in a JSONata expression before it runs: does it parse, and what does it refer to?

Step Functions has JSONata 2.0.6, and no value at the top level: `$`, `$$` and names without `$states` or a
variable before them refer to nothing
(https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html). Only the first step of a path
stands at the top: what comes later, and predicates, orders and groups, refer to the value of the step before.
The body of a function keeps the context in which it is written. ($eval is refused only when it runs: T1006.)
"""

import json
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from jsonata.jexception import JException
from jsonata.parser import Parser

# texts, regular expressions after an operator, and comments: an operator in them is none
_QUOTED = re.compile(
    r'"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])*\'|`[^`]*`|/\*.*?\*/'
    r"|(?:^|(?<=[(\[{,;:=~>&|?]))\s*/(?:\\.|[^/\\\n])+/",
    re.DOTALL,
)
_NEWER = re.compile(r"\?\?|\?:")
_BLANK = re.compile(r"\{\{\w+\}\}")  # in the words of an error
_RELATIVE = frozenset({"predicate", "stages", "group"})  # what is inside refers to the step's own value


class Unreadable(ValueError):
    """The expression cannot be read; the text says why, as AWS's parser does."""


@dataclass(frozen=True, slots=True)
class Seen:
    """`at_the_top`: the names and `$` that refer to a value that Step Functions does not give, in their order;
    `reads_root`: whether `$$` stands in it; `states_fields`: what is read of $states."""

    at_the_top: tuple[str, ...]
    reads_root: bool
    states_fields: tuple[str, ...]


def newer_operator(code: str) -> str | None:
    """Return the first operator of JSONata 2.1 in an expression, which 2.0.6 cannot read; None for none."""
    found = _NEWER.search(_QUOTED.sub(lambda match: " " * len(match[0]), code))
    return found[0] if found else None


@lru_cache(maxsize=4096)
def look_at(code: str) -> Seen:
    """Return what stands in an expression (without {% and %}). Raises Unreadable."""
    tree = _parsed(code)
    top: dict[str, int] = {}
    fields: dict[str, int] = {}
    reads_root = False
    todo: list[tuple[Any, bool]] = [(tree, True)]
    seen: set[int] = set()
    while todo:
        node, outermost = todo.pop()
        if isinstance(node, list | tuple):
            todo += [(item, outermost) for item in node]
            continue
        if not hasattr(node, "__dict__") or id(node) in seen:
            continue
        seen.add(id(node))
        kind, value = getattr(node, "type", None), getattr(node, "value", None)
        place = getattr(node, "position", None) or 0
        if kind == "variable" and value == "$":  # $$ is a variable of the name $
            reads_root = True
        elif outermost and (kind == "name" or kind == "variable" and value == ""):
            name = str(value) or "$"
            top[name] = min(place, top.get(name, place))
        if kind == "path":
            steps: list[Any] = list(node.steps or [None])
            kinds = [getattr(step, "type", None) for step in steps[:2]]
            if kinds == ["variable", "name"] and steps[0].value == "states":
                fields.setdefault(str(steps[1].value), place)
            todo += [(steps[0], outermost), *((step, False) for step in steps[1:])]
        for name, inner in vars(node).items():
            if name == "_outer_instance" or (kind, name) in (("path", "steps"), ("bind", "lhs")):
                continue
            todo.append((inner, outermost and kind != "transform" and name not in _RELATIVE))
    return Seen(tuple(sorted(top, key=top.__getitem__)), reads_root, tuple(fields))


def _parsed(code: str) -> Any:
    if not code.strip():
        raise Unreadable("Unexpected end of expression")
    newer = newer_operator(code)
    if newer is not None:  # 2.0.6 reads a condition, and then stumbles over the second sign
        raise Unreadable(f'The symbol "{newer[1]}" cannot be used as a unary operator')
    try:
        return Parser().parse(code)
    except JException as error:
        raise Unreadable(_words(error)) from None
    except KeyError as error:  # how jsonata-python meets an operator that it does not know ({% a ! b %})
        raise Unreadable(f"Unknown operator: {json.dumps(str(error.args[0]))}") from None
    except (IndexError, AttributeError, TypeError, ValueError, RecursionError, NotImplementedError):
        # the parser stumbles over some broken texts in place of saying so
        raise Unreadable("Unexpected end of expression") from None


def _words(error: JException) -> str:
    """Return the error's text as JSONata's reference has it, without its code: AWS says it so (measured)."""
    values = [error.current, error.expected, error.extra]
    template = JException.error_codes.get(error.error, "").replace(
        "of Object definition", "of function definition"
    )
    for value in values:
        written = json.dumps(
            value if isinstance(value, str | int | float) else str(value), ensure_ascii=False
        )
        template = _BLANK.sub(written.replace("\\", r"\\"), template, count=1)
    return template or str(error)
