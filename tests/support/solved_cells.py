"""Which code cells of a notebook, once its exercises are solved, can do something else than in the untouched edition.

A name that a solution gives is another one than the stub's, and so is whatever a cell makes of it. A cell that reads no
such name does the same in both editions. What a cell reads and gives is read in its code; too much rather than too little.
"""

import ast
from dataclasses import dataclass

from IPython.core.inputtransformer2 import TransformerManager


@dataclass(frozen=True)
class Names:
    """The names that a cell gives, those of them that it imports, those that it reads, and those whose things it changes."""

    given: set[str]
    imported: set[str]
    read: set[str]
    changed: set[str]


def names_in(source: str) -> Names:
    """Read the names in a cell's code; the words of the first line of a cell magic may all be names that it gives."""
    tree = ast.parse(TransformerManager().transform_cell(source))
    given: set[str] = set()
    imported: set[str] = set()
    read: set[str] = set()
    changed: set[str] = set()
    parts: list[tuple[str, str]] = []  # (a name, that of which it is a part): `states = machine["States"]`
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Load()):
                read.add(name)
            case ast.Name(id=name):
                given.add(name)
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                given.add(name)
            case ast.alias(name=name, asname=other):
                imported.add(other or name.partition(".")[0])
            case ast.Subscript() | ast.Attribute() if not isinstance(node.ctx, ast.Load):
                changed.add(_root(node))
            case ast.Expr(
                value=ast.Call(func=ast.Attribute() as method)
            ):  # .append(…): nobody takes its value
                changed.add(_root(method))
            case ast.Call(func=ast.Attribute(attr="run_cell_magic"), args=[_, ast.Constant(value=words), _]):
                given |= set(str(words).split())
            case ast.Assign(targets=[*targets], value=whole):
                parts += [(_root(target), _root(whole)) for target in targets]
            case ast.For(target=ast.Name(id=name), iter=whole):
                parts.append((name, _root(whole)))
    while more := {whole for part, whole in parts if part in changed} - changed:
        changed |= more
    return Names(given | imported, imported, read, changed - {""})


def _root(node: ast.expr) -> str:
    """Return the name of which a part is meant: `states` in `states["Pay"]["Retry"].append`."""
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Call):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""


def others_and_needed(sources: list[str], solved: set[int]) -> tuple[set[int], set[int]]:
    """Return which cells can do something else where the cells `solved` are other ones, and which must run for them.

    The second are those, and before each the cells that give, or change, what it reads.
    """
    names = [names_in(source) for source in sources]
    imported = {name for found in names for name in found.imported}  # nobody changes a module
    others, other_names = set(solved), set()
    for at, found in enumerate(names):
        if at in solved or found.read & other_names:
            others.add(at)
            other_names |= found.given | (found.changed - imported)
    needed, left = set(others), sorted(others)
    while left:
        at = left.pop()
        for before in range(at):
            made = names[before].given | (names[before].changed - imported)
            if before not in needed and made & names[at].read:
                needed.add(before)
                left.append(before)
    return others, needed
