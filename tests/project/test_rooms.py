"""The rooms keep their order: import-linter's contracts in pyproject.toml are held."""

import subprocess
import sys
from pathlib import Path

from sagalab.project import ROOT


def test_the_contracts_are_kept():
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(
        [str(linter)], cwd=ROOT, capture_output=True, text=True, timeout=120, encoding="utf-8"
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr
