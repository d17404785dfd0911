"""The browser tests run where Chromium or Chrome is, and say so where it is not."""

import pytest

from sagalab.upkeep.chromium import find_chromium


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """The path of Chromium, for Playwright's `executable_path`."""
    path = find_chromium()
    if not path:
        pytest.skip(
            "browser tests need Chromium or Chrome, and none is here (Debian: sudo apt install chromium)"
        )
    return path
