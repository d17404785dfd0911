"""What AWS looks at in a JSONata expression before it runs: does it parse, and what does it refer to?

Step Functions has JSONata 2.0.6 without $eval, and no value at the top level: `$`, `$$` and names without
`$states` or a variable before them refer to nothing
(https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html).
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from jsonata.jexception import JException
from jsonata.parser import Parser

from sagalab.asl import jsonata

# texts, regular expressions after an operator, and comments: an operator in them is none
_QUOTED = re.compile(
    r'"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])*\'|`[^`]*`|/\*.*?\*/|(?<=[(,=~>:])\s*/(?:\\.|[^/\\\n])+/', re.DOTALL
)
_CODE = re.compile(r"^[A-Z]\d{4}: ")  # at creation AWS says the words alone
_NEWER = re.compile(r"\?\?|\?:")
_RELATIVE = frozenset({"predicate", "stages", "group"})  # what is inside refers to the step's own value


class Unreadable(ValueError):
    """The expression cannot be read; the text says why."""


@dataclass(frozen=True, slots=True)
class Seen:
    """`at_the_top`: the names, `$` and `$$` that refer to a value that Step Functions does not give;
    `called`: the functions that are called by name; `states_fields`: what is read of $states."""

    at_the_top: tuple[str, ...]
    called: frozenset[str]
    states_fields: frozenset[str]


@lru_cache(maxsize=4096)
def look_at(code: str) -> Seen:
    """Return what stands in an expression (without {% and %}). Raises Unreadable."""
    if not code.strip():
        raise Unreadable("Unexpected end of expression")
    newer = _NEWER.search(_QUOTED.sub(lambda match: " " * len(match[0]), code))
    if newer:
        raise Unreadable(f"Unexpected token '{newer[0]}': JSONata 2.0.6 has no such operator")
    try:
        jsonata.compile(code)
        tree = Parser().parse(code)
    except (jsonata.JsonataSyntaxError, JException) as error:
        raise Unreadable(_CODE.sub("", str(error))) from None
    except (IndexError, AttributeError, TypeError, ValueError, KeyError, RecursionError, NotImplementedError):
        # the parser stumbles over some broken texts in place of saying so ({% a ! b %} is a KeyError)
        raise Unreadable("Unexpected token") from None
    top: dict[str, None] = {}
    called: set[str] = set()
    fields: set[str] = set()
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
        if kind == "name" and outermost:
            top[str(value)] = None
        if kind == "variable":
            if value == "$" or value == "" and outermost:
                top["$$" if value == "$" else "$"] = None
        procedure: Any = getattr(node, "procedure", None)
        if getattr(procedure, "type", None) == "variable":
            called.add(str(getattr(procedure, "value", "")))
        if kind == "path":
            steps: list[Any] = list(node.steps or [None])
            first = (getattr(steps[0], "type", None), getattr(steps[0], "value", None))
            if len(steps) > 1 and first == ("variable", "states"):
                fields.add(str(getattr(steps[1], "value", "")))
            todo += [(steps[0], outermost), *((step, False) for step in steps[1:])]
        relative = kind in ("lambda", "transform")
        for name, inner in vars(node).items():
            if name in ("_outer_instance", "steps") and (name != "steps" or kind == "path"):
                continue
            if kind == "bind" and name == "lhs":
                continue
            todo.append((inner, outermost and not relative and name not in _RELATIVE))
    return Seen(tuple(top), frozenset(called), frozenset(fields))
