"""A module of lambdas/ in which some functions are others: what would the saga do if one were written in another way?"""

import ast

from sagalab.errors import SagaLabError
from sagalab.project import LAMBDAS


def with_functions(module: str, functions: str) -> dict[str, str]:
    """Return {module: its source}, with `functions` (Python text) in the place of those of the same names.

    What has no namesake is added at the end. Nothing on disk is changed: the result is the `code` of
    explore_orders and Services. Raises SagaLabError for a module that there is not, and for text that is no Python.
    """
    path = LAMBDAS / f"{module}.py"
    if not path.is_file():
        there = ", ".join(sorted(each.stem for each in LAMBDAS.glob("*.py")))
        raise SagaLabError(f"There is no module {module!r} in lambdas/.", f"Take one of: {there}.")
    try:
        given = ast.parse(functions).body
    except (SyntaxError, ValueError) as error:
        raise SagaLabError(f"The functions are not Python: {error}.", "Mend the text.") from None
    lines = path.read_text(encoding="utf-8").splitlines()
    there_now = {
        each.name: each for each in ast.parse("\n".join(lines)).body if isinstance(each, ast.FunctionDef)
    }
    namesakes = [(there_now.get(getattr(each, "name", "")), _text(functions, each)) for each in given]
    for old, new in sorted(namesakes, key=lambda pair: _first(pair[0]), reverse=True):
        if old is not None:
            lines[_first(old) - 1 : old.end_lineno] = new
    for old, new in namesakes:
        if old is None:
            lines += ["", "", *new]
    return {module: "\n".join(lines) + "\n"}


def _first(node: ast.AST | None) -> int:
    """Return the line in which a function begins, its decorators with it."""
    decorators = getattr(node, "decorator_list", [])
    return min((each.lineno for each in (node, *decorators) if each is not None), default=0)  # type: ignore[attr-defined]


def _text(source: str, node: ast.stmt) -> list[str]:
    return source.splitlines()[_first(node) - 1 : node.end_lineno]
