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
