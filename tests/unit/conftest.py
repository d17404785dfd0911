"""Fixtures of the unit tests."""

import pytest


@pytest.fixture(scope="session")
def services(cloud):
    """The six handlers in this process, against tables of their own in the test session's local cloud."""
    from in_process import Services

    return Services(cloud, "svc")
