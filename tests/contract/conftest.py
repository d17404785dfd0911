"""Fixtures for the contracts of the local cloud: functions made from a few lines of source."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
from small_functions import Function, zipped


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
    from sagalab.connect import connect
    from sagalab.localcloud import process

    state = str(tmp_path_factory.mktemp("iam"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SAGALAB_STATE_DIR", state)
        patch.setenv("SAGALAB_TIME_SCALE", "0.02")
        process.start(iam=True)
        found = connect()
    yield found
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SAGALAB_STATE_DIR", state)
        process.stop()
