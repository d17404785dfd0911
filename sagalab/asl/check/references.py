"""What AWS looks at in a JSONata expression before it runs: does it parse, and what does it refer to?

Step Functions has JSONata 2.0.6, and no value at the top level: `$`, `$$` and names without `$states` or a
variable before them refer to nothing
(https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html). Only the first step of a path
stands at the top: what comes later, and predicates, orders and groups, refer to the value of the step before.
The body of a function keeps the context in which it is written. ($eval is refused only when it runs: T1006.)
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sagalab.asl.jsonata import JsonataSyntaxError, read

_CODE = re.compile(r"^[A-Z]\d{4}: ")
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
    try:
        return read(code).ast
    except JsonataSyntaxError as error:  # AWS says it without its code (measured)
        raise Unreadable(_CODE.sub("", str(error))) from None
