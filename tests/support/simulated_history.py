"""Programs of states, and histories of runs of them in which branches and iterations interleave at random.

A program is a list of states, each a tuple: ("pass", name), ("task", name, failures, caught),
("parallel", name, programs), ("map", name, program, items, at once).
"""

from collections.abc import Iterator
from random import Random
from typing import Any, NamedTuple

from history_writer import HistoryWriter
from hypothesis import strategies as st


class Expected(NamedTuple):
    """What the reader should say of a visit; `parent` is the id of the event that entered it."""

    entered: int
    name: str
    status: str
    parent: int | None
    branch: int | None
    iteration: int | None
    outcomes: list[str]


class Simulation:
    """Runs a program and writes its history as Step Functions would."""

    def __init__(self, program: list, seed: int):
        self.history = HistoryWriter()
        self.expected: list[Expected] = []
        self._random = Random(seed)
        run = self._sequence(program, 0, (None, None, None))
        self.history.add("ExecutionSucceeded", self._to_end(run), output="{}")

    def _to_end(self, run: Iterator) -> int:
        while True:
            try:
                next(run)
            except StopIteration as stop:
                return stop.value

    def _sequence(self, program: list, last: int, home: tuple) -> Any:
        for kind, name, *more in program:
            last = yield from getattr(self, f"_{kind}")(name, last, home, *more)
        return last

    def _enter(self, kind: str, name: str, last: int, home: tuple, status: str, outcomes: list) -> int:
        entered = self.history.enter(name, last, kind)
        self.expected.append(Expected(entered, name, status, *home, outcomes))
        return entered

    def _pass(self, name: str, last: int, home: tuple) -> Any:
        last = self._enter("Pass", name, last, home, "succeeded", [])
        yield
        return self.history.exit(name, last, "Pass")

    def _task(self, name: str, last: int, home: tuple, failures: int, caught: bool) -> Any:
        outcomes = ["failed"] * failures + ([] if caught else ["succeeded"])
        status = "caught" if caught and failures else "succeeded"
        last = self._enter("Task", name, last, home, status, outcomes)
        for outcome in outcomes:
            yield
            last = self.history.schedule(last)
            yield
            last = self.history.fail(last) if outcome == "failed" else self.history.succeed(last)
        yield
        return self.history.exit(name, last)

    def _parallel(self, name: str, last: int, home: tuple, programs: list) -> Any:
        entered = self._enter("Parallel", name, last, home, "succeeded", [])
        started = self.history.add("ParallelStateStarted", entered)
        runs = {
            number: self._sequence(program, started, (entered, number, None))
            for number, program in enumerate(programs)
        }
        for run in runs.values():
            next(run)
        while runs:
            yield
            number = self._random.choice(list(runs))
            try:
                next(runs[number])
            except StopIteration as stop:
                last = stop.value
                del runs[number]
        self.history.add("ParallelStateSucceeded", last)
        return self.history.exit(name, last, "Parallel")

    def _map(self, name: str, last: int, home: tuple, program: list, items: int, at_once: int) -> Any:
        entered = self._enter("Map", name, last, home, "succeeded", [])
        last = room = self.history.add("MapStateStarted", entered, length=items)
        yield
        waiting, runs = list(range(items)), {}
        while waiting or runs:
            while waiting and len(runs) < at_once:
                index = waiting.pop(0)
                begun = self.history.add("MapIterationStarted", room, name=name, index=index)
                runs[index] = self._sequence(program, begun, (entered, None, index))
            yield
            index = self._random.choice(list(runs))
            try:
                next(runs[index])
            except StopIteration as stop:
                last = room = stop.value
                self.history.add("MapIterationSucceeded", last, name=name, index=index)
                del runs[index]
        self.history.add("MapStateSucceeded", last)
        return self.history.exit(name, last, "Map")


def _named(program: list, prefix: str = "S") -> list:
    """Give every state a name of its own."""
    named = []
    for number, (kind, *more) in enumerate(program):
        name = f"{prefix}{number}"
        if kind == "parallel":
            more = [[_named(inner, f"{name}b{i}-") for i, inner in enumerate(more[0])]]
        elif kind == "map":
            more = [_named(more[0], f"{name}i-"), *more[1:]]
        named.append((kind, name, *more))
    return named


_task = st.tuples(st.just("task"), st.integers(0, 3), st.booleans()).map(
    lambda task: (task[0], max(task[1], int(task[2])), task[2])
)
_leaf = st.one_of(st.just(("pass",)), _task)
steps = st.lists(_leaf, min_size=1, max_size=5).map(_named)


def _around(inner: st.SearchStrategy) -> st.SearchStrategy:
    program = st.lists(inner, min_size=1, max_size=3)
    return st.one_of(
        st.tuples(st.just("parallel"), st.lists(program, min_size=1, max_size=3)),
        st.tuples(st.just("map"), program, st.integers(0, 4), st.integers(1, 3)),
    )


programs = st.lists(st.recursive(_leaf, _around, max_leaves=8), min_size=1, max_size=4).map(_named)
