"""Every machine at hand: of statemachine/, of the notebooks' cells, and of AWS's recorded runs (if there)."""

import json
from pathlib import Path

from sagalab.asl.text import read_text
from sagalab.project import NOTEBOOKS, ROOT, STATEMACHINE

RECORDED = ROOT.parent / "shared" / "aws-runs"


def _of_statemachine() -> dict[str, dict]:
    files = sorted(STATEMACHINE.rglob("*.asl.json"))
    return {path.name: json.loads(path.read_text(encoding="utf-8")) for path in files}


def _of_notebooks() -> dict[str, dict]:
    found = {}
    for path in sorted(NOTEBOOKS.rglob("*.ipynb")):
        for number, cell in enumerate(json.loads(path.read_text(encoding="utf-8"))["cells"]):
            head, _, body = "".join(cell["source"]).partition("\n")
            if head.startswith("%%asl"):
                found[f"{path.stem}[{number}]"] = read_text(body).body
    return {name: body for name, body in found.items() if isinstance(body, dict)}


def _recorded() -> dict[str, dict]:
    files: list[Path] = sorted(RECORDED.glob("*.json"))
    runs = {path.stem: json.loads(path.read_text(encoding="utf-8"))["definition"] for path in files}
    return {name: json.loads(run) if isinstance(run, str) else run for name, run in runs.items()}


_RUNS = _recorded()
KNOWN = _of_statemachine() | _of_notebooks() | _RUNS
RECORDED_NAMES = list(_RUNS)
