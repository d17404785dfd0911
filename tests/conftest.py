"""Fixtures for all tests: a local cloud of the test session's own, and what tests make in it."""

import os
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import hypothesis
import pytest
from cloud_processes import processes_of_cloud, still_there
from small_functions import Function, zipped

os.environ["SAGALAB_OWNER"] = str(os.getpid())  # so that no local cloud outlives tests that were killed
# A suite that fails by chance holds up somebody else's work: look for new cases with --hypothesis-profile=search.
hypothesis.settings.register_profile("search", derandomize=False, deadline=None)
hypothesis.settings.register_profile("same", derandomize=True, deadline=None)
hypothesis.settings.load_profile("same")
_FOR_TESTS = {"SAGALAB_TIME_SCALE": "0.02", "SAGALAB_CLOUD": "local"}


@pytest.fixture(scope="session")
def cloud(tmp_path_factory) -> Iterator:
    """A local cloud of its own, with waits at a fiftieth of their time; nothing of it stays behind.

    It is a `sagalab.cloud.connect.Cloud`. SAGALAB_STATE_DIR points to it for the whole session, so that
    `connect()`, `deploy()` and the command line meet it too.
    """
    from sagalab.cloud import local_process
    from sagalab.cloud.connect import connect

    patch = pytest.MonkeyPatch()
    patch.setenv("SAGALAB_STATE_DIR", str(tmp_path_factory.mktemp("state")))
    for name, value in _FOR_TESTS.items():
        patch.setenv(name, value)
    try:
        yield connect()
        ours = processes_of_cloud()
        local_process.stop()
        assert not still_there(ours)
    finally:
        local_process.stop()
        patch.undo()


@pytest.fixture(scope="session")
def services(cloud):
    """The six handlers in this process, against tables of their own in the test session's local cloud."""
    from in_process import Services

    return Services(cloud, "svc")


@pytest.fixture(scope="session")
def role(cloud) -> str:
    """The ARN of a role that functions can have."""
    made = cloud.client("iam").create_role(RoleName=f"role-{uuid4().hex[:8]}", AssumeRolePolicyDocument="{}")
    return made["Role"]["Arn"]


@pytest.fixture
def function(cloud, role) -> Iterator[Callable[..., Function]]:
    """Make functions: `function(source, handler="code.handler", **settings)`; removed after the test."""
    client = cloud.client("lambda")
    made = []

    def make(source: str, handler: str = "code.handler", **settings: Any) -> Function:
        name = f"f-{uuid4().hex[:8]}"
        client.create_function(
            FunctionName=name,
            Runtime="python3.13",
            Role=role,
            Handler=handler,
            Code={"ZipFile": zipped(code=source)},
            **settings,
        )
        made.append(name)
        return Function(name, client)

    yield make
    for name in made:
        client.delete_function(FunctionName=name)


@pytest.fixture(scope="session")
def iam_cloud(tmp_path_factory) -> Iterator:
    """A `Cloud` whose local cloud enforces IAM; it stands beside the tests' own, in its own state folder."""
    from sagalab.cloud import local_process
    from sagalab.cloud.connect import connect

    state = str(tmp_path_factory.mktemp("iam"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SAGALAB_STATE_DIR", state)
        patch.setenv("SAGALAB_TIME_SCALE", "0.02")
        local_process.start(iam=True)
        found = connect()
    yield found
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SAGALAB_STATE_DIR", state)
        local_process.stop()
