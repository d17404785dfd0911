"""Task tokens: whose task each is, and what AWS says of those that are not open.

Source: https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskSuccess.html
"""

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sagalab.localcloud.stepfunctions.running.driven import Driven


class TokenRefused(Exception):
    """A token cannot be answered. Its text is AWS's message, `code` AWS's error."""

    code = ""
    words = ""

    def __init__(self) -> None:
        super().__init__(self.words)


class InvalidToken(TokenRefused):
    """No task was ever given this token."""

    code = "InvalidToken"
    words = "Invalid Token: 'Invalid token'"


class TaskTimedOut(TokenRefused):
    """The token's task is over: answered, timed out, or its execution ended."""

    code = "TaskTimedOut"
    words = "Task Timed Out: 'Provided task does not exist anymore'"


class Tokens:
    """The tokens that were given out, each with its execution and task."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[Driven, int]] = {}
        self._answered: set[str] = set()
        self._lock = threading.Lock()

    def give(self, token: str, driven: "Driven", task: int) -> None:
        """Note whose task a token is."""
        self._known[token] = driven, task
        driven.tokens.append(token)

    def find(self, token: str) -> "tuple[Driven, int]":
        """Return the execution and the task that wait for a token; raise InvalidToken or TaskTimedOut."""
        place = self._known.get(token)
        if place is None:
            raise InvalidToken
        driven, task = place
        if token in self._answered or not driven.waits_for(task):
            raise TaskTimedOut
        return place

    def answer(self, token: str) -> "tuple[Driven, int]":
        """Return whose task a token is, once: it takes one answer. Raises as find() does."""
        with self._lock:
            place = self.find(token)
            self._answered.add(token)
        return place

    def forget(self, driven: "Driven") -> None:
        """Forget the tokens of an execution that is itself forgotten."""
        for token in driven.tokens:
            self._known.pop(token, None)
            self._answered.discard(token)
