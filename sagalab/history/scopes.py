"""Where the events of a history belong: scopes, and the visits in them while the history is being read.

A scope is a sequence of states: the execution itself, one branch of a Parallel, one iteration of a Map.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sagalab.history.visits import Attempt, Iteration, Visit

CONTAINERS = ("Parallel", "Map")


# Where an event belongs: the visit, and the scope that a state after it is entered in.
Place = tuple["OpenVisit | None", "Scope"]


class Scope:
    """One sequence of states: `owner` is the Parallel or Map around it (None: the execution itself)."""

    __slots__ = ("owner", "index", "iteration", "current")

    def __init__(self, owner: "OpenVisit | None" = None, index: int | None = None):
        self.owner = owner
        self.index = index
        self.iteration: Iteration | None = None
        self.current: OpenVisit | None = None


class OpenVisit:
    """A visit with what only the reading needs to know of it.

    `open`: neither left nor cut off. `struck`: "failed" or "timed_out" while an error waits for its retrier
    or catcher. `failed`: a container whose round has failed. `scopes`, `branches`, `items`: the scopes of
    the current round, all, by name of their first state, by index of the item. `culprit`: the child that
    failed it.
    """

    __slots__ = ("visit", "scope", "open", "struck", "failed", "scopes", "branches", "items", "culprit")

    def __init__(self, visit: Visit, scope: Scope):
        self.visit = visit
        self.scope = scope
        self.open = True
        self.struck: str | None = None
        self.failed = False
        self.scopes: list[Scope] = []
        self.branches: dict[str, Scope] = {}
        self.items: dict[int | None, Scope] = {}
        self.culprit: OpenVisit | None = None

    @property
    def is_container(self) -> bool:
        """Whether the state holds other states (a Parallel or a Map)."""
        return self.visit.type in CONTAINERS

    @property
    def last_attempt(self) -> Attempt | None:
        """The latest attempt of a Task, or the latest round of a container."""
        attempts = self.visit.rounds if self.is_container else self.visit.attempts
        return attempts[-1] if attempts else None

    @property
    def at_work(self) -> bool:
        """Whether an attempt is under way."""
        attempt = self.last_attempt
        return attempt is not None and attempt.outcome == "running"

    def strike(self, how: str, error: str | None, cause: str | None) -> None:
        """Note an error that now waits for a retrier or a catcher."""
        self.struck, self.visit.error, self.visit.cause = how, error, cause

    def unstrike(self) -> None:
        """Forget the error: the work begins anew or has succeeded."""
        self.struck, self.failed, self.culprit = None, False, None
        self.visit.error = self.visit.cause = self.visit.caught_error = None

    def outwards(self) -> "Iterator[OpenVisit]":
        """Yield this visit, then the containers around it, from the innermost out."""
        place: OpenVisit | None = self
        while place is not None:
            yield place
            place = place.scope.owner

    def begin_round(self, at: datetime | None) -> None:
        """Begin a container's work, the first time or anew."""
        last = self.last_attempt
        if last is not None and last.outcome == "running":
            end_attempt(last, "failed", at, self.visit.error, self.visit.cause)
        self.unstrike()
        self.scopes, self.branches, self.items = [], {}, {}
        attempt = Attempt(number=len(self.visit.rounds) + 1, started=at)
        self.visit.rounds.append(attempt)
        self.visit.iterations = []

    def add_scope(self, index: int | None) -> Scope:
        """Open a branch or an iteration in the current round."""
        scope = Scope(self, index)
        self.scopes.append(scope)
        if self.visit.type == "Map":
            self.items[index] = scope
        return scope

    def open_inside(self) -> "list[OpenVisit]":
        """Return the visits of the current round that are still open, one a scope at most."""
        return [scope.current for scope in self.scopes if scope.current is not None and scope.current.open]

    def end_iterations(self, status: str) -> None:
        """Give a status to the iterations that no event ended."""
        for scope in self.scopes:
            if scope.iteration is not None and scope.iteration.status == "running":
                scope.iteration.status = status

    def close(self, status: str, at: datetime | None) -> "list[OpenVisit]":
        """End the visit and what is open inside it, by an event of something else; return what closed."""
        if not self.scopes and not self.at_work and self.open:
            self.open = False
            self.visit.status = "failed" if self.visit.type == "Fail" else status
            return [self]
        inner = status if status in ("succeeded", "timed_out") else "aborted"
        closed, todo = [], [(self, status)]
        while todo:
            here, how = todo.pop()
            if here.open:
                here.open = False
                closed.append(here)
                here.visit.status = "failed" if here.visit.type == "Fail" else how
                if here.at_work:
                    outcome = "succeeded" if how == "caught" else how
                    end_attempt(here.last_attempt, outcome, at, here.visit.error, here.visit.cause)
            todo.extend((child, inner) for child in here.open_inside())
            here.end_iterations("aborted" if inner == "timed_out" else inner)
        return closed

    @property
    def may_fail(self) -> bool:
        """Whether a container's round is under way, or an error kept it from starting."""
        return self.at_work or not self.visit.rounds

    @property
    def may_go_on(self) -> bool:
        """Whether a redrive may go on with this visit: neither it nor what is around it was left or begun anew."""
        return all(
            place.visit.exited_event is None
            and (place.scope.owner is None or place.scope in place.scope.owner.scopes)
            for place in self.outwards()
        )

    def reopen(self) -> None:
        """Go on with a visit that the execution's end had closed (a redrive), and with those around it."""
        for place in self.outwards():
            if place.open or place.visit.exited_event is not None:
                return
            place.open = True
            place.visit.status = "running"
            place.unstrike()
            place.failed = False
            if place.is_container and place.visit.rounds:
                last = place.visit.rounds[-1]
                last.outcome, last.ended, last.error, last.cause = "running", None, None, None
            if place.scope.iteration is not None:
                place.scope.iteration.status, place.scope.iteration.ended = "running", None


def end_attempt(
    attempt: Attempt | None,
    outcome: str,
    at: datetime | None,
    error: str | None = None,
    cause: str | None = None,
) -> None:
    """Give an attempt its outcome; the error stays only with one that did not succeed."""
    if attempt is None:
        return
    attempt.outcome, attempt.ended = outcome, at
    failed = outcome in ("failed", "timed_out")
    attempt.error, attempt.cause = (error, cause) if failed else (None, None)


def name_culprits(here: OpenVisit, error: str | None, cause: str | None) -> None:
    """Give an error to the visits inside that caused it and do not know it (a Fail state does not)."""
    down: OpenVisit | None = here
    while down is not None:
        if down.visit.error is None and down.visit.status in ("failed", "caught"):
            down.visit.error, down.visit.cause = error, cause
        down = down.culprit


def to_text(value: Any) -> str | None:
    """Return a detail as text; None stays None."""
    return value if value is None or isinstance(value, str) else str(value)
