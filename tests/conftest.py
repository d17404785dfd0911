"""Fixtures for all tests: a local cloud of the test session's own."""

import os

import pytest


@pytest.fixture(scope="session")
def cloud(tmp_path_factory):
    """A local cloud of its own, with waits at a fiftieth of their time; nothing of it stays behind.

    It is a `sagalab.connect.Cloud`. SAGALAB_STATE_DIR points to it for the whole session, so that
    `connect()`, `deploy()` and the command line meet it too.
    """
    changed = {
        "SAGALAB_STATE_DIR": str(tmp_path_factory.mktemp("state")),
        "SAGALAB_TIME_SCALE": os.environ.get("SAGALAB_TEST_TIME_SCALE", "0.02"),
        "SAGALAB_CLOUD": "local",
    }
    before = {name: os.environ.get(name) for name in changed}
    os.environ.update(changed)
    from sagalab.connect import connect
    from sagalab.localcloud import process

    try:
        yield connect()
    finally:
        process.stop()
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
