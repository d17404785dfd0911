"""A deck as a file: HTML that needs no server, or PDF, a slide a page, printed by Chromium."""

import os
import subprocess
import tempfile
from pathlib import Path

from sagalab.errors import SagaLabError
from sagalab.instructor.deck import Slide, standalone
from sagalab.project import writing_to

_PRINT_SECONDS = 60


def save_deck(slides: list[Slide], path: Path, chromium: str | None, *, notes: bool = False) -> None:
    """Write a deck to a .html or .pdf file. `chromium`: the program that prints; `notes`: as for `standalone`.

    Raises SagaLabError for another ending, where it cannot be written, and for .pdf without a `chromium`.
    """
    html, kind = standalone(slides, notes=notes), path.suffix.lower()
    if kind not in (".html", ".pdf"):
        raise SagaLabError(f"{path.name} is no name for a deck.", "End it in .html or .pdf.")
    if kind == ".html":
        with writing_to(path):
            path.write_text(html, encoding="utf-8")
        return
    if not chromium:
        raise SagaLabError(
            "A PDF is printed by Chromium or Chrome, and none was found.",
            "Save it as .html, open that, and print it to a file: each slide is a page.",
        )
    with writing_to(path):
        path.touch()
    with tempfile.TemporaryDirectory(prefix="sagalab-deck-") as folder:
        page = Path(folder) / "deck.html"
        page.write_text(html, encoding="utf-8")
        command = [
            chromium,
            "--headless",
            "--disable-gpu",
            "--no-pdf-header-footer",
            f"--user-data-dir={folder}/profile",
        ]
        if hasattr(os, "geteuid") and os.geteuid() == 0:  # a container: Chromium has no sandbox for root
            command.append("--no-sandbox")
        printed = subprocess.run(
            [*command, f"--print-to-pdf={path.resolve()}", page.as_uri()],
            stdin=subprocess.DEVNULL, capture_output=True, timeout=_PRINT_SECONDS,
        )  # fmt: skip
    if printed.returncode or not path.stat().st_size:
        said = printed.stderr.decode("utf-8", "replace").strip().splitlines()[-1:] or ["no reason given"]
        raise SagaLabError(
            f"Chromium could not print the deck: {said[0]}", "Save it as .html, and print that."
        )
