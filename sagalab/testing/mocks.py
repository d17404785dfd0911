"""The mocks that tests write: the rehearsal's, under the room's own name."""

from sagalab.rehearsal.rehearse import Mocks, fails, never_answers

__all__ = ["Mocks", "fails", "never_answers"]
