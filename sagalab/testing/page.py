"""The coverage of machines as files: one page with tables and pictures, a picture a machine, and JSON."""

import json
from pathlib import Path

from sagalab.errors import SagaLabError
from sagalab.markup import escape
from sagalab.pictures.frame import framed
from sagalab.project import writing_to
from sagalab.testing.coverage import Coverage

_HEAD = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Coverage of state machines</title>
<meta name="viewport" content="width=device-width">
<style>
:root { color-scheme: light dark }
body { font: 16px/1.5 Arial, "Liberation Sans", sans-serif; max-width: 90rem; margin: 2rem auto; padding: 0 1rem;
       color: #16202c; background: #fff; color: light-dark(#16202c, #e8edf3); background: light-dark(#fff, #181d24) }
table { border-collapse: collapse; margin: 0 0 1rem } th, td { padding: .25rem .75rem; border-bottom: 1px solid #9aa7b8 }
figure { margin: 1rem 0 }
</style></head><body><h1>Coverage of state machines</h1>
"""


def write(folder: Path, coverages: list[Coverage]) -> Path:
    """Write index.html, coverage.json and an SVG a machine into a folder; return the page's path.

    Raises SagaLabError when the folder cannot be written to.
    """
    with writing_to(folder):
        folder.mkdir(parents=True, exist_ok=True)
        parts = [_HEAD]
        for number, found in enumerate(coverages, 1):
            parts.append(
                f"<h2>{escape(found.name or 'The machine')}</h2>\n{found.html()}\n{_figure(folder, number, found)}"
            )
        made = folder / "index.html"
        made.write_text("\n".join([*parts, "</body></html>\n"]), encoding="utf-8")
        text = json.dumps([found.as_json() for found in coverages], indent=2, ensure_ascii=False)
        (folder / "coverage.json").write_text(text + "\n", encoding="utf-8")
    return made


def _figure(folder: Path, number: int, found: Coverage) -> str:
    drawn = found.picture()
    try:
        svg = drawn.svg()
    except SagaLabError as error:
        return f"<p>{escape(error.what)} {escape(error.cure)}</p>"
    name = Path(found.name).name.removesuffix(".json").removesuffix(".asl") or f"machine-{number}"
    (folder / f"{number}-{name}.svg").write_text(svg, encoding="utf-8")
    return f"<figure>{framed(svg)}</figure>"
