"""sagalab/README.md names every room of the package, and no room that is not there."""

import ast
import re

from sagalab.project import ROOT

PACKAGE = ROOT / "sagalab"


def rooms(depth: str) -> set[str]:
    return {path.parent.relative_to(PACKAGE).as_posix() for path in PACKAGE.glob(f"{depth}/__init__.py")}


def test_the_map_names_every_room_once():
    named = re.findall(
        r"^\| \[([\w/]+)/\]", (PACKAGE / "README.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert len(named) == len(set(named))
    assert rooms("*") <= set(named) <= rooms("**/*")


def test_every_file_says_in_its_first_line_what_it_is():
    silent = [
        str(path.relative_to(PACKAGE))
        for path in PACKAGE.rglob("*.py")
        if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert not silent
