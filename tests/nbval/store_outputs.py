"""Run notebooks in fresh kernels and store their outputs in them, as nbval then compares them.

`python tests/nbval/store_outputs.py notebooks/00_start_here.ipynb …` needs a deployed saga (a local cloud) and
writes nothing for a notebook with a cell that fails.
"""

import sys
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

CELL_SECONDS = 120
WIDGET = "application/vnd.jupyter.widget-view+json"


def store(path: Path) -> bool:
    """Run one notebook and store its outputs. Return False, and say where, when a cell fails."""
    notebook = nbformat.read(path, as_version=4)
    begun = time.monotonic()
    client = NotebookClient(notebook, timeout=CELL_SECONDS, kernel_name="python3", store_widget_state=False)
    try:
        client.execute(cwd=str(path.parent))
    except CellExecutionError as error:
        print(f"✗ {path.name}: {error}")
        return False
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)  # times of this run: noise in every diff
        for output in cell.get("outputs", []):
            output.get("data", {}).pop(
                WIDGET, None
            )  # a widget without its kernel shows an error; its text stays
    notebook.metadata.pop("widgets", None)
    notebook.metadata["language_info"] = {"name": "python"}
    path.write_text(nbformat.writes(notebook, indent=1) + "\n", encoding="utf-8")
    print(f"✓ {path.name}: {time.monotonic() - begun:.1f} s, {path.stat().st_size / 1000:.0f} kB")
    return True


if __name__ == "__main__":
    results = [store(Path(name)) for name in sys.argv[1:]]
    sys.exit(0 if all(results) else 1)
