"""Fixtures for all tests: a local cloud of the test session's own."""

import os
from collections.abc import Iterator

import hypothesis
import pytest
from cloud_processes import processes_of_cloud, still_there

os.environ["SAGALAB_OWNER"] = str(os.getpid())  # so that no local cloud outlives tests that were killed
# A suite that fails by chance holds up somebody else's work: look for new cases with --hypothesis-profile=search.
hypothesis.settings.register_profile("search", derandomize=False)
hypothesis.settings.register_profile("same", derandomize=True)
hypothesis.settings.load_profile("same")
_FOR_TESTS = {"SAGALAB_TIME_SCALE": "0.02", "SAGALAB_CLOUD": "local"}


@pytest.fixture(scope="session")
def cloud(tmp_path_factory) -> Iterator:
    """A local cloud of its own, with waits at a fiftieth of their time; nothing of it stays behind.

    It is a `sagalab.connect.Cloud`. SAGALAB_STATE_DIR points to it for the whole session, so that
    `connect()`, `deploy()` and the command line meet it too.
    """
    from sagalab.connect import connect
    from sagalab.localcloud import process

    patch = pytest.MonkeyPatch()
    patch.setenv("SAGALAB_STATE_DIR", str(tmp_path_factory.mktemp("state")))
    for name, value in _FOR_TESTS.items():
        patch.setenv(name, value)
    try:
        yield connect()
        ours = processes_of_cloud()
        process.stop()
        assert not still_there(ours)
    finally:
        process.stop()
        patch.undo()
