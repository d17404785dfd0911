"""The names of this room that tests use, for `lazy_loader`, editors and mypy."""

from .coverage import Coverage as Coverage
from .coverage import coverage as coverage
from .expect import expect as expect
from .mark import machine as machine
from .mocks import fails as fails
from .mocks import never_answers as never_answers
from .single import StateTest as StateTest
from .single import one_state as one_state

__all__ = [
    "Coverage",
    "StateTest",
    "coverage",
    "expect",
    "fails",
    "machine",
    "never_answers",
    "one_state",
]
