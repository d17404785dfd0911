"""Parallel, and what it shares with Map: inner frames that run side by side, and end together."""

from collections.abc import Mapping
from typing import Any

from sagalab.asl.engine.data import template
from sagalab.asl.engine.errors import RUNTIME, StateFailed
from sagalab.asl.engine.frame import INNER, Frame
from sagalab.asl.engine.recorder import Recorder
from sagalab.asl.engine.states.result import ResultState


class Container(ResultState):
    """A state with inner frames, whose results become its own."""

    absent = None  # AWS gives null to a catcher for an error or cause that a branch did not give

    def inner_done(self, run: Recorder, frame: Frame, inner: Frame, output: Any) -> None:
        """An inner frame came to its end."""
        raise NotImplementedError

    def inner_failed(self, run: Recorder, frame: Frame, inner: Frame, failure: StateFailed) -> None:
        """An inner frame failed, and with it the state."""
        raise NotImplementedError

    def tells_failure(self, failure: StateFailed) -> bool:
        """A States.Runtime of the state's own fields ends the execution without a word of the state."""
        return failure.error != RUNTIME or failure.within

    def end_inner(self, run: Recorder, frame: Frame) -> None:
        """Abort what still runs inside, innermost first."""
        for number in frame.inner:
            inner = run.frames[number]
            run.abort(inner)
            frame.previous = max(frame.previous, inner.previous)

    def forget(self, run: Recorder, frame: Frame) -> None:
        """Drop the inner frames: the state is tried again, or left."""
        for number in frame.inner:
            inner = run.frames.get(number)
            if inner is not None:
                run.drop(inner)
        frame.inner = []


class Parallel(Container):
    """Runs its branches side by side."""

    kind = "Parallel"
    failed_event = "ParallelStateFailed"

    def __init__(self, name: str, body: Mapping[str, Any], jsonata: bool, branches: list[int]) -> None:
        super().__init__(name, body, jsonata)
        self.branches = branches  # the numbers of their scopes
        field = "Arguments" if jsonata else "Parameters"
        self.parameters = template(body[field], field, jsonata) if field in body else None

    def work(self, run: Recorder, frame: Frame) -> None:
        env = self.env(run, frame)
        if run.trace is not None:
            self.note(run, "afterInputPath", env.data)
        value = env.data if self.parameters is None else self.parameters(env)
        if run.trace is not None:
            self.note(run, "afterParameters", value)
            self.note(run, "afterArguments", value)
        run.add(frame, "ParallelStateStarted", None)
        if self.mocked(run, frame):
            return
        frame.phase = INNER
        frame.results = [None] * len(self.branches)
        frame.inner = [
            run.open(frame, scope, index, value, frame.previous).id
            for index, scope in enumerate(self.branches)
        ]

    def inner_done(self, run: Recorder, frame: Frame, inner: Frame, output: Any) -> None:
        frame.previous = max(frame.previous, inner.previous)
        frame.results[inner.index] = output
        frame.inner.remove(inner.id)
        if not frame.inner:
            run.add(frame, "ParallelStateSucceeded", None, update=False)
            self.take_result(run, frame, frame.results)

    def inner_failed(self, run: Recorder, frame: Frame, inner: Frame, failure: StateFailed) -> None:
        self.end_inner(run, frame)
        self.fail(run, frame, failure.passed_on())
