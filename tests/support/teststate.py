"""The recorded calls of TestState beside this clone (../shared/aws-teststate)."""

import json
from functools import cache
from typing import Any

import pytest

from sagalab.project import ROOT

FOLDER = ROOT.parent / "shared" / "aws-teststate"
NUMBERS: list[str] = [path.stem for path in sorted(FOLDER.glob("*.json"))]

needs_calls = pytest.mark.skipif(not NUMBERS, reason="../shared/aws-teststate is not here")


@cache
def recorded_call(number: str) -> dict[str, Any]:
    """Return one call: case, request, answer."""
    return json.loads((FOLDER / f"{number}.json").read_text(encoding="utf-8"))
