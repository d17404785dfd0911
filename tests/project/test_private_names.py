"""No test uses a private name of the package: what a test needs is public, or seen from outside."""

import ast
from pathlib import Path

import pytest

from sagalab.project import ROOT

TESTS = sorted((ROOT / "tests").rglob("*.py"))


def private(name: str) -> bool:
    shown_by_ipython = name.startswith(("_repr_", "_ipython_", "_render_"))
    return name.startswith("_") and not name.startswith("__") and not shown_by_ipython and name != "_"


def uses(path: Path) -> list[str]:
    """Return the private names that a test file takes from the package."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found, ours = [], set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sagalab"):
            found += [alias.name for alias in node.names if private(alias.name)]
            ours |= {alias.asname or alias.name for alias in node.names}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and private(node.attr):
            if isinstance(node.value, ast.Name) and node.value.id in ours:
                found.append(node.attr)
    return found


@pytest.mark.parametrize("path", TESTS, ids=lambda path: path.name)
def test_no_private_name_is_used(path):
    assert uses(path) == []
