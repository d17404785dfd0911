"""One invocation of a function in virtual time, as a value: it can be put aside while it sleeps, and copied.

A Python function cannot be kept half-done, so it is run again from its beginning each time it goes on: what it
was answered so far stands in its log, and only what comes after the log is done anew. So a function must do the
same when it is told the same, which time, chance and the tables in memory see to.
"""

import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from sagalab.errors import SagaLabError
from sagalab.rehearsal.services.refused import Refused

Api = Callable[[str, str, dict[str, Any]], dict[str, Any]]


@dataclass(frozen=True)
class Invocation:
    """A function that runs or sleeps: what it got, when it began and must have ended (milliseconds since 1970).

    `log` holds what it was answered so far: ("slept", until) and ("answered" or "refused", operation, what).
    `due`: when it goes on. `killed`: its time will be over then, and it does nothing more. `asks`: the call for
    which it was put aside: service, operation, request.
    """

    function: str
    event: str  # JSON text
    began: float
    deadline: float
    number: int
    seed: str
    due: float
    log: tuple[tuple[Any, ...], ...] = ()
    killed: bool = False
    asks: tuple[str, str, dict[str, Any]] | None = None

    @property
    def request_id(self) -> str:
        """The id that Lambda gives the request."""
        drawn = random.Random(f"{self.seed}/{self.number}").getrandbits(128)
        text = f"{drawn:032x}"
        return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-8{text[17:20]}-{text[20:]}"


def copied(value: Any) -> Any:
    """Return a copy of a request or an answer: dicts and lists of their own, what is in them shared."""
    if isinstance(value, dict):
        return {key: copied(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [copied(inner) for inner in value]
    return value


class Ends(BaseException):
    """The invocation does nothing more here: it sleeps, it exited, its time is over."""


class Running:
    """The invocation that runs in this thread: what its `time`, `random`, `os` and `boto3` reach."""

    def __init__(
        self,
        invocation: Invocation,
        api: Api,
        granted: int | None = None,
        between: Callable[[str], None] | None = None,
    ) -> None:
        """`granted`: so many calls are answered before it is put aside (None: all). `between` hears of each."""
        self.invocation = invocation
        self.now: float = invocation.began
        self.is_numbered = False  # whether it did what depends on its number
        self.exited: int | None = None
        self.sleeps: Invocation | None = None
        self._api = api
        self._log = list(invocation.log)
        self._place = 0
        self._over: Ends | None = None
        self._between = between
        self._granted = granted
        self._replayed = len(self._log)

    @cached_property
    def chance(self) -> random.Random:
        """What the function draws by chance."""
        self.is_numbered = True
        return random.Random(f"{self.invocation.seed}:{self.invocation.number}")

    def sleep(self, seconds: float) -> None:
        """Sleep: at once where it has slept already, else the invocation is put aside."""
        self._alive()
        if self._place < self._replayed:
            self.now = self._next("slept")[1]
            return
        due = self.now + seconds * 1000
        killed = due >= self.invocation.deadline
        due = self.invocation.deadline if killed else due
        self._put_aside(due, (*self._log, ("slept", due)), killed)

    def exit(self, code: int) -> None:
        """End the process."""
        self._alive()
        self.exited = code
        self._end()

    def api(self, service: str, operation: str, request: dict[str, Any]) -> dict[str, Any]:
        """Answer a call of a service: from the log, or by the service, whose answer the log keeps."""
        self._alive()
        if self._place < self._replayed:
            kind, _, answer = self._next("answered", "refused", operation)
            if kind == "refused":
                raise Refused(answer.code, answer.message, **copied(answer.more))
            return copied(answer)
        if self._granted == 0:
            self._put_aside(self.now, tuple(self._log), False, (service, operation, copied(request)))
        elif self._granted is not None:
            self._granted -= 1
        if self._between is not None:
            self._between(operation)
        try:
            answer = self._api(service, operation, copied(request))
        except Refused as refused:
            self._log.append(("refused", operation, refused))
            raise
        self._log.append(("answered", operation, answer))
        return copied(answer)

    def _next(self, *wanted: str) -> tuple[Any, ...]:
        entry = self._log[self._place]
        self._place += 1
        if entry[0] not in wanted or (len(wanted) > 2 and entry[1] != wanted[2]):
            raise SagaLabError(
                f"The function {self.invocation.function} did another thing when it was run again.",
                "A rehearsed function must do the same when it is told the same: no files, no own clock.",
            )
        return entry

    def _put_aside(
        self,
        due: float,
        log: tuple[tuple[Any, ...], ...],
        killed: bool,
        asks: tuple[str, str, dict[str, Any]] | None = None,
    ) -> None:
        self.sleeps = replace(self.invocation, due=due, log=log, killed=killed, asks=asks)
        self._end()

    def _end(self) -> None:
        self._over = Ends()
        raise self._over

    def _alive(self) -> None:
        if self._over is not None:  # a `finally` of the function tries to go on
            raise self._over


_active = threading.local()


def current() -> Running:
    """Return the invocation that runs in this thread."""
    stack = getattr(_active, "stack", None)
    if not stack:
        return _IMPORTING
    return stack[-1]


class running:
    """`with running(one):` what one's function asks for reaches it."""

    def __init__(self, one: Running) -> None:
        self._one = one

    def __enter__(self) -> Running:
        if not hasattr(_active, "stack"):
            _active.stack = []
        _active.stack.append(self._one)
        return self._one

    def __exit__(self, *raised: Any) -> None:
        _active.stack.pop()


def _no_service(service: str, operation: str, request: dict[str, Any]) -> dict[str, Any]:
    raise Refused("ServiceUnavailable", "A module may call no service while it is imported.")


# While modules are imported no invocation runs: they see the beginning of the world.
_IMPORTING = Running(Invocation("import", "{}", 1_767_225_600_000, float("inf"), 0, "import", 0), _no_service)
