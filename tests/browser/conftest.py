"""What the browser tests share: one Chromium and one JupyterLab with one page, for all the files that a worker runs.

They end when the worker goes on to other tests: while Playwright runs, asyncio thinks that its loop is running.
Where Chromium or Chrome is missing, the tests say so.
"""

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from chromium_launch import launched
from lab_page import Lab
from lab_server import SECONDS, Server
from playwright.sync_api import Browser, expect

from sagalab.upkeep.chromium import find_chromium

_HERE = Path(__file__).parent
_started: dict[str, Any] = {}
_ends = contextlib.ExitStack()
expect.set_options(timeout=SECONDS * 1000)


def _once(name: str, start: Callable[[], Any]) -> Any:
    """Return what was started before by that name, or start it."""
    if name not in _started:
        _started[name] = start()
    return _started[name]


def _end_all() -> None:
    _started.clear()
    _ends.close()


def pytest_sessionfinish() -> None:
    _end_all()  # it may have been broken off


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(nextitem) -> Iterator[None]:
    """End what is shared when the next test is no browser test."""
    try:
        return (yield)
    finally:
        if nextitem is None or _HERE not in nextitem.path.parents:
            _end_all()


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
def browser(chromium_path) -> Browser:
    """Chromium: its pages are the tests' own, and closed by them."""

    return _once("browser", lambda: _ends.enter_context(launched(chromium_path)))


@pytest.fixture(scope="module")
def lab(chromium_path, cloud, tmp_path_factory, request) -> Lab:
    """JupyterLab, on the tests' local cloud. It starts while Chromium does."""

    def start() -> Lab:
        server = Server(tmp_path_factory.mktemp("jupyterlab"))
        _ends.callback(server.stop)
        browser = request.getfixturevalue("browser")
        server.wait()
        return Lab(server, browser)

    return _once("lab", start)
