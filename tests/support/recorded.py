"""The recorded AWS histories beside this clone (../shared/aws-histories), where they are present."""

import json
from functools import cache
from pathlib import Path

import pytest

from sagalab.project import ROOT

FOLDER = ROOT.parent / "shared" / "aws-histories"
FILES: list[Path] = sorted(FOLDER.glob("*.json"))

needs_recordings = pytest.mark.skipif(not FILES, reason="../shared/aws-histories is not here")


@cache
def recording(number: str) -> dict:
    """Return one recording: `{"case": …, "events": […]}`."""
    return json.loads((FOLDER / f"{number}.json").read_text(encoding="utf-8"))
