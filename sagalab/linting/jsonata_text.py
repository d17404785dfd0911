"""One JSONata expression: whether it parses, which names it reads, which functions it calls."""

import difflib
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from jsonata import Jsonata
from jsonata.jexception import JException
from jsonata.parser import Parser

# https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html: JSONata functions
# that Step Functions adds; $eval is the one that it takes away.
_ADDED = {"partition", "range", "hash", "random", "uuid", "parse"}
FUNCTIONS = frozenset((set(Jsonata.static_frame.bindings) | _ADDED) - {"eval"})


@dataclass(frozen=True)
class ParseProblem:
    """What is wrong with an expression; `column` counts from 1 in the whole text, {% included."""

    what: str
    cure: str
    column: int
    shown: str


@lru_cache(maxsize=4096)
def _parse(expression: str) -> tuple[object, ParseProblem | None]:
    try:
        return Parser().parse(expression), None
    except JException as error:
        return None, _explain(error, expression)
    except (LookupError, AttributeError, TypeError, ValueError, RecursionError, NotImplementedError):
        # the parser stumbles over some broken texts in place of saying so
        return None, _open(expression) or ParseProblem(
            "it cannot be read", "Check quotes and brackets.", 3, _excerpt(expression, 0)
        )


def parse_problem(expression: str) -> ParseProblem | None:
    """Return what is wrong with a JSONata expression, or None when it parses."""
    return _parse(expression)[1]


_CLOSED_BY = {'"': '"', "'": "'", "`": "`", "/*": "*/"}
_CURES = {"`": "a name in backquotes", "/*": "a comment"}


def _open(expression: str) -> ParseProblem | None:
    """Return the problem of a text, a name or a comment that is opened and never closed, at where it begins."""
    position = 0
    while position < len(expression):
        sign = next((each for each in _CLOSED_BY if expression.startswith(each, position)), None)
        if sign is None:
            position += 1
            continue
        end, closing = position + len(sign), _CLOSED_BY[sign]
        while end < len(expression) and not expression.startswith(closing, end):
            end += 2 if expression[end] == "\\" and sign in "\"'" else 1
        if end >= len(expression):
            what, word = _CURES.get(sign, "a text in quotes"), "quote" if sign in "\"'" else closing
            cure = f"Add the closing {word}."
            return ParseProblem(f"{what} is never closed", cure, position + 3, _excerpt(expression, position))
        position = end + len(closing)
    return None


def _explain(error: JException, expression: str) -> ParseProblem:
    if error.error in ("S0101", "S0105") and (problem := _open(expression)):
        return problem
    ends = error.expected == "(end)" or error.current == "(end)"
    missing = error.error in ("S0202", "S0203")
    position = len(expression.rstrip()) if ends else max(0, min(error.location, len(expression)) - 1)
    if error.current and not ends and not missing:
        position = max(0, error.location - len(str(error.current)))
        if error.current != "$" and expression[position - 1 : position] == "$":
            position -= 1
    sign = expression[position : error.location] or error.current
    if not expression.strip():
        what, cure = "it is empty", "Write an expression between {% and %}."
    elif missing:
        found = "the end" if ends else f"“{error.expected}”"
        what, cure = f"“{error.current}” is expected before {found}", f"Add {error.current}."
    elif error.error == "S0207":
        what, cure = "it ends too early", "Something is missing after the last sign."
    elif error.error == "S0101":
        what, cure = "a text in quotes is never closed", "Add the closing quote."
    elif error.error == "S0301" and error.current:  # the parser's number for S0103
        what, cure = f"\\{error.current} stands for nothing in a text", "Write \\\\ for a backslash."
    elif error.error == "S0201":
        what, cure = f"“{sign}” cannot stand here", "Is an operator (such as & or +) missing before it?"
    else:
        what, cure = str(error).rstrip("."), "See docs.jsonata.org."
    return ParseProblem(what, cure, position + 3, _excerpt(expression, position))


def _excerpt(expression: str, position: int) -> str:
    """Return the expression around the position in one line, with a mark where the trouble is."""
    begin, end = max(0, position - 24), min(len(expression), position + 16)
    before = ("…" if begin else "") + expression[begin:position]
    after = expression[position:end] + ("…" if end < len(expression) else "")
    return " ".join(f"{before}▸{after}".split())


@lru_cache(maxsize=4096)
def free_variables(expression: str) -> tuple[str, ...]:
    """Return the names of the variables that an expression reads and does not bind, each once.

    Names bound by := or as a parameter are not among them, nor functions that are called; `states`
    is, and so is a function that is handed on by its name, as in $map(list, $uppercase).
    """
    tree, _ = _parse(expression)
    found: dict[str, None] = {}
    _walk(tree, frozenset(), found, {})
    return tuple(found)


@lru_cache(maxsize=4096)
def unknown_functions(expression: str) -> tuple[tuple[str, str], ...]:
    """Return (name, nearest known name or "") of every called function that does not exist."""
    tree, _ = _parse(expression)
    called: dict[str, None] = {}
    _walk(tree, frozenset(), {}, called)
    return tuple((name, next(iter(difflib.get_close_matches(name, FUNCTIONS, 1)), "")) for name in called)


def _walk(node: Any, bound: frozenset[str], reads: dict[str, None], calls: dict[str, None]) -> frozenset[str]:
    """Collect what is read and what is called; return the bound names for what follows in a block."""
    if isinstance(node, (list, tuple)):
        for item in node:
            bound = _walk(item, bound, reads, calls)
        return bound
    kind = getattr(node, "type", None)
    if not hasattr(node, "__dict__"):
        return bound
    if kind == "bind":
        name = node.lhs.value
        _walk(node.rhs, bound | ({name} if node.rhs.type == "lambda" else set()), reads, calls)
        return bound | {name}
    if kind == "lambda":
        parameters = {argument.value for argument in node.arguments}
        _walk(node.body, bound | parameters, reads, calls)
        return bound
    if kind == "path":
        bound = bound | _step_names(node.steps)
    if kind == "variable":
        # "" is $ and "$" is $$: the context and the root, not variables
        if node.value not in ("", "$") and node.value not in bound:
            reads[node.value] = None
    inner = bound
    for name, value in vars(node).items():
        if name == "_outer_instance" or value is None:
            continue
        if name == "procedure" and getattr(value, "type", None) == "variable":
            if value.value not in bound and value.value not in FUNCTIONS:
                calls[value.value] = None
            continue
        inner = _walk(value, inner, reads, calls)
    return bound


def _step_names(steps: list) -> set[str]:
    """Return the names that a path binds on its way: items@$item and items#$position."""
    names: set[str] = set()
    for step in steps:
        stages = [stage.value for stage in getattr(step, "stages", None) or () if stage.type == "index"]
        names |= {name for name in (step.focus, step.index, *stages) if isinstance(name, str)}
    return names
