"""Recorded histories: this project's own (tests/history/recordings), and AWS's beside this clone where they are.

Of the own ones some were recorded on the local cloud (`python -m tools recordings` makes them anew), and
by_hand_*.json were written by hand from the document that each names.
"""

import json
from functools import cache
from pathlib import Path

import pytest

from sagalab.project import ROOT

OWN = ROOT / "tests" / "history" / "recordings"
OF_AWS = ROOT.parent / "shared" / "aws-histories"
FILES: list[Path] = sorted(OWN.glob("*.json")) + sorted(OF_AWS.glob("*.json"))

needs_aws = pytest.mark.skipif(not OF_AWS.is_dir(), reason="../shared/aws-histories is not here")


@cache
def recording(name: str) -> dict:
    """Return one recording: `{"case": …, "events": […]}`, of the own ones with its definition or its source."""
    path = next(path for path in FILES if path.stem == name)
    return json.loads(path.read_text(encoding="utf-8"))
