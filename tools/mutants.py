"""A mutation check: break one line at a time in a copy of the project, and see whether a test notices.

It stands for mutmut and cosmic-ray, which change the installed package: our tests start kernels, workers and
clouds in processes of their own, and these read the copy because they run in its folder.
"""

import ast
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
# What is broken, and the tests that must notice it: those that start nothing first, since the first that fails ends it.
SUBJECTS = {
    "lambdas": (
        "lambdas",
        (
            "tests/orders/test_faults_plan.py",
            "tests/lambdas/test_services_rows.py",
            "tests/lambdas",
            "tests/localcloud/test_adapted_dynamodb.py",
        ),
    ),
    "ledger": ("sagalab/ledger", ("tests/ledger/test_owed.py", "tests/ledger")),
    "linting": ("sagalab/linting", ("tests/linting", "tests/saga", "tests/asl/check")),
    "history": (
        "sagalab/history",
        (
            "tests/history/test_execution_semantics.py",
            "tests/history/test_execution_recordings.py",
            "tests/history",
        ),
    ),
    "pictures": (
        "sagalab/pictures",
        ("tests/pictures/test_status.py", "tests/pictures/test_ran.py", "tests/pictures"),
    ),
    "rehearsal": (
        "sagalab/rehearsal",
        ("tests/rehearsal/test_explorer_plans.py", "tests/rehearsal/test_storm.py", "tests/rehearsal"),
    ),
}
# A mutant may make an endless loop: it has this many times what the unbroken tests took, and some seconds.
_TIMES, _SECONDS_MORE = 3.0, 30.0
_OPPOSITE: dict[type[ast.AST], type[Any]] = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.And: ast.Or, ast.Or: ast.And,
    ast.Add: ast.Sub, ast.Sub: ast.Add,
}  # fmt: skip


@dataclass(frozen=True)
class Mutant:
    """One change of one file: bytes `start` to `end` become `text`."""

    file: Path
    line: int
    start: int
    end: int
    was: str
    text: str

    def __str__(self) -> str:
        was, text = (" ".join(each.split())[:60] for each in (self.was, self.text))
        return f"{self.file.as_posix()}:{self.line}: {was}  →  {text}"


def _changed(node: ast.AST) -> Iterator[str]:
    """Yield what may stand in the place of `node`. Texts are left alone: words are not behaviour."""
    match node:
        case ast.Compare(left, [operator, *others], comparators) if type(operator) in _OPPOSITE:
            yield f"({ast.unparse(ast.Compare(left, [_OPPOSITE[type(operator)](), *others], comparators))})"
        case ast.BoolOp(operator, values):
            yield f"({ast.unparse(ast.BoolOp(_OPPOSITE[type(operator)](), values))})"
        case ast.BinOp(left, operator, right) if type(operator) in _OPPOSITE and not _has_text(node):
            yield f"({ast.unparse(ast.BinOp(left, _OPPOSITE[type(operator)](), right))})"
        case ast.UnaryOp(ast.Not(), operand):
            yield f"bool({ast.unparse(operand)})"
        case ast.Constant(bool() as value):
            yield str(not value)
        case ast.Constant(int() | float() as value):
            yield str(value + 1)
        case ast.Return(ast.expr() as value) if not isinstance(value, ast.Constant):
            yield "return None"
        case ast.Expr(ast.Call()) | ast.Continue():
            yield "pass"


def _has_text(node: ast.AST) -> bool:
    return any(
        isinstance(each, ast.JoinedStr) or isinstance(getattr(each, "value", None), str)
        for each in ast.walk(node)
    )


def mutants(folder: str) -> list[Mutant]:
    """Return every mutant of the Python files in `folder` (relative to the project), in the order of the text."""
    found: list[Mutant] = []
    for file in sorted((ROOT / folder).rglob("*.py")):
        source = file.read_bytes()
        begins = [0]
        for line in source.splitlines(keepends=True):
            begins.append(begins[-1] + len(line))
        tree: Any = ast.parse(source)
        node: Any
        for node in ast.walk(tree):
            for text in _changed(node):
                start = begins[node.lineno - 1] + node.col_offset
                end = begins[node.end_lineno - 1] + node.end_col_offset
                was = source[start:end].decode()
                found.append(Mutant(file.relative_to(ROOT), node.lineno, start, end, was, text))
    return found


def _tests(copy: Path, paths: tuple[str, ...], seconds: float | None) -> bool:
    """Run tests in the copy; return whether all passed. More than `seconds` is a failure."""
    state = copy.parent / "state"
    command = [sys.executable, "-m", "pytest", "-n0", "-x", "-q", "-p", "no:cacheprovider", *paths]
    environment = os.environ | {"SAGALAB_STATE_DIR": str(state)}
    process = subprocess.Popen(
        command,
        cwd=copy,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    try:
        text, _ = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGINT)  # pytest then ends the clouds that it started
        try:
            process.communicate(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
        return False
    if process.returncode > 2:  # pytest's own failure or no test at all: no answer
        raise RuntimeError(text.decode(errors="replace")[-2000:])
    return process.returncode == 0


def survivors(subject: str, sample: int, seed: int, tell: Callable[[str], None]) -> tuple[int, list[Mutant]]:
    """Try `sample` mutants of a subject; return how many were tried, and those that no test noticed.

    `tell` is given a line for each. The same `seed` takes the same mutants. Raises RuntimeError when the tests fail
    on the unbroken code.
    """
    folder, paths = SUBJECTS[subject]
    every = mutants(folder)
    chosen = random.Random(seed).sample(every, min(sample, len(every)))
    left = []
    with tempfile.TemporaryDirectory(prefix="sagalab-mutants-") as place:
        copy = Path(place) / "project"
        shutil.copytree(
            ROOT, copy, ignore=shutil.ignore_patterns(".venv", ".git", ".sagalab", "__pycache__", ".*_cache")
        )
        began = time.monotonic()
        if not _tests(copy, paths, None):
            raise RuntimeError(f"The tests of {subject} fail on the code as it is: mend them first.")
        seconds = (time.monotonic() - began) * _TIMES + _SECONDS_MORE
        for number, mutant in enumerate(chosen, 1):
            target = copy / mutant.file
            source = target.read_bytes()
            target.write_bytes(source[: mutant.start] + mutant.text.encode() + source[mutant.end :])
            noticed = not _tests(copy, paths, seconds)
            target.write_bytes(source)
            tell(f"{number}/{len(chosen)} {'killed  ' if noticed else 'SURVIVED'} {mutant}")
            if not noticed:
                left.append(mutant)
    return len(chosen), left
