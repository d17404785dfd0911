"""A participant's edition of the notebooks: working copies without outputs in `my-workshop/`, which git ignores.

The published notebooks keep their outputs, for readers; in a copy nothing gives an answer away. A copy is never
overwritten: when its notebook was published anew, the new edition is put beside it.
"""

import hashlib
import json
import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sagalab.project import ROOT, writing

FOLDER = "my-workshop"
_RECORD = ".editions.json"
_NEW = "-new-edition"
_PAGE = re.compile(r"\]\(((?:[\w-]+/)*[\w-]+\.md)")  # of a link in Markdown


@dataclass
class Copies:
    """What was done: the folder, the copies that were made, and those of a newer edition beside an older copy."""

    folder: Path
    made: list[Path] = field(default_factory=list)
    newer: list[Path] = field(default_factory=list)


def make_copies(root: Path | None = None) -> Copies:
    """Make the working copies that are missing, and return what was done.

    Raises SagaLabError when a file cannot be read or written.
    """
    root = root or ROOT
    folder = root / FOLDER
    done = Copies(folder)
    with writing(folder, f"The folder {FOLDER}"):
        folder.mkdir(exist_ok=True)
        handed_out = _read_record(folder)
        for path in sorted((root / "notebooks").glob("[0-9][0-9]_*.ipynb")):
            content = without_outputs(path.read_bytes())
            editions = handed_out.setdefault(path.name, [])
            edition = _edition(content)
            copy = folder / path.name
            if not copy.exists():
                done.made.append(_write(copy, content))
            elif edition not in editions and _edition(without_outputs(copy.read_bytes())) != edition:
                done.newer.append(_write(_beside(copy), content))
            if edition not in editions:
                editions.append(edition)
        _write(folder / _RECORD, json.dumps(handed_out, indent=1).encode())
    return done


def without_outputs(content: bytes) -> bytes:
    """Return a notebook's bytes without outputs and counts; bytes that are no notebook come back as they are."""
    try:
        notebook: Any = json.loads(content)
        for cell in notebook["cells"]:
            if cell["cell_type"] == "markdown":
                cell["source"] = _links_kept(cell["source"])
            if cell["cell_type"] == "code":
                cell["outputs"], cell["execution_count"] = [], None
                cell.get("metadata", {}).pop("execution", None)
        notebook.get("metadata", {}).pop("widgets", None)
    except (ValueError, KeyError, TypeError, AttributeError):
        return content
    return (json.dumps(notebook, indent=1, ensure_ascii=False) + "\n").encode()


def _links_kept(source: list[str] | str) -> list[str] | str:
    """Let links to pages beside the published notebooks (the glossary, say) lead there from a copy too."""
    lines = [source] if isinstance(source, str) else source
    kept = [_PAGE.sub(r"](../notebooks/\1", line) for line in lines]
    return kept[0] if isinstance(source, str) else kept


def _edition(content: bytes) -> str:
    """Return what tells editions apart: the texts of the cells, and nothing that a saving changes."""
    try:
        texts = ["".join(cell["source"]) for cell in json.loads(content)["cells"]]
    except (ValueError, KeyError, TypeError):
        texts = [content.decode(errors="replace")]
    return hashlib.sha256(json.dumps(texts).encode()).hexdigest()[:16]


def _beside(copy: Path) -> Path:
    """Return a path beside a copy that no file has."""
    names = [f"{copy.stem}{_NEW}.ipynb", *(f"{copy.stem}{_NEW}-{count}.ipynb" for count in range(2, 1000))]
    return next(path for path in (copy.with_name(name) for name in names) if not path.exists())


def _write(path: Path, content: bytes) -> Path:
    half = path.with_suffix(".half")
    half.write_bytes(content)
    os.replace(half, path)
    return path


def _read_record(folder: Path) -> dict[str, list[str]]:
    """Return which editions of each notebook were handed out; a record that is lost is begun anew."""
    try:
        found = json.loads((folder / _RECORD).read_text(encoding="utf-8"))
        return {name: [str(each) for each in editions] for name, editions in found.items()}
    except (OSError, ValueError, AttributeError, TypeError):
        return {}


def in_words(done: Copies) -> str:
    """Return what was done in some lines for people."""
    lines = []
    if done.made:
        lines.append(f"✓ {FOLDER}/: {len(done.made)} notebooks to work in, without outputs.")
    for path in done.newer:
        lines.append(f"! A newer edition of a notebook of yours: {FOLDER}/{path.name}. Yours is as it was.")
    return "\n".join(lines) or f"✓ {FOLDER}/: your notebooks are as you left them."


def copy_of(path: Path, root: Path | None = None) -> Path | None:
    """Return the working copy of a published notebook, whether it exists or not; None where there is no folder of them."""
    folder = (root or ROOT) / FOLDER
    return folder / path.name if folder.is_dir() else None
