"""The browser tests run where Chromium or Chrome is, and say so where it is not."""

from collections.abc import Iterator

import pytest
from lab_server import launch_arguments
from playwright.sync_api import Browser, sync_playwright

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


@pytest.fixture(scope="module")
def browser(chromium_path, server) -> Iterator[Browser]:
    """Chromium, for a file that has a `server`, which answers by then."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=chromium_path, args=launch_arguments())
        server.wait()
        yield chromium
        chromium.close()
