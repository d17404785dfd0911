"""A cell that was run too early, as after a restart of the kernel in the middle: it says which cell to run first.

`setup/run.py lab` lets each kernel load this at its start, before anything of Saga Lab was imported. So it imports
nothing but what it needs then.
"""

import ast
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_LAUNCHED_AS = "JPY_SESSION_NAME"  # JupyterLab's server tells a kernel so which notebook it serves
_MOST = 60  # characters of a cell that are quoted


def load_ipython_extension(shell: Any) -> None:
    """Let this shell answer NameError, and know %%asl before `from sagalab import *` has run."""
    shell.set_custom_exc((NameError,), _told)
    if shell.find_cell_magic("asl") is None:
        shell.register_magic_function(_asl, "cell", "asl")


def _asl(line: str, cell: str) -> None:
    """Write a state machine in a cell; the real %%asl takes over."""
    from IPython.core.getipython import get_ipython

    from sagalab.course.magic import load_ipython_extension as load

    shell = get_ipython()
    assert shell is not None, "a magic runs in a shell"
    load(shell)
    shell.run_cell_magic("asl", line, cell)


def _told(shell: Any, kind: type, error: NameError, traceback: Any, tb_offset: int | None = None) -> None:
    """Show a NameError: in words for a name that another cell of the notebook makes, else as ever."""
    try:
        words = _words(shell, error) if kind is NameError else ""
    except Exception:  # a notebook that cannot be read, or is of another kind
        words = ""
    if not words:
        shell.showtraceback((kind, error, traceback), tb_offset=tb_offset)
        return
    from sagalab.errors import SagaLabError

    early = SagaLabError(words, "Or all of them: menu Run, Run All Above Selected Cell.")
    shell.showtraceback((SagaLabError, early, traceback), tb_offset=tb_offset)


def _words(shell: Any, error: NameError) -> str:
    path = shell.user_ns.get("__vsc_ipynb_file__") or os.environ.get(_LAUNCHED_AS, "")
    name = error.name or ""
    if not name or name in shell.user_ns:
        return ""
    for number, source in enumerate(_sources(Path(path)), 1):
        if name in names_made(shell.transform_cell(source), source):
            line = next(
                (each for each in source.splitlines() if each.strip() and not each.startswith("#")), ""
            )
            quoted = line if len(line) <= _MOST else line[: _MOST - 1] + "…"
            return (
                f"{name} is not there yet: the kernel was started anew, or a cell was left out. "
                f"Run first code cell {number}: {quoted}"
            )
    return ""


def _sources(path: Path) -> Iterator[str]:
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] == "code":
            yield "".join(cell["source"])


def names_made(code: str, source: str = "") -> set[str]:
    """Return the names that the code of a cell gives a value to. `source` is the cell as written, with its magics."""
    if source.startswith("%%asl "):
        return {each for each in source.splitlines()[0].split()[1:] if not each.startswith("-")}
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError):
        return set()
    made: set[str] = set()
    left: list[ast.AST] = [*tree.body]
    while left:
        node = left.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            made.add(node.name)
            continue
        if isinstance(node, ast.Import | ast.ImportFrom):
            made |= _imported(node)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            made.add(node.id)
        left.extend(ast.iter_child_nodes(node))
    return made


def _imported(node: ast.Import | ast.ImportFrom) -> set[str]:
    names = {(each.asname or each.name).partition(".")[0] for each in node.names}
    if "*" in names and isinstance(node, ast.ImportFrom) and node.module == "sagalab":
        import sagalab

        return set(sagalab.__all__)
    return names
