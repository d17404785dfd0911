"""Every order in which the calls of several orders can happen, as far as it matters.

A saga may be slow at any place, so each order may go on whenever it likes: between two calls of one order any
number of calls of the others can come. What an order does on rows that no other touches is done at once: it
makes no difference when (partial-order reduction). Which rows these are is found by running: rows are taken as
an order's own until a schedule shows that two orders touch them.
"""

import random
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass
from typing import Any

from sagalab.asl.engine.context import Execution as Names
from sagalab.asl.engine.history import json_text
from sagalab.asl.engine.program import Program
from sagalab.asl.engine.run import Run
from sagalab.rehearsal.coming import Awake, Pending
from sagalab.rehearsal.races.calls import Made, RecordingServices, Row
from sagalab.rehearsal.world import World

FAR_MS = 3_600_000  # what is due so much later is not waited for: a human's answer
MOST_EVENTS = 600  # of one execution, which goes round then
MOST_RETRIES = 7  # of one visit: what is tried again so often waits for the others, and may wait for ever
FEW_RETRIES = 12  # a retrier that allows no more of them comes to its end
MOST = 400  # schedules of one case


@dataclass
class Place:
    """One set of services, and a world for each order: each has its own clock, so that one order may wait for
    another for as long as it likes and not time out meanwhile."""

    services: RecordingServices
    worlds: list[World]

    def copy(self) -> "Place":
        """Return a place that can go its own way."""
        services = self.services.copy()
        assert isinstance(services, RecordingServices)
        return Place(services, [world.copy(services) for world in self.worlds])


@dataclass(frozen=True)
class Schedule:
    """One way in which things happened: the place at its end, and the orders."""

    place: Place
    orders: tuple[dict[str, Any], ...]

    @property
    def made(self) -> tuple[Made, ...]:
        """The calls of the tables, in order."""
        return self.place.services.made

    def run(self, number: int) -> Run:
        """Return the execution of an order, by its number from 0."""
        return self.place.worlds[number].runs[0]

    @property
    def now(self) -> int:
        """The latest time of all clocks (milliseconds since 1970)."""
        return max(world.now for world in self.place.worlds)


Begin = Callable[[], Place]
Calls = tuple[Made, ...]


def beginning(
    program: Program,
    orders: list[dict[str, Any]],
    stock: dict[str, int],
    code: Mapping[str, str] | None = None,
) -> Begin:
    """Return what makes a new place where the orders are placed, and nothing has happened yet."""

    def begin() -> Place:
        services = RecordingServices(seed="0", stock=stock, code=code, each_call=True)
        place = Place(services, [World(services) for _ in orders])
        for number, (world, order) in enumerate(zip(place.worlds, orders, strict=True)):
            world.start(program, json_text(order), Names(name=f"order-{number + 1}", seed=str(number)))
        return place

    return begin


def schedules(
    begin: Begin, orders: list[dict[str, Any]], sample: int | None = None, seed: int = 1
) -> tuple[list[Schedule], bool]:
    """Return the schedules that differ, and whether these are all; `sample`: so many, drawn by chance."""
    placed = tuple(orders)
    numbers = range(len(orders))
    shared: frozenset[Row] = frozenset()
    for one_after_another in (numbers, numbers[::-1]):
        search = _Search(begin, one_after_another, shared)
        shared |= search.met(search.every())
    while True:
        search = _Search(begin, numbers, shared)
        if sample is None:
            ends = search.every()
        else:
            ends = [search.one(random.Random(f"{seed}/{number}")) for number in range(sample)]
        together = shared | search.met(ends)
        if together == shared:
            return [Schedule(end, placed) for end in ends], sample is None and not search.cut
        shared = together


class _Search:
    def __init__(self, begin: Begin, numbers: range, shared: frozenset[Row]) -> None:
        self.begin, self.numbers, self.shared = begin, numbers, shared
        self.cut = False

    def every(self) -> list[Place]:
        """Return the places at the end of every schedule that differs from the others.

        Two calls that do not touch each other's rows give the same in both orders: of these only one is gone
        (sleep sets; Godefroid, Partial-Order Methods for the Verification of Concurrent Systems, 1996).
        """
        ends: list[Place] = []
        todo: list[tuple[Place, dict[int, Calls]]] = [(self.begin(), {})]
        while todo:
            before, asleep = todo.pop()
            place, ways = self._until_shared(before, asleep)
            if not ways and not asleep:
                ends.append(place)
                if len(ends) >= MOST:
                    self.cut = bool(todo)
                    break
            gone: dict[int, Calls] = dict(asleep)
            further = []
            for number, after, calls in ways:
                sleeping = {other: theirs for other, theirs in gone.items() if _apart(calls, theirs)}
                further.append((after, sleeping))
                gone[number] = calls
            todo += reversed(further)
        return ends

    def one(self, chance: random.Random) -> Place:
        """Return the place at the end of one schedule, drawn by chance."""
        place, ways = self._until_shared(self.begin())
        while ways:
            place, ways = self._until_shared(chance.choice(ways)[1])
        return place

    def met(self, ends: list[Place]) -> frozenset[Row]:
        """Return the rows that more than one order touched."""
        touched: dict[Row, set[str]] = {}
        for place in ends:
            for made in place.services.made:
                for row in made.rows:
                    touched.setdefault(row, set()).add(made.order)
        return frozenset(row for row, orders in touched.items() if len(orders) > 1)

    def _until_shared(
        self, place: Place, asleep: Container[int] = ()
    ) -> tuple[Place, list[tuple[int, Place, Calls]]]:
        """Let every order go on until its next call touches a shared row; return the ways to go on then: whose
        call, the place after it, and the call. An order that is `asleep` waits already, and its call is known."""
        # whose, the place before its call was tried, and after
        waiting: list[tuple[int, Place | None, Place]] = []
        for number in self.numbers:
            if number in asleep:
                continue
            while (pending := _next(place.worlds[number])) is not None:
                if not isinstance(pending.what, Awake):
                    place.worlds[number].take(pending)
                    waiting = [(other, None, after) for other, _, after in waiting]
                    continue
                tried = self._gone_on(place, number)
                if self._is_shared(tried, place):
                    waiting.append((number, place, tried))
                    break
                place = tried
        ways = []
        for number, before, tried in waiting:
            after = tried if before is place else self._gone_on(place, number)
            ways.append((number, after, after.services.made[len(place.services.made) :]))
        return place, ways

    def _is_shared(self, after: Place, before: Place) -> bool:
        """Tell whether what was called between two places touched a shared row."""
        new = after.services.made[len(before.services.made) :]
        return any(not self.shared.isdisjoint(made.rows) for made in new)

    @staticmethod
    def _gone_on(place: Place, number: int) -> Place:
        other = place.copy()
        pending = _next(other.worlds[number])
        if pending is not None:
            other.worlds[number].take(pending)
        return other


def _apart(one: Calls, other: Calls) -> bool:
    """Tell whether calls of two orders give the same whichever comes first."""
    wrote = {row for made in one for row in made.writes}
    wrote_too = {row for made in other for row in made.writes}
    touched = {row for made in one for row in made.rows}
    touched_too = {row for made in other for row in made.rows}
    return wrote.isdisjoint(touched_too) and wrote_too.isdisjoint(touched)


def _next(world: World) -> Pending | None:
    """Return what comes next for an order; None when it is over, or waits for a human, or goes round."""
    mine = world.pending()
    if not mine:
        return None
    first = mine[0]
    if isinstance(first.what, Awake):
        return first
    run = world.runs[0]
    over = run.status != "RUNNING" or _goes_round(run) or first.due - world.now > FAR_MS
    asleep = [pending for pending in mine if isinstance(pending.what, Awake)]
    return (asleep[0] if asleep else None) if over else first


def _goes_round(run: Run) -> bool:
    """Tell whether an execution is not worth going on with: it tries the same thing again and again."""
    if len(run.events) > MOST_EVENTS:
        return True
    for frame in run.frames.values():
        if frame.retry_count > MOST_RETRIES:
            retriers = run.program.scopes[frame.scope].states[frame.state].retriers
            if any(retriers[index].most > FEW_RETRIES for index in frame.retries):
                return True
    return False
