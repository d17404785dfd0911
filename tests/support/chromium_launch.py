"""Chromium as the tests start it, and its windows' sizes."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page, sync_playwright

# With these it runs in containers, and asks nobody for updates.
_ARGUMENTS = [
    "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--disable-background-networking",
    "--disable-component-update", "--disable-default-apps", "--disable-sync", "--no-first-run",
]  # fmt: skip


@contextmanager
def launched(path: str) -> Iterator[Browser]:
    """Start the Chromium at `path`; end it afterwards."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=_ARGUMENTS)
        try:
            yield chromium
        finally:
            chromium.close()


def resize(page: Page, width: int, height: int) -> None:
    """Give a page another size; wait until it has it."""
    page.set_viewport_size({"width": width, "height": height})
    page.wait_for_function(
        "([width, height]) => innerWidth === width && innerHeight === height",
        arg=[width, height],
        polling=20,  # milliseconds, and not with every frame: to paint 3840 x 2160 pixels takes long
    )
