"""sagalab/README.md names every file of the package, and no file that is not there."""

import re

from sagalab.project import ROOT

PACKAGE = ROOT / "sagalab"


def test_the_map_names_every_file_once():
    named = re.findall(r"^\| \[(\w+\.py)\]", (PACKAGE / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(named) == sorted(path.name for path in PACKAGE.glob("*.py") if path.name != "__init__.py")
