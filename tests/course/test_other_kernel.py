"""A notebook in a kernel that lacks the package, as in an editor's own Python: its first error says what to do."""

import json
import os
import subprocess
import sysconfig
import venv
from pathlib import Path

import nbformat
import pytest

from sagalab.project import NOTEBOOKS

CELLS = {path.name: path for path in sorted(NOTEBOOKS.glob("[0-9][0-9]_*.ipynb"))}
# Each cell in IPython's shell, as a kernel has it; what it shows of an error goes to the output.
_RUN = """
import json, sys
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance(colors="NoColor")
for name, source in json.load(sys.stdin).items():
    print("=====", name)
    shell.run_cell(source)
"""


@pytest.fixture(scope="module")
def shown(tmp_path_factory) -> dict[str, str]:
    """What the first cell of each notebook shows, in a Python with all packages but this one."""
    folder = tmp_path_factory.mktemp("other")
    venv.EnvBuilder(symlinks=os.name != "nt").create(folder)
    site = Path(sysconfig.get_path("purelib", "venv", vars={"base": str(folder), "platbase": str(folder)}))
    # a folder that is named so gives its packages, and reads no .pth of its own: that of sagalab
    (site / "others.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    cells = {}
    for name, path in CELLS.items():
        sources = [
            cell.source for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"
        ]
        cells[name] = next(source for source in sources if "sagalab" in source)
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    done = subprocess.run(
        [python, "-c", _RUN],
        input=json.dumps(cells),
        cwd=folder,
        # IPython takes in the packages of an environment that is activated: an editor's own Python knows of none
        env={name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}
        | {"IPYTHONDIR": str(folder), "PYTHONUTF8": "1"},
        capture_output=True,
        encoding="utf-8",
        timeout=120,
    )
    parts = done.stdout.split("===== ")[1:]
    assert len(parts) == len(cells), done.stdout + done.stderr
    return dict(part.split("\n", 1) for part in parts)


@pytest.mark.parametrize("name", CELLS)
def test_the_first_cell_says_what_to_do(name, shown):
    assert shown[name].strip().endswith("No module named 'sagalab'")
    assert "choose .venv as its kernel, or python3 setup/run.py lab" in shown[name]
