"""Step Functions' API without a server."""

import pytest
from api_asked import Asked


@pytest.fixture
def ask() -> Asked:
    """An API of this test's own: `ask("StartExecution", stateMachineArn=…)`."""
    return Asked()
